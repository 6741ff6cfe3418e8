"""P3 with a weight so small that the data are met exactly: the primal-dual algorithm goes on from where ADMM stands.

Then ||A x - y|| has no gradient at the solution and the weight s lambda of the running ADMM goes to zero, ever slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from stabview.methods.sparse.objective import Objective
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.methods.sparse.solvers.primal_dual import primal_dual_iterates
from stabview.sampling.operator import SamplingOperator

VANISHING = 2e-4
"""Share of ||y|| below which the misfit is on its way to zero."""
SETTLED = 2e-3
"""Relative change between looks below which the misfit has been found."""
PATIENCE = 200
"""Steps after which a misfit that still falls counts as vanishing."""


def vanishes(step: int, misfit: float, before: float, size: float) -> bool:
    """Whether ||A x - y|| = `misfit`, `before` a look ago, is on its way to zero. size : ||y||."""
    return misfit < VANISHING * size or (step >= PATIENCE and misfit < (1 - SETTLED) * before)


def exact_fit_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, start: WarmStart, *, step: int, max_steps: int
) -> Iterator[SolverIterate]:
    """Iterates that go on counting from `step`. start : ADMM's state, and what they leave for the next solve."""
    regulariser, rho = objective.regulariser, start.penalty
    z, *splits = start.tensors
    misfit = operator._forward(z[0]) - y
    u = misfit / torch.linalg.vector_norm(misfit).clamp(min=1e-30)
    p = [part * rho for part in regulariser.clip(splits, objective.lambda_ / rho)]
    begin = WarmStart("primal-dual", (z, u, *p))
    for iterate in primal_dual_iterates(objective, operator, y, start=begin, max_steps=max_steps - step):
        if iterate.objective is not None:
            z, _, *p = iterate.start.tensors
            splits = [c + part / rho for c, part in zip(regulariser.analyse(z), p, strict=True)]
            start = WarmStart("admm", (z, *splits), rho)
        yield replace(iterate, step=step + iterate.step, start=start)
