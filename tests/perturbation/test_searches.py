"""What one may rely on in every iterate of a search through the shipped networks."""

import copy

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.methods.method import MethodSpec
from stabview.perturbation.ascent import momentum_ascent
from stabview.perturbation.budgets import over_budgets
from stabview.perturbation.continuation import continuation
from stabview.perturbation.harm import Loss
from stabview.perturbation.minimal import bracket, minimal_norm
from stabview.perturbation.objective import ChangeObjective, Objective
from stabview.perturbation.projected import adam_ascent, projected_ascent
from stabview.sampling.radon import RadonOperator, equispaced_angles

SEARCHES = {
    "continuation": lambda objective, **options: continuation(objective, **{"steps": 6, "budget": 0.05, **options}),
    "ascent": lambda objective, **options: momentum_ascent(objective, **{"steps": 12, "budget": 0.05, **options}),
    "projected": lambda objective, **options: projected_ascent(objective, **{"steps": 6, "budget": 0.05, **options}),
    "adam": lambda objective, **options: adam_ascent(objective, **{"steps": 6, "budget": 0.05, **options}),
    "minimal-norm": lambda objective, **options: minimal_norm(
        objective, Loss(3.0), **{"steps": 8, "budget": 0.05, **options}
    ),
}
norm = torch.linalg.vector_norm


@pytest.fixture(params=SEARCHES)
def search(request):
    return SEARCHES[request.param]


@pytest.fixture
def objective(deep_mri, lines, head) -> ChangeObjective:
    generator = torch.Generator().manual_seed(9)
    noise = 0.002 * torch.randn(40, 40, dtype=torch.complex64, generator=generator)
    return ChangeObjective(deep_mri, lines, head, lines(head) + lines.restrict(noise))


@pytest.fixture(scope="session")
def ct(ell_50):
    from stabview.images.phantoms import phantom

    operator = RadonOperator((32, 32), equispaced_angles(10))
    x = torch.from_numpy(np.array(phantom("ellipses", 32, seed=1).pixels, dtype=np.float32))
    return ChangeObjective(ell_50, operator, x, operator(x))


def same(first, second) -> None:
    assert [iterate.index for iterate in first] == [iterate.index for iterate in second]
    for one, other in zip(first, second, strict=True):
        torch.testing.assert_close(one.r, other.r, rtol=1e-6, atol=1e-9)
        assert one.objective == pytest.approx(other.objective, rel=1e-6)


@pytest.mark.parametrize("scanner", ["MRI", "CT"])
def test_every_iterate_is_consistent(search, scanner, objective, request):
    """The stored perturbation gives the stored image, data and numbers again."""
    objective = objective if scanner == "MRI" else request.getfixturevalue("ct")
    operator, x, y = objective.operator, objective.x, objective.y
    iterates = list(search(objective))
    assert len(iterates) > 3 and [iterate.index for iterate in iterates] == list(range(len(iterates)))
    clean = iterates[0]
    assert not clean.r.any() and clean.objective == 0 == clean.relative_norm
    assert torch.equal(clean.y, y) and torch.equal(clean.reconstruction, objective.method(y, operator))
    for iterate in iterates[1:]:
        seen = y + operator(iterate.r)
        again = objective.method(seen, operator)
        torch.testing.assert_close(iterate.y, seen, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(iterate.reconstruction, again, rtol=1e-4, atol=1e-5)
        weight = 0.1 * float(iterate.state.memory.get("scale", 0))  # lambda of the ascent; 0 for continuation
        q = 0.5 * float(norm(again - clean.reconstruction)) ** 2 - 0.5 * weight * float(norm(iterate.r)) ** 2
        assert iterate.objective == pytest.approx(q, rel=1e-3)
        assert iterate.relative_norm == pytest.approx(float(norm(iterate.r) / norm(x)), rel=1e-5)


@pytest.mark.parametrize("budget", [0.002, 0.03])
def test_the_budget_is_never_passed(search, objective, budget):
    sizes = [iterate.relative_norm for iterate in search(objective, budget=budget, steps=15)]
    assert 0.3 * budget < max(sizes) <= budget


def test_continuation_is_ordered_by_norm_and_ends_at_the_budget(objective):
    sizes = [iterate.relative_norm for iterate in continuation(objective, steps=5, start=0.001, budget=0.016)]
    np.testing.assert_allclose(sizes, [0, 0.001, 0.002, 0.004, 0.008, 0.016], rtol=1e-4)
    sizes = [iterate.relative_norm for iterate in continuation(objective, steps=8, start=0.001, budget=0.01)][1:]
    steps = np.diff(sizes)
    assert steps[0] / sizes[0] == pytest.approx(1.0, rel=1e-3), "by a factor while it is small"
    np.testing.assert_allclose(steps[2:], steps[-1], rtol=1e-3), "then evenly"
    (_, only) = continuation(objective, steps=1, budget=0.01)
    assert only.relative_norm == pytest.approx(0.01, rel=1e-4)


def test_a_stopped_search_goes_on_as_if_it_had_not_been_stopped(search, objective):
    whole = list(search(objective))
    begun = []
    for iterate in search(objective):
        begun.append(iterate)
        if iterate.index == 3:
            break
    same(begun + list(search(objective, state=begun[-1].state)), whole)


def test_restarts_go_on_together_and_the_best_is_shown(search, objective):
    """Each start of a batch goes its own way, as it would alone; a stopped batch goes on in the same way."""
    def alone(k):
        whole = objective.space.random(3, torch.Generator().manual_seed(4))
        start = whole[k : k + 1] * 0.001 * objective.space.reference
        return list(search(objective, starts=start, steps=4))

    together = list(search(objective, restarts=3, seed=4, steps=4))
    assert together[-1].state.v.shape[0] == 3
    if search not in (SEARCHES["ascent"], SEARCHES["minimal-norm"]):  # other starts, and a radius shared by all
        best = max(alone(k)[4].objective for k in range(3))
        assert together[4].objective == pytest.approx(best, rel=1e-3)
    same(list(search(objective, restarts=3, seed=4, steps=4, state=together[2].state)), together[3:])


def test_what_was_found_in_a_larger_ball_helps_in_a_smaller_one(objective):
    *_, far = continuation(objective, steps=10, budget=0.02)
    cold = max(iterate.objective for iterate in projected_ascent(objective, steps=3, budget=0.005))
    warm = list(projected_ascent(objective, steps=3, budget=0.005, starts=far.v[None]))
    assert max(iterate.objective for iterate in warm) > cold
    assert max(iterate.relative_norm for iterate in warm) <= 0.005


def test_budgets_from_the_largest_down_never_find_less_in_the_larger_one(objective):
    levels = list(over_budgets(objective, projected_ascent, (0.002, 0.005, 0.01), restarts=2, steps=4))
    assert [budget for budget, _ in levels] == [0.01, 0.005, 0.002]
    values = [found.objective for _, found in levels]
    assert values == sorted(values, reverse=True) and all(found.relative_norm <= budget for budget, found in levels)
    cold = [max(one.objective for one in projected_ascent(objective, steps=4, budget=b)) for b in (0.005, 0.002)]
    assert values[1] > 0.95 * cold[0] and values[2] > 0.95 * cold[1]


def test_the_smallest_harmful_perturbation_is_bracketed(objective):
    """The witness costs the stated decibels, nothing tried below it did, and a larger budget was not needed."""
    harm = Loss(1.0)
    iterates = list(minimal_norm(objective, harm, steps=40, budget=0.2))
    found = bracket(iterates, objective, harm)
    x = objective.x
    error, clean = (float(norm(f - x)) for f in (found.iterate.reconstruction, objective.clean))
    assert 20 * np.log10(error / clean) >= 1
    assert 0 < found.lower < found.upper < 1.2 * found.lower
    *_, last = continuation(objective, steps=40, budget=0.2 * found.upper)
    assert 20 * np.log10(float(norm(last.reconstruction - x)) / clean) < 1


def test_bfloat16_steers_the_search_and_float32_measures_it(deep_mri, lines, head):
    objective = Objective(deep_mri, lines, head, lines(head), precision="bfloat16")
    *_, last = continuation(objective, steps=6, budget=0.02)
    single = Objective(deep_mri, lines, head, lines(head))
    assert torch.equal(last.reconstruction, single.reconstruct(last.y))
    assert last.objective == pytest.approx(float(single(last.v).value), rel=1e-6)
    *_, exact = continuation(single, steps=6, budget=0.02)
    assert last.objective > 0.8 * exact.objective


def test_a_seed_repeats_a_search_and_another_one_begins_elsewhere(search, objective):
    first, again, other = (list(search(objective, seed=seed, steps=3)) for seed in (1, 1, 2))
    same(first, again)
    assert float(norm(first[1].r - other[1].r) / norm(first[1].r)) > 1e-3


def test_the_search_is_worse_than_noise(objective):
    """The point of the whole: the same norm in a random direction changes far less."""
    *_, last = continuation(objective, steps=12, budget=0.01)
    generator = torch.Generator().manual_seed(5)
    noise = objective.random_direction(generator) * norm(last.r)
    moved = [float(norm(objective(v).reconstruction - objective.clean)) for v in (last.r, noise)]
    assert moved[0] > 2 * moved[1]


class Times:
    """A network whose output is multiplied."""

    def __init__(self, method, factor: float) -> None:
        self.method, self.factor = method, factor
        self.spec = MethodSpec("times", "Times")

    def __call__(self, y, operator):
        return self.factor * self.method(y, operator)


def test_the_ascent_finds_its_own_scale(objective):
    """Without tuning, a network in other units (100 times larger, 1000 times smaller) is searched the same way."""
    plain = list(momentum_ascent(objective, steps=12, budget=0.05, seed=3))
    assert plain[-1].relative_norm > 3 * plain[1].relative_norm
    for factor in (100.0, 1e-3):
        method = Times(objective.method, factor)
        scaled = ChangeObjective(method, objective.operator, objective.x, objective.y)
        found = list(momentum_ascent(scaled, steps=12, budget=0.05, seed=3))
        assert len(found) == len(plain)
        for one, other in zip(found[1:], plain[1:], strict=True):
            assert float(norm(one.r - other.r) / norm(other.r)) < 1e-2
            assert one.objective == pytest.approx(other.objective * factor**2, rel=5e-2)


@pytest.mark.parametrize("domain", ["image", "samples"])
def test_the_gradient_is_that_of_finite_differences(deep_mri, lines, head, domain):
    """Through every block, every data consistency step and the operator itself, in float64."""
    operator, x = lines.to(dtype=torch.float64), head.to(torch.complex128)
    network = copy.deepcopy(deep_mri)
    network.module.double()
    objective = ChangeObjective(network, operator, x, operator(x), domain=domain)
    generator = torch.Generator().manual_seed(0)

    def direction():
        v = torch.randn(x.shape, dtype=torch.complex128, generator=generator)
        return objective.space.allowed(v) / norm(objective.space.allowed(v))

    point, step = 0.5 * direction(), 1e-8  # so short that hardly a ReLU turns on the way
    gradient = objective(point).gradient
    for _ in range(3):
        towards = direction()
        slope = float(torch.vdot(gradient.flatten(), towards.flatten()).real)
        ahead, behind = (float(objective(point + sign * step * towards).value) for sign in (1, -1))
        assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-4)


def test_data_consistency_is_part_of_the_gradient(deep_mri, lines, head):
    """Frozen k-space in the consistency steps, as in the released code of the papers, would give another gradient."""
    objective = ChangeObjective(deep_mri, lines, head, lines(head))
    v = 0.5 * objective.random_direction(torch.Generator().manual_seed(1))
    y = (objective.y + lines(v)).detach()

    def frozen(start, operator):
        x = operator.adjoint(start)
        for block in deep_mri.module.blocks:
            channels = torch.stack((x.real, x.imag))[None]
            channels = channels + block(channels)
            x = operator.enforce_data(torch.complex(channels[0, 0], channels[0, 1]), y)
        return x

    shortcut = ChangeObjective(frozen, lines, head, objective.y)
    shortcut.clean = objective.clean
    torch.testing.assert_close(shortcut(v).reconstruction, objective(v).reconstruction)
    whole, part = objective(v).gradient, shortcut(v).gradient
    assert float(norm(whole - part) / norm(whole)) > 0.05


def test_a_method_without_a_gradient_is_never_found_stable(lines, head):
    class Constant:
        spec = MethodSpec("constant", "Constant")

        def __call__(self, y, operator):
            return operator.adjoint(0 * y) + 1

    class Rounded:
        spec = MethodSpec("rounded", "Rounded")

        def __call__(self, y, operator):
            return torch.view_as_complex(torch.view_as_real(operator.adjoint(y)).detach().round(decimals=3))

    for method in (Constant(), Rounded()):
        objective = ChangeObjective(method, lines, head, lines(head))
        for search in (continuation, momentum_ascent):
            with pytest.raises(InputError, match=r"no gradient.*nothing can be said about its stability"):
                list(search(objective, steps=5))


def test_a_black_image_and_a_gradient_that_is_not_finite_are_refused(deep_mri, lines, head):
    with pytest.raises(InputError, match="zero everywhere"):
        ChangeObjective(deep_mri, lines, torch.zeros_like(head), torch.zeros_like(head))

    class Root:
        spec = MethodSpec("root", "Root")

        def __call__(self, y, operator):
            return operator.adjoint(y).abs().sub(5).sqrt()

    with pytest.raises(InputError, match="not finite"):
        list(continuation(ChangeObjective(Root(), lines, head, lines(head)), steps=2))
