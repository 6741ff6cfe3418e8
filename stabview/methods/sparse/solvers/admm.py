"""ADMM (split Bregman) with the split d = K z and the data term in the image update (Goldstein and Osher 2009).

For single-coil Fourier data and circulant K that update is exact, for P1, P2 and P3 alike, and the penalty may change
from step to step: it starts low, so that edges form early, and rises to its final value. For other operators the update
is a running one, for P2 and P3. There P3 is P2 with the weight s lambda, s the newest ||A x - y||: with s free,
||v||^2 / (2 s) + s / 2 has the least value ||v||, and is convex in v and s together (the scaled LASSO, Sun and Zhang
2012).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.images.errors import InputError
from stabview.methods.sparse.objective import DataTerm, Norm, Objective, Squares
from stabview.methods.sparse.regularisers.differences import modulus
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.solvers.certificate import correlation
from stabview.methods.sparse.solvers.exact_fit import SETTLED, exact_fit_iterates, vanishes
from stabview.methods.sparse.solvers.fourier_update import FourierUpdate
from stabview.methods.sparse.solvers.image_update import is_exact
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.methods.sparse.solvers.normal_equations import NormalEquations
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator

RELAXATION = 1.8
DECAY = 0.85
"""Of the threshold lambda / rho from one step to the next, until it is the final one."""
OPENING_RUNNING, LEAST_PENALTY = 6.0, 5e-3
"""With a running image update the first threshold is at most so much larger, and the penalty not below this share of
||A||^2 for its sake: the smaller the penalty, the slower the update."""
LEAST = 1e-4
"""Share of ||y|| below which ||A x - y|| counts as zero in P3 with a running image update."""
AHEAD = 3.0
"""At most so many of the last changes of ||A x - y|| are added to it in advance."""
LOOK, LOOK_RUNNING = 2, 4
"""The objective is computed every so many steps, with an exact and with a running image update."""


@torch.no_grad()
def admm_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 500,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates of ADMM, from zero or from the state of a neighbouring problem. y : data of one image."""
    regulariser, data, lambda_ = objective.regulariser, objective.data, objective.lambda_
    exact = is_exact(operator, regulariser)
    if not exact and not isinstance(data, Squares | Norm):
        raise InputError(f"ADMM solves {data.name.upper()} for single-coil Fourier data only; choose primal-dual.")
    back = operator._adjoint(y)
    zero = back.new_zeros((regulariser.planes, *back.shape))
    scale = float(modulus((back if exact else operator.quick_inverse(y))[None]).max())
    if scale == 0:
        yield SolverIterate(0, zero, 0.0, 0.0)
        return
    last = regulariser.shrinkage * scale
    if start is None:
        threshold = last * (regulariser.opening if exact else _opening(regulariser, operator, lambda_ / last))
        z, splits, pulled = zero, [torch.zeros_like(part) for part in regulariser.analyse(zero)], torch.zeros_like(zero)
    else:
        threshold = lambda_ / start.penalty
        z, splits = start.tensors[0], [part.clone() for part in start.tensors[1:]]
        clipped = regulariser.clip(splits, threshold)
        pulled = regulariser.synthesise([torch.sub(s, b, alpha=2) for s, b in zip(splits, clipped, strict=True)])
    if exact:
        solve, every = FourierUpdate(data, operator, regulariser, y), LOOK
    else:
        solve, every = NormalEquations(operator, regulariser, back), LOOK_RUNNING
    spread, vanishing, drift = 1.0 if exact else _spread(data, operator, z, y), False, 0.0
    sharpened, curvature = regulariser.orthonormal and isinstance(operator, MultiCoilOperator), operator.norm() ** 2
    for step in range(1, max_steps + 1):
        look, rho = step % every == 0, lambda_ / threshold
        z = solve(pulled, z, rho, look=look) if exact else solve(pulled, z, spread * rho)
        following = max(DECAY * threshold, last)
        shown, value, slack = z, None, None
        if look:
            pulled, size, slack = regulariser.advance_and_look(
                z, splits, threshold, RELAXATION, following=following, out=pulled
            )
            slack = rho * slack
            if sharpened:
                shown, size, slack = _sharpened(regulariser, z, solve.gradient(), curvature, spread * lambda_)
                slack = slack / spread
            fit = solve.fit if exact else data.value(operator._forward(shown[0]) - y)
            value = fit + lambda_ * size
            slack = slack / max(value, 1e-30)
            if isinstance(data, Norm) and not exact:
                slack = slack if abs(fit - spread) <= SETTLED * fit else float("inf")
                vanishing = vanishes(step, fit, spread, float(torch.linalg.vector_norm(y)))
                spread, drift = _least(fit + _ahead(fit - spread, drift), y), fit - spread
        else:
            pulled = regulariser.advance(z, splits, threshold, RELAXATION, following=following, out=pulled)
        threshold = following
        state = WarmStart("admm", (shown, *splits), lambda_ / threshold)
        yield SolverIterate(step, shown, value, None, state, slack, exact)
        if vanishing:
            yield from exact_fit_iterates(objective, operator, y, state, step=step, max_steps=max_steps)
            return


def _sharpened(
    regulariser: Regulariser, z: torch.Tensor, gradient: torch.Tensor, curvature: float, weight: float
) -> tuple[torch.Tensor, float, float]:
    """z after a proximal gradient step, R of it, and by how much the step lowers the objective to first order.

    ADMM's image has many small coefficients where the minimiser has none, which is most of its gap: with 15 coils the
    image after the step is at 1e-3 after 16 steps and not 24. What it was lowered by has then been more than what is
    left.
    """
    before = regulariser.analyse(z)
    slope = regulariser.analyse(gradient)
    moved = [torch.sub(c, s, alpha=1 / curvature) for c, s in zip(before, slope, strict=True)]
    after = regulariser.shrink(moved, weight / curvature)
    fallen = weight * float(regulariser.value(before) - regulariser.value(after))
    fallen += sum(correlation(s, a - c) for s, a, c in zip(slope, after, before, strict=True))
    return regulariser.synthesise(after), float(regulariser.value(after)), fallen


def _opening(regulariser: Regulariser, operator: SamplingOperator, rho: float) -> float:
    return max(1.0, min(regulariser.opening, OPENING_RUNNING, rho / (LEAST_PENALTY * operator.norm() ** 2)))


def _spread(data: DataTerm, operator: SamplingOperator, z: torch.Tensor, y: torch.Tensor) -> float:
    """s of P3, 1 for P2."""
    return _least(data.value(operator._forward(z[0]) - y), y) if isinstance(data, Norm) else 1.0


def _ahead(drift: float, before: float) -> float:
    """What is still to come of s, which nears its limit geometrically (Aitken)."""
    ratio = drift / before if before else 0.0
    return drift * min(ratio / (1 - ratio), AHEAD) if 0 < ratio < 1 else 0.0


def _least(spread: float, y: torch.Tensor) -> float:
    """s is kept away from zero, where data are met exactly."""
    return max(spread, LEAST * float(torch.linalg.vector_norm(y)))
