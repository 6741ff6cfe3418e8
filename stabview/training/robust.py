"""The robust family of Raj, Bresler and Li (ICML 2020): one network trained in five ways, on two problems.

    min_theta max_phi E[ ||x - f(A x)||^2 + lambda_1 ||x - f(A x + G(A x))||^2 + lambda_2 max(0, ||G(A x)||^2 - eps) ]

with lambda_1 > 0 > lambda_2; the network f (theta) and the generator of perturbations G (phi) move in turn. Here
lambda_2 = -infinity, which the hinge approaches: G is scaled back onto the ball where it leaves it. The paper's slides
name the three terms; their signs, G and all values here are ours. Images, seeds, steps and architecture are the same
for all five.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.encoder_decoder import convolutions
from stabview.sampling.operator import SamplingOperator
from stabview.training.data import augmented
from stabview.training.recipe import Opponent, Recipe, Turn, mean_squared
from stabview.training.robust_cards import family_card, family_figures
from stabview.training.robust_tasks import TASKS, Task

LAMBDA_1 = 1.0
WEIGHT_DECAY = 1e-6
"""mu of mu ||theta||^2."""
PARSEVAL = 1e-4
"""beta of beta / 2 sum ||W W^T - I||^2."""


class Perturber(nn.Module):
    """G: R^m -> R^m, five 3 x 3 convolutions where there are neighbours: on a sinogram, or on the image A^+ y before A.

    Nearly zero at first; ||G(y)|| <= level ||y||, and G(c y) = c G(y) for c > 0.
    """

    def __init__(self, operator: SamplingOperator, level: float, width: int = 24) -> None:
        super().__init__()
        self.operator, self.level = operator, level
        self.layers = nn.Sequential(*convolutions(1, width), *convolutions(width, width),
                                    nn.Conv2d(width, 1, 3, padding=1))  # fmt: skip
        nn.init.normal_(self.layers[-1].weight, std=1e-3)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, y: torch.Tensor) -> torch.Tensor:
        sizes = torch.linalg.vector_norm(y.flatten(1), dim=1)
        scale = _each(sizes / (y[0].numel() ** 0.5), y)
        return within(scale * self._direction(y / scale).float(), self.level * sizes)

    def _direction(self, y: torch.Tensor) -> torch.Tensor:
        if y.ndim == 3:
            return self.layers(y[:, None])[:, 0]
        return self.operator(self.layers(self.operator.minimum_norm(y)[:, None])[:, 0].float())


def within(v: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    """Each of v (n, ...) scaled back to its radius (n,) where it is longer."""
    length = (_energy(v) + 1e-20).sqrt()
    return v * _each((radius / length).clamp_max(1), v)


def min_max(task: Task, operator: SamplingOperator) -> Opponent:
    """The paper's training; eps = (level ||A x||)^2 for each image."""

    def network_loss(turn: Turn) -> torch.Tensor:
        with torch.no_grad():
            perturbation = turn.opponent(turn.y)
        perturbed = turn.network(turn.y + perturbation, turn.operator)
        return mean_squared(turn.estimate, turn.x) + LAMBDA_1 * mean_squared(perturbed, turn.x)

    def loss(turn: Turn) -> torch.Tensor:
        perturbed = turn.network(turn.y + turn.opponent(turn.y), turn.operator)
        return -(_energy(perturbed - turn.x) / _energy(turn.x)).mean()

    return Opponent(lambda: Perturber(operator, task.level), network_loss, loss)


def jittered(y: torch.Tensor, level: float, generator: torch.Generator) -> torch.Tensor:
    """Gaussian noise of norm s level ||y|| on each, s uniform in [0, 1] (Genzel, Macdonald and Maerz, 2022)."""
    noise = torch.randn(y.shape, generator=generator)
    axes = tuple(range(1, y.ndim))
    size, length = (torch.linalg.vector_norm(z, dim=axes, keepdim=True) for z in (y, noise))
    share = torch.rand((len(y), *[1] * len(axes)), generator=generator)
    return y + share * level * size / length * noise


def squared_weights(network: nn.Module) -> torch.Tensor:
    """||theta||^2 of all convolutions."""
    return sum(weight.square().sum() for weight in _kernels(network))


def parseval(network: nn.Module) -> torch.Tensor:
    """Sum of ||W W^T - I||^2 / 2, W the convolution's kernel with its outputs as rows (Cisse et al., ICML 2017).

    Where there are more rows than columns, of W^T W instead: rows cannot all be orthonormal then.
    """
    total = 0.0
    for weight in _kernels(network):
        rows = weight.flatten(1)
        square = rows @ rows.T if rows.shape[0] <= rows.shape[1] else rows.T @ rows
        total = total + 0.5 * (square - torch.eye(len(square))).square().sum()
    return total


def _kernels(network: nn.Module) -> list[torch.Tensor]:
    """The kernels of all convolutions but the last, which sets the scale of the output."""
    kernels = [m.weight for m in network.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    return kernels[:-1]


@dataclass(frozen=True)
class Variant:
    """One way of training. words : for the card. loss_words : its loss."""

    title: str
    words: str
    loss_words: str
    penalty: Callable[[nn.Module], torch.Tensor] | None = None
    jitter: bool = False
    against: bool = False


SQUARED = "mean squared error"
VARIANTS = {
    "plain": Variant("plain", "end-to-end, nothing done for robustness", SQUARED),
    "weight-decay": Variant(
        "weight decay", "with the squared weights as a penalty",
        f"{SQUARED} + {WEIGHT_DECAY:g} ||weights||^2", lambda network: WEIGHT_DECAY * squared_weights(network),
    ),
    "parseval": Variant(
        "Parseval", "with kernels kept near orthonormal",
        f"{SQUARED} + {PARSEVAL:g} sum ||W W^T - I||^2 / 2", lambda network: PARSEVAL * parseval(network),
    ),
    "jittering": Variant("jittering", "on data with random noise", f"{SQUARED}, noise on the data", jitter=True),
    "min-max": Variant(
        "min-max", "against a generator of perturbations trained in turn",
        f"{SQUARED} + {LAMBDA_1:g} times that of data perturbed by G; G: five convolutions, maximises it on"
        " the ball ||G||^2 <= eps", against=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One network of the family, with what `stabview train` asks of a recipe's module."""

    name: str
    task: Task
    variant: Variant
    CARD: Card = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "CARD", family_card(self.name, self.task, self.variant.title, self.variant.words))

    def recipe(self, folder: Path | None) -> Recipe:
        task, operator = self.task, self.task.operator()
        data = task.images(folder, "train")

        def sample(generator: np.random.Generator):
            x = [augmented(generator, data.draw(generator), shift=task.shift) for _ in range(task.batch)]
            x = torch.from_numpy(np.stack(x))
            noise = torch.Generator().manual_seed(int(generator.integers(2**31)))
            with torch.no_grad():
                y = operator(x)
            return (jittered(y, task.level, noise) if self.variant.jitter else y), operator, x

        return Recipe(
            self.name, task.build, data, sample, mean_squared, lambda network: self._validate(network, folder),
            steps=task.steps, batch=task.batch, half=True, loss_words=self.variant.loss_words,
            penalty=self.variant.penalty,
            opponent=min_max(task, operator) if self.variant.against else None,
        )  # fmt: skip

    def card_figures(self, network: nn.Module, folder: Path | None) -> dict[str, object]:
        return family_figures(network, self.task, folder)

    def _validate(self, network: nn.Module, folder: Path | None) -> dict[str, float]:
        x, operator = self.task.few(folder, "validation", 12), self.task.operator()
        y = operator(x)
        with torch.no_grad():
            estimates = {"network": network(y, operator), "quick inverse": operator.quick_inverse(y)}
        return {name: float(np.mean([psnr(a, b) for a, b in zip(z, x, strict=True)])) for name, z in estimates.items()}


def _each(numbers: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return numbers.view(-1, *[1] * (like.ndim - 1))


def _energy(z: torch.Tensor) -> torch.Tensor:
    return z.flatten(1).square().sum(dim=1)


FAMILY = {
    name: Member(name, task, variant)
    for key, task in TASKS.items()
    for way, variant in VARIANTS.items()
    for name in (f"robust-{key}-{way}",)
}
