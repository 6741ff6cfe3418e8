"""Several coils and tomography: stated gaps are true, neighbours are cheap."""

import numpy as np
import pytest
import torch

from stabview.images.phantoms import phantom
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage

SCANNERS = {
    "coils": (
        MultiCoilOperator(sampling_mask("cartesian-gaussian", (64, 64), 0.35), birdcage((64, 64), 6)),
        "head-t1", {"p2": 2e-3, "p3": 5e-3},
    ),
    "ct": (RadonOperator((64, 64), equispaced_angles(40)), "body", {"p2": 3e-4, "p3": 3e-3}),
}  # fmt: skip
"""Operator, phantom, and lambda in units of ||A||^2 (P2) or ||A|| (P3)."""


def data(operator, name: str, noise: float, seed: int, shift: int = 0) -> torch.Tensor:
    """A x with noise of relative norm `noise`; x, a phantom, moved by `shift` pixels."""
    pixels = np.roll(np.abs(phantom(name, 64).pixels).astype(np.float64), shift)
    y = operator(torch.from_numpy(pixels / pixels.max()).to(operator.dtype))
    e = operator.restrict(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(seed)))
    return y + noise * e * (torch.linalg.vector_norm(y) / torch.linalg.vector_norm(e))


@pytest.mark.parametrize("scanner", SCANNERS)
@pytest.mark.parametrize(("regulariser", "problem"), [("tv", "p2"), ("tv", "p3"), ("wavelet", "p2"), ("wavelet", "p3")])
def test_the_gap_is_what_is_stated_cold_and_warm_on_clean_and_perturbed_data(scanner, regulariser, problem):
    """In float32, against a long run in float64; the warm start, from the clean data's solution, takes fewer steps."""
    operator, name, weights = SCANNERS[scanner]
    fine = operator.to(dtype=torch.float64)
    lambda_ = weights[problem] * fine.norm() ** (2 if problem == "p2" else 1)
    options = {"wavelet": "haar"} if regulariser == "wavelet" else {}
    method = sparse_method(regulariser, operator, problem=problem, lambda_=lambda_, **options)
    long = sparse_method(
        regulariser, fine, problem=problem, lambda_=lambda_, tolerance=1e-6, max_steps=600, **options
    )
    clean, perturbed = data(fine, name, 0.01, 0), data(fine, name, 0.01, 0) + 0.03 * data(fine, name, 0.0, 0, shift=5)
    start = method.solve(clean.to(operator.dtype), operator).start
    best = min(it.objective for it in long.iterates(perturbed, fine) if it.objective is not None)
    steps = []
    for state in (None, start):
        found = method.solve(perturbed.to(operator.dtype), operator, start=state)
        reached = method.objective.value(fine, found.x[None].to(fine.dtype), perturbed)
        assert found.converged and reached <= best * (1 + method.tolerance)
        steps.append(found.steps)
    assert steps[1] < steps[0]
