"""Projected ascent in the ball of the budget: with momentum and step halving, and by Adam. Neither needs tuning.

Step halving follows Croce and Hein's APGD (ICML 2020): the step is twice the budget at first and is halved, going back
to the best point, at checkpoints where fewer than three quarters of the steps went up or nothing better was found.
Adam is the search of Genzel, Macdonald and Maerz (TPAMI 2022), but for the projection, which is taken in the metric of
Adam's own steps (Reddi, Kale and Kumar, ICLR 2018). With the nearest point in the usual sense a search comes to rest
where v is parallel to the preconditioned gradient: of a linear method, at 70 to 90 % of its largest singular value.
In the metric it rests where v is parallel to the gradient, as it should.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from stabview.perturbation.ball import each
from stabview.perturbation.iterate import Iterate, SearchState
from stabview.perturbation.objective import Evaluation, Objective
from stabview.perturbation.search import Effort, Memory, Rule, search

FORWARD = 0.75
"""Share of the projected step in the next one; the rest is momentum."""
ASCENDING = 0.75
"""Share of the steps between checkpoints that have to go up."""
RATE = 1.0
BETAS = (0.5, 0.999)
"""Of the means of the gradient and of its squares. A mean over ten gradients would lag behind in a search of thirty."""


@dataclass(frozen=True)
class Projected(Rule):
    """z = P(v + eta d), v_(k+1) = P(v + 0.75 (z - v) + 0.25 (v - v_(k-1))), d the extreme point of the gradient."""

    def begin(self, objective: Objective, effort: Effort, v: torch.Tensor) -> Memory:
        nothing = torch.full((len(v),), -torch.inf, dtype=torch.float64)
        return {
            "before": v, "best": v, "best_gradient": torch.zeros_like(v), "best_value": nothing, "last_value": nothing,
            "best_before": nothing, "length": torch.full((len(v),), 2 * effort.budget * objective.space.reference),
            "rises": torch.zeros(len(v)), "since": torch.tensor(0.0), "halved": torch.ones(len(v), dtype=torch.bool),
        }  # fmt: skip

    def step(
        self, objective: Objective, effort: Effort, k: int, v: torch.Tensor, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        m = dict(memory)
        better = now.value > m["best_value"]
        m["rises"] = m["rises"] + (now.value > m["last_value"])
        m["best"] = _chosen(better, v, m["best"])
        m["best_gradient"] = _chosen(better, now.gradient, m["best_gradient"])
        m["best_value"] = torch.where(better, now.value, m["best_value"])
        m["last_value"], m["since"] = now.value, m["since"] + 1
        gradient, before = now.gradient, m["before"]
        if k - 1 in checkpoints(effort.steps):
            stuck = (m["rises"] < ASCENDING * m["since"]) | (
                ~m["halved"] & (m["best_value"] <= m["best_before"])
            )
            m["length"] = torch.where(stuck, m["length"] / 2, m["length"])
            v, before = _chosen(stuck, m["best"], v), _chosen(stuck, m["best"], before)
            gradient = _chosen(stuck, m["best_gradient"], gradient)
            m |= {"halved": stuck, "best_before": m["best_value"], "rises": torch.zeros_like(m["rises"]),
                  "since": torch.zeros_like(m["since"])}  # fmt: skip
        ball, space = objective.space.ball, objective.space
        if not bool(gradient.any()):
            return None
        z = space.project(v + each(m["length"].to(v.device), v) * ball.extreme(gradient), effort.budget)
        share = 1.0 if k == 1 else FORWARD
        moved = space.project(v + share * (z - v) + (1 - share) * (v - before), effort.budget)
        return moved, {**m, "before": v}


def checkpoints(steps: int) -> set[int]:
    """Steps at which the step length is looked at: shares 0.22, then ever closer, at least 0.06 apart."""
    shares = [0.0, 0.22]
    while shares[-1] < 1:
        shares.append(shares[-1] + max(shares[-1] - shares[-2] - 0.03, 0.06))
    return {-int(-share * steps // 1) for share in shares[1:]}


@dataclass(frozen=True)
class Adam(Rule):
    """v_(k+1) = P(z), z = v + rate m / d, d = sqrt(s) + eps: the u in the ball with the smallest sum of d |u - z|^2.

    m and s are running means of the gradient and of its squared entries. rate : in even entries of the budget. The
    gradient is divided by its first norm, so that eps means the same for every network.
    """

    rate: float = RATE

    def begin(self, objective: Objective, effort: Effort, v: torch.Tensor) -> Memory:
        real = _reals(v)
        unit = torch.zeros(len(v), device=v.device)
        return {"mean": torch.zeros_like(real), "square": torch.zeros_like(real), "unit": unit}

    def step(
        self, objective: Objective, effort: Effort, k: int, v: torch.Tensor, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        space, gradient = objective.space, _reals(now.gradient)
        unit = memory["unit"].to(gradient)
        if k == 1:
            unit = torch.linalg.vector_norm(gradient.flatten(1), dim=1) / gradient[0].numel() ** 0.5
        gradient = gradient / each(unit.clamp_min(1e-30), gradient)
        mean = torch.lerp(gradient, memory["mean"], BETAS[0])
        square = torch.lerp(gradient.square(), memory["square"], BETAS[1])
        metric = (square / (1 - BETAS[1] ** k)).sqrt() + 1e-5
        entry = self.rate * effort.budget * space.reference * space.ball.typical(gradient.shape[1:])
        there = _reals(v) + entry * mean / (1 - BETAS[0] ** k) / metric
        moved = space.ball.project(there, effort.budget * space.reference, metric)
        moved = torch.view_as_complex(moved.contiguous()) if v.is_complex() else moved
        return space.allowed(moved.to(v.dtype)), {"mean": mean, "square": square, "unit": unit}


def projected_ascent(
    objective: Objective, *, steps: int = 30, budget: float = 0.05, restarts: int = 1, seed: int = 0,
    starts: torch.Tensor | None = None, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., `steps` in the ball of the budget; the objective need not rise from one to the next."""
    effort = Effort(steps, budget)
    return search(objective, Projected(), effort, restarts=restarts, seed=seed, starts=starts, state=state)


def adam_ascent(
    objective: Objective, *, steps: int = 30, budget: float = 0.05, rate: float = RATE, restarts: int = 1,
    seed: int = 0, starts: torch.Tensor | None = None, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., `steps` in the ball of the budget; the objective need not rise from one to the next."""
    effort = Effort(steps, budget)
    return search(objective, Adam(rate), effort, restarts=restarts, seed=seed, starts=starts, state=state)


def _chosen(where: torch.Tensor, yes: torch.Tensor, no: torch.Tensor) -> torch.Tensor:
    """Of a batch, `yes` for the starts of which `where` (n,) is true."""
    return torch.where(each(where.to(no.device), no), yes, no)


def _reals(v: torch.Tensor) -> torch.Tensor:
    return torch.view_as_real(v) if v.is_complex() else v
