"""Stated harms: when a perturbation has done what a minimal-norm search is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from stabview.perturbation.goal import Towards
from stabview.perturbation.objective import Objective


class Harm(Protocol):
    """`amount` is (n,), at least 1 where the harm is done, for reconstructions (n, [B,] H, W); several: their mean."""

    def amount(self, f: torch.Tensor, objective: Objective) -> torch.Tensor: ...


@dataclass(frozen=True)
class Loss:
    """The reconstruction is `decibel` of PSNR worse than that of the clean data."""

    decibel: float = 3.0

    def amount(self, f: torch.Tensor, objective: Objective) -> torch.Tensor:
        error = (f - objective.x).abs().square().mean(dim=(-2, -1), dtype=torch.float64)
        clean = (objective.clean - objective.x).abs().square().mean(dim=(-2, -1), dtype=torch.float64)
        lost = 10 * torch.log10(error / clean) / self.decibel
        return lost if lost.ndim == 1 else lost.mean(dim=1)


@dataclass(frozen=True, eq=False)
class RegionChange:
    """A region changes by `share` of its clean reconstruction: ||w (f - clean)|| / ||w clean||."""

    weight: torch.Tensor
    share: float = 0.2

    def amount(self, f: torch.Tensor, objective: Objective) -> torch.Tensor:
        norm = torch.linalg.vector_norm
        changed = norm((f - objective.clean) * self.weight, dim=(-2, -1))
        changed = changed / norm(objective.clean * self.weight, dim=(-2, -1)) / self.share
        return changed if changed.ndim == 1 else changed.mean(dim=1)


@dataclass(frozen=True, eq=False)
class Reached:
    """A targeted goal is `share` of the way there: half of a lesion is gone, or drawn."""

    goal: Towards
    share: float = 0.5

    def amount(self, f: torch.Tensor, objective: Objective) -> torch.Tensor:
        return torch.tensor([self.goal.share(one, objective.clean) / self.share for one in f])
