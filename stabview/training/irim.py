"""Recipe of the small invertible recurrent machine: single coil, a third of the lines; it only ranks images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn

from stabview.methods.networks.cards import Card
from stabview.methods.networks.irim import InvertibleRIM
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import gaussian_lines
from stabview.training.brains import WIDTH, brain_slices
from stabview.training.evaluate import Setting
from stabview.training.mri_figures import mri_figures, validation_figures
from stabview.training.recipe import Recipe, mean_squared
from stabview.training.scans import single_coil_scan

LINES = 85
RATE = LINES / WIDTH
SETTING = Setting()
PARAMETERS = {"channels": 16, "layers": 3, "hidden": 32, "iterations": 4}


def recipe(folder: Path | None, *, rows: int = 48, batch: int = 3, steps: int = 600) -> Recipe:
    """The machine on strips of `rows` rows."""
    brains, chosen = brain_slices(folder, "train"), brain_slices(folder, "validation")

    def sample(generator: np.random.Generator):
        return single_coil_scan(generator, brains, _lines, rows=rows, batch=batch, noise=0)

    return Recipe(
        "irim", lambda: InvertibleRIM(**PARAMETERS), brains, sample, mean_squared,
        lambda network: validation_figures(network, chosen, operator_at, RATE, SETTING),
        steps=steps, batch=batch,
    )  # fmt: skip


def operator_at(rate: float, seed: int) -> FourierOperator:
    lines = gaussian_lines(WIDTH, round(rate * WIDTH), np.random.default_rng(seed))
    return FourierOperator(np.broadcast_to(lines, (WIDTH, WIDTH)))


def _lines(generator: np.random.Generator) -> np.ndarray:
    return gaussian_lines(WIDTH, LINES, generator)


CARD = Card(
    name="irim", title="Small invertible RIM",
    summary="A small invertible recurrent inference machine, single-coil MRI at 33 % of the lines, to rank images by.",
    operator="fourier", architecture="irim", parameters=PARAMETERS, trained_rate=round(RATE, 3), size=WIDTH,
    differences=(
        ("A small network in the role of the i-RIM of Putzky and Welling (NeurIPS 2019), which is many times larger:"
         " 4 iterations with the same weights, 3 couplings of 16 channels each, single coil."),
        "Trained on brain slices with a random smooth phase on 60 % of the samples, in strips of 48 rows.",
    ),
    limits=(
        ("It is there to rank images by how hard they are, not as a reconstruction to be compared with others: TV is"
         " 7 dB better."),
        "Stopped after 600 steps; trained at one rate without noise.",
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    words = f"{LINES} of {WIDTH} lines, no noise"
    return mri_figures(network, folder, operator_at, RATE, (0.2, RATE, 0.5), SETTING, words=words, count=12, searched=1)
