"""Whether the proof of strength tells strong searches from weak ones."""

import pytest
import torch

from stabview.perturbation.continuation import continuation
from stabview.perturbation.known import LinearTwin, largest_gain, planted
from stabview.perturbation.objective import Objective
from stabview.perturbation.projected import adam_ascent
from stabview.perturbation.validity import Validity, validity

norm = torch.linalg.vector_norm


@pytest.fixture(scope="module")
def objective(deep_mri, lines, head) -> Objective:
    return Objective(deep_mri, lines, head, lines(head))


def test_the_twin_of_a_coil_is_worst_at_zero_frequency(lines, head):
    twin = Objective(LinearTwin(), lines, head, lines(head))
    assert largest_gain(twin) == pytest.approx(1.0, rel=1e-4)


def test_a_planted_instability_exists(objective):
    """The perturbation that was planted stays in the budget and has its effect; other ones have hardly any."""
    method = planted(objective.method, objective.space, budget=0.01, effect=5.0, difficulty=1.5)
    radius = 0.01 * objective.space.reference
    adjoint = objective.operator.adjoint(method.u)
    v = radius * adjoint / norm(adjoint)
    for sign in (1, -1):
        f = method(objective.y + sign * objective.operator(v), objective.operator)
        assert method.found(f, objective.clean) == pytest.approx(1, abs=0.15)
    other = radius * objective.random_direction(torch.Generator().manual_seed(9))
    f = method(objective.y + objective.operator(other), objective.operator)
    assert method.found(f, objective.clean) < 0.2


def test_a_strong_search_proves_it_and_a_weak_one_is_found_out(random_map):
    objective = Objective(random_map.method, random_map.operator, random_map.x, random_map.y)

    def strong(objective, *, steps, budget, seed):
        return continuation(objective, steps=steps, budget=budget, seed=seed)

    def weak(objective, *, steps, budget, seed):
        return adam_ascent(objective, steps=2, budget=budget, seed=seed)

    *earlier, proof = validity(objective, strong, steps=25, budget=0.03)
    assert all(one.strength == "strength not established" for one in earlier) and proof.complete
    checks = {check.name: check for check in proof.checks}
    assert checks["linear twin"].value > 0.97 and checks["gradient"].passed and checks["worse than noise"].passed
    assert checks["planted instability"].passed and proof.grade >= 1
    assert all(len(check.sentence) > 20 for check in proof.checks)
    *_, doubt = validity(objective, weak, steps=2, budget=0.03)
    assert doubt.grade == 0 and "fails" in doubt.strength and doubt.outcome == "inconclusive"
    assert not {check.name: check for check in doubt.checks}["linear twin"].passed


def test_the_words_for_what_was_found():
    passed = Validity(grade=1.0, loss=0.4, done=3, total=3)
    assert passed.outcome == "not found within the budget"
    assert Validity(loss=5.0).outcome == "observed", "a counterexample needs no proof of strength"
    assert Validity(grade=0.0, loss=0.4, done=3, total=3).outcome == "inconclusive"
    assert Validity(grade=1.0, loss=0.4, done=2, total=3).outcome == "inconclusive"
