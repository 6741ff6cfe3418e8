"""What every solver yields, and what a later solve may start from."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class WarmStart:
    """The state of an algorithm, from which the same algorithm may start on neighbouring data."""

    algorithm: str
    tensors: tuple[torch.Tensor, ...]


@dataclass(frozen=True, eq=False)
class SolverIterate:
    """One iteration.

    Attributes
    ----------
    z : (planes, H, W), the image first; `x` is that image. Never changed afterwards by the solver.
    objective : F(z), where it was looked at.
    gap : a certified upper bound of (F - F*) / F*, where the algorithm has one.
    """

    step: int
    z: torch.Tensor
    objective: float | None = None
    gap: float | None = None
    start: WarmStart | None = None

    @property
    def x(self) -> torch.Tensor:
        return self.z[0]
