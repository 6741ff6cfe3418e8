"""Gradients of sparse methods at their minimum, against differences of very exact solves."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.methods.linear.least_squares import LeastSquares
from stabview.methods.sparse.implicit import ImplicitMethod, differentiable
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.radon import RadonOperator, equispaced_angles

SIDE = 20
OPERATORS = {
    "fourier": lambda: FourierOperator(sampling_mask("multilevel", (SIDE, SIDE), 0.7, seed=1), dtype=torch.float64),
    "radon": lambda: RadonOperator((SIDE, SIDE), equispaced_angles(16), dtype=torch.float64),
}


def data(operator) -> torch.Tensor:
    """A drawn image's data with a little noise."""
    pixels = torch.from_numpy(np.abs(phantom("ellipses", SIDE, seed=2).pixels)).to(operator.dtype)
    y = operator(pixels / pixels.abs().max())
    noise = torch.randn(y.shape, generator=torch.Generator().manual_seed(3), dtype=y.dtype)
    return y + operator.restrict(noise) * 0.01 * y.abs().max()


@pytest.mark.parametrize(
    ("operator", "name", "problem"),
    [("fourier", "tv", "p2"), ("fourier", "tv", "p3"), ("fourier", "wavelet", "p2"), ("radon", "wavelet", "p2")],
)
def test_the_gradient_at_the_minimum_is_that_of_differences(operator, name, problem):
    operator = OPERATORS[operator]()
    y = data(operator)
    weight = {"p2": 5e-3 * operator.norm() ** 2, "p3": 1e-2 * operator.norm()}[problem]
    method = ImplicitMethod(
        sparse_method(name, operator, problem=problem, lambda_=weight, tolerance=1e-9, max_steps=3000)
    )
    clean = method(y, operator)

    def value(shifted):
        return 0.5 * (method(shifted, operator) - 0.9 * clean).abs().square().sum()

    leaf = y.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(value(leaf), leaf)
    assert method.residual < 2e-3
    step = gradient / torch.linalg.vector_norm(gradient) * 1e-3 * torch.linalg.vector_norm(y)
    slope = float((gradient.conj() * step).real.sum())
    assert slope == pytest.approx(float(value(y + step) - value(y - step)) / 2, rel=0.03)


def test_least_squares_has_its_exact_gradient():
    operator = OPERATORS["radon"]()
    y = data(operator)
    method = differentiable(LeastSquares(lambda_=1e-2, tolerance=1e-12))
    leaf = y.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(method(leaf, operator).square().sum(), leaf)
    matrix = torch.stack([operator(unit).flatten() for unit in torch.eye(SIDE**2).double().reshape(-1, SIDE, SIDE)], 1)
    inverse = torch.linalg.inv(matrix.T @ matrix + 1e-2 * operator.norm() ** 2 * torch.eye(SIDE**2)) @ matrix.T
    torch.testing.assert_close(gradient.flatten(), 2 * inverse.T @ inverse @ y.flatten(), rtol=5e-3, atol=5e-3)


def test_constraints_and_reweighting_have_no_gradient():
    operator = OPERATORS["fourier"]()
    with pytest.raises(InputError, match="p2 or p3"):
        differentiable(sparse_method("tv", operator, problem="p1", lambda_=0.1))
    with pytest.raises(InputError, match="tv, tgv"):
        differentiable(sparse_method("shearlet", operator, lambda_=0.1))
