"""The primal-dual algorithm of Chambolle and Pock (2011) for P1, P2 and P3 with any operator and regulariser.

    u+ = prox of sigma g*  at  u + sigma (A xbar - y)        p+ = clip(p + sigma K zbar, lambda)
    z+ = z - tau (A* u+ + K* p+)                             zbar+ = 2 z+ - z
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.methods.sparse.objective import Objective
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

LOOK = 10


@torch.no_grad()
def primal_dual_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 2000, balance: float = 1.0,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates from zero or from a warm start. `balance` is tau / sigma; tau sigma (||A||^2 + ||K||^2) < 1."""
    regulariser = objective.regulariser
    step_size = 0.99 / (operator.norm() ** 2 + regulariser.norm_squared()) ** 0.5
    tau, sigma = step_size * balance**0.5, step_size / balance**0.5
    back = operator._adjoint(y)
    if start is None:
        z = back.new_zeros((regulariser.planes, *back.shape))
        u, p = torch.zeros_like(y), [torch.zeros_like(part) for part in regulariser.analyse(z)]
    else:
        z, u, *p = start.tensors
    ahead = z
    for step in range(1, max_steps + 1):
        u = objective.data.dual_step(u + sigma * (operator._forward(ahead[0]) - y), sigma)
        fresh = regulariser.analyse(ahead)
        p = regulariser.clip(
            [torch.add(part, new, alpha=sigma) for part, new in zip(p, fresh, strict=True)], objective.lambda_
        )
        pull = regulariser.synthesise(p)
        pull[0] += operator._adjoint(u)
        before, z = z, z - tau * pull
        ahead = 2 * z - before
        value = objective.value(operator, z, y) if step % LOOK == 0 else None
        yield SolverIterate(step, z, value, start=WarmStart("primal-dual", (z, u, *p)))
