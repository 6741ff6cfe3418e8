"""Recipe of Deep MRI: D5-C5 on strips of brain slices and phantom heads, 33 % Gaussian Cartesian lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.deep_mri import DeepMRI
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import gaussian_lines, sampling_mask
from stabview.training.behaviour import over_rates, search_sentences, under_search
from stabview.training.brains import WIDTH, brain_slices, strip
from stabview.training.data import Drawn, ImageFolder, Mixture, scaled
from stabview.training.evaluate import compare
from stabview.training.recipe import Recipe, mean_squared

LINES = 85
SEARCHED = 5
SWEEP_RATES = (0.1, 0.2, 0.33, 0.5, 0.8)


def recipe(folder: Path | None, *, heads: float = 0.2, rows: int = 48, batch: int = 3, steps: int = 4000) -> Recipe:
    """Deep MRI at full architecture; `heads` is the share of procedural heads among the samples.

    `folder` holds the subjects named in `brains.SUBJECTS`; one without them is split by subject, see `brain_slices`.

    The lines are sampled along the columns and every row is measured fully, so the operator acts on each row by
    itself and a strip of `rows` rows is an exact smaller problem: training on strips costs a fraction of a slice.
    """
    brains, chosen = brain_slices(folder, "train"), brain_slices(folder, "validation")
    data: ImageFolder | Mixture = brains
    if heads > 0:
        data = Mixture(((1 - heads, brains), (heads, Drawn(_draw_head, "procedural heads (T1, T2, FLAIR)"))))

    def sample(generator: np.random.Generator):
        strips = [strip(generator, data.draw(generator), rows) for _ in range(batch)]
        masks = [gaussian_lines(WIDTH, LINES, generator) for _ in range(batch)]
        x = torch.from_numpy(np.stack(strips))
        operator = FourierOperator(np.broadcast_to(np.stack(masks)[:, None, :], (batch, rows, WIDTH)))
        return operator(x), operator, x

    return Recipe(
        "deep-mri", DeepMRI, data, sample, mean_squared, lambda network: validation_figures(network, chosen),
        steps=steps, batch=batch,
    )  # fmt: skip


def validation_figures(network: nn.Module, images: ImageFolder, count: int = 10) -> dict[str, float]:
    """Mean PSNR of network and zero-filling over `count` evenly spread slices, masks fixed by index."""
    scores = {"network": [], "zero-filled": []}
    for k in np.linspace(0, len(images.images) - 1, count).astype(int):
        mask = gaussian_lines(WIDTH, LINES, np.random.default_rng(int(k)))
        operator = FourierOperator(np.broadcast_to(mask, (WIDTH, WIDTH)))
        x = torch.from_numpy(images.images[k]).to(torch.complex64)
        with torch.no_grad():
            y = operator(x)
            scores["network"].append(psnr(network(y, operator), x))
            scores["zero-filled"].append(psnr(operator.adjoint(y), x))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def _draw_head(generator: np.random.Generator) -> np.ndarray:
    from stabview.images.phantoms import phantom

    name = ("head-t1", "head-t2", "head-flair")[generator.integers(3)]
    seed, level = int(generator.integers(2**31)), float(generator.uniform(0.05, 0.95))
    return scaled(np.abs(phantom(name, WIDTH, seed=seed, level=level).pixels))


CARD = Card(
    name="deep-mri", title="Deep MRI (D5-C5)",
    summary="Cascade of five convolutional blocks with exact data consistency, single-coil MRI at 33 % of the lines.",
    operator="fourier", architecture="deep-mri", parameters={"cascades": 5, "depth": 5, "filters": 64},
    trained_rate=round(LINES / WIDTH, 3), size=WIDTH,
    differences=(
        "The published architecture in full (five cascades of five layers, 64 filters, 565,770 parameters).",
        ("Trained on brain slices and procedural heads instead of cardiac cine frames, on strips of 48 rows (exact,"
        " since every row is measured fully), with a random smooth phase on 60 % of the samples."),
        "AdamW with a cosine schedule instead of Adam with a constant rate.",
    ),
    limits=(
        "Small worst-case perturbations harm it more than they harm total variation (figures of the search above).",
        ("Above about half of the lines total variation is better, and on the skull-stripped test subject its SSIM is"
         " higher at 33 % too: the network leaves faint texture in a background that is exactly zero."),
        "Trained at one rate only, on magnitude images with simulated phase and single-coil data without noise.",
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None, *, every: int = 6) -> dict[str, object]:
    """Figures of the card on the test subjects: every `every`-th slice, masks fixed by the slice's number."""
    test = brain_slices(folder, "test")
    cases = []
    for k in range(0, len(test.images), every):
        mask = np.broadcast_to(gaussian_lines(WIDTH, LINES, np.random.default_rng(k)), (WIDTH, WIDTH))
        cases.append((FourierOperator(mask), torch.from_numpy(test.images[k]).to(torch.complex64)))
    tv = sparse_method("tv", cases[0][0])
    methods = {"network": network, "zero-filled": lambda y, a: a.quick_inverse(y), "TV": tv}
    subjects = " and ".join(dict.fromkeys(test.subjects))
    title = f"{len(cases)} slices of the test subjects {subjects}, {LINES} of {WIDTH} lines, no noise"
    figures = compare(methods, cases, title)
    chosen = [cases[k] for k in np.linspace(0, len(cases) - 1, SEARCHED + 2).astype(int)[1:-1]]
    frozen = network.requires_grad_(False)
    figures |= search_sentences([under_search(frozen, operator, x) for operator, x in chosen])
    operators = {f"at {rate:.0%} of the lines": _lines_at(rate) for rate in SWEEP_RATES}
    return figures | over_rates(frozen, [x for _, x in chosen], operators)


def _lines_at(rate: float) -> FourierOperator:
    return FourierOperator(sampling_mask("cartesian-gaussian", (WIDTH, WIDTH), rate, seed=0))
