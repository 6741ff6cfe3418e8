"""The primal-dual algorithm of Chambolle and Pock (2011) for P1, P2 and P3 with any operator and regulariser.

    z~ = z - tau (A* u + K* p)
    u~ = prox of sigma g*  at  u + sigma (A (2 z~ - z) - y)      p~ = clip(p + rho K (2 z~ - z), lambda)
    (z, u, p) += relaxation ((z~, u~, p~) - (z, u, p))                    (over-relaxed as by Condat 2013)

The dual steps follow from the scale of the problem: rho = 0.3 lambda / (the threshold that suits ADMM), and sigma so
that A takes twice the share of K, sigma ||A||^2 = 2 rho ||K||^2. Of 9 pairs of these factors, tried on Fourier, Radon
and Gaussian data for P2 and P3 with TV and wavelets, it is never far from the best: at most 2.6 times its steps to
1e-3, except wavelets on Radon data, which take more than 300 where their best pair takes 170.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.methods.sparse.objective import Ball, Objective
from stabview.methods.sparse.solvers.certificate import correlation, excess, gap_from, is_certifiable, scaled_bound
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

LOOK = 10
"""The objective, and the certificate where the transform is orthonormal, are computed every so many steps."""
RELAXATION = 1.8
STEP = 0.3
DATA_SHARE = 2.0


@torch.no_grad()
def primal_dual_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 2000, balance: float = 1.0,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates from zero or from a warm start. `balance` multiplies both dual steps.

    P1's constraint is met in the limit only; its objective counts what it is missed by, times the multiplier.
    """
    regulariser, data, weight = objective.regulariser, objective.data, objective.lambda_
    back = operator._adjoint(y)
    zero = back.new_zeros((regulariser.planes, *back.shape))
    scale = float(operator.quick_inverse(y).abs().max())
    if scale == 0 or (isinstance(data, Ball) and data.eta >= float(torch.linalg.vector_norm(y))):
        yield SolverIterate(0, zero, objective.value(operator, zero, y), 0.0)
        return
    norm, transform_norm = operator.norm() ** 2, regulariser.norm_squared()
    rho = STEP * balance * weight / (regulariser.shrinkage * scale)
    sigma = DATA_SHARE * rho * transform_norm / norm
    tau = 0.99 / (sigma * norm + rho * transform_norm)
    if start is None:
        z, u, p = zero, torch.zeros_like(y), [torch.zeros_like(part) for part in regulariser.analyse(zero)]
    else:
        z, u, *p = start.tensors
    spread, pulled = operator._forward(z[0]), operator._adjoint(u)
    pulled_p, bound, certifiable = regulariser.synthesise(p), 0.0, is_certifiable(regulariser)
    for step in range(1, max_steps + 1):
        pull = pulled_p.clone()
        pull[0] += pulled
        fresh = z - tau * pull
        new_spread = operator._forward(fresh[0])
        new_u = data.dual_step(u + sigma * (2 * new_spread - spread - y), sigma)
        ahead = regulariser.analyse(2 * fresh - z)
        new_p = regulariser.clip([torch.add(a, b, alpha=rho) for a, b in zip(p, ahead, strict=True)], weight)
        new_pulled, new_pulled_p = operator._adjoint(new_u), regulariser.synthesise(new_p)
        value, gap = None, None
        if step % LOOK == 0:
            misfit = new_spread - y
            size, length = float(torch.linalg.vector_norm(misfit)), float(torch.linalg.vector_norm(new_u))
            value = data.value(misfit) + weight * float(regulariser.value(regulariser.analyse(fresh)))
            if isinstance(data, Ball):
                value += length * max(0.0, size - data.eta)
            if certifiable:
                infeasibility = excess(regulariser, regulariser.analyse(new_pulled[None]), weight)
                bound = max(bound, scaled_bound(data, correlation(new_u, y), length, infeasibility))
                gap = gap_from(value, bound)
        z = torch.lerp(z, fresh, RELAXATION)
        u, spread = torch.lerp(u, new_u, RELAXATION), torch.lerp(spread, new_spread, RELAXATION)
        pulled, pulled_p = torch.lerp(pulled, new_pulled, RELAXATION), torch.lerp(pulled_p, new_pulled_p, RELAXATION)
        p = [torch.lerp(a, b, RELAXATION) for a, b in zip(p, new_p, strict=True)]
        yield SolverIterate(step, fresh, value, gap, WarmStart("primal-dual", (z, u, *p)))
