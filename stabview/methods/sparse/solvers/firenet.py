"""FIRENET: restarted, averaged primal-dual iterations for P3 (Colbrook, Antun and Hansen, PNAS 2022).

Each restart asks for a gap e times smaller, rescales the data for it, begins with a zero dual and hands on the mean of
its inner iterates. The gap falls like e^-k in the restarts k, to a level that is lower the more inner steps there are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch

from stabview.images.errors import InputError
from stabview.methods.sparse.objective import Norm, Objective
from stabview.methods.sparse.regularisers.wavelets import Wavelet, sparsity_weights
from stabview.methods.sparse.solvers.certificate import gap_from, lower_bound
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

INNER_STEPS = 50
"""Of the first restart."""
FLOOR = 1e-9
"""delta: the gap, relative to ||y||, below which no restart asks for less."""

LAMBDA, STEPS = 4e-3, 4000
"""Times ||A|| for samples of a spectrum, and the steps to allow. The published weight for images, 2.5e-4, gives the
same picture to 0.1 dB, as long as the data can be fitted, but takes ten times the steps to certify."""

Map = Callable[[torch.Tensor], torch.Tensor]


def restarts(
    forward: Map, adjoint: Map, shrink: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], y: torch.Tensor,
    start: torch.Tensor, *, norm: float, inner: int, outer: int, floor: float | torch.Tensor,
    gap: torch.Tensor, data_axes: int = 1,
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:  # fmt: skip
    """(psi_k, mean dual, last dual) for k = 1..outer; nothing is done in place, so all of it can be differentiated.

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
        gap = (floor + gap) / math.e
        alpha = 2 * norm / (gap * inner)
        data, z = tau * over_data(alpha) * y, over_image(alpha) * psi
        u, total, mean_dual = torch.zeros_like(y), torch.zeros_like(z), torch.zeros_like(y)
        for _ in range(inner):
            before, z = z, shrink(z - tau * adjoint(u), tau)
            u = unit_ball(u + tau * forward(2 * z - before) - data, data_axes)
            total, mean_dual = total + z, mean_dual + u
        psi = total / (inner * over_image(alpha))
        yield psi, mean_dual / inner, u


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

    The published plan takes eps_k for granted; where it asks for more than its inner steps can do, it freezes short of
    the minimum, and settles as if it were there. Here every restart begins from the gap that is certified, and one
    that missed what it asked for is followed by one half as long again, so that the gap goes to zero.

    The certificate is the dual objective at the mean or at the last dual, see `certificate`.
    """
    regulariser, weight = objective.regulariser, objective.lambda_
    if not isinstance(objective.data, Norm) or not regulariser.orthonormal:
        raise InputError("FIRENET solves P3 with an orthonormal transform: choose the wavelets and the problem p3.")

    def shrink(z: torch.Tensor, tau: torch.Tensor) -> torch.Tensor:
        return regulariser.synthesise(regulariser.shrink(regulariser.analyse(z[None]), weight * float(tau)))[0]

    image = y.new_zeros(operator.image_shape) if start is None else start.tensors[0][0]
    if not bool(y.any()):
        yield SolverIterate(0, torch.zeros_like(image)[None], 0.0, 0.0)
        return
    size = torch.linalg.vector_norm(y)
    bound = 0.0
    if start is not None and len(start.tensors) > 1:
        bound = lower_bound(objective, operator, y, start.tensors[1])
    gap = objective.value(operator, image[None], y) - bound
    step = 0
    while step == 0 or step + inner <= max_steps:
        asked = torch.as_tensor(gap).to(size)
        ((image, *duals),) = restarts(
            operator._forward, operator._adjoint, shrink, y, image, norm=operator.norm(), inner=inner, outer=1,
            floor=FLOOR * size, gap=asked, data_axes=y.ndim,
        )  # fmt: skip
        step += inner
        value = objective.value(operator, image[None], y)
        bound = max(bound, *(lower_bound(objective, operator, y, u) for u in duals))
        if value - bound > gap / math.e:
            inner += inner // 2
        gap = max(0.0, value - bound)
        state = WarmStart("firenet", (image[None], duals[-1]))
        yield SolverIterate(step, image[None], value, gap_from(value, bound), state)


def published_wavelets(
    shape: tuple[int, int], *, wavelet: str = "haar", levels: int | None = None, device: torch.device | str = "cpu"
) -> Wavelet:
    """Haar, two levels fewer than the image has (5 at 128 x 128), each scale weighed by its expected sparsity."""
    levels = levels or max(1, round(math.log2(min(shape))) - 2)
    return Wavelet(shape, wavelet=wavelet, levels=levels, weights=sparsity_weights(levels), device=device)


def from_image(image: torch.Tensor) -> WarmStart:
    """Start from any image psi_0 (H, W), another method's reconstruction for instance."""
    return WarmStart("firenet", (image[None],))


def _spread(gap: torch.Tensor, like: torch.Tensor) -> Map:
    """A value for each batch entry, spread over that entry's axes."""
    return lambda value: value.reshape(*value.shape, *([1] * (like.ndim - gap.ndim)))
