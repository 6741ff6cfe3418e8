"""The search of a study: from its choices to a search of `stabview.perturbation`, its space and its goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from stabview.images.errors import InputError
from stabview.methods.sparse.implicit import differentiable
from stabview.perturbation.ascent import MOMENTUM as ASCENT_MOMENTUM
from stabview.perturbation.ascent import momentum_ascent
from stabview.perturbation.continuation import MOMENTUM as CONTINUATION_MOMENTUM
from stabview.perturbation.continuation import continuation
from stabview.perturbation.goal import Change, Error, Goal, Towards, Unseen, draw, hide, neighbourhood
from stabview.perturbation.harm import Harm, Loss, Reached, RegionChange
from stabview.perturbation.iterate import Iterate, SearchState
from stabview.perturbation.joint_descent import joint_descent
from stabview.perturbation.minimal import bracket, minimal_norm
from stabview.perturbation.objective import Objective, without_gradient
from stabview.perturbation.projected import adam_ascent, projected_ascent
from stabview.perturbation.saved import apply_saved, load_perturbations
from stabview.study.problem import Problem
from stabview.study.study import PerturbationChoice

WHOLE = ("change", "error", "unseen")
"""Goals about the whole image, whose harm is a loss of PSNR."""
WITHOUT_GRADIENT = ("joint-descent", "saved")
"""Searches that need no gradient of the method in its data."""


def search(problem: Problem, state: SearchState | None = None) -> Iterator[Iterate]:
    """The iterates of the study's worst-case search, those after `state` when resuming.

    Their reconstructions are the network's, whichever method the search is against.
    """
    choice = problem.study.perturbation
    if problem.network.untrained and choice.against == "network" and choice.search not in WITHOUT_GRADIENT:
        raise InputError(without_gradient(problem.network.spec.title))  # before a fit that takes minutes
    objective = search_objective(problem)
    if choice.search == "saved":
        if choice.saved is None:
            raise InputError("[perturbation] saved names no file: give the arrays.npz of an earlier run.")
        found = apply_saved(objective, load_perturbations(choice.saved))
    else:
        found = run_search(objective, choice, budget=budget_of(problem, objective), state=state)
    for iterate in found:
        if choice.against != "network":
            seen = problem.objective.clean if iterate.index == 0 else problem.objective.reconstruct(iterate.y)
            iterate = replace(iterate, reconstruction=seen)
        yield iterate


def run_search(
    objective: Objective, choice: PerturbationChoice, *, budget: float, steps: int | None = None,
    seed: int | None = None, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """A search of `stabview.perturbation` by its name, with another budget, length or seed where given."""
    common = {
        "steps": choice.steps if steps is None else steps, "budget": budget,
        "seed": choice.seed if seed is None else seed,
    }  # fmt: skip
    if choice.search == "joint-descent":
        return joint_descent(objective, **common)
    if getattr(objective.method, "untrained", False):
        raise InputError(without_gradient(objective.method.spec.title))
    common |= {"state": state, "restarts": choice.restarts}
    if choice.search == "ascent":
        return momentum_ascent(
            objective, lambda_=choice.lambda_, step_size=choice.step, init=choice.init,
            momentum=ASCENT_MOMENTUM if choice.momentum is None else choice.momentum, **common,
        )  # fmt: skip
    if choice.search == "projected":
        return projected_ascent(objective, **common)
    if choice.search == "adam":
        return adam_ascent(objective, **common)
    if choice.search == "minimal-norm":
        return minimal_norm(objective, harm_of(objective, choice), start=choice.start, **common)
    return continuation(
        objective, start=choice.start,
        momentum=CONTINUATION_MOMENTUM if choice.momentum is None else choice.momentum, **common,
    )  # fmt: skip


def harm_of(objective: Objective, choice: PerturbationChoice) -> Harm:
    """What the minimal-norm search has to do, by the goal: reach a target, change a region, or cost decibels."""
    if isinstance(objective.goal, Towards):
        return Reached(objective.goal, choice.share)
    if choice.goal == "region":
        return RegionChange(objective.goal.weight, choice.share)
    return Loss(choice.loss)


def search_objective(problem: Problem) -> Objective:
    """What the search climbs: the goal of the study, of the method it is against, in its space."""
    choice, objective = problem.study.perturbation, problem.objective
    if choice.against != "network":
        method = differentiable(problem.methods[choice.against])
        objective = Objective(method, problem.operator, problem.x, problem.y, space=objective.space)
    return objective.having(goal=_goal(problem, objective))


def _goal(problem: Problem, objective: Objective) -> Goal:
    goal = problem.study.perturbation.goal
    if goal == "hide":
        return hide(objective.method, problem.operator, problem.y, problem.target)
    if goal == "draw":
        return draw(objective.clean, problem.target)
    if goal == "region":
        return Change(neighbourhood(problem.target))
    if goal == "unseen":
        return Unseen(problem.operator)
    return Error() if goal == "error" else Change()


def budget_of(problem: Problem, objective: Objective) -> float:
    """The largest relative norm: of the image, the samples, the operator, or a share of the physical box."""
    choice = problem.study.perturbation
    if choice.domain == "physical":
        return choice.box
    budget = choice.max_relative_norm
    if choice.max_noise_ratio is not None:
        noise = noise_unit(problem, objective)
        if noise is None:
            raise InputError(
                "[perturbation] max_noise_ratio needs noise on the data: set [sampling] noise, or leave it out."
            )
        budget = min(budget, choice.max_noise_ratio * noise)
    return budget


def noise_unit(problem: Problem, objective: Objective) -> float | None:
    """The relative norm of a perturbation that is as large as the scan's noise; None without noise."""
    norm = objective.space.noise_norm(problem.noise)
    return norm / objective.space.reference if 0 < norm < float("inf") else None


def search_facts(problem: Problem, iterates: tuple[Iterate, ...]) -> dict[str, object]:
    """For result.json: goal, space, and sizes of the last iterate in the units of noise and of the knobs."""
    choice, space = problem.study.perturbation, problem.objective.space
    facts: dict[str, object] = {
        "search": choice.search, "goal": choice.goal, "against": choice.against, "domain": choice.domain,
        "unit": space.unit,
    }  # fmt: skip
    if choice.against == "soa":
        facts["gradient"] = "implicit, at the minimum; gaps of clean and perturbed solves stand with the iterates"
    if choice.search == "minimal-norm" and choice.against == "network" and len(iterates) > 1:
        objective = search_objective(problem)
        found = bracket(list(iterates), objective, harm_of(objective, choice))
        facts |= {"loss" if choice.goal in WHOLE else "share": choice.loss if choice.goal in WHOLE else choice.share,
                  "not_found_up_to": found.lower}  # fmt: skip
        facts |= {"smallest_harmful_norm": found.upper} if found.iterate is not None else {}
    last = iterates[-1] if iterates else None
    unit = noise_unit(problem, problem.objective)
    if last is not None and last.index and unit is not None:
        facts["norm_over_noise"] = last.relative_norm / unit
    if last is not None and last.v is not None and hasattr(space, "settings") and isinstance(last.v, torch.Tensor):
        facts["knobs"] = {name: {"size": size, "unit": unit} for name, (size, unit) in space.settings(last.v).items()}
    return facts
