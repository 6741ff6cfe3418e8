"""Recipe of MRI-VN: the variational network for 15 coils at 15 % of the lines."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from torch import nn

from stabview.methods.networks.cards import Card
from stabview.methods.networks.mri_vn import VariationalNetwork
from stabview.sampling.line_masks import vn_uniform
from stabview.training.brains import WIDTH, brain_slices
from stabview.training.evaluate import Setting
from stabview.training.mri_figures import mri_figures, validation_figures
from stabview.training.recipe import Recipe, mean_squared
from stabview.training.scans import coil_sets, parallel_operator, parallel_scan

RATE, PATTERN, COILS = 0.15, "vn-uniform", 15
SETTING = Setting(noise=0.05)
SWEEP_RATES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5)
PARAMETERS = {"stages": 10, "filters": 24, "side": 11, "gaussians": 31}


def recipe(folder: Path | None, *, rows: int = 64, steps: int = 8500) -> Recipe:
    """The published network on strips of `rows` rows, one set of coils of `COILS` each."""
    brains, chosen = brain_slices(folder, "train"), brain_slices(folder, "validation")
    sets = coil_sets(COILS)

    def lines(generator: np.random.Generator) -> np.ndarray:
        return vn_uniform((WIDTH, WIDTH), RATE, generator)[0]

    def sample(generator: np.random.Generator):
        return parallel_scan(generator, brains, lines, sets, rows=rows, batch=1, noise=2 * SETTING.noise)

    return Recipe(
        "mri-vn", lambda: VariationalNetwork(**PARAMETERS), brains, sample, mean_squared,
        lambda network: validation_figures(network, chosen, operator_at, RATE, SETTING),
        steps=steps, batch=1, learning_rate=2e-3,
    )  # fmt: skip


operator_at = partial(parallel_operator, pattern=PATTERN, coils=COILS)

CARD = Card(
    name="mri-vn", title="MRI-VN",
    summary="Variational network for multi-coil MRI: 15 coils, 15 % of the lines, a middle block and equal distances.",
    operator="multicoil", architecture="mri-vn", parameters=PARAMETERS, trained_rate=RATE, size=WIDTH,
    sampling={"pattern": PATTERN, "coils": COILS, "noise": SETTING.noise},
    differences=(
        "The tested network in full (10 stages, 24 filters of 11 x 11, 31 Gaussians, 65,530 parameters).",
        "Activations are looked up in a fine table of the sum of Gaussians.",
        ("Filters are centred and their norm is bounded inside the network in place of a projection after each step;"
         " images are continued by reflection."),
        ("Simulated data of brain slices of 256 x 256 and 15 coils (birdcages whose coils stand somewhat elsewhere each"
         " time) in place of raw knee k-space with ESPIRiT maps, with a random smooth phase on 60 % of the samples and"
         " relative noise drawn from 0 to 10 %; strips of 64 rows (exact since every row is measured fully)."),
        "Mean squared error of complex images in place of that of moduli; AdamW in place of iPALM.",
    ),
    limits=(
        ("1.3 dB better than TV in PSNR, and below it in SSIM (0.80 against 0.86): it leaves faint noise in the"
         " background."),
        ("As Antun et al. (2020) saw, it stagnates: between 25 and 50 % of the lines it stays at 34 to 35 dB, where TV"
         " gains 17 dB."),
        ("Stopped after 4000 and 4500 steps, begun anew once; trained at one rate and one pattern of lines, with smooth"
         " simulated sensitivities that it is given exactly."),
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    words = (
        f"lines at equal distances at rate {RATE} ({operator_at(RATE, 0).rate:.3f} of them with the middle block),"
        f" {COILS} coils of a birdcage, noise {SETTING.noise:.0%} of ||Ax||"
    )
    return mri_figures(network, folder, operator_at, RATE, SWEEP_RATES, SETTING, words=words, count=12, searched=2)
