"""ISTA and FISTA (Beck and Teboulle 2009) for P2 with an orthonormal transform, whose proximal map is exact."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.methods.sparse.objective import Objective, Squares
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

LOOK = 5


@torch.no_grad()
def fista_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 2000, accelerated: bool = True,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates from zero or from a warm start; plain ISTA when not `accelerated`."""
    regulariser = objective.regulariser
    if not isinstance(objective.data, Squares) or not regulariser.orthonormal:
        raise ValueError("ISTA and FISTA solve P2 with an orthonormal transform")
    step_size = 1 / operator.norm() ** 2
    z = operator._adjoint(y).new_zeros((1, *operator.image_shape)) if start is None else start.tensors[0]
    ahead, t = z, 1.0
    for step in range(1, max_steps + 1):
        slope = operator._adjoint(operator._forward(ahead[0]) - y)[None]
        coefficients = regulariser.analyse(ahead - step_size * slope)
        before, z = z, regulariser.synthesise(regulariser.shrink(coefficients, objective.lambda_ * step_size))
        previous, t = t, (1 + (1 + 4 * t * t) ** 0.5) / 2 if accelerated else 1.0
        ahead = z + ((previous - 1) / t) * (z - before)
        value = objective.value(operator, z, y) if step % LOOK == 0 else None
        yield SolverIterate(step, z, value, start=WarmStart("fista", (z,)))
