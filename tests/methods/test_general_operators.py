"""Every regulariser with every operator: nothing is assumed of A but A and A*."""

import numpy as np
import pytest
import torch

from stabview.images.phantoms import phantom
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.regularisers.total_variation import TotalVariation
from stabview.methods.sparse.solvers.normal_equations import NormalEquations
from stabview.sampling.cosine import CosineOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import MatrixOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage
from tests.methods.dense_reference import DenseProblem, matrix_of

SHAPE = (8, 12)


def gaussian(rows: int) -> MatrixOperator:
    entries = np.random.default_rng(0).standard_normal((rows, SHAPE[0] * SHAPE[1])) / rows**0.5
    return MatrixOperator(entries, SHAPE, dtype=torch.float64)


OPERATORS = {
    "coils": MultiCoilOperator(sampling_mask("multilevel", SHAPE, 0.4), birdcage(SHAPE, 4), dtype=torch.float64),
    "radon": RadonOperator(SHAPE, equispaced_angles(9), dtype=torch.float64),
    "fan": RadonOperator(SHAPE, 2 * equispaced_angles(12), geometry="fan", dtype=torch.float64),
    "gaussian": gaussian(50),
    "cosine": CosineOperator(SHAPE, rate=0.5, dtype=torch.float64),
    "spokes": RadialFourierOperator(SHAPE, 7, dtype=torch.float64),
}


def measured(operator) -> torch.Tensor:
    """Data of a phantom with a little noise."""
    pixels = phantom("shepp-logan", 16).pixels[4:12, 2:14].astype(np.float64)
    y = operator(torch.from_numpy(pixels / pixels.max()).to(operator.dtype))
    noise = torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(2))
    return y + operator.restrict(noise) * (0.02 * y.abs().max())


def solver(name: str, regulariser: str, problem: str, share: float, **options):
    operator = OPERATORS[name]
    norm = float(np.linalg.norm(matrix_of(operator), 2))
    if regulariser == "wavelet":
        options |= {"wavelet": "haar", "levels": 2}
    lambda_ = share * norm ** (2 if problem == "p2" else 1)
    return operator, sparse_method(regulariser, operator, problem=problem, lambda_=lambda_, **options)


CASES = [
    *((name, regulariser, "p2") for name in OPERATORS for regulariser in ("tv", "tv-anisotropic", "wavelet", "tgv")),
    *((name, "tv", "p3") for name in OPERATORS),
    *((name, "wavelet", "p3") for name in ("coils", "radon", "spokes")),
]


@pytest.mark.parametrize(("name", "regulariser", "problem"), CASES)
def test_the_minimum_is_that_of_an_independent_solver(name, regulariser, problem):
    share = 5e-3 if problem == "p2" else 0.1
    operator, method = solver(name, regulariser, problem, share, tolerance=1e-4, max_steps=3000)
    y = measured(operator)
    found = method.solve(y, operator)
    dense = DenseProblem(method.objective, operator, y)
    reached = dense.value(found.start.tensors[0].numpy().ravel())
    assert found.converged
    assert reached == pytest.approx(found.objective, rel=1e-6)
    assert reached <= dense.least_value() * (1 + 2e-4)


def test_a_square_root_lasso_with_little_weight_meets_the_data_exactly():
    """The weight below which the misfit vanishes: there P3 is basis pursuit."""
    operator, method = solver("gaussian", "tv", "p3", 0.02, tolerance=1e-4, max_steps=3000)
    y = measured(operator)
    found = method.solve(y, operator)
    dense = DenseProblem(method.objective, operator, y)
    assert found.converged and torch.linalg.vector_norm(operator(found.x) - y) < 1e-3 * torch.linalg.vector_norm(y)
    assert dense.value(found.x.numpy().ravel()) <= dense.least_value() * (1 + 2e-4)


def test_an_image_update_is_the_dense_solution_whatever_was_solved_before():
    """A running update is exact once its directions have had time, also after the penalty and the right side moved."""
    operator, regulariser = OPERATORS["radon"], TotalVariation()
    generator = torch.Generator().manual_seed(3)
    data = operator.adjoint(measured(operator))
    update = NormalEquations(operator, regulariser, data, memory=3)
    matrix = matrix_of(operator)
    unit = torch.eye(matrix.shape[1], dtype=torch.float64).reshape(-1, 1, *SHAPE)
    pull = np.stack([regulariser.synthesise(regulariser.analyse(z)).numpy().ravel() for z in unit], axis=1)
    z = torch.zeros((1, *SHAPE), dtype=torch.float64)
    for rho in (1e-3, 3e-3, 5e-2):
        g = torch.randn(z.shape, dtype=z.dtype, generator=generator) * 0.1
        for _ in range(60):
            z = update(g, z, rho)
        system = matrix.T @ matrix + rho * pull
        wanted = np.linalg.solve(system, data.numpy().ravel() + rho * g.numpy().ravel())
        np.testing.assert_allclose(z.numpy().ravel(), wanted, atol=1e-5 * np.abs(wanted).max())
