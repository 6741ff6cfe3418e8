"""The primal-dual algorithm finds the minimum of P1, P2 and P3 whatever the operator, the regulariser and the scale."""

import numpy as np
import pytest
import torch

from stabview.images.phantoms import phantom
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles

SIZE = 32


def maps() -> np.ndarray:
    """Four smooth sensitivities, one from each corner, of which the squares add up to 1."""
    rows, columns = np.indices((SIZE, SIZE)) / SIZE
    corners = [np.exp(-((rows - a) ** 2) - (columns - b) ** 2 + 1j * (a * rows + b)) for a in (0, 1) for b in (0, 1)]
    return np.array(corners) / np.sqrt((np.abs(corners) ** 2).sum(axis=0))


OPERATORS = {
    "fourier": FourierOperator(sampling_mask("multilevel", (SIZE, SIZE), 0.5), dtype=torch.float64),
    "coils": MultiCoilOperator(sampling_mask("cartesian-gaussian", (SIZE, SIZE), 0.5), maps(), dtype=torch.float64),
    "radon": RadonOperator((SIZE, SIZE), equispaced_angles(20), dtype=torch.float64),
    "gaussian": GaussianOperator((SIZE, SIZE), SIZE * SIZE // 2, dtype=torch.float64),
}


def samples(operator: SamplingOperator, noise: float = 0.03) -> torch.Tensor:
    pixels = np.abs(phantom("head-flair", SIZE).pixels).astype(np.float64)
    y = operator(torch.from_numpy(pixels / pixels.max()).to(operator.dtype))
    e = operator.restrict(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(0)))
    return y + e * (noise * torch.linalg.vector_norm(y) / torch.linalg.vector_norm(e))


def weight(operator: SamplingOperator, y: torch.Tensor, problem: str) -> float:
    """About the same regularity in all three problems."""
    if problem == "p2":
        return 1e-2 * operator.norm() ** 2
    return 0.08 * operator.norm() if problem == "p3" else 0.04 * float(torch.linalg.vector_norm(y))


@pytest.mark.parametrize("name", OPERATORS)
def test_p2_agrees_with_the_other_algorithms(name):
    operator = OPERATORS[name]
    y = samples(operator)
    for regulariser, others in (("wavelet", ("fista", "admm")), ("tv", ("admm",))):
        lambda_, found = weight(operator, y, "p2"), {}
        for algorithm in ("primal-dual", *others):
            method = sparse_method(
                regulariser, operator, lambda_=lambda_, algorithm=algorithm, tolerance=3e-5, max_steps=4000
            )
            found[algorithm] = method.solve(y, operator)
            assert found[algorithm].converged, algorithm
        objectives = [solution.objective for solution in found.values()]
        assert max(objectives) <= min(objectives) * (1 + 1e-4), found


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("regulariser", ["wavelet", "tv"])
def test_p1_p2_and_p3_have_the_same_solution_at_matching_weights(name, regulariser):
    """At P3's solution with misfit s: P2 with lambda s, and P1 with eta = s, are solved by the same image."""
    operator = OPERATORS[name]
    y = samples(operator)

    def solve(problem: str, lambda_: float):
        method = sparse_method(
            regulariser, operator, problem=problem, lambda_=lambda_, algorithm="primal-dual", tolerance=1e-5,
            max_steps=4000,
        )  # fmt: skip
        return method.solve(y, operator)

    lambda_ = weight(operator, y, "p3") * (1 if regulariser == "wavelet" else 0.5)
    third = solve("p3", lambda_)
    misfit = float(torch.linalg.vector_norm(operator(third.x) - y))
    assert misfit > 1e-3 * torch.linalg.vector_norm(y), "not the interpolating regime"
    second, first = solve("p2", lambda_ * misfit), solve("p1", misfit)
    size = torch.linalg.vector_norm(third.x)
    for other in (second, first):
        assert torch.linalg.vector_norm(other.x - third.x) < 0.02 * size
    assert torch.linalg.vector_norm(operator(first.x) - y) < misfit * (1 + 1e-3)
    value = second.objective - 0.5 * float(torch.linalg.vector_norm(operator(second.x) - y)) ** 2
    assert first.objective * lambda_ * misfit == pytest.approx(value, rel=3e-3)


def test_the_scale_of_operator_and_data_does_not_matter():
    """The same problem in other units takes the same steps."""
    operator = RadonOperator((SIZE, SIZE), equispaced_angles(20), dtype=torch.float64)
    y = samples(operator)
    steps = []
    for factor in (1.0, 1e3):
        method = sparse_method(
            "tv", operator, lambda_=factor * weight(operator, y, "p2"), algorithm="primal-dual", tolerance=1e-4
        )
        steps.append(method.solve(factor * y, operator).steps)
    assert steps[0] == steps[1]


@pytest.mark.parametrize("problem", ["p1", "p2", "p3"])
def test_with_wavelets_the_stated_gap_is_certified(problem):
    operator = OPERATORS["fourier"]
    y = samples(operator)
    lambda_ = weight(operator, y, problem)

    def solve(algorithm: str, tolerance: float):
        method = sparse_method(
            "wavelet", operator, problem=problem, lambda_=lambda_, algorithm=algorithm, tolerance=tolerance,
            max_steps=5000,
        )  # fmt: skip
        return method.solve(y, operator)

    best, found = solve("douglas-rachford", 1e-7), solve("primal-dual", 1e-3)
    assert found.converged and found.certified
    assert abs(found.objective / best.objective - 1) <= found.gap <= 1e-3
