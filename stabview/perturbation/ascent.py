"""Momentum ascent on Q of Antun et al. (PNAS 2020), with a scale read from the network's Jacobian.

    Q(r) = 1/2 ||f(A(x + r)) - f(Ax)||^2 - lambda/2 ||r||^2
    v_(k+1) = gamma v_k + eta grad Q(r_k),    r_(k+1) = r_k + v_(k+1),    r_0 = tau U[0, 1] in every real entry

Near r = 0, r grows along singular directions of J = d f(A.) / d x whose squared singular value exceeds lambda. So
lambda and eta left open are set from sigma^2 = ||J||^2: lambda = 0.1 sigma^2, eta = 0.5 / sigma^2.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.perturbation.iterate import Iterate, SearchState, clean_iterate
from stabview.perturbation.objective import ChangeObjective

MOMENTUM = 0.9
POWER_STEPS = 4


def momentum_ascent(
    objective: ChangeObjective, *, steps: int = 30, budget: float = 0.05, lambda_: float | None = None,
    step_size: float | None = None, momentum: float = MOMENTUM, init: float | None = None, seed: int = 0,
    state: SearchState | None = None,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., at most `steps`; ends before the first one whose relative norm would pass `budget`.

    Parameters
    ----------
    lambda_, step_size : lambda and eta in the half-square convention; None: from the Jacobian.
    init : tau; None: 1e-4 max|x|.
    """
    scale = state.scale if state is not None else jacobian_norm_squared(objective, seed=seed)
    weight = 0.1 * scale if lambda_ is None else lambda_
    eta = 0.5 / max(scale, 1e-30) if step_size is None else step_size
    if state is None:
        yield clean_iterate(objective)
        tau = 1e-4 * float(objective.x.abs().max()) if init is None else init
        state = SearchState(1, _uniform(objective, tau, seed), objective.zero, scale)
        if objective.relative_norm(state.perturbation) > budget:
            return
        evaluation = objective(state.perturbation)
        yield _record(objective, state, evaluation, weight)
    else:
        evaluation = objective(state.perturbation)
    for step in range(state.step + 1, steps + 1):
        velocity = momentum * state.momentum + eta * (evaluation.gradient - weight * state.perturbation)
        state = SearchState(step, state.perturbation + velocity, velocity, scale)
        if not objective.relative_norm(state.perturbation) <= budget:
            return
        evaluation = objective(state.perturbation)
        yield _record(objective, state, evaluation, weight)


def jacobian_norm_squared(objective: ChangeObjective, *, steps: int = POWER_STEPS, seed: int = 0) -> float:
    """||J||^2 from below: the gradient of the half square at a tiny r is J*J r, so this is a power iteration."""
    tiny = 1e-3 * objective.reference_norm
    v = objective.random_direction(torch.Generator().manual_seed(seed))
    value = 0.0
    for _ in range(steps):
        gradient = objective(tiny * v).gradient
        value = float(torch.linalg.vector_norm(gradient)) / tiny
        if value == 0:
            return 0.0
        v = gradient / (value * tiny)
    return value


def _uniform(objective: ChangeObjective, tau: float, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    zero = objective.zero
    real = torch.rand((*zero.shape, 2 if zero.is_complex() else 1), generator=generator)
    noise = torch.view_as_complex(real) if zero.is_complex() else real[..., 0]
    return tau * objective.allowed(noise.to(zero.device))


def _record(objective: ChangeObjective, state: SearchState, evaluation, weight: float) -> Iterate:
    v = state.perturbation
    penalty = 0.5 * weight * float(torch.linalg.vector_norm(v)) ** 2
    return Iterate(
        state.step, objective.as_image(v), evaluation.y, evaluation.reconstruction, evaluation.half_square - penalty,
        objective.relative_norm(v), state,
    )  # fmt: skip
