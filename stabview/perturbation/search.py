"""The one loop of every search: evaluate, let the rule move, record. Resumable, seeded, several starts in a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

import torch

from stabview.perturbation.iterate import Iterate, SearchState, clean_iterate
from stabview.perturbation.objective import Evaluation, Objective

Memory = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Effort:
    """How long a search may be and how far it may go.

    Attributes
    ----------
    steps : iterates, each one forward and one backward pass for every start.
    budget : largest relative norm; never passed. start : relative norm of the random v that it begins with.
    """

    steps: int
    budget: float
    start: float = 1e-3


class Rule(ABC):
    """How a search moves: v_(k+1) from v_k, its value and gradient, and a memory of tensors."""

    def first(self, objective: Objective, effort: Effort, count: int, generator: torch.Generator) -> torch.Tensor:
        """(count, *shape) random perturbations to begin with: small, so that a gradient leads on."""
        size = min(effort.start, effort.budget) * objective.space.reference
        return objective.space.random(count, generator) * size

    def begin(self, objective: Objective, effort: Effort, v: torch.Tensor) -> Memory:
        """The memory before the first step."""
        return {}

    @abstractmethod
    def step(
        self, objective: Objective, effort: Effort, k: int, v: torch.Tensor, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        """v_k and its memory, from what was found at v_(k-1); None when there is nowhere to go."""

    def penalty(self, v: torch.Tensor, memory: Memory) -> torch.Tensor | float:
        """(n,) what the search subtracts from the goal."""
        return 0.0


def search(
    objective: Objective, rule: Rule, effort: Effort, *, restarts: int = 1, seed: int = 0,
    starts: torch.Tensor | None = None, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., effort.steps (those after `state` when resuming), each of the best start at that step.

    Parameters
    ----------
    restarts : how many starts are followed, together. seed : of the random ones.
    starts : (m, *shape) perturbations to start from, such as those found for a larger budget; random ones fill up.
    """
    if state is None:
        yield clean_iterate(objective)
        generator = torch.Generator().manual_seed(seed)
        v = rule.first(objective, effort, restarts, generator)
        if starts is not None:
            v = torch.cat((objective.space.project(starts, effort.budget), v))[:max(restarts, len(starts))]
        state = SearchState(0, v, rule.begin(objective, effort, v))
    v, memory = state.v, state.memory
    now = objective.batch(v)
    for k in range(state.step + 1, effort.steps + 1):
        moved = rule.step(objective, effort, k, v, now, memory)
        if moved is None:
            return
        v, memory = moved
        now = objective.batch(v)
        penalty = rule.penalty(v, memory)
        best = int((now.value - penalty).argmax())
        kept = objective.exact(now[best])
        value = float(kept.value) - (float(penalty[best]) if isinstance(penalty, torch.Tensor) else penalty)
        one = v[best] if len(v) == 1 else v[best].clone()  # not a window on all the starts
        yield Iterate(
            k, cache(partial(objective.space.image, one)), kept.y, kept.reconstruction, value,
            objective.relative_norm(one), one, SearchState(k, v, memory),
        )  # fmt: skip


def best_of(iterates: Iterator[Iterate] | list[Iterate]) -> Iterate:
    """The iterate with the largest objective; the other ones may be let go."""
    best = None
    for iterate in iterates:
        if best is None or iterate.objective > best.objective:
            best = iterate
    return best
