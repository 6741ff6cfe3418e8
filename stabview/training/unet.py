"""Recipe of the U-Net of fastMRI: the zero-filled image turned by its slow phase in, the image out, 4x single coil."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.methods.networks.cards import Card
from stabview.methods.networks.unet import UNet
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.line_masks import fastmri_random_lines
from stabview.sampling.masks import sampling_mask
from stabview.training.brains import WIDTH, brain_slices, by_subject
from stabview.training.evaluate import Setting
from stabview.training.mri_figures import mri_figures, validation_figures
from stabview.training.recipe import Recipe
from stabview.training.scans import single_coil_scan

RATE, CENTRE, PATTERN = 0.25, 0.08, "fastmri-random"
SETTING = Setting(noise=0.03)
SWEEP_RATES = (0.125, 0.25, 0.33, 0.5, 0.8)
CHANNELS, POOLS = 16, 4


def recipe(folder: Path | None, *, steps: int = 18000) -> Recipe:
    """The U-Net at half its width, on whole slices: its normalisation depends on the image's size."""
    brains, chosen = by_subject(brain_slices(folder, "train")), brain_slices(folder, "validation")

    def lines(generator: np.random.Generator) -> np.ndarray:
        return fastmri_random_lines(WIDTH, 1 / RATE, CENTRE, generator)

    def sample(generator: np.random.Generator):
        return single_coil_scan(generator, brains, lines, rows=WIDTH, batch=1, noise=2 * SETTING.noise)

    return Recipe(
        "unet", lambda: UNet(2, 1, CHANNELS, POOLS), brains, sample, mean_error,
        lambda network: validation_figures(network, chosen, operator_at, RATE, SETTING),
        steps=steps, batch=1, loss_words="mean of | f(y) - x |", half=True,
    )  # fmt: skip


def mean_error(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """L1 of the complex error."""
    return (estimate - x).abs().mean()


def operator_at(rate: float, seed: int) -> FourierOperator:
    return FourierOperator(sampling_mask(PATTERN, (WIDTH, WIDTH), rate, seed=seed))


CARD = Card(
    name="unet", title="U-Net (fastMRI)",
    summary="The U-Net of fastMRI: from the zero-filled image to the image, 4x random lines.",
    operator="fourier", architecture="unet",
    parameters={"in_channels": 2, "out_channels": 1, "width": CHANNELS, "pools": POOLS},
    trained_rate=RATE, size=WIDTH, sampling={"pattern": PATTERN, "noise": SETTING.noise},
    differences=(
        "16 channels in place of 32 (1.94 instead of 7.76 million parameters), so that it trains on a CPU.",
        ("Not the modulus of the zero-filled image goes in but what lies along and across its slow phase (the phase"
         " after a low-pass filter), and the image along it comes out: with moduli alone it was 0.9 dB below TV, which"
         " knows the phases of the samples."),
        ("Simulated single-coil data of brain slices of 256 x 256 in place of raw knee k-space, with a random smooth"
         " phase on 60 % of the samples and relative noise drawn from 0 to 6 %."),
        ("Begun with the weights of 9000 steps on moduli, the first 6000 of them two thirds on two halves of slices in"
         " place of a whole one, drawn from all slices alike; then 9000 steps on whole slices, every subject equally"
         " often."),
        "AdamW with a cosine schedule in place of RMSprop, and far fewer steps than the published 50 epochs.",
    ),
    limits=(
        "The image's phase is that of the low frequencies; phase that varies faster is lost.",
        ("It does not enforce the data: from 25 to 80 % of the lines its PSNR stays between 30.4 and 31.5 dB, while TV"
         " gains 12 dB."),
        "Trained at one rate, on simulated data of five subjects.",
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    words = f"random lines at rate {RATE} with {CENTRE:.0%} in the middle, noise {SETTING.noise:.0%} of ||Ax||"
    return mri_figures(network, folder, operator_at, RATE, SWEEP_RATES, SETTING, words=words)
