"""Recipe of DAGAN: a generator against a discriminator, brain slices, 20 % Gaussian Cartesian lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.images.details import PaintedDetail, render_detail
from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.dagan import DAGAN
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import gaussian_lines, sampling_mask
from stabview.training.behaviour import kept_details, over_rates, search_sentences, under_search
from stabview.training.brains import WIDTH, brain_slices
from stabview.training.data import Mixture, Reused, augmented, scaled
from stabview.training.evaluate import Setting, compare
from stabview.training.recipe import Opponent, Recipe, Turn

LINES = 51
BASE_WIDTH, LEVELS, JUDGE_WIDTH = 24, 6, 16
PIXEL, FREQUENCY, ADVERSARIAL = 15.0, 0.1, 1.0
SWEEP_RATES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
TESTED, SEARCHED = 20, 5


class Discriminator(nn.Module):
    """Six 4 x 4 convolutions of stride 2 and one linear layer: one number an image, high where it looks real."""

    def __init__(self, width: int = JUDGE_WIDTH) -> None:
        super().__init__()
        widths = [width * 2 ** min(k, 4) for k in range(6)]
        layers: list[nn.Module] = []
        for k, (n_in, n_out) in enumerate(zip([1, *widths], widths, strict=False)):
            layers.append(nn.Conv2d(n_in, n_out, 4, stride=2, padding=1))
            layers += [nn.BatchNorm2d(n_out)] if k else []
            layers.append(nn.LeakyReLU(0.2))
        self.features = nn.Sequential(*layers)
        self.last = nn.Linear(widths[-1] * (WIDTH // 64) ** 2, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(batch, H, W) in [0, 1] -> (batch,)."""
        return self.last(self.features(2 * images[:, None] - 1).flatten(1))[:, 0].float()


def content_loss(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """15 times the pixels' relative error plus 0.1 times that of the spectrum's moduli; l2, mean over the batch."""
    estimate, x = estimate.abs(), x.abs()
    spectra = [torch.fft.fft2(image, norm="ortho").abs() for image in (estimate, x)]
    return PIXEL * _relative(estimate, x) + FREQUENCY * _relative(*spectra)


def _relative(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    error, size = (z.square().sum(dim=(-2, -1)) for z in (estimate - x, x))
    return ((error + 1e-12) / (size + 1e-12)).sqrt().mean()


def generator_loss(turn: Turn) -> torch.Tensor:
    """Content, and that the discriminator takes the estimate for real."""
    fooled = nn.functional.softplus(-turn.opponent(turn.estimate.abs())).mean()
    return content_loss(turn.estimate, turn.x) + ADVERSARIAL * fooled


def discriminator_loss(turn: Turn) -> torch.Tensor:
    """Cross entropy of telling true images from estimates."""
    real, made = turn.opponent(turn.x.abs()), turn.opponent(turn.estimate.abs())
    return nn.functional.softplus(-real).mean() + nn.functional.softplus(made).mean()


def recipe(folder: Path | None, *, batch: int = 4, steps: int = 1600) -> Recipe:
    """DAGAN on magnitude images, 51 of 256 lines drawn anew for every image."""
    chosen = brain_slices(folder, "validation").images
    data = Mixture((
        (0.85, brain_slices(folder, "train")), (0.15, Reused(_head, "procedural heads", kept=100, fresh=0.05)),
    ))  # fmt: skip

    def sample(generator: np.random.Generator):
        x = np.stack([np.minimum(augmented(generator, data.draw(generator)), 1) for _ in range(batch)])
        masks = [np.broadcast_to(gaussian_lines(WIDTH, LINES, generator), (WIDTH, WIDTH)) for _ in range(batch)]
        operator, x = FourierOperator(np.stack(masks)), torch.from_numpy(x).to(torch.complex64)
        return operator(x), operator, x

    def validate(network: nn.Module) -> dict[str, float]:
        scores = {"network": [], "zero-filled": []}
        for k in np.linspace(0, len(chosen) - 1, 10).astype(int):
            operator, x = _lines(int(k)), torch.from_numpy(chosen[k])
            with torch.no_grad():
                y = operator(x.to(torch.complex64))
                scores["network"].append(psnr(network(y, operator).abs(), x))
                scores["zero-filled"].append(psnr(operator.adjoint(y).abs(), x))
        return {name: float(np.mean(values)) for name, values in scores.items()}

    return Recipe(
        "dagan", lambda: DAGAN(BASE_WIDTH, LEVELS), data, sample, content_loss, validate, steps=steps, batch=batch,
        learning_rate=5e-4, betas=(0.5, 0.999), clip=5.0, half=True,
        opponent=Opponent(Discriminator, generator_loss, discriminator_loss, learning_rate=1e-4),
        loss_words=(
            f"{PIXEL:g} x relative error of the pixels + {FREQUENCY:g} x that of the spectrum's moduli"
            f" + {ADVERSARIAL:g} x adversarial (cross entropy)"
        ),
    )  # fmt: skip


def _lines(seed: int) -> FourierOperator:
    mask = gaussian_lines(WIDTH, LINES, np.random.default_rng(seed))
    return FourierOperator(np.broadcast_to(mask, (WIDTH, WIDTH)))


def _head(generator: np.random.Generator) -> np.ndarray:
    name = ("head-t1", "head-t2", "head-flair")[generator.integers(3)]
    seed, level = int(generator.integers(2**31)), float(generator.uniform(0.05, 0.95))
    return scaled(np.abs(phantom(name, WIDTH, seed=seed, level=level).pixels))


CARD = Card(
    name="dagan", title="DAGAN",
    summary="U-Net on the modulus of the zero-filled image, trained against a discriminator, 20 % of the lines.",
    operator="fourier", architecture="dagan", parameters={"width": BASE_WIDTH, "levels": LEVELS},
    trained_rate=round(LINES / WIDTH, 3), size=WIDTH,
    differences=(
        (f"{BASE_WIDTH} base channels and {LEVELS} levels instead of 64 and 8, and a decoder no wider than the encoder"
         f" (the published network has 98.6 million parameters); a discriminator of six strided"
         f" convolutions with {JUDGE_WIDTH} base channels, without the residual block."),
        ("No perceptual term: its features come from VGG trained on ImageNet, and nothing is used here that was not"
         " trained here. Its weight in the published loss is 0.0025."),
        "Pixel and frequency terms are relative l2 errors, so that the published weights (15, 0.1, 1) balance.",
        ("Brain slices of five subjects and procedural heads instead of the MICCAI 2013 challenge; lines drawn anew for"
         " every image instead of one stored mask; AdamW with a cosine schedule instead of Adam with steps."),
    ),
    limits=(
        "Gives the modulus of an image only, in [0, 1], as published: a phase is lost.",
        "Nothing in it enforces the data: what was measured may be contradicted.",
        ("Total variation is 5 dB better on the same data: the network sees a modulus without the data, and was trained"
         " for 1600 steps of 4 images on a CPU."),
        ("As Antun et al. report, it deteriorates with more samples (2 dB from 20 % to 50 %, below zero-filling from"
         " 40 %), and a painted heart is weaker in it than in total variation; the text is about as weak in both. The"
         " search within 5 % changed it no more than total variation."),
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    """Figures of the card on the test subjects, all methods by their modulus."""
    test, setting = brain_slices(folder, "test"), Setting(magnitude=True)
    cases = [
        (_lines(int(k)), torch.from_numpy(test.images[k]).to(torch.complex64))
        for k in np.linspace(0, len(test.images) - 1, TESTED).astype(int)
    ]
    methods = {
        "network": network, "zero-filled": lambda y, a: a.quick_inverse(y), "TV": setting.sparse("tv", cases[0][0]),
    }  # fmt: skip
    subjects = " and ".join(dict.fromkeys(test.subjects))
    title = f"{TESTED} slices of the test subjects {subjects}, {LINES} of {WIDTH} lines, no noise, moduli"
    figures = compare(methods, cases, title, setting=setting)
    network = network.requires_grad_(False)
    few = cases[:: TESTED // SEARCHED]
    images = [x for _, x in few]
    operators = {f"at {rate:.0%} of the lines": _at(rate) for rate in SWEEP_RATES}
    figures |= over_rates(network, images, operators, setting=setting)
    figures |= kept_details(network, few[0][0], images, _details(), setting=setting)
    return figures | search_sentences([under_search(network, a, x, setting=setting) for a, x in few])


def _at(rate: float) -> FourierOperator:
    return FourierOperator(sampling_mask("cartesian-gaussian", (WIDTH, WIDTH), rate, seed=0))


def _details() -> dict[str, torch.Tensor]:
    """A heart of 14 and a text of 8 pixels, contrast 0.2."""
    painted = {
        "a heart (14 px)": PaintedDetail("symbol", (150.0, 110.0), 14.0, text="♥"),
        "CAN U SEE IT (8 px)": PaintedDetail("text", (128.0, 150.0), 8.0, text="CAN U SEE IT"),
    }
    return {name: torch.from_numpy(render_detail((WIDTH, WIDTH), detail)) for name, detail in painted.items()}
