"""ISTA and FISTA (Beck and Teboulle 2009) for P2 with an orthonormal transform, whose proximal map is exact.

FISTA starts its momentum anew whenever the step points back against it (O'Donoghue and Candes 2015). Gradients are
linear in the image, so the one at the extrapolated point is extrapolated: a step costs one A*A.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.images.errors import InputError
from stabview.methods.sparse.objective import Objective, Squares
from stabview.methods.sparse.solvers.certificate import correlation, gap_from, is_certifiable, lower_bound
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

LOOK = 5
"""The objective and the certificate, one A*A and one K more, are computed every so many steps."""


@torch.no_grad()
def fista_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 2000, accelerated: bool = True,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates with a certified gap every `LOOK` steps, from zero or warm; plain ISTA when not `accelerated`."""
    regulariser, weight = objective.regulariser, objective.lambda_
    if not isinstance(objective.data, Squares) or not regulariser.orthonormal:
        raise InputError("ISTA and FISTA solve P2 with orthonormal wavelets only; choose another algorithm.")
    back = operator._adjoint(y)[None]
    z = torch.zeros_like(back) if start is None else start.tensors[0]
    if not bool(back.any()):
        yield SolverIterate(0, torch.zeros_like(back), 0.0, 0.0)
        return
    step_size = 1 / operator.norm() ** 2
    slope = operator.gram(z[0])[None] - back
    ahead, slope_ahead, t = z, slope, 1.0
    bound, certifiable = 0.0, is_certifiable(regulariser)
    for step in range(1, max_steps + 1):
        coefficients = regulariser.shrink(regulariser.analyse(ahead - step_size * slope_ahead), weight * step_size)
        before, z = z, regulariser.synthesise(coefficients)
        slope_before, slope = slope, operator.gram(z[0])[None] - back
        value, gap = None, None
        if step % LOOK == 0:
            misfit = operator._forward(z[0]) - y
            value = objective.data.value(misfit) + weight * float(regulariser.value(coefficients))
            if certifiable:  # A* of the misfit: that of the normal equations has the rounding of the whole image
                bound = max(bound, lower_bound(objective, operator, y, misfit))
                gap = gap_from(value, bound)
        yield SolverIterate(step, z, value, gap, WarmStart("fista" if accelerated else "ista", (z,)))
        change = z - before
        if accelerated and correlation(ahead - z, change) >= 0:
            previous, t = t, (1 + (1 + 4 * t * t) ** 0.5) / 2
            momentum = (previous - 1) / t
        else:
            t, momentum = 1.0, 0.0
        ahead, slope_ahead = z + momentum * change, slope + momentum * (slope - slope_before)
