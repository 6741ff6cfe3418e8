"""Minimal-norm search: the smallest perturbation that does a stated harm, by continuation whose radius is bisected.

The radius grows until the harm is done; then it is bisected (geometrically) between the largest radius at which a
number of steps did not do it and the smallest at which they did. The upper end comes with a perturbation that does it;
the lower end is only where this search did not find one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from stabview.perturbation.ball import each
from stabview.perturbation.continuation import Continuation, radius
from stabview.perturbation.harm import Harm
from stabview.perturbation.iterate import Iterate, SearchState
from stabview.perturbation.objective import Evaluation, Objective
from stabview.perturbation.search import Effort, Memory, search

TRIES = 4
"""Steps at one radius before it counts as too small."""
TIGHT = 1.05
"""The search ends when the ends of the bracket are within this factor."""


@dataclass(frozen=True)
class MinimalNorm(Continuation):
    """`harm` : what is to be done. `tries`, `tight` : see `TRIES`, `TIGHT`."""

    harm: Harm | None = None
    tries: int = TRIES
    tight: float = TIGHT

    def begin(self, objective: Objective, effort: Effort, v: torch.Tensor) -> Memory:
        unknown = {"lower": 0.0, "upper": torch.inf, "size": 0.0, "tried": 0.0}
        numbers = {name: torch.tensor(value, dtype=torch.float64) for name, value in unknown.items()}
        return {**super().begin(objective, effort, v), "witness": torch.zeros_like(v), **numbers}

    def step(
        self, objective: Objective, effort: Effort, k: int, v: torch.Tensor, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        m, ball = dict(memory), objective.space.ball
        lower, upper, size, tried = (float(m[name]) for name in ("lower", "upper", "size", "tried"))
        if k > 1:
            done = self.harm.amount(now.reconstruction, objective).to(v.device) >= 1
            growing = upper == torch.inf
            if bool(done.any()):
                upper, tried, m["witness"] = size, 0, torch.where(each(done, v), v, m["witness"])
            elif tried + 1 >= self.tries or (growing and size < effort.budget):
                lower, tried = size, 0
                known = each(ball.norm(m["witness"]) > 0, v)
                m["trend"] = torch.where(known, ball.extreme(m["witness"]), m["trend"])
            else:
                tried += 1
        if upper == torch.inf:
            if lower >= effort.budget:
                return None
            size = min(radius(k, Effort(max(effort.steps // 2, 2), effort.budget, effort.start)), effort.budget)
        else:
            if upper <= self.tight * lower:
                return None
            if tried == 0:
                size = (max(lower, upper / 10) * upper) ** 0.5
        ends = {"lower": lower, "upper": upper, "size": size, "tried": float(tried)}
        m |= {name: torch.tensor(value, dtype=torch.float64) for name, value in ends.items()}
        return self.on_sphere(objective, size, now, m)


@dataclass(frozen=True, eq=False)
class Bracket:
    """Between which relative norms the smallest harmful perturbation was found.

    `upper` is infinite where none was found within the budget; `iterate` is the one that does it at `upper`.
    """

    lower: float
    upper: float
    iterate: Iterate | None


def minimal_norm(
    objective: Objective, harm: Harm, *, steps: int = 40, start: float = 0.001, budget: float = 0.05,
    restarts: int = 1, seed: int = 0, tries: int = TRIES, tight: float = TIGHT, starts: torch.Tensor | None = None,
    state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., at most `steps`; half of them for the way up. `bracket` says what they found."""
    rule = MinimalNorm(harm=harm, tries=tries, tight=tight)
    effort = Effort(steps, budget, start)
    return search(objective, rule, effort, restarts=restarts, seed=seed, starts=starts, state=state)


def bracket(iterates: list[Iterate], objective: Objective, harm: Harm) -> Bracket:
    """What the iterates of any search say: the smallest harmful one, and the largest smaller one that was not."""
    harmful = [one for one in iterates if one.index and bool(harm.amount(one.reconstruction[None], objective)[0] >= 1)]
    smallest = min(harmful, key=lambda one: one.relative_norm, default=None)
    upper = smallest.relative_norm if smallest is not None else float("inf")
    lower = max((one.relative_norm for one in iterates if one.relative_norm < upper), default=0.0)
    return Bracket(lower, upper, smallest)
