"""Every sparse method beside each other on one MR and one CT image, clean or noisy: pictures, PSNR, how they ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from stabview.experiments.finding import Finding, Picture, Table
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.images.readers import open_image
from stabview.measures.errors import psnr
from stabview.methods.linear.least_squares import LeastSquares
from stabview.methods.method import QuickInverse
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.simulation import noise

METHODS = (
    ("tv", "p2"), ("tv", "p3"), ("tv-anisotropic", "p2"), ("tgv", "p2"), ("wavelet", "p1"), ("wavelet", "p2"),
    ("wavelet", "p3"), ("firenet", "p3"), ("shearlet", "p2"), ("shearlet-tgv", "p2"),
)  # fmt: skip
NOT_FOR = {"CT": {("wavelet", "p1")}}
"""P1 of Radon data takes the primal-dual algorithm thousands of steps."""
MODALITIES = ("MRI", "CT")


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A picture and a row for each method; on clean data or with noise."""
    size, level = int(values["size"]), float(values["noise"])
    chosen = [m for m in MODALITIES if values["data"] in (m, "both")]
    total = sum(len(_names(modality)) for modality in chosen)
    rows: list[tuple[object, ...]] = []
    pictures: list[Picture] = []
    for modality in chosen:
        x, operator = _problem(modality, values, size, device)
        clean = operator(x)
        y = clean + noise(operator, clean, level, seed=0)
        pictures.append(Picture(f"{modality}: image", _plain(x)))
        for name, problem in _names(modality):
            rows.append(_row(modality, name, problem, y, operator, x, level, pictures))
            yield _finding(len(rows), total, rows, pictures, level)


def _names(modality: str) -> list[tuple[str, str]]:
    linear = [("quick", "")] + ([("least squares", "")] if modality == "CT" else [])
    return linear + [entry for entry in METHODS if entry not in NOT_FOR.get(modality, ())]


def _problem(
    modality: str, values: Mapping[str, object], size: int, device: str
) -> tuple[torch.Tensor, SamplingOperator]:
    path = str(values["mr_image" if modality == "MRI" else "ct_image"]).strip()
    image = open_image(Path(path)) if path else phantom("head-t1" if modality == "MRI" else "body", size, seed=0)
    pixels = torch.from_numpy(np.array(prepare(image, size=size).x))
    if modality == "CT":
        operator = RadonOperator(tuple(pixels.shape), equispaced_angles(int(values["views"])), device=device)
        return pixels.abs().to(device, operator.dtype), operator
    mask = sampling_mask(str(values["pattern"]), tuple(pixels.shape), float(values["rate"]), seed=0)
    operator = FourierOperator(mask, device=device)
    return pixels.to(device, operator.dtype), operator


def _row(
    modality: str, name: str, problem: str, y: torch.Tensor, operator: SamplingOperator, x: torch.Tensor, level: float,
    pictures: list[Picture],
) -> tuple[object, ...]:  # fmt: skip
    if name == "quick":
        method = QuickInverse(operator)
        image, ended = method(y, operator), ("", "", "", "")
    else:
        if name == "least squares":
            method = LeastSquares(noise=level)
        else:
            eta = {"lambda_": max(1.05 * level, 1e-3) * float(torch.linalg.vector_norm(y))} if problem == "p1" else {}
            method = sparse_method(name, operator, problem=problem, noise=level, **eta)
        end = method.solve(y, operator)
        image = end.x
        kind = "certified" if end.certified else "estimated"
        ended = (end.steps, end.gap, kind, "yes" if end.converged else "no")
        if getattr(method, "stopped_early", False):
            ended = (end.steps, "", "down to the noise", "yes")
    score = psnr(image, x)
    pictures.append(Picture(f"{modality}: {method.spec.title}", _plain(image), f"{score:.1f} dB"))
    return (modality, method.spec.title, score, *ended)


def _finding(done: int, total: int, rows: list, pictures: list[Picture], level: float) -> Finding:
    unfinished = [f"{row[1]} ({row[0]})" for row in rows if row[6] == "no"]
    parts = []
    for modality in dict.fromkeys(row[0] for row in rows):
        best = max((row for row in rows if row[0] == modality), key=lambda row: row[2])
        quick = next(row for row in rows if row[0] == modality)
        parts.append(f"{modality}: {best[1]} {best[2]:.1f} dB, {quick[1]} {quick[2]:.1f} dB")
    ended = f"not converged: {', '.join(unfinished)}" if unfinished else "every method converged"
    return Finding(
        done, total, f"{'; '.join(parts)}; {ended}.", None,
        {f"{row[0]}, {row[1]}, PSNR": row[2] for row in rows} | {"noise": level, "not converged": len(unfinished)},
        tables=(
            Table(
                "Methods", ("data", "method", "PSNR in dB", "steps", "stated gap", "kind", "converged"), tuple(rows)
            ),
        ),
        pictures=tuple(pictures),
    )  # fmt: skip


def _plain(z: torch.Tensor) -> np.ndarray:
    return z.abs().cpu().numpy().astype(np.float32)
