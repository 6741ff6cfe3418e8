"""A made-up outcome of a study: pictures and numbers as the program makes them, small and quick."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from stabview.study.frames import Frame, Scene
from stabview.study.study import Detail, Study


@dataclass
class Outcome:
    """What `write_outcome` is given."""

    result: dict
    frames: list[Frame]
    scene: Scene
    study: Study
    arrays: dict[str, np.ndarray]


def measures(estimate, clean, x, r) -> dict[str, float]:
    """A few measures as the program computes them."""
    found = {
        "psnr": float(10 * np.log10(x.max() ** 2 / np.mean((estimate - x) ** 2))),
        "relative_error": float(np.linalg.norm(estimate - x) / np.linalg.norm(x)),
        "ssim": 0.91,
    }
    if r.any():
        change = np.linalg.norm(estimate - clean)
        found |= {
            "change": float(change / np.linalg.norm(clean)),
            "amplification": float(change / np.linalg.norm(r)),
        }
    return found


def make_outcome(x: np.ndarray, count: int = 6) -> Outcome:
    """Iterates in which the "network" grows stripes and the "SoA" a little noise."""
    generator = np.random.default_rng(5)
    rows, columns = np.indices(x.shape)
    body = x > 0.05
    stripes = (np.sin((columns + 0.6 * rows) / x.shape[1] * 60) * body).astype(np.float32)
    noise = generator.standard_normal(x.shape).astype(np.float32)
    clean = {"network": x + 0.012 * noise, "soa": x + 0.02 * noise[::-1]}
    frames, iterates, arrays = [], [], {}
    for index in range(count):
        size = 0 if index == 0 else 0.004 * 1.7 ** (index - 1)
        r = (size * (0.5 * stripes + 0.4 * noise * body)).astype(np.float32)
        estimates = {"network": clean["network"] + 14 * size * stripes * body, "soa": clean["soa"] + 1.1 * r}
        relative = float(np.linalg.norm(r) / np.linalg.norm(x))
        found = {method: measures(estimates[method], clean[method], x, r) for method in estimates}
        panels = {"input": np.abs(x + r), "perturbation": r}
        panels |= {method: np.abs(estimate) for method, estimate in estimates.items()}
        panels |= {f"{method}Difference": estimate - clean[method] for method, estimate in estimates.items()}
        frames.append(Frame(index, relative, 0.1 * index, {k: np.float32(v) for k, v in panels.items()}, found))
        entry = {"index": index, "relative_norm": relative, "objective": 0.1 * index}
        iterates.append(entry | {m: {k: v for k, v in f.items() if k != "relative_error"} for m, f in found.items()})
        arrays |= {f"r_{index:03d}": r, f"network_{index:03d}": estimates["network"]}
    scene = Scene(
        x=x, title="made-up <head>", steps=("Drawn, not measured.",), units="a.u.", scale=812.0, offset=0.0,
        spacing=(0.9, 0.9), orientation=("R", "L", "A", "P"), mask=rows % 3 == 0, angles=None, rate=1 / 3,
        samples=int((rows % 3 == 0).sum()), trained_rate=0.33, network_title="Deep MRI", soa_title="TV, lambda 0.002",
        quick_title="zero-filled", trust="shipped weights (safetensors)",
    )  # fmt: skip
    study = Study(details=(Detail("lesion", (20.0, 20.0), 4.0),))
    study = replace(study, perturbation=replace(study.perturbation, steps=count - 1))
    rates = (0.1, 0.2, 0.33, 0.5, 1.0)
    result = {
        "version": 1,
        "stabview": "9.8.7",
        "image": {"shape": list(x.shape), "sha256": "ab" * 32, "norm": float(np.linalg.norm(x))},
        "sampling": {"operator": "fourier", "rate": 1 / 3, "samples": scene.samples, "seed": 0},
        "methods": {"network": {"name": "deep-mri", "sha256": "cd" * 32}, "soa": {"name": "tv", "lambda": 0.002}},
        "clean": {**frames[0].measures, "quick": {"psnr": float("inf"), "ssim": None}},
        "iterates": iterates,
        "details": [{"kind": "lesion", "captured": {"network": 0.1234, "soa": 0.8765}, "exposure": 0.6543}],
        "sweep": [
            {"rate": rate, "psnr": {"network": 34 - 9 * (rate - 0.4), "soa": 25 + 18 * rate, "quick": 20 + 9 * rate}}
            for rate in rates
        ],
        "provenance": {"device": "CPU, 2 threads", "seed": 0, "started": "2026-03-04T12:34:56+00:00", "seconds": 12.5},
    }
    result["sweep"][-1]["psnr"] |= {"soa": np.inf, "quick": 131.25}
    return Outcome(result, frames, scene, study, arrays)


@pytest.fixture
def outcome() -> Outcome:
    rows, columns = np.indices((48, 40))
    disc = np.hypot(rows - 24, columns - 20)
    x = np.where(disc < 18, 0.5 + 0.5 * (disc < 8), 0).astype(np.float32)
    return make_outcome(x)
