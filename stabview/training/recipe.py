"""A recipe: what network is trained, on which data and operator, with which loss; enough to do it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from stabview.training.data import Drawn, ImageFolder, Mixture, Reused


@dataclass(frozen=True, eq=False)
class Turn:
    """What one turn of a training with an opponent has to go by; whoever is not to move has frozen parameters.

    Attributes
    ----------
    network, opponent : the two.
    y, operator, x : the batch.
    estimate : network(y, operator); without gradient in the opponent's turn.
    """

    network: nn.Module
    opponent: nn.Module
    y: torch.Tensor
    operator: object
    x: torch.Tensor
    estimate: torch.Tensor


@dataclass(frozen=True, eq=False)
class Opponent:
    """A second network, trained in turn with the first: a discriminator, or a generator of perturbations.

    Attributes
    ----------
    build : makes it untrained.
    network_loss : turn -> scalar that the network lowers, in place of the recipe's `loss`.
    loss : turn -> scalar that the opponent lowers, in the same step after the network has moved.
    learning_rate : peak rate; the recipe's own where None.
    """

    build: Callable[[], nn.Module]
    network_loss: Callable[[Turn], torch.Tensor]
    loss: Callable[[Turn], torch.Tensor]
    learning_rate: float | None = None


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
    loss_words : the loss, for the card.
    betas : of the Adam moments.
    half : weights are stored in float16; rounded first, so that the card's figures are those of what is stored.
    opponent : trained against the network, if any.
    penalty : network -> scalar of its weights that is added to the loss.
    """

    name: str
    build: Callable[[], nn.Module]
    data: ImageFolder | Drawn | Reused | Mixture
    sample: Callable[[np.random.Generator], tuple[torch.Tensor, object, torch.Tensor]]
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    validate: Callable[[nn.Module], dict[str, float]]
    steps: int
    batch: int
    learning_rate: float = 1e-3
    weight_decay: float = 1e-7
    clip: float = 1.0
    loss_words: str = "mean squared error (complex where the data are)"
    betas: tuple[float, float] = (0.9, 0.999)
    half: bool = False
    opponent: Opponent | None = None
    penalty: Callable[[nn.Module], torch.Tensor] | None = None


def mean_squared(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Mean of |estimate - x|^2 over all pixels, complex modulus where complex."""
    error = estimate - x
    if error.is_complex():
        error = torch.view_as_real(error)
        return 2 * error.square().mean()
    return error.square().mean()
