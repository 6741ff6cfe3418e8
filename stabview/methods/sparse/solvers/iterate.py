"""What every solver yields, and what a later solve may start from."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class WarmStart:
    """The state of an algorithm, from which the same algorithm may start on neighbouring data.

    Attributes
    ----------
    penalty : the algorithm's penalty or step size, where the state depends on it.
    """

    algorithm: str
    tensors: tuple[torch.Tensor, ...]
    penalty: float | None = None


@dataclass(frozen=True, eq=False)
class SolverIterate:
    """One iteration.

    Attributes
    ----------
    z : (planes, H, W), the image first; `x` is that image. Never changed afterwards by the solver.
    objective : F(z), where it was looked at.
    gap : a certified upper bound of (F - F*) / F*, where the algorithm has one.
    start : the state after this iteration; the solver goes on working in it, so clone what outlives the next one.
    slack : a measure of (F - F*) / F* that is no bound, where the algorithm has one; see `GapRule`.
    exact : whether the slack belongs to an exact image update.
    """

    step: int
    z: torch.Tensor
    objective: float | None = None
    gap: float | None = None
    start: WarmStart | None = None
    slack: float | None = None
    exact: bool = True

    @property
    def x(self) -> torch.Tensor:
        return self.z[0]
