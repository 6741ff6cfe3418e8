"""One iterate of a worst-case search: the perturbation, what the method made of it, and every number of the same k."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class SearchState:
    """What a search needs to go on: the step it took last, its perturbation, its momentum and its own scale."""

    step: int
    perturbation: torch.Tensor
    momentum: torch.Tensor
    scale: float


@dataclass(frozen=True, eq=False)
class Iterate:
    """Consistent record of step `index`; index 0 is the unperturbed data.

    Attributes
    ----------
    r : (H, W) image perturbation (for searches in the samples: the one of minimum norm with the same data).
    y : data seen by every method. reconstruction : f(y).
    objective : Q = 1/2 ||f(A(x+r)) - f(Ax)||^2 - lambda/2 ||r||^2, lambda = 0 where a search has none.
    relative_norm : ||r|| / ||x||, or ||e|| / ||y|| for searches in the samples.
    state : to resume after this iterate; None for index 0.
    """

    index: int
    r: torch.Tensor
    y: torch.Tensor
    reconstruction: torch.Tensor
    objective: float
    relative_norm: float
    state: SearchState | None = None


def clean_iterate(objective) -> Iterate:
    """Index 0: r = 0."""
    return Iterate(0, torch.zeros_like(objective.x), objective.y, objective.clean, 0.0, 0.0)
