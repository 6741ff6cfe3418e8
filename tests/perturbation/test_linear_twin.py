"""For a linear method the worst perturbation is known: its top singular vector. The searches have to find it."""

import numpy as np
import pytest
import torch

from stabview.perturbation.ascent import jacobian_norm_squared, momentum_ascent
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import ChangeObjective
from stabview.perturbation.projected import adam_ascent, projected_ascent

TWINS = ("random_map", "tikhonov", "fbp")


def found_gain(iterate, objective) -> float:
    """||f(A(x + v)) - f(Ax)|| / ||v|| of an iterate, v what was searched for."""
    change = torch.linalg.vector_norm(iterate.reconstruction - objective.clean)
    return float(change / torch.linalg.vector_norm(iterate.v))


def objective_of(twin, **options) -> ChangeObjective:
    return ChangeObjective(twin.method, twin.operator, twin.x, twin.y, **options)


@pytest.mark.parametrize("domain", ["image", "samples"])
@pytest.mark.parametrize("name", TWINS)
def test_every_search_finds_the_largest_singular_value(name, domain, request):
    twin = request.getfixturevalue(name)
    best = np.linalg.norm(getattr(twin, domain), 2)
    objective = objective_of(twin, domain=domain)
    *_, last = continuation(objective, steps=60, start=1e-3, budget=0.05, seed=1)
    grown = found_gain(last, objective) / best
    *_, last = momentum_ascent(objective, steps=300, budget=1e9, seed=1)  # linear, so it may grow as it likes
    climbed = found_gain(last, objective) / best
    assert 0.99 <= grown <= 1 + 1e-9
    *_, last = projected_ascent(objective, steps=60, budget=0.05, seed=1)
    assert 0.99 <= found_gain(last, objective) / best <= 1 + 1e-9
    *_, last = adam_ascent(objective, steps=60, budget=0.05, seed=1)
    assert 0.985 <= found_gain(last, objective) / best <= 1 + 1e-9
    assert 0.985 <= climbed <= 1 + 1e-9


@pytest.mark.parametrize("name", TWINS)
def test_the_scale_of_the_ascent_is_read_from_the_jacobian(name, request):
    twin = request.getfixturevalue(name)
    best = np.linalg.norm(twin.image, 2) ** 2
    estimate = jacobian_norm_squared(objective_of(twin))
    assert 0.5 * best < estimate <= best * (1 + 1e-6), "from below, and of the right size after a few steps"


def test_real_perturbations_have_a_worst_case_of_their_own(random_map):
    """Over real r the gain is the norm of [Re J; Im J], below that over complex r."""
    stacked = np.concatenate([random_map.image.real, random_map.image.imag])
    best, complex_best = np.linalg.norm(stacked, 2), np.linalg.norm(random_map.image, 2)
    assert best < 0.97 * complex_best
    objective = objective_of(random_map, real_only=True)
    for search in (continuation(objective, steps=80, seed=2), momentum_ascent(objective, steps=300, budget=1e9)):
        for iterate in search:
            assert not iterate.r.imag.any()
        assert 0.985 * best <= found_gain(iterate, objective) <= best * (1 + 1e-9)


def test_perturbed_samples_are_shown_as_the_smallest_image_with_the_same_data(random_map):
    operator = random_map.operator
    objective = objective_of(random_map, domain="samples")
    for search in (continuation(objective, steps=4), momentum_ascent(objective, steps=4, budget=1)):
        for iterate in search:
            e = iterate.y - random_map.y
            torch.testing.assert_close(operator.restrict(e), e), "only measured samples are touched"
            torch.testing.assert_close(operator(iterate.r), e)
            torch.testing.assert_close(operator.adjoint(operator(iterate.r)), iterate.r), "nothing in the null space"
            size = float(torch.linalg.vector_norm(e) / torch.linalg.vector_norm(random_map.y))
            assert iterate.relative_norm == pytest.approx(size, abs=1e-12)
    assert e.abs().max() > 0


def test_q_counts_the_penalty_of_the_ascent(random_map):
    objective = objective_of(random_map)
    weight = 0.3 * np.linalg.norm(random_map.image, 2) ** 2
    for iterate in momentum_ascent(objective, steps=5, budget=10, lambda_=weight):
        change = (random_map.image @ iterate.r.numpy().ravel()) if iterate.index else np.zeros(1)
        wanted = 0.5 * np.linalg.norm(change) ** 2 - 0.5 * weight * np.linalg.norm(iterate.r.numpy()) ** 2
        assert iterate.objective == pytest.approx(wanted, rel=1e-9)


def test_nothing_grows_where_lambda_is_above_the_gain(random_map):
    """Q has its maximum at r = 0 when lambda exceeds the squared gain, so r shrinks."""
    best = np.linalg.norm(random_map.image, 2) ** 2
    sizes = [
        iterate.relative_norm
        for iterate in momentum_ascent(objective_of(random_map), steps=80, budget=1, lambda_=1.5 * best)
    ]
    assert sizes[-1] < 0.2 * sizes[1]
