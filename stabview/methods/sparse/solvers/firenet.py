"""FIRENET: restarted, averaged primal-dual iterations for P3 (Colbrook, Antun and Hansen, PNAS 2022).

Each restart asks for a gap e times smaller, rescales the data for it, begins with a zero dual and hands on the mean of
its inner iterates. With enough inner steps the gap falls like e^-k in the restarts k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from stabview.methods.sparse.objective import Norm, Objective
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

INNER_STEPS = 50
"""Fewer than about 50 are too few on images: the gap stalls (the papers' networks have 5)."""
FLOOR = 1e-9
"""delta: the gap, relative to ||y||, below which no restart asks for less."""

Map = Callable[[torch.Tensor], torch.Tensor]


def restarts(
    forward: Map, adjoint: Map, shrink: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], y: torch.Tensor,
    start: torch.Tensor, *, norm: float, inner: int, outer: int, floor: float | torch.Tensor,
    gap: torch.Tensor, data_axes: int = 1,
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:  # fmt: skip
    """(psi_k, mean dual) for k = 1..outer; nothing is done in place, so all of it can be differentiated.

    min ||A z - y|| + R(z), step sizes tau = sigma with tau sigma ||A||^2 < 1, and for each restart

        eps_k = (floor + eps_{k-1}) / e,  alpha = 2 ||A|| / (eps_k inner),  u = 0, z = alpha psi_{k-1},
        z+ = shrink(z - tau A* u, tau),   u+ = projection of u + sigma A (2 z+ - z) - sigma alpha y on ||u|| <= 1,
        psi_k = mean of the z+ / alpha.

    Parameters
    ----------
    shrink : (z, tau) -> the proximal map of tau R; R has to be positively homogeneous.
    y : (..., data shape). start : (..., image shape), psi_0. norm : at least ||A||.
    gap : (...), eps_0, at least F(psi_0) - F*; ||y|| for psi_0 = 0. floor : delta.
    data_axes : the number of axes of one set of data.
    """
    tau = torch.as_tensor(0.99 / norm, dtype=gap.dtype, device=gap.device)
    psi = start
    over_data, over_image = _spread(gap, y), _spread(gap, start)
    for _ in range(outer):
        gap = (floor + gap) / torch.e
        alpha = 2 * norm / (gap * inner)
        data, z = tau * over_data(alpha) * y, over_image(alpha) * psi
        u, total, mean_dual = torch.zeros_like(y), torch.zeros_like(z), torch.zeros_like(y)
        for _ in range(inner):
            before, z = z, shrink(z - tau * adjoint(u), tau)
            u = unit_ball(u + tau * forward(2 * z - before) - data, data_axes)
            total, mean_dual = total + z, mean_dual + u
        psi = total / (inner * over_image(alpha))
        yield psi, mean_dual / inner


def unit_ball(u: torch.Tensor, axes: int) -> torch.Tensor:
    """Each u (its last `axes` axes) divided by its norm where that is above 1."""
    size = torch.linalg.vector_norm(u, dim=tuple(range(-axes, 0)), keepdim=True)
    return u / size.clamp(min=1)


def soft(z: torch.Tensor, threshold: torch.Tensor | float) -> torch.Tensor:
    """z max(0, 1 - t / |z|), complex-valid, with a finite gradient at 0 too."""
    size = z.abs()
    threshold = torch.as_tensor(threshold, dtype=size.dtype, device=size.device)
    return z * (1 - threshold / torch.maximum(size, threshold).clamp(min=1e-30))


@torch.no_grad()
def firenet_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 2000, inner: int = INNER_STEPS,
) -> Iterator[SolverIterate]:  # fmt: skip
    """One iterate for each restart, with a certified gap; from zero, any image (`from_image`) or a neighbour's end.

    The certificate is the dual objective -Re<u, y> at the mean dual, scaled until |W A* u| <= lambda w.
    """
    regulariser = objective.regulariser
    if not isinstance(objective.data, Norm) or not regulariser.orthonormal:
        raise ValueError("FIRENET solves P3 with an orthonormal transform")
    weight = objective.lambda_

    def shrink(z: torch.Tensor, tau: torch.Tensor) -> torch.Tensor:
        return regulariser.synthesise(regulariser.shrink(regulariser.analyse(z[None]), weight * float(tau)))[0]

    def lower_bound(u: torch.Tensor) -> float:
        sizes = regulariser.analyse(operator._adjoint(u)[None])
        excess = max(
            float((block.size(c) / (weight * block.weight)).max())
            for block, c in zip(regulariser.blocks, sizes, strict=True)
        )
        return max(0.0, -float(torch.sum((u.conj() * y).real, dtype=torch.float64)) / max(1.0, excess))

    size = torch.linalg.vector_norm(y)
    image, bound = y.new_zeros(operator.image_shape), 0.0
    if start is not None:
        image = start.tensors[0][0]
        bound = max(lower_bound(u) for u in start.tensors[1:]) if len(start.tensors) > 1 else 0.0
    first = torch.as_tensor(objective.value(operator, image[None], y) - bound).to(size)
    if float(size) == 0:
        yield SolverIterate(0, image[None], 0.0, 0.0)
        return
    best = 0.0
    for k, (psi, u) in enumerate(
        restarts(
            operator._forward, operator._adjoint, shrink, y, image, norm=operator.norm(), inner=inner,
            outer=max(1, max_steps // inner), floor=FLOOR * size, gap=first, data_axes=y.ndim,
        ), start=1,
    ):  # fmt: skip
        value = objective.value(operator, psi[None], y)
        best = max(best, lower_bound(u))
        gap = max(0.0, value - best) / best if best > 0 else float("inf")
        yield SolverIterate(k * inner, psi[None], value, gap, WarmStart("firenet", (psi[None], u)))


def from_image(image: torch.Tensor) -> WarmStart:
    """Start from any image psi_0 (H, W), another method's reconstruction for instance."""
    return WarmStart("firenet", (image[None],))


def _spread(gap: torch.Tensor, like: torch.Tensor) -> Map:
    """A value for each batch entry, spread over that entry's axes."""
    return lambda value: value.reshape(*value.shape, *([1] * (like.ndim - gap.ndim)))
