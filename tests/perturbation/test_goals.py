"""What searches aim at, on a shipped network."""

import pytest
import torch

from stabview.images.details import PaintedDetail, render_detail
from stabview.perturbation.continuation import continuation
from stabview.perturbation.goal import Change, Error, Unseen, draw, hide, neighbourhood
from stabview.perturbation.objective import Objective
from stabview.perturbation.projected import projected_ascent
from stabview.perturbation.search import best_of

norm = torch.linalg.vector_norm


@pytest.fixture
def lesion(head) -> torch.Tensor:
    return torch.from_numpy(render_detail(tuple(head.shape), PaintedDetail("lesion", (22, 18), 5, 0.3)))


@pytest.mark.parametrize("kind", ["hide", "draw"])
def test_a_lesion_is_hidden_or_drawn_and_the_change_stays_there(kind, deep_mri, lines, head, lesion):
    """Where the search for the largest change does nothing of the kind at the same norm."""
    x = head + lesion if kind == "hide" else head
    plain = Objective(deep_mri, lines, x, lines(x))
    goal = hide(deep_mri, lines, plain.y, lesion) if kind == "hide" else draw(plain.clean, lesion)
    aimed = plain.having(goal=goal)
    best = best_of(projected_ascent(aimed, steps=20, budget=0.06))
    *_, largest = continuation(plain, steps=10, budget=best.relative_norm)
    share, by_chance = (goal.share(one.reconstruction, plain.clean) for one in (best, largest))
    assert share > 0.6 and abs(by_chance) < 0.2
    moved = (best.reconstruction - plain.clean).abs().square()
    assert float((moved * goal.weight).sum() / moved.sum()) > 3 * float(goal.weight.mean())
    before, after = (norm((f - goal.target) * goal.weight) ** 2 for f in (plain.clean, best.reconstruction))
    assert best.objective == pytest.approx(0.5 * float(before - after), rel=1e-3)


def test_continuation_ends_where_a_target_is_reached(deep_mri, lines, head, lesion):
    plain = Objective(deep_mri, lines, head, lines(head))
    iterates = list(continuation(plain.having(goal=draw(plain.clean, lesion)), steps=25, budget=0.8))
    assert len(iterates) < 26 and max(one.objective for one in iterates) > 0


def test_a_region_is_changed_more_than_by_a_search_for_everything(deep_mri, lines, head, lesion):
    weight = neighbourhood(lesion)
    plain = Objective(deep_mri, lines, head, lines(head))
    *_, whole = continuation(plain, steps=8, budget=0.02)
    *_, aimed = continuation(plain.having(goal=Change(weight)), steps=8, budget=0.02)
    inside = [norm((one.reconstruction - plain.clean) * weight) for one in (whole, aimed)]
    assert inside[1] > 1.2 * inside[0]


def test_the_error_to_the_truth_is_counted_from_the_clean_one(deep_mri, lines, head):
    objective = Objective(deep_mri, lines, head, lines(head), goal=Error())
    *_, last = continuation(objective, steps=8, budget=0.02)
    rise = norm(last.reconstruction - head) ** 2 - norm(objective.clean - head) ** 2
    assert last.objective == pytest.approx(0.5 * float(rise), rel=1e-3) and last.objective > 0


def test_what_the_samples_cannot_see_is_all_that_counts(deep_mri, lines, head):
    objective = Objective(deep_mri, lines, head, lines(head), goal=Unseen(lines))
    v = 0.02 * objective.space.reference * objective.random_direction(torch.Generator().manual_seed(0))
    found = objective(v)
    spectrum = torch.fft.fft2(found.reconstruction - objective.clean, norm="ortho") * (1 - lines.weights)
    assert float(found.value) == pytest.approx(0.5 * float(norm(spectrum)) ** 2, rel=1e-4)
    *_, last = continuation(objective, steps=8, budget=0.02)
    assert last.objective > float(found.value)
