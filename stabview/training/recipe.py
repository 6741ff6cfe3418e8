"""A recipe: what network is trained, on which data and operator, with which loss; enough to do it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from stabview.training.data import Drawn, ImageFolder, Mixture


@dataclass(frozen=True, eq=False)
class Recipe:
    """One training problem.

    Attributes
    ----------
    name : name of the shipped network.
    build : makes the untrained network.
    data : where images come from.
    sample : generator -> (y, operator, x), one batch of data, its operator and the true images.
    loss : (estimate, x) -> scalar.
    validate : network -> figures on images that are used for choosing, never for reporting.
    """

    name: str
    build: Callable[[], nn.Module]
    data: ImageFolder | Drawn | Mixture
    sample: Callable[[np.random.Generator], tuple[torch.Tensor, object, torch.Tensor]]
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    validate: Callable[[nn.Module], dict[str, float]]
    steps: int
    batch: int
    learning_rate: float = 1e-3
    weight_decay: float = 1e-7
    clip: float = 1.0


def mean_squared(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Mean of |estimate - x|^2 over all pixels, complex modulus where complex."""
    error = estimate - x
    if error.is_complex():
        error = torch.view_as_real(error)
        return 2 * error.square().mean()
    return error.square().mean()
