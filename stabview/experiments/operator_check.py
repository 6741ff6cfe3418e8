"""Is every operator's adjoint its adjoint, and its norm its norm? Dot tests, power iteration, dense singular values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Finding, Table
from stabview.sampling.cosine import CosineOperator, dct_submatrix
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator
from stabview.sampling.operator import SamplingOperator, power_iteration
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage

SMALL = (15, 12)
"""Pixels of the images on which an operator is written out as a matrix."""
ADJOINT = {torch.float64: 1e-12, torch.float32: 1e-5}
NORM, ITERATED = 1e-3, 1e-2
"""Relative errors allowed against singular values, and against power iteration, which comes from below and slowly where
singular values lie close together (random matrices)."""
LARGEST_MATRIX = 33
"""Side in pixels up to which a dense matrix is checked."""

Build = Callable[[tuple[int, int], torch.dtype], SamplingOperator]


def _fourier(pattern: str) -> Build:
    return lambda shape, dtype: FourierOperator(sampling_mask(pattern, shape, 0.4, seed=1), dtype=dtype)


def _multicoil(shape: tuple[int, int], dtype: torch.dtype) -> SamplingOperator:
    return MultiCoilOperator(sampling_mask("cartesian-gaussian", shape, 0.4, seed=1), birdcage(shape, 5), dtype=dtype)


def _radon(geometry: str, span: float) -> Build:
    return lambda shape, dtype: RadonOperator(shape, equispaced_angles(9, span=span), geometry=geometry, dtype=dtype)


OPERATORS: dict[str, Build] = {
    "Fourier, lines": _fourier("cartesian-gaussian"),
    "Fourier, points": _fourier("multilevel"),
    "Fourier, 5 coils": _multicoil,
    "Fourier, off-grid spokes": lambda shape, dtype: RadialFourierOperator(shape, 7, dtype=dtype),
    "Radon, parallel": _radon("parallel", 180.0),
    "Radon, fan, flat detector": _radon("fan", 360.0),
    "Radon, fan, arc": _radon("fan-arc", 360.0),
    "Gaussian matrix": lambda shape, dtype: GaussianOperator(shape, rate=0.4, seed=1, dtype=dtype),
    "cosine coefficients": lambda shape, dtype: CosineOperator(shape, rate=0.4, seed=1, dtype=dtype),
    "part of a cosine matrix": lambda shape, dtype: dct_submatrix(
        shape[0] * shape[1] // 2, shape[0] * shape[1], 2 * shape[0] * shape[1], 1, image_shape=shape, dtype=dtype
    ),
}


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """One row for each operator, on an image of odd sides that are not equal."""
    size = int(values["size"])
    rows: list[tuple[object, ...]] = []
    worst = {torch.float64: 0.0, torch.float32: 0.0}
    norms: dict[str, float] = {"dense": 0.0, "iterated": 0.0}
    for name, build in OPERATORS.items():
        side = min(size, LARGEST_MATRIX) if "matrix" in name else size
        shape = (side | 1, (3 * side // 4) | 1)
        operator = build(shape, torch.float64).to(device)
        single = operator.to(dtype=torch.float32)
        errors = {torch.float64: dot_error(operator), torch.float32: dot_error(single)}
        worst = {dtype: max(worst[dtype], error) for dtype, error in errors.items()}
        small = build(SMALL, torch.float64).to(device)
        matrix, transpose = dense(small), dense_adjoint(small)
        exact = float(np.linalg.norm(matrix, 2))
        stated, iterated = operator.norm(), power_iteration(operator, steps=200)
        norms["dense"] = max(norms["dense"], abs(small.norm() / exact - 1))
        norms["iterated"] = max(norms["iterated"], abs(stated / iterated - 1))
        rows.append((
            name, _size(shape), _size(operator.data_shape), errors[torch.float64], errors[torch.float32],
            float(np.abs(matrix.conj().T - transpose).max() / np.abs(matrix).max()), stated, iterated, small.norm(),
            exact,
        ))  # fmt: skip
        yield _finding(len(rows), rows, worst, norms)


@torch.no_grad()
def dot_error(operator: SamplingOperator, *, seed: int = 0) -> float:
    """|<Ax, y> - <x, A*y>| / (||Ax|| ||y||) for a random x and y, summed in float64."""
    generator = torch.Generator().manual_seed(seed)
    wide = torch.complex128 if operator.is_complex else torch.float64
    x = torch.randn(operator.image_shape, generator=generator, dtype=wide).to(operator.device, operator.dtype)
    y = torch.randn(operator.data_shape, generator=generator, dtype=wide).to(operator.device, operator.dtype)
    forward, back = operator(x).to(wide), operator.adjoint(y).to(wide)
    left = torch.vdot(forward.flatten(), y.to(wide).flatten())
    right = torch.vdot(x.to(wide).flatten(), back.flatten())
    return float((left - right).abs() / (torch.linalg.vector_norm(forward) * torch.linalg.vector_norm(y.to(wide))))


@torch.no_grad()
def dense(operator: SamplingOperator) -> np.ndarray:
    """The (m, H W) matrix of the operator, a pixel at a time."""
    pixels = operator.image_shape[0] * operator.image_shape[1]
    basis = torch.eye(pixels, dtype=operator.dtype, device=operator.device).reshape(pixels, *operator.image_shape)
    return operator(basis).reshape(pixels, -1).T.cpu().numpy()


@torch.no_grad()
def dense_adjoint(operator: SamplingOperator) -> np.ndarray:
    """The (H W, m) matrix of the adjoint, a sample at a time."""
    samples = int(np.prod(operator.data_shape))
    basis = torch.eye(samples, dtype=operator.dtype, device=operator.device).reshape(samples, *operator.data_shape)
    return operator.adjoint(basis).reshape(samples, -1).T.cpu().numpy()


def _finding(done: int, rows: list, worst: dict[torch.dtype, float], norms: dict[str, float]) -> Finding:
    finished = done == len(OPERATORS)
    dense_error = max(row[5] for row in rows)
    exact = all(worst[dtype] < limit for dtype, limit in ADJOINT.items()) and dense_error < ADJOINT[torch.float64]
    verdict = (
        f"{done} operators: the dot test is off by at most {worst[torch.float64]:.0e} in float64 and "
        f"{worst[torch.float32]:.0e} in float32, the norm by at most {norms['dense']:.0e}."
    )
    agrees = exact and norms["dense"] < NORM and norms["iterated"] < ITERATED
    return Finding(
        done, len(OPERATORS), verdict, agrees if finished else None,
        {
            "largest dot-test error, float64": worst[torch.float64],
            "largest dot-test error, float32": worst[torch.float32],
            "largest entry of A* written out minus A transposed": dense_error,
            "largest relative error of a norm against singular values": norms["dense"],
            "largest relative difference of a norm to power iteration": norms["iterated"],
        },
        tables=(
            Table(
                f"Adjoint and norm; matrices written out at {_size(SMALL)}",
                ("operator", "image", "data", "dot test, float64", "dot test, float32", "A* - A^T written out",
                 "||A||", "by power iteration", f"||A|| at {_size(SMALL)}", "by singular values"),
                tuple(rows),
            ),
        ),
    )  # fmt: skip


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
