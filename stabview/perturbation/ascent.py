"""Momentum ascent on Q of Antun et al. (PNAS 2020), with a scale read from the network's Jacobian.

    Q(r) = 1/2 ||f(A(x + r)) - f(Ax)||^2 - lambda/2 ||r||^2
    v_(k+1) = gamma v_k + eta grad Q(r_k),    r_(k+1) = r_k + v_(k+1),    r_0 = tau U[0, 1] in every real entry

Near r = 0, r grows along singular directions of J = d f(A.) / d x whose squared singular value exceeds lambda. So
lambda and eta left open are set from sigma^2 = ||J||^2: lambda = 0.1 sigma^2, eta = 0.5 / sigma^2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from stabview.perturbation.ball import each
from stabview.perturbation.goal import Change
from stabview.perturbation.iterate import Iterate, SearchState
from stabview.perturbation.objective import Evaluation, Objective
from stabview.perturbation.search import Effort, Memory, Rule, search

MOMENTUM = 0.9
POWER_STEPS = 4


@dataclass(frozen=True)
class Ascent(Rule):
    """lambda_, step_size : lambda and eta; None: from the Jacobian. init : tau; None: 1e-4 max|x|."""

    lambda_: float | None = None
    step_size: float | None = None
    momentum: float = MOMENTUM
    init: float | None = None
    seed: int = 0

    def first(self, objective: Objective, effort: Effort, count: int, generator: torch.Generator) -> torch.Tensor:
        tau = 1e-4 * float(objective.x.abs().max()) if self.init is None else self.init
        zero = objective.space.zero
        real = torch.rand((count, *zero.shape, 2 if zero.is_complex() else 1), generator=generator)
        noise = torch.view_as_complex(real) if zero.is_complex() else real[..., 0]
        return objective.space.project(tau * objective.space.allowed(noise.to(zero.device, zero.dtype)), effort.budget)

    def begin(self, objective: Objective, effort: Effort, v: torch.Tensor) -> Memory:
        scale = jacobian_norm_squared(objective, seed=self.seed)
        return {"velocity": torch.zeros_like(v), "scale": torch.tensor(scale, dtype=torch.float64)}

    def step(
        self, objective: Objective, effort: Effort, k: int, v: torch.Tensor, now: Evaluation, memory: Memory
    ) -> tuple[torch.Tensor, Memory] | None:
        """A start that would leave the budget stays where it is; when all would, the search has ended."""
        eta = 0.5 / max(float(memory["scale"]), 1e-30) if self.step_size is None else self.step_size
        velocity = self.momentum * memory["velocity"] + eta * (now.gradient - self._weight(memory) * v)
        inside = objective.space.ball.norm(v + velocity) <= effort.budget * objective.space.reference
        if not bool(inside.any()):
            return None
        velocity = velocity * each(inside.to(velocity.real.dtype), velocity)
        return v + velocity, {**memory, "velocity": velocity}

    def penalty(self, v: torch.Tensor, memory: Memory) -> torch.Tensor:
        size = torch.linalg.vector_norm(v.flatten(1), dim=1)
        return 0.5 * self._weight(memory) * size.cpu().double().square()

    def _weight(self, memory: Memory) -> float:
        return 0.1 * float(memory["scale"]) if self.lambda_ is None else self.lambda_


def momentum_ascent(
    objective: Objective, *, steps: int = 30, budget: float = 0.05, lambda_: float | None = None,
    step_size: float | None = None, momentum: float = MOMENTUM, init: float | None = None, restarts: int = 1,
    seed: int = 0, starts: torch.Tensor | None = None, state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., at most `steps`; ends before the first one whose relative norm would pass `budget`.

    Parameters
    ----------
    lambda_, step_size : lambda and eta in the half-square convention; None: from the Jacobian.
    init : tau; None: 1e-4 max|x|.
    """
    rule = Ascent(lambda_, step_size, momentum, init, seed)
    return search(
        objective, rule, Effort(steps, budget), restarts=restarts, seed=seed, starts=starts, state=state
    )


def jacobian_norm_squared(objective: Objective, *, steps: int = POWER_STEPS, seed: int = 0) -> float:
    """||J||^2 from below: the gradient of the half square at a tiny v is J*J v, so this is a power iteration."""
    change = objective.having(goal=Change())
    tiny = 1e-3 * objective.space.reference
    v = change.random_direction(torch.Generator().manual_seed(seed))
    value = 0.0
    for _ in range(steps):
        gradient = change(tiny * v).gradient
        value = float(torch.linalg.vector_norm(gradient)) / tiny
        if value == 0:
            return 0.0
        v = gradient / (value * tiny)
    return value
