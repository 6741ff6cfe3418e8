"""What a perturbation aims at: a number for each reconstruction, to be made large.

Every goal is called with reconstructions f (k, H, W) and the images and clean reconstructions they belong to, x and
clean (k or 1, H, W), and returns (k,) values. Differentiable in f.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from stabview.sampling.operator import SamplingOperator


class Goal(Protocol):
    """`goal(f, clean, x)`; `name` for reports."""

    name: str

    def __call__(self, f: torch.Tensor, clean: torch.Tensor, x: torch.Tensor) -> torch.Tensor: ...


@dataclass(frozen=True, eq=False)
class Change:
    """1/2 ||f - f(Ax)||^2, of a region only where `weight` (H, W) is given: the half convention of Antun et al."""

    weight: torch.Tensor | None = None
    name: str = "change"

    def __call__(self, f: torch.Tensor, clean: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return half_square(f - clean, self.weight)


@dataclass(frozen=True, eq=False)
class Error:
    """1/2 ||f - x||^2, the error to the true image (Genzel et al., TPAMI 2022; Raj et al., ICML 2020)."""

    weight: torch.Tensor | None = None
    name: str = "error"

    def __call__(self, f: torch.Tensor, clean: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return half_square(f - x, self.weight)


@dataclass(frozen=True, eq=False)
class Towards:
    """-1/2 ||f - target||^2 where `weight` (H, W) is: make the reconstruction show something else there."""

    target: torch.Tensor
    weight: torch.Tensor | None = None
    name: str = "towards"

    def __call__(self, f: torch.Tensor, clean: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return -half_square(f - self.target, self.weight)

    def share(self, f: torch.Tensor, clean: torch.Tensor) -> float:
        """How far f went from clean to the target: Re<f - clean, t - clean> / ||t - clean||^2, weighted."""
        step, way = f - clean, self.target - clean
        if self.weight is not None:
            step, way = step * self.weight, way * self.weight
        return float((way.conj() * step).real.sum() / way.abs().square().sum())


@dataclass(frozen=True, eq=False)
class Unseen:
    """1/2 ||(I - A^+ A)(f - f(Ax))||^2: what changes although the samples cannot see it (after Bhadra et al. 2021)."""

    operator: SamplingOperator
    name: str = "unseen"

    def __call__(self, f: torch.Tensor, clean: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        difference = (f - clean).to(self.operator.dtype)
        with torch.no_grad():
            parts = [d - self.operator.minimum_norm(self.operator(d)) for d in difference]
        unseen = torch.stack(parts)
        # the projection is its own adjoint: Re<d, P d> - 1/2 ||P d||^2 has its value and, P d held, its gradient
        return (unseen.conj() * difference).real.flatten(1).sum(dim=1) - half_square(unseen)


def hide(method, operator: SamplingOperator, y: torch.Tensor, detail: torch.Tensor, *, margin: int = 2) -> Towards:
    """A false negative: where `detail` (H, W), a part of the image, is, show what the method gives without it."""
    with torch.no_grad():
        target = method(y - operator(detail.to(operator.dtype)), operator)
    return Towards(target, neighbourhood(detail, margin), "hide")


def draw(clean: torch.Tensor, detail: torch.Tensor, *, margin: int = 2) -> Towards:
    """A false positive: show `detail` (H, W), which is not in the image, in the reconstruction f(Ax) = clean."""
    return Towards(clean + detail, neighbourhood(detail, margin), "draw")


def neighbourhood(detail: torch.Tensor, margin: int = 2) -> torch.Tensor:
    """1 where the detail has more than a tenth of its largest modulus, and `margin` pixels around; 0 elsewhere."""
    size = detail.abs()
    inside = (size > 0.1 * size.max()).float()[None, None]
    return torch.nn.functional.max_pool2d(inside, 2 * margin + 1, stride=1, padding=margin)[0, 0]


def half_square(difference: torch.Tensor, weight: torch.Tensor | None = None) -> torch.Tensor:
    """(k,) halves of the sums of squared moduli, weighted before squaring."""
    if weight is not None:
        difference = difference * weight
    if difference.is_complex():
        difference = torch.view_as_real(difference)
    return 0.5 * difference.square().flatten(1).sum(dim=1)
