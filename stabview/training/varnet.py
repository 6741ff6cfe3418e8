"""Recipe of the end-to-end variational network: eight coils, their sensitivities learnt as well, 4x lines."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.methods.networks.cards import Card
from stabview.methods.networks.varnet import VarNet
from stabview.sampling.line_masks import fastmri_equispaced
from stabview.training.brains import WIDTH, brain_slices
from stabview.training.evaluate import Setting
from stabview.training.mri_figures import mri_figures, validation_figures
from stabview.training.recipe import Recipe
from stabview.training.scans import coil_sets, parallel_operator, parallel_scan

RATE, PATTERN, COILS = 0.25, "fastmri-equispaced", 8
SETTING = Setting(noise=0.05, magnitude=True)
SWEEP_RATES = (0.125, 0.25, 0.33, 0.5)
PARAMETERS = {
    "cascades": 6, "width": 16, "pools": 2, "sens_width": 4, "sens_pools": 3, "combine": "learnt", "calibrated": True,
}  # fmt: skip


def recipe(folder: Path | None, *, steps: int = 15000) -> Recipe:
    """Six cascades. One step in sixteen sees a whole slice, the others a strip of 64 rows."""
    brains, chosen = brain_slices(folder, "train"), brain_slices(folder, "validation")
    sets = coil_sets(COILS)

    def lines(generator: np.random.Generator) -> np.ndarray:
        return fastmri_equispaced((WIDTH, WIDTH), RATE, generator)[0]

    def sample(generator: np.random.Generator):
        rows = WIDTH if generator.random() < 1 / 16 else 64
        return parallel_scan(generator, brains, lines, sets, rows=rows, batch=1, noise=2 * SETTING.noise)

    return Recipe(
        "varnet", lambda: VarNet(**PARAMETERS), brains, sample, modulus_error,
        lambda network: validation_figures(network, chosen, operator_at, RATE, SETTING),
        steps=steps, batch=1, learning_rate=2e-3, half=True,
        loss_words="mean of | |f(y)| - |x| |",
    )  # fmt: skip


def modulus_error(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """L1 of moduli."""
    return (estimate.abs() - x.abs()).abs().mean()


operator_at = partial(parallel_operator, pattern=PATTERN, coils=COILS)

CARD = Card(
    name="varnet", title="E2E-VarNet",
    summary="End-to-end variational network: multi-coil MRI at 4x lines, coil sensitivities learnt as well.",
    operator="multicoil", architecture="varnet", parameters=PARAMETERS, trained_rate=RATE, size=WIDTH,
    sampling={"pattern": PATTERN, "coils": COILS, "noise": SETTING.noise},
    differences=(
        ("Six cascades with U-Nets of 16 channels and 2 poolings in place of 12 with 18 channels and 4 poolings, and 4"
         " channels and 3 poolings for the sensitivities, so that it trains and reconstructs on a CPU."),
        ("Simulated data of brain slices of 256 x 256 and eight coils (birdcages whose coils stand somewhat elsewhere"
         " each time) in place of raw k-space, with a random smooth phase on 60 % of the samples and relative noise"
         " drawn from 0 to 10 %."),
        "Fifteen steps of sixteen see strips of 64 rows (exact since every row is measured fully).",
        ("Coils are combined by the learnt sensitivities in place of the root of the sum of squares, since the true"
         " image has no noise here; the sensitivities are learnt as a correction of low-resolution coil images, so that"
         " fewer steps suffice."),
        "The loss is the mean absolute error of moduli in place of 1 - SSIM; AdamW with a cosine schedule.",
    ),
    limits=(
        ("Better than TV at its own rate only (34.8 against 33.6 dB, where TV knows the sensitivities): at 12 and 33 %"
         " of the lines they are on a par, and at 50 % TV is 6 dB better."),
        "Stopped after 3400 and 11500 steps, the second stretch begun with the first one's weights.",
        "It gives a modulus: the phase of a complex image is lost.",
        "Trained at one rate, with smooth simulated sensitivities of eight coils.",
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    words = (
        f"equispaced lines at rate {RATE} with 8% in the middle, {COILS} coils of a birdcage (TV and wavelets know the"
        f" sensitivities, the network does not), noise {SETTING.noise:.0%} of ||Ax||"
    )
    return mri_figures(network, folder, operator_at, RATE, SWEEP_RATES, SETTING, words=words, count=12, searched=2)
