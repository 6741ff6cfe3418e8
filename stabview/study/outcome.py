"""The outcome of a study in the form of result.json (version 1), from what was computed; nothing is computed here."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from stabview import __version__
from stabview.engine.device import device_label
from stabview.perturbation.iterate import Iterate
from stabview.study.curve import Draw, SweepPoint, sweep_points
from stabview.study.frames import DetailReport, Frame, Scene
from stabview.study.problem import Problem, plain
from stabview.study.searching import search_facts
from stabview.study.strength import known_strength
from stabview.study.study import Study

Write = Callable[..., list[Path]]
"""write(result, frames, scene, study, folder, arrays) -> files; the report layer's `write_outcome`."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What was computed for a study so far."""

    iterates: tuple[Iterate, ...]
    measures: dict[int, dict[str, dict[str, float]]]
    detail_reports: tuple[DetailReport, ...] = ()
    draws: tuple[Draw, ...] = ()
    sweep_position: int = 0
    position: int = 0
    planned: int = 0
    resumable: bool = False


def result_of(problem: Problem, kept: Kept, *, started: str | None = None, seconds: float | None = None) -> dict:
    """result.json as a dict; what was not computed is absent."""
    x = problem.x
    result = {
        "version": 1,
        "stabview": __version__,
        "image": {
            "shape": list(x.shape), "sha256": hashlib.sha256(plain(x).tobytes()).hexdigest(),
            "norm": float(torch.linalg.vector_norm(x)), "title": problem.source.prepared.title,
            "steps": list(problem.source.prepared.steps), "scale": problem.source.prepared.scale,
            "offset": problem.source.prepared.offset, "units": problem.source.prepared.units,
        },
        "sampling": {
            **problem.operator.describe(), "rate": problem.operator.rate, "samples": problem.operator.samples,
            "seed": problem.study.sampling.seed, "norm": problem.operator.norm(),
        },
        "methods": {name: _method(method) for name, method in problem.methods.items()},
        "clean": {
            name: _finite({key: values[key] for key in ("psnr", "ssim", "relative_error", "data_misfit")})
            for name, values in kept.measures.get(0, {}).items()
        },
        "iterates": [
            {
                "index": iterate.index, "relative_norm": iterate.relative_norm, "objective": iterate.objective,
                **{name: _finite(values) for name, values in kept.measures.get(k, {}).items()},
            }
            for k, iterate in enumerate(kept.iterates)
        ],
        "search": search_facts(problem, kept.iterates), "validity": known_strength(problem),
        "provenance": {
            "device": device_label(problem.device), "torch": torch.__version__, "threads": torch.get_num_threads(),
            "seed": problem.study.perturbation.seed, "started": started, "seconds": seconds,
        },
    }  # fmt: skip
    if kept.detail_reports:
        result["details"] = [
            {"kind": problem.study.details[report.detail].kind, "detail": report.detail, "index": report.index,
             "captured": _finite(report.captured), "exposure": report.exposure}
            for report in kept.detail_reports
        ]  # fmt: skip
    if kept.draws:
        result["sweep"] = [_point(point) for point in sweep_points(kept.draws)]
        result["sweep_index"] = kept.sweep_position
    return _without_none(result)


def _point(point: SweepPoint) -> dict[str, object]:
    """A point of the sampling curve; what several masks say is absent where there was one."""
    facts: dict[str, object] = {"rate": point.rate, "psnr": _finite(point.psnr)}
    if point.masks > 1:
        facts |= {"masks": point.masks, "psnr_low": _finite(point.low), "psnr_high": _finite(point.high)}
    return facts


def arrays_of(problem: Problem, kept: Kept) -> dict[str, np.ndarray]:
    """x, the mask or angles, and r and the network's reconstruction of every iterate."""
    arrays = {"x": plain(problem.x), "r": np.stack([plain(iterate.r) for iterate in kept.iterates])}
    arrays["network"] = np.stack([plain(iterate.reconstruction) for iterate in kept.iterates])
    for name in ("mask", "angles"):
        if (sampled := getattr(problem.operator, name)) is not None:
            arrays[name] = sampled
    for number, detail in enumerate(problem.details):
        arrays[f"detail{number}"] = plain(detail)
    return arrays


def write_report(
    write: Write, problem: Problem, kept: Kept, frames: list[Frame], folder: Path, *, started: str | None = None,
    seconds: float | None = None,
) -> list[Path]:  # fmt: skip
    """Hand everything to the report layer."""
    scene: Scene = problem.scene()
    study: Study = problem.study
    result = result_of(problem, kept, started=started, seconds=seconds)
    return write(result, frames, scene, study, folder, arrays=arrays_of(problem, kept))


def _method(method) -> dict[str, object]:
    spec = method.spec
    facts = {"name": spec.name, "title": spec.title, "hash": spec.hash, **spec.parameters}
    if spec.sha256:
        facts["sha256"] = spec.sha256
    return facts


def _finite(values: dict[str, float]) -> dict[str, float]:
    return {key: value for key, value in values.items() if math.isfinite(value)}


def _without_none(value):
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(part) for part in value]
    return value
