"""rho(eps) of Raj, Bresler and Li (ICML 2020): the mean over images of the largest squared error near their data.

    rho(eps) = mean_x max_{||delta|| <= eps(x)} ||x - f(A x + delta)||^2

The maximum is looked for by projected gradient ascent with restarts, all images in one batch; what is found is a lower
bound of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from stabview.methods.method import Method
from stabview.sampling.operator import SamplingOperator

STEP = 2.5
"""Length of a step times the number of steps, in radii: far enough to cross the ball and settle."""


@dataclass(frozen=True, eq=False)
class WorstErrors:
    """What is found for one relative radius: per image ||delta|| <= level ||A x||.

    Attributes
    ----------
    errors : (batch,) largest ||x - f(A x + delta)||^2. delta : (batch, *data_shape) where.
    noise : (batch,) the same error for the worst of as many random delta of that norm as there were starts.
    """

    level: float
    errors: torch.Tensor
    delta: torch.Tensor
    noise: torch.Tensor

    @property
    def rho(self) -> float:
        return float(self.errors.mean())


def worst_errors(
    method: Method, operator: SamplingOperator, x: torch.Tensor, levels: Sequence[float], *, steps: int = 40,
    restarts: int = 3, seed: int = 0,
) -> Iterator[WorstErrors]:  # fmt: skip
    """For each relative radius, from the largest down: the worst perturbation of every image's data.

    The first start of a radius is what was found for the next larger one, shrunk (zero for the largest), the others
    are random directions. What is found for a small radius counts for the larger ones too, see `monotone`.

    Parameters
    ----------
    method : takes batches and has a gradient in y.
    x : (batch, H, W) images. steps : of each ascent. restarts : starts of each radius.
    """
    y = operator(x)
    axes = tuple(range(1, y.ndim))
    sizes = torch.linalg.vector_norm(y, dim=axes, keepdim=True)
    generator = torch.Generator().manual_seed(seed)
    before = None
    for level in sorted(levels, reverse=True):
        radius = level * sizes
        if level == 0:
            with torch.no_grad():
                clean = _errors(method, operator, x, y)
            yield WorstErrors(0.0, clean, torch.zeros_like(y), clean)
            continue
        noises = [_random(y, radius, generator) for _ in range(restarts)]
        starts = [before * radius if before is not None else torch.zeros_like(y), *noises][:restarts]
        best, found = torch.full((len(x),), -torch.inf, device=x.device), torch.zeros_like(y)
        for start in starts:
            best, found = _ascend(method, operator, x, y, start, radius, steps, best, found)
        with torch.no_grad():
            noise = torch.stack([_errors(method, operator, x, y + one) for one in noises]).amax(dim=0)
        before = found / radius
        yield WorstErrors(level, best, found, noise)


def monotone(results: Sequence[WorstErrors]) -> dict[float, float]:
    """level -> rho in ascending order; a perturbation found for a small radius is allowed in every larger one."""
    largest, curve = None, {}
    for one in sorted(results, key=lambda one: one.level):
        largest = one.errors if largest is None else torch.maximum(largest, one.errors)
        curve[one.level] = float(largest.mean())
    return curve


def _ascend(
    method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, delta: torch.Tensor,
    radius: torch.Tensor, steps: int, best: torch.Tensor, found: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """Normalised gradient steps, projected; (largest error of each image, where), with `best` and `found` so far."""
    axes = tuple(range(1, y.ndim))
    for step in range(steps + 1):
        delta = delta.detach().requires_grad_(step < steps)
        with torch.set_grad_enabled(step < steps):
            errors = _errors(method, operator, x, y + delta)
        better = errors.detach() > best
        best = torch.where(better, errors.detach(), best)
        found = torch.where(better.view(-1, *[1] * len(axes)), delta.detach(), found)
        if step == steps:
            break
        (gradient,) = torch.autograd.grad(errors.sum(), delta)
        length = torch.linalg.vector_norm(gradient, dim=axes, keepdim=True).clamp_min(1e-30)
        delta = delta.detach() + radius * (STEP / steps) * gradient / length
        size = torch.linalg.vector_norm(delta, dim=axes, keepdim=True).clamp_min(1e-30)
        delta = delta * (radius / size).clamp_max(1.0)
    return best, found


def _errors(method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (method(y, operator) - x).abs().square().sum(dim=(-2, -1))


def _random(y: torch.Tensor, radius: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    noise = torch.randn(y.shape, generator=generator, dtype=torch.float32).to(y.device)
    return noise * (radius / torch.linalg.vector_norm(noise, dim=tuple(range(1, y.ndim)), keepdim=True))
