"""Worst-case search by continuation in the radius: a power iteration on a growing sphere.

    m_k = gamma m_(k-1) + g_k / ||g_k||,    r_k = rho_k m_k / ||m_k||,

g_k the gradient of 1/2 ||f(A(x + r)) - f(Ax)||^2 at r_(k-1) and rho_k growing geometrically up to the budget. There is
no step size and no lambda, and the iterates are ordered by their norm.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.perturbation.iterate import Iterate, SearchState, clean_iterate
from stabview.perturbation.objective import ChangeObjective

MOMENTUM = 0.5


def continuation(
    objective: ChangeObjective, *, steps: int = 30, start: float = 0.001, budget: float = 0.05,
    momentum: float = MOMENTUM, seed: int = 0, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., `steps` (those after `state` when resuming).

    Parameters
    ----------
    start, budget : first and last relative norm; the radius of step k is start (budget / start)^((k-1)/(steps-1)).
    seed : of the random direction whose gradient begins the search.
    """
    if state is None:
        yield clean_iterate(objective)
        generator = torch.Generator().manual_seed(seed)
        first = objective.random_direction(generator) * (min(start, budget) * objective.reference_norm)
        state = SearchState(0, first, torch.zeros_like(first), 0.0)
    gradient = objective(state.perturbation).gradient
    trend = state.momentum
    for step in range(state.step + 1, steps + 1):
        length = torch.linalg.vector_norm(gradient)
        if float(length) == 0:
            return
        trend = momentum * trend + gradient / length
        radius = _radius(step, steps, min(start, budget), budget) * objective.reference_norm
        v = trend * (radius / torch.linalg.vector_norm(trend))
        evaluation = objective(v)
        gradient = evaluation.gradient
        yield Iterate(
            step, objective.as_image(v), evaluation.y, evaluation.reconstruction, evaluation.half_square,
            objective.relative_norm(v), SearchState(step, v, trend, 0.0),
        )  # fmt: skip


def _radius(step: int, steps: int, start: float, budget: float) -> float:
    if steps == 1:
        return budget
    # a hair below the budget, so that rounding never passes it
    return start * (budget / start) ** ((step - 1) / (steps - 1)) * (1 - 1e-6)
