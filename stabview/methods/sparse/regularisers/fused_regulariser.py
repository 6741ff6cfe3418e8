"""A regulariser whose coefficients are advanced block by block in compiled passes where they can be used."""

from __future__ import annotations

import torch

from stabview import kernels
from stabview.methods.sparse.regularisers.regulariser import Block, Regulariser


class FusedRegulariser(Regulariser):
    """`Regulariser` with `fused_blocks` in place of a dozen passes over memory; the numbers are the same."""

    def advance(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float,
        *, following: float | None = None, out: torch.Tensor | None = None,
    ) -> torch.Tensor:  # fmt: skip
        if not self._usable(z, s):
            return super().advance(z, s, threshold, relaxation, following=following)
        return self._pass(z, s, threshold, relaxation, following or threshold, look=False)[0]

    def advance_and_look(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float,
        *, following: float | None = None, out: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, float, float]:  # fmt: skip
        if not self._usable(z, s):
            return super().advance_and_look(z, s, threshold, relaxation, following=following)
        return self._pass(z, s, threshold, relaxation, following or threshold, look=True)

    def _usable(self, z: torch.Tensor, s: list[torch.Tensor]) -> bool:
        plain = not any(block.grouped and isinstance(block.weight, torch.Tensor) for block in self.blocks)
        return plain and kernels.usable(z, *s)

    def _pass(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float, following: float,
        *, look: bool,
    ) -> tuple[torch.Tensor, float, float]:  # fmt: skip
        turned, value, slack = [], 0.0, 0.0
        for block, part, new in zip(self.blocks, s, self.analyse(z), strict=True):
            fresh = new.contiguous()
            size, excess = _advance(block, part, fresh, threshold, relaxation, following, look)
            turned.append(fresh)
            value, slack = value + size, slack + excess
        return self.synthesise(turned), value, slack


def _advance(
    block: Block, s: torch.Tensor, fresh: torch.Tensor, threshold: float, relaxation: float, following: float,
    look: bool,
) -> tuple[float, float]:  # fmt: skip
    """Advances s in place and writes what is synthesised over `fresh`."""
    from stabview.methods.sparse.regularisers.fused_blocks import grouped, single

    parts = 2 if s.is_complex() else 1
    old, new = (kernels.reals(a).reshape(len(a), -1) for a in (s, fresh))
    if block.grouped:
        return grouped(old, new, new, float(block.weight), threshold, following, relaxation, parts, look)
    weight = torch.as_tensor(block.weight, dtype=fresh.real.dtype)
    weight = (weight.reshape(len(weight), -1) if weight.ndim == 3 else weight.reshape(1, 1)).contiguous().numpy()
    stride = int(weight.shape[1] > 1)
    return single(old, new, new, weight, stride, threshold, following, relaxation, parts, look)
