"""A weighted sum of regularisers of the same image, as one: their transforms stacked, their blocks in a row."""

from __future__ import annotations

import torch

from stabview.methods.sparse.regularisers.fused_regulariser import FusedRegulariser
from stabview.methods.sparse.regularisers.regulariser import Block, Regulariser
from stabview.methods.sparse.regularisers.shearlets import Shearlets


class Combined(FusedRegulariser):
    """R(x) = sum_k weight_k R_k(x). At most one of the parts may have auxiliary planes.

    Parameters
    ----------
    parts : the regularisers. weights : of each.
    scales : factor at which each part's transform is held, its weights divided by it; ADMM's path depends on it, the
        minimiser does not.
    beginning : as for `reweighted_iterates`, with as many planes.
    """

    def __init__(
        self, name: str, title: str, parts: tuple[Regulariser, ...], weights: tuple[float, ...],
        *, scales: tuple[float, ...] | None = None, shrinkage: float = 0.015, beginning: Regulariser | None = None,
    ) -> None:  # fmt: skip
        if sum(part.planes > 1 for part in parts) > 1:
            raise ValueError("one of the summed regularisers may have auxiliary planes, not several")
        self.name, self.title, self.parts, self.weights = name, title, tuple(parts), tuple(weights)
        self.shrinkage, self.beginning = shrinkage, beginning
        self.scales = tuple(scales or [1.0] * len(parts))
        self.planes = max(part.planes for part in parts)
        self.blocks = tuple(
            Block(block.grouped, block.weight * (weight / scale))
            for part, weight, scale in zip(self.parts, self.weights, self.scales, strict=True)
            for block in part.blocks
        )

    def analyse(self, z: torch.Tensor) -> list[torch.Tensor]:
        return [
            c if scale == 1 else c.mul_(scale)
            for part, scale in zip(self.parts, self.scales, strict=True)
            for c in part.analyse(z[: part.planes])
        ]

    def synthesise(self, c: list[torch.Tensor]) -> torch.Tensor:
        total = None
        for part, scale, own in zip(self.parts, self.scales, self.split(c), strict=True):
            z = part.synthesise(own)
            z = z if scale == 1 else z.mul_(scale)
            if total is None:
                total = z
            elif len(total) >= len(z):
                total[: len(z)] += z
            else:
                z[: len(total)] += total
                total = z
        return total

    def split(self, c: list[torch.Tensor]) -> list[list[torch.Tensor]]:
        """The coefficients of each part."""
        rest = iter(c)
        return [[next(rest) for _ in part.blocks] for part in self.parts]

    def norm_squared(self) -> float:
        return sum(scale**2 * part.norm_squared() for part, scale in zip(self.parts, self.scales, strict=True))

    def gram_spectrum(self, shape: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor | None:
        symbols = [part.gram_spectrum(shape, device, dtype) for part in self.parts]
        if any(symbol is None for symbol in symbols):
            return None
        kind = next((symbol.dtype for symbol in symbols if symbol.is_complex()), dtype)
        total = torch.zeros((self.planes, self.planes, *shape), device=device, dtype=kind)
        for scale, symbol in zip(self.scales, symbols, strict=True):
            total[: len(symbol), : len(symbol)] += scale**2 * symbol
        return total

    def reweighted(self, c: list[torch.Tensor]) -> Combined:
        """With new weights for the parts that can have them, from the coefficients of a solution."""
        parts = tuple(
            part.reweighted([one / scale for one in own]) if isinstance(part, Shearlets) else part
            for part, scale, own in zip(self.parts, self.scales, self.split(c), strict=True)
        )
        return Combined(
            self.name, self.title, parts, self.weights,
            scales=self.scales, shrinkage=self.shrinkage, beginning=self.beginning,
        )  # fmt: skip

    def describe(self) -> dict[str, object]:
        described = {"weights": self.weights}
        for part in self.parts:
            described |= part.describe()
        return described
