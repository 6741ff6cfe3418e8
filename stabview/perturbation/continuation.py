"""Worst-case search by continuation in the radius: a power iteration on a growing sphere.

    m_k = gamma m_(k-1) + g_k / ||g_k||,    v_k = rho_k argmax_{||d|| <= 1} <m_k, d>,

which is rho_k m_k / ||m_k|| in the Euclidean norm; g_k the gradient at v_(k-1) and rho_k growing up to the budget, by
a factor while it is small and then evenly. There is no step size and no lambda, and the iterates are ordered by their
norm. On a sphere of fixed radius it is the generalised power method (Journee et al., JMLR 2010).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from stabview.perturbation.ball import INSIDE, each
from stabview.perturbation.iterate import Iterate, SearchState
from stabview.perturbation.objective import Evaluation, Objective
from stabview.perturbation.search import Effort, Memory, Rule, search

MOMENTUM = 0.5
GROWTH = 2.0
"""Factor of the radius from step to step while it is small."""


@dataclass(frozen=True)
class Continuation(Rule):
    """`momentum` : gamma."""

    momentum: float = MOMENTUM

    def begin(self, objective: Objective, effort: Effort, v: torch.Tensor) -> Memory:
        return {"trend": torch.zeros_like(v)}

    def step(
        self, objective: Objective, effort: Effort, k: int, v: torch.Tensor, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        if k > 1 and not bool(outward(v, now.gradient).any()):
            return None  # a targeted goal is reached: further out nothing is better
        return self.on_sphere(objective, radius(k, effort), now, memory)

    def on_sphere(
        self, objective: Objective, size: float, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        """The next point, on the sphere of a relative norm."""
        length = torch.linalg.vector_norm(now.gradient.flatten(1), dim=1)
        if not bool(length.any()):
            return None
        trend = self.momentum * memory["trend"] + now.gradient / each(length.clamp_min(1e-30), now.gradient)
        v = objective.space.ball.extreme(trend) * (size * objective.space.reference * INSIDE)
        return v, {**memory, "trend": trend}


def outward(v: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """(n,) whether the goal rises when v grows."""
    return (v.conj() * gradient).real.flatten(1).sum(dim=1) > 0


def radius(k: int, effort: Effort) -> float:
    """The relative norm at step k: `start` at step 1, the budget from the last step on.

    Each is GROWTH times the one before, or more where that would not reach the budget in time; from where equal
    additions do, it grows by those. So most steps are spent on radii like the budget, and more is found than by one
    factor for all steps.
    """
    size = min(effort.start, effort.budget)
    if effort.steps == 1 or k >= effort.steps:
        return effort.budget
    for left in range(effort.steps - 1, effort.steps - k, -1):
        factor = max(GROWTH, (effort.budget / size) ** (1 / left))
        size = min(factor * size, size + (effort.budget - size) / left)
    return size



def continuation(
    objective: Objective, *, steps: int = 30, start: float = 0.001, budget: float = 0.05, momentum: float = MOMENTUM,
    restarts: int = 1, seed: int = 0, starts: torch.Tensor | None = None, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., `steps` (those after `state` when resuming).

    Parameters
    ----------
    start, budget : first and last relative norm; see `radius`.
    """
    effort = Effort(steps, budget, start)
    return search(
        objective, Continuation(momentum), effort, restarts=restarts, seed=seed, starts=starts, state=state
    )
