"""Raw multi-coil k-space reconstructed by every method: coil sensitivities estimated, no truth needed.

Some of the measured samples are left out and predicted from the others: how well a method does that compares methods
without a reference image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Finding, Picture, Table
from stabview.images.errors import InputError
from stabview.methods.linear.least_squares import LeastSquares
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.kspace_file import kspace_as_data, read_kspace
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.sensitivities import calibration_region, estimate_sensitivities

LEFT_OUT = 0.05
"""Share of the measured samples outside the calibration centre that is predicted."""
OUTER = 0.9
"""Frequencies beyond this part of the largest measured one are taken for noise: an upper bound of its level."""
METHODS = ("CG-SENSE", "TV", "wavelets")


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Zero-filled coils, CG-SENSE, TV and wavelets. Raises InputError without a file that can be used."""
    path = str(values["path"]).strip()
    if not path:
        raise InputError("This experiment reconstructs a file: give its path (.npy, complex, coils x rows x columns).")
    kspace, mask = read_kspace(path)
    maps = estimate_sensitivities(kspace)
    noise = noise_level(kspace, mask)
    y = torch.from_numpy(kspace_as_data(kspace)).to(device)
    operator = MultiCoilOperator(mask, maps, device=device)
    coils = operator.rss(y)
    scale = float(coils.max())  # the default weights are for images of largest modulus 1
    y, coils = y / scale, coils / scale
    fewer = MultiCoilOperator(_thinned(mask), maps, device=device)
    pictures = [Picture("zero-filled, root of the sum of squares", _plain(coils))]
    rows: list[tuple[object, ...]] = []
    for name in METHODS:
        solution = _method(name, operator, noise).solve(y, operator)
        trial = _method(name, fewer, noise).solve(fewer.restrict(y), fewer)
        missing = operator.weights - fewer.weights
        error = torch.linalg.vector_norm(missing * (operator(trial.x) - y)) / torch.linalg.vector_norm(missing * y)
        misfit = torch.linalg.vector_norm(operator(solution.x) - y) / torch.linalg.vector_norm(y)
        rows.append((
            name, float(error), float(misfit), solution.steps,
            solution.gap if np.isfinite(solution.gap) else "", "yes" if solution.converged else "no",
        ))  # fmt: skip
        pictures.append(Picture(name, _plain(solution.x), f"predicts left-out samples to {float(error):.2f}"))
        yield _finding(rows, pictures, operator, kspace, noise, maps)


def noise_level(kspace: np.ndarray, mask: np.ndarray) -> float:
    """||e|| / ||y|| from the median modulus of the outermost measured samples, complex Gaussian there."""
    height, width = mask.shape
    radius = np.hypot(*np.ogrid[-(height // 2) : height - height // 2, -(width // 2) : width - width // 2])
    outer = mask & (radius >= OUTER * radius[mask].max())
    deviation = np.median(np.abs(kspace[:, outer])) / np.sqrt(np.log(2))
    return float(deviation * np.sqrt(kspace.shape[0] * mask.sum()) / np.linalg.norm(kspace))


def _method(name: str, operator: MultiCoilOperator, noise: float):
    if name == "CG-SENSE":
        return LeastSquares(noise=noise, title=name)
    return sparse_method({"TV": "tv", "wavelets": "wavelet"}[name], operator, noise=noise)


def _thinned(mask: np.ndarray) -> np.ndarray:
    """The mask without `LEFT_OUT` of its samples, the calibration centre kept."""
    rows, columns = calibration_region(mask)
    free = mask.copy()
    free[rows, columns] = False
    return mask & ~(free & (np.random.default_rng(0).random(mask.shape) < LEFT_OUT))


def _finding(
    rows: list, pictures: list[Picture], operator: MultiCoilOperator, kspace: np.ndarray, noise: float, maps: np.ndarray
) -> Finding:
    done, total = len(rows), len(METHODS)
    best = min(rows, key=lambda row: row[1])
    unfinished = [row[0] for row in rows if row[5] == "no"]
    verdict = (
        f"From {len(kspace)} coils and {100 * operator.rate:.1f} % of k-space, {best[0]} predicts samples "
        f"that were left out best, to {best[1]:.2f} of their norm; all methods converged."
    )
    if unfinished:
        verdict = verdict.replace("all methods converged", f"{', '.join(unfinished)} did not converge")
    return Finding(
        done, total, verdict, None,
        {
            "coils": len(kspace), "share of k-space": operator.rate, "noise, upper bound": noise,
            **{f"left-out samples, {row[0]}": row[1] for row in rows},
        },
        tables=(
            Table(
                "Methods",
                ("method", "error of left-out samples", "misfit of the data", "steps", "stated gap", "converged"),
                tuple(rows),
            ),
        ),
        pictures=(*pictures, Picture("pixels with sensitivities", (np.abs(maps).sum(axis=0) > 0).astype(np.float32))),
    )  # fmt: skip


def _plain(z: torch.Tensor) -> np.ndarray:
    return z.abs().cpu().numpy().astype(np.float32)
