"""The form every regulariser has: R(x) = min over auxiliary planes of sum_b w_b sum |(K z)_b|, z = (x, the planes)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch

from stabview.methods.sparse.regularisers.differences import modulus


@dataclass(frozen=True, eq=False)
class Block:
    """Coefficients (n, H, W) that are measured alike.

    Attributes
    ----------
    grouped : one modulus over the first axis (isotropic) instead of one for every entry.
    weight : a number, or a tensor that broadcasts against (1, H, W) when grouped, (n, H, W) otherwise.
    """

    grouped: bool = False
    weight: float | torch.Tensor = 1.0

    def size(self, c: torch.Tensor) -> torch.Tensor:
        """|c|: (1, H, W) when grouped, (n, H, W) otherwise."""
        return modulus(c)[None] if self.grouped else c.abs()

    def value(self, c: torch.Tensor) -> torch.Tensor:
        """w sum |c|, in float64."""
        return (self.size(c) * self.weight).sum(dtype=torch.float64)

    def clip(self, c: torch.Tensor, radius: float) -> torch.Tensor:
        """The nearest coefficients with |c| <= radius w; what `shrink` takes away: c = shrink(c) + clip(c)."""
        return c * (radius * self.weight / self.size(c).clamp_(min=1e-30)).clamp_(max=1)

    def shrink(self, c: torch.Tensor, threshold: float) -> torch.Tensor:
        """Soft thresholding, the proximal map of threshold w sum |c|; complex-valid."""
        return c * (1 - threshold * self.weight / self.size(c).clamp_(min=1e-30)).clamp_(min=0)


class Regulariser(ABC):
    """A linear transform K and how its coefficients are measured.

    The unknown z is a stack (planes, H, W) whose first plane is the image; most regularisers have no other.
    Coefficients are a list of tensors, one for each of `blocks`.

    Attributes
    ----------
    shrinkage : the threshold lambda / rho that suits ADMM, as a share of the image's largest modulus.
    opening : factor by which ADMM's first threshold is larger, where it may change from step to step.
    orthonormal : whether K is a single orthonormal transform of the image (K*K = KK* = identity).
    """

    name: str
    title: str
    planes: int = 1
    blocks: tuple[Block, ...]
    shrinkage: float = 0.015
    opening: float = 1.0
    orthonormal: bool = False

    @abstractmethod
    def analyse(self, z: torch.Tensor) -> list[torch.Tensor]:
        """K z. z : (planes, H, W)."""

    @abstractmethod
    def synthesise(self, c: list[torch.Tensor]) -> torch.Tensor:
        """K* c, exactly the adjoint of `analyse`."""

    @abstractmethod
    def norm_squared(self) -> float:
        """An upper bound of ||K||^2."""

    @abstractmethod
    def gram_spectrum(self, shape: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor | None:
        """The (planes, planes, H, W) symbol of K*K in the order of `torch.fft.fft2`; None when it is no circulant."""

    def describe(self) -> dict[str, object]:
        """What fixes it, beyond its name."""
        return {}

    def value(self, c: list[torch.Tensor]) -> torch.Tensor:
        """sum_b w_b sum |c_b|, a float64 scalar."""
        return sum(block.value(part) for block, part in zip(self.blocks, c, strict=True))

    def clip(self, c: list[torch.Tensor], radius: float) -> list[torch.Tensor]:
        return [block.clip(part, radius) for block, part in zip(self.blocks, c, strict=True)]

    def shrink(self, c: list[torch.Tensor], threshold: float) -> list[torch.Tensor]:
        return [block.shrink(part, threshold) for block, part in zip(self.blocks, c, strict=True)]

    def advance(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float,
        *, following: float | None = None, out: torch.Tensor | None = None,
    ) -> torch.Tensor:  # fmt: skip
        """One pass of ADMM over the coefficients, in place; returns K*(d - b), which the image update needs.

        s holds split and scaled dual in one: d = shrink(s), b = clip(s). The new s is a K z + (1 - a) d + b.

        Parameters
        ----------
        threshold : lambda / rho. following : the one of the next step, for which b is scaled; the same if left out.
        out : may be overwritten with the answer.
        """
        return self._advance(self.analyse(z), s, threshold, relaxation, following or threshold)

    def advance_and_look(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float,
        *, following: float | None = None, out: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, float, float]:  # fmt: skip
        """`advance`, with R(z) and the slack sum_b sum (max(t w, |p|) |K z| - Re<p, K z>) >= 0, t the threshold.

        p = K z + b - d is the multiplier, over rho, that belongs to an image update done exactly. Were p within its
        bound t w, rho times the slack would be the duality gap; `GapRule` makes an estimate of it.
        """
        fresh = self.analyse(z)
        value, slack = float(self.value(fresh)), 0.0
        for block, part, new in zip(self.blocks, s, fresh, strict=True):
            dual = block.clip(part, threshold).mul_(2).sub_(part).add_(new)
            size = block.size(dual)
            size.clamp_(min=threshold * torch.as_tensor(block.weight, dtype=size.dtype, device=size.device))
            slack += float((size * block.size(new)).sum(dtype=torch.float64)) - _product(dual, new)
        return self._advance(fresh, s, threshold, relaxation, following or threshold), value, slack

    def _advance(
        self, fresh: list[torch.Tensor], s: list[torch.Tensor], threshold: float, relaxation: float, following: float
    ) -> torch.Tensor:
        turned = []
        for block, part, new in zip(self.blocks, s, fresh, strict=True):
            clipped = block.clip(part, threshold)
            part.mul_(1 - relaxation).add_(clipped, alpha=relaxation).add_(new, alpha=relaxation)
            clipped = block.clip(part, threshold)
            turned.append(torch.sub(part, clipped, alpha=1 + following / threshold))
            part.sub_(clipped, alpha=1 - following / threshold)
        return self.synthesise(turned)


def _product(a: torch.Tensor, b: torch.Tensor) -> float:
    """Re<a, b>, summed in float64."""
    if a.is_complex():
        a, b = torch.view_as_real(a), torch.view_as_real(b)
    return float((a * b).sum(dtype=torch.float64))
