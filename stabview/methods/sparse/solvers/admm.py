"""ADMM (split Bregman) with an image update solved in the Fourier domain (Goldstein and Osher 2009).

Split as d = K z with penalty rho; P1 and P3 also split v = A x - y with penalty mu. P2 keeps its squares in the image
update, where they are exact.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.methods.sparse.objective import Objective, Squares
from stabview.methods.sparse.solvers.image_update import image_update
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

RELAXATION = 1.7
LOOK = 4
"""The objective is computed every so many steps."""


@torch.no_grad()
def admm_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 500,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates of ADMM, from zero or from the state of a neighbouring problem. y : data of one image."""
    regulariser = objective.regulariser
    if not isinstance(objective.data, Squares):
        raise ValueError(f"ADMM here solves P2; {objective.data.name} has the primal-dual algorithm")
    back = operator._adjoint(y)
    scale = float(operator.quick_inverse(y).abs().max())
    zero = back.new_zeros((regulariser.planes, *back.shape))
    if scale == 0:
        yield SolverIterate(0, zero, 0.0, 0.0)
        return
    rho = objective.lambda_ / (regulariser.shrinkage * scale)
    threshold = objective.lambda_ / rho
    solve = image_update(operator, regulariser, back, rho=rho)
    if start is None:
        z, splits = zero, [torch.zeros_like(part) for part in regulariser.analyse(zero)]
    else:
        z, splits = start.tensors[0], [part.clone() for part in start.tensors[1:]]
    pulled = regulariser.synthesise(
        [part - 2 * clipped for part, clipped in zip(splits, regulariser.clip(splits, threshold), strict=True)]
    )
    for step in range(1, max_steps + 1):
        z = solve(pulled, z)
        value = objective.value(operator, z, y) if step % LOOK == 0 else None
        pulled = regulariser.advance(z, splits, threshold, RELAXATION)
        yield SolverIterate(step, z, value, start=WarmStart("admm", (z, *splits)))
