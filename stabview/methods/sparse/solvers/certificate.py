"""A certificate of the gap: a feasible point of the dual problem bounds the optimal objective from below.

The dual of min g(Ax - y) + lambda sum_b w_b |(K x)_b| with an orthonormal K is to maximise -g*(u) - Re<u, y> over the
u with |K A* u|_b <= lambda w_b. Near the optimum the gradient u of g at the misfit nearly satisfies that, so it is
scaled: by the largest factor allowed or, where less is better, by the best. (F - D) / D is at least (F - F*) / F*.
"""

from __future__ import annotations

import torch

from stabview.methods.sparse.objective import Ball, DataTerm, Norm, Objective, Squares
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.sampling.operator import SamplingOperator


def lower_bound(objective: Objective, operator: SamplingOperator, y: torch.Tensor, u: torch.Tensor) -> float:
    """D at the best multiple of u (data_shape), a lower bound of F*; 0 where no multiple is feasible and useful.

    Costs one A* and one K. u : for P2 the misfit Ax - y, for P1 and P3 any multiple of it.
    """
    pulled = objective.regulariser.analyse(operator._adjoint(u)[None])
    size = float(torch.linalg.vector_norm(u))
    infeasibility = excess(objective.regulariser, pulled, objective.lambda_)
    return scaled_bound(objective.data, correlation(u, y), size, infeasibility)


def is_certifiable(regulariser: Regulariser) -> bool:
    """Whether scaling makes a dual point feasible: K is orthonormal and every coefficient has a weight."""
    return regulariser.orthonormal and all(bool(torch.as_tensor(b.weight).min() > 0) for b in regulariser.blocks)


def gap_from(value: float, bound: float) -> float:
    """(F - D) / D, at least the true relative gap; infinite without a positive bound."""
    return max(0.0, value - bound) / bound if bound > 0 else float("inf")


def scaled_bound(data: DataTerm, product: float, size: float, infeasibility: float) -> float:
    """max over k of -g*(k u) + k product, from product = -Re<u, y>, size = ||u|| and max |K A* u| / (lambda w)."""
    if product <= 0 or size == 0 or infeasibility == float("inf"):
        return 0.0
    most = 1 / infeasibility if infeasibility > 0 else float("inf")
    if isinstance(data, Squares):
        k = min(most, product / size**2)
        return k * product - 0.5 * (k * size) ** 2
    if isinstance(data, Norm):
        return min(most, 1 / size) * product
    if isinstance(data, Ball):
        slope = product - data.eta * size
        return most * slope if slope > 0 and infeasibility > 0 else 0.0
    raise TypeError(f"no dual is known for {data.name}")


def excess(regulariser: Regulariser, coefficients: list[torch.Tensor], lambda_: float) -> float:
    """max |c_b| / (lambda w_b); infinite where a coefficient without a weight is not zero."""
    largest = 0.0
    for block, c in zip(regulariser.blocks, coefficients, strict=True):
        share = block.size(c) / torch.as_tensor(block.weight, dtype=c.dtype.to_real(), device=c.device)
        largest = max(largest, float(torch.nan_to_num(share, nan=0.0, posinf=float("inf")).max()))
    return largest / lambda_


def correlation(u: torch.Tensor, y: torch.Tensor) -> float:
    """-Re<u, y>, summed in float64."""
    if u.is_complex():
        u, y = torch.view_as_real(u), torch.view_as_real(y.resolve_conj())
    return -float(torch.sum(u * y, dtype=torch.float64))
