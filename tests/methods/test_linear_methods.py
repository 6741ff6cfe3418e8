"""Least squares: the solution of the normal equations for every operator, warm or cold; an end where noise begins."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.linear.least_squares import LeastSquares, least_squares_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage


def picture(size: int, *, phase: bool = False) -> torch.Tensor:
    pixels = np.abs(phantom("head-t1" if size >= 32 else "shepp-logan", size).pixels).astype(np.float64)
    x = torch.from_numpy(pixels / pixels.max())
    if not phase:
        return x
    rows = torch.arange(size, dtype=torch.float64)[:, None] / size
    return x * torch.exp(2j * torch.cos(3 * rows))


def coils(size: int, *, pattern: str = "cartesian-gaussian", rate=0.35, dtype=torch.float64) -> MultiCoilOperator:
    shape = (size, size)
    return MultiCoilOperator(sampling_mask(pattern, shape, rate), birdcage(shape, 6), dtype=dtype)


OPERATORS = {
    "six coils": coils(16),
    "one coil": FourierOperator(sampling_mask("multilevel", (16, 16), 0.4), dtype=torch.float64),
    "radon": RadonOperator((13, 16), equispaced_angles(11), dtype=torch.float64),
}


def dense(operator: SamplingOperator) -> np.ndarray:
    """The matrix of A."""
    height, width = operator.image_shape
    unit = torch.eye(height * width, dtype=operator.dtype).reshape(-1, height, width)
    return operator(unit).reshape(height * width, -1).numpy().T


def noisy(operator: SamplingOperator, x: torch.Tensor, level: float, seed: int = 0) -> torch.Tensor:
    """A x with noise of relative norm `level`."""
    y = operator(x.to(operator.dtype))
    e = operator.restrict(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(seed)))
    return y + level * e * (torch.linalg.vector_norm(y) / torch.linalg.vector_norm(e))


@pytest.mark.parametrize("lambda_", [1e-3, 1e-1])
@pytest.mark.parametrize("name", OPERATORS)
def test_the_solution_is_that_of_the_dense_normal_equations(name, lambda_):
    operator = OPERATORS[name]
    matrix = dense(operator)
    y = torch.randn(operator.data_shape, dtype=operator.dtype, generator=torch.Generator().manual_seed(1))
    y = operator.restrict(y)
    method = LeastSquares(lambda_=lambda_, tolerance=1e-9)
    weight = method.weight(operator)
    assert weight == pytest.approx(lambda_ * np.linalg.norm(matrix, 2) ** 2, rel=2e-3)
    gram = matrix.conj().T @ matrix + weight * np.eye(matrix.shape[1])
    wanted = np.linalg.solve(gram, matrix.conj().T @ y.numpy().ravel())
    found = method(y, operator).numpy().ravel()
    assert np.linalg.norm(found - wanted) < 1e-6 * np.linalg.norm(wanted)
    least = 0.5 * np.linalg.norm(matrix @ wanted - y.numpy().ravel()) ** 2 + 0.5 * weight * np.linalg.norm(wanted) ** 2
    assert method.last.converged and method.last.objective == pytest.approx(least, rel=1e-9)


def test_without_a_weight_and_with_enough_coils_the_image_comes_back():
    """Every other line and six coils determine every pixel: SENSE is exact where zero-filling folds."""
    x, operator = picture(32, phase=True), coils(32, pattern="fastmri-equispaced", rate=0.5)
    y = operator(x)
    found = LeastSquares(tolerance=1e-8, max_steps=1000)(y, operator)
    assert psnr(found, x) > 80 > 35 > psnr(operator.quick_inverse(y), x)


def test_float32_keeps_the_stated_residual_and_objective():
    x, operator = picture(48, phase=True), coils(48, dtype=torch.float32)
    fine = operator.to(dtype=torch.float64)
    y = noisy(fine, x, 0.01)
    method = LeastSquares(lambda_=1e-3, tolerance=1e-4)
    found = method(y.to(torch.complex64), operator).to(torch.complex128)
    weight = method.weight(fine)
    normal = fine.gram(found) + weight * found - fine.adjoint(y)
    assert torch.linalg.vector_norm(normal) < 1.2e-4 * torch.linalg.vector_norm(fine.adjoint(y))
    value = 0.5 * torch.linalg.vector_norm(fine(found) - y) ** 2 + 0.5 * weight * torch.linalg.vector_norm(found) ** 2
    assert method.last.objective == pytest.approx(float(value), rel=2e-3)
    best = LeastSquares(lambda_=1e-3, tolerance=1e-10)
    best(y, fine)
    assert float(value) / best.last.objective - 1 < 1e-3


@pytest.mark.parametrize("name", OPERATORS)
def test_a_warm_start_is_cheaper_and_as_good(name):
    operator = OPERATORS[name]
    x = picture(16)[: operator.image_shape[0]]
    method = LeastSquares(lambda_=1e-3, tolerance=1e-5)
    before = method.solve(noisy(operator, x, 0.01), operator)
    moved = noisy(operator, x * 1.02, 0.01)
    cold = method.solve(moved, operator)
    warm = method.solve(moved, operator, start=before.start)
    assert warm.converged and (warm.steps < cold.steps or cold.steps <= 1)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-4)


def test_noise_ends_the_iteration_before_it_is_fitted():
    x, operator = picture(32), RadonOperator((32, 32), equispaced_angles(45), dtype=torch.float64)
    y = noisy(operator, x, 0.05)
    early = least_squares_method(operator, noise=0.05)
    found = early(y, operator)
    late = LeastSquares(tolerance=1e-8, max_steps=200)
    assert psnr(found, x) > psnr(late(y, operator), x) + 3
    assert early.stopped_early and early.last.converged and not late.stopped_early
    misfit = torch.linalg.vector_norm(operator(found) - y) / torch.linalg.vector_norm(y)
    assert 0.04 < float(misfit) <= 0.05 * (1 + 1e-6)


def test_without_a_noise_level_only_the_residual_ends_the_iteration():
    """Of many coils in float32: F is a small difference of large numbers there, and rounding is no small misfit."""
    shape = (256, 256)
    operator = MultiCoilOperator(sampling_mask("cartesian-gaussian", shape, 0.33), birdcage(shape, 12))
    y = noisy(operator, picture(256, phase=True), 0.01)
    method = LeastSquares(lambda_=1e-3, tolerance=1e-4)
    solution = method.solve(y, operator)
    fine = LeastSquares(lambda_=1e-3, tolerance=1e-7).solve(y.to(torch.complex128), operator.to(dtype=torch.float64))
    assert solution.converged and not method.stopped_early
    assert solution.objective == pytest.approx(fine.objective, rel=1e-3) and solution.objective > fine.objective


def test_cancelling_keeps_the_newest_iterate_and_no_data_give_nothing():
    operator = OPERATORS["six coils"]
    method = LeastSquares(tolerance=1e-12)
    count = iter(range(100))
    solution = method.solve(operator(picture(16).to(operator.dtype)), operator, stopped=lambda: next(count) == 3)
    assert solution.steps == 3 and not solution.converged and solution.x.any()
    assert not method(torch.zeros(operator.data_shape, dtype=operator.dtype), operator).any()
    with pytest.raises(InputError, match="cannot be negative"):
        LeastSquares(lambda_=-1.0)
