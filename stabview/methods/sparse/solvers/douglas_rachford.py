"""Douglas-Rachford splitting for P1, P2 and P3 with an orthonormal transform K and samples with A A* = identity.

Both proximal maps are exact then: that of R(K x) shrinks the coefficients, that of t g(A x - y) is
q + A*(prox_tg(v) - v), v = A q - y. A step is one transform pair of each, and the multiplier that it leaves gives the
objective and a certified gap without any more of them (Douglas and Rachford 1956; Combettes and Pesquet 2007).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from stabview import kernels
from stabview.images.errors import InputError
from stabview.methods.sparse.objective import Ball, DataTerm, Norm, Objective, Squares
from stabview.methods.sparse.regularisers.regulariser import Block
from stabview.methods.sparse.solvers.certificate import correlation, gap_from, is_certifiable, scaled_bound
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.operator import SamplingOperator

RELAXATION = 1.7
LINES = 6.0
"""Aliasing of full lines is coherent and takes larger steps: the threshold is so many times that of points."""
LOOK = 2
"""The objective and the certificate are computed every so many steps."""


def is_suited(objective: Objective, operator: SamplingOperator) -> bool:
    """Whether both proximal maps are exact."""
    regulariser = objective.regulariser
    tight = isinstance(operator, FourierOperator) and operator.gram_spectrum() is not None
    plain = regulariser.planes == 1 and len(regulariser.blocks) == 1 and not regulariser.blocks[0].grouped
    return tight and regulariser.orthonormal and plain


@torch.no_grad()
def douglas_rachford_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 2000,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates with a certified gap every `LOOK` steps, from zero or from the state of a neighbouring problem."""
    if not is_suited(objective, operator):
        raise InputError("Douglas-Rachford needs orthonormal wavelets and single-coil Fourier data; choose another.")
    data, regulariser, block = objective.data, objective.regulariser, objective.regulariser.blocks[0]
    back = operator._adjoint(y)
    scale = float(back.abs().max())
    samples = _samples(operator, y)
    if scale == 0 or (isinstance(data, Ball) and data.eta >= samples.energy**0.5):
        zero = torch.zeros_like(back)[None]
        yield SolverIterate(0, zero, objective.value(operator, zero, y), 0.0)
        return
    threshold = regulariser.shrinkage * scale * (LINES if samples.axis is not None else 1)
    t = threshold / objective.lambda_
    s = torch.zeros_like(regulariser.analyse(back[None])[0]) if start is None else start.tensors[0].clone()
    turned, bound = s - 2 * block.clip(s, threshold), 0.0
    certifiable = is_certifiable(regulariser)
    weight = torch.as_tensor(block.weight, dtype=s.dtype.to_real(), device=s.device).expand(s.shape).contiguous()
    for step in range(1, max_steps + 1):
        spectrum = samples.forward(regulariser.synthesise([turned])[0])
        squares, product = samples.measure(spectrum)
        share = _share(data, squares**0.5, t)
        z = samples.inverse(samples.pull(spectrum, share - 1))[None]
        look = step % LOOK == 0
        fresh = regulariser.analyse(z)[0]
        l1, largest = _advance(block, weight, s, fresh, turned, threshold, look)
        value, gap = None, None
        if look:
            value = _misfit_value(data, share * squares**0.5) + objective.lambda_ * l1
            dual = (1 - share) / t  # the multiplier is this times v, and K A* of it is (turned - fresh) / t
            bound = max(bound, scaled_bound(data, dual * product, dual * squares**0.5, largest / threshold))
            gap = gap_from(value, bound) if certifiable else None
        yield SolverIterate(step, z, value, gap, WarmStart("douglas-rachford", (s,)))


def _share(data: DataTerm, size: float, t: float) -> float:
    """The number k for which prox_tg(v) = k v, from ||v||."""
    if isinstance(data, Squares):
        return 1 / (1 + t)
    if isinstance(data, Norm):
        return max(0.0, 1 - t / max(size, 1e-30))
    return min(1.0, data.eta / max(size, 1e-30))


def _misfit_value(data: DataTerm, size: float) -> float:
    """g(v) from ||v||."""
    return data.value(torch.tensor([size], dtype=torch.float64))


@dataclass(frozen=True)
class _Samples:
    """The space of A x, in which v = weights (spectrum - y): all of the spectrum, or where the mask consists of full
    lines the space of their one-dimensional transforms, which is as far from the image as the proximal map needs.
    """

    weights: torch.Tensor
    y: torch.Tensor
    energy: float
    axis: int | None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.axis is None:
            return torch.fft.fft2(x, norm="ortho")
        return torch.fft.fft(x, dim=self.axis, norm="ortho")

    def inverse(self, spectrum: torch.Tensor) -> torch.Tensor:
        if self.axis is None:
            return torch.fft.ifft2(spectrum, norm="ortho")
        return torch.fft.ifft(spectrum, dim=self.axis, norm="ortho")

    def measure(self, spectrum: torch.Tensor) -> tuple[float, float]:
        """||v||^2 and -Re<v, y>."""
        if kernels.usable(spectrum, self.y, self.weights):
            from stabview.methods.sparse.solvers import splitting_kernels

            return splitting_kernels.measure(*(kernels.reals(a) for a in (spectrum, self.y, self.weights)))
        v = (spectrum - self.y) * self.weights
        return float(v.abs().square().sum(dtype=torch.float64)), correlation(v, self.y)

    def pull(self, spectrum: torch.Tensor, change: float) -> torch.Tensor:
        """spectrum + change v, in place."""
        if kernels.usable(spectrum, self.y, self.weights):
            from stabview.methods.sparse.solvers import splitting_kernels

            splitting_kernels.pull(*(kernels.reals(a) for a in (spectrum, self.y, self.weights)), change)
            return spectrum
        return spectrum.add_((spectrum - self.y).mul_(self.weights), alpha=change)


def _samples(operator: FourierOperator, y: torch.Tensor) -> _Samples:
    weights, y = operator.gram_spectrum(), operator.restrict(y)
    energy = float(torch.linalg.vector_norm(y)) ** 2
    for axis, across in ((-1, -2), (-2, -1)):
        if bool((weights == weights.select(across, 0).unsqueeze(across)).all()):
            return _Samples(weights, torch.fft.ifft(y, dim=across, norm="ortho").contiguous(), energy, axis)
    return _Samples(weights, y, energy, None)


def _advance(
    block: Block, weight: torch.Tensor, s: torch.Tensor, fresh: torch.Tensor, turned: torch.Tensor, threshold: float,
    look: bool,
) -> tuple[float, float]:  # fmt: skip
    """s <- a fresh + (1 - a) s + a clip(s) and turned <- s - 2 clip(s), in place; fresh = K z.

    Returns sum w |fresh| and max |turned - fresh| / w from before, when `look`.
    """
    if kernels.usable(s, fresh, turned):
        from stabview.methods.sparse.solvers import splitting_kernels

        arrays = (kernels.reals(a)[0] for a in (s, fresh, turned, weight))
        return splitting_kernels.advance(*arrays, threshold, RELAXATION, 2 if s.is_complex() else 1, look)
    l1, largest = 0.0, 0.0
    if look:
        l1 = float(block.value(fresh))
        largest = float(torch.nan_to_num((turned - fresh).abs() / weight, nan=0.0, posinf=float("inf")).max())
    clipped = block.clip(s, threshold)
    s.mul_(1 - RELAXATION).add_(clipped, alpha=RELAXATION).add_(fresh, alpha=RELAXATION)
    torch.sub(s, block.clip(s, threshold), alpha=2, out=turned)
    return l1, largest
