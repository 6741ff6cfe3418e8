"""Reweighting: sparser coefficients and a smaller error, from the data alone, and a stop that means what it says."""

import numpy as np
import pytest
import torch

from stabview.measures.errors import psnr
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.regularisers.shearlets import Shearlets
from stabview.methods.sparse.solvers.reweighting import reweighted_iterates
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.radon import RadonOperator, equispaced_angles

LEVELS = {"levels": (0, 1, 1)}


def cartoon(size: int) -> torch.Tensor:
    """Smooth within a curved outline."""
    rows, columns = np.indices((size, size)) / size - 0.5
    outline = (rows / 0.35) ** 2 + ((columns + 0.4 * rows**2) / 0.25) ** 2 < 1
    return torch.from_numpy(outline * (0.6 + 0.4 * np.cos(4 * rows + 3 * columns)))


def fourier(size: int, rate: float = 0.3) -> FourierOperator:
    return FourierOperator(sampling_mask("multilevel", (size, size), rate), dtype=torch.float64)


def solve(operator, y, name="shearlet", **options):
    method = sparse_method(name, operator, **{"lambda_": 1e-3, **LEVELS, **options})
    return method, method.solve(y, operator)


def needed(x: torch.Tensor) -> int:
    """How many detail coefficients are above a thousandth of the largest."""
    sizes = torch.cat([part.abs().flatten() for part in Shearlets(**LEVELS).analyse(x[None])[1:]])
    return int((sizes > 1e-3 * sizes.max()).sum())


def test_the_weights_make_coefficients_sparser_and_the_error_smaller():
    operator, x = fourier(64), cartoon(64).to(torch.complex128)
    y = operator(x)
    _, plain = solve(operator, y, algorithm="admm", tolerance=1e-4)
    _, weighted = solve(operator, y)
    assert plain.converged and weighted.converged
    assert needed(weighted.x) < 0.85 * needed(plain.x)
    assert psnr(weighted.x, x) > psnr(plain.x, x) + 3


def test_the_weights_fall_with_the_coefficients_and_the_low_pass_is_free():
    shearlets = Shearlets(epsilon=0.1, **LEVELS)
    c = shearlets.analyse(cartoon(48)[None])
    weighted = shearlets.reweighted(c)
    assert weighted.blocks[0].weight == 0
    weight, size = weighted.blocks[-1].weight, c[-1].abs()
    for direction in range(len(size)):
        order = size[direction].flatten().argsort()
        assert (weight[direction].flatten()[order].diff() <= 0).all()
    assert float(weight.max()) <= 0.1 / 0.1 and float(weight.min()) == pytest.approx(0.1 / 1.1)
    louder = shearlets.reweighted([7 * part for part in c])
    torch.testing.assert_close(louder.blocks[-1].weight, weight)


@pytest.mark.parametrize("name", ["shearlet", "shearlet-tgv"])
def test_the_objective_is_that_of_the_last_weights(name):
    operator = fourier(40)
    method = sparse_method(name, operator, lambda_=1e-3, **LEVELS)
    values = [i.objective for i in method.iterates(operator(cartoon(40).to(torch.complex128)), operator)]
    first = next(k for k, value in enumerate(values) if value is not None)
    assert first > 20, "no objective while the weights change"
    seen = [value for value in values[first:] if value is not None]
    assert seen[-1] == pytest.approx(min(seen), rel=1e-4), "one convex problem from then on"


def test_a_warm_start_needs_fewer_steps_and_stays_near():
    operator, x = fourier(48), cartoon(48).to(torch.complex128)
    method, cold = solve(operator, operator(x))
    moved = operator(x + 0.01 * x.roll(1, 0))
    again = method.solve(moved, operator)
    warm = method.solve(moved, operator, start=cold.start)
    assert warm.converged and warm.steps < again.steps
    assert torch.linalg.vector_norm(warm.x - again.x) < 0.03 * torch.linalg.vector_norm(again.x)


def test_no_data_give_nothing():
    operator = fourier(32)
    _, solution = solve(operator, torch.zeros((32, 32), dtype=torch.complex128))
    assert solution.converged and not solution.x.any()


def test_views_and_other_problems_are_solved_too():
    operator, x = RadonOperator((32, 32), equispaced_angles(12), dtype=torch.float64), cartoon(32)
    y = operator(x)
    _, solution = solve(operator, y, lambda_=1e-4 * operator.norm() ** 2)
    assert solution.converged and psnr(solution.x, x) > psnr(operator.quick_inverse(y), x) + 5
    operator = fourier(32)
    y = operator(x.to(torch.complex128))
    _, solution = solve(operator, y, name="shearlet-tgv", problem="p1", lambda_=0.1)
    assert solution.converged and float(torch.linalg.vector_norm(operator(solution.x) - y)) <= 0.1 * (1 + 1e-5)


def test_what_has_no_weights_is_refused():
    operator = fourier(16)
    objective = sparse_method("tv", operator, lambda_=1e-3).objective
    with pytest.raises(ValueError, match="weighted anew"):
        next(reweighted_iterates(objective, operator, operator(cartoon(16).to(torch.complex128))))
