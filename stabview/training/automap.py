"""Recipe of AUTOMAP: 32 x 32 pixels, 60 % of the samples by one fixed mask, noise in k-space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.images.details import PaintedDetail, render_detail
from stabview.measures.errors import psnr
from stabview.methods.networks.automap import AUTOMAP
from stabview.methods.networks.cards import Card
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.training.behaviour import kept_details, search_sentences, under_search
from stabview.training.brains import brain_slices
from stabview.training.data import Drawn
from stabview.training.evaluate import compare
from stabview.training.fading import fading_detail
from stabview.training.recipe import Recipe, mean_squared
from stabview.training.small_images import drawn_batch, small_mixture, small_pieces, small_slices

SIZE, RATE = 32, 0.6
SAMPLING = {"pattern": "poisson-disc", "seed": 0}
NOISE = 0.01
HIDDEN, FILTERS = 2048, 32
SCALED_BY = 400
SEARCHED, TESTED = 5, 20
FADING_AT = (0.0, 0.02, 0.05, 0.1)


def own_operator() -> FourierOperator:
    """The one operator of the network."""
    return FourierOperator(sampling_mask(SAMPLING["pattern"], (SIZE, SIZE), RATE, seed=SAMPLING["seed"]))


def build(images: Drawn) -> AUTOMAP:
    """Untrained; its samples are divided by their root mean square over some images."""
    operator = own_operator()
    network = AUTOMAP(SIZE, operator.samples, HIDDEN, FILTERS)
    network.places.copy_(torch.nonzero(operator.weights.flatten())[:, 0])
    generator = np.random.default_rng(0)
    x = torch.from_numpy(np.stack([images.draw(generator) for _ in range(SCALED_BY)])).to(torch.complex64)
    samples = operator(x).flatten(1)[:, network.places]
    usual = torch.cat((samples.real, samples.imag), dim=1).square().mean(dim=0).sqrt()
    network.scale.copy_(torch.where(usual > 1e-3, usual, 1.0))  # imaginary parts that are zero for real images
    return network


def recipe(folder: Path | None, *, batch: int = 64, steps: int = 5000) -> Recipe:
    """Every sample is multiplied by U(0.99, 1.01), its real and its imaginary part apart, as published."""
    operator = own_operator()
    chosen = small_slices(folder, "validation", SIZE, 40)
    pieces = small_pieces(brain_slices(folder, "train"), SIZE)
    data = small_mixture(pieces, SIZE)

    def sample(generator: np.random.Generator):
        x = drawn_batch(data, generator, batch).to(torch.complex64)
        y = torch.view_as_real(operator(x))
        noise = torch.from_numpy(generator.uniform(1 - NOISE, 1 + NOISE, tuple(y.shape)).astype(np.float32))
        return torch.view_as_complex(y * noise), operator, x

    def validate(network: nn.Module) -> dict[str, float]:
        with torch.no_grad():
            return {
                "network": float(np.mean([psnr(network(operator(x), operator), x) for x in chosen])),
                "zero-filled": float(np.mean([psnr(operator.adjoint(operator(x)), x) for x in chosen])),
            }

    return Recipe(
        "automap", lambda: build(pieces), data, sample, mean_squared, validate, steps=steps, batch=batch,
        learning_rate=5e-4, half=True,
    )  # fmt: skip


CARD = Card(
    name="automap", title="AUTOMAP",
    summary="Fully connected layers from the samples to the image, 32 x 32 pixels, one mask of 60 %, noise in k-space.",
    operator="fourier", architecture="automap",
    parameters={"size": SIZE, "samples": own_operator().samples, "hidden": HIDDEN, "filters": FILTERS},
    trained_rate=RATE, size=SIZE, operator_spec=own_operator().spec, sampling=SAMPLING,
    differences=(
        ("32 x 32 images, 2048 hidden numbers and 32 filters instead of 128 x 128, 25,000 and 64 (4.6 instead of 902"
         " million parameters)."),
        ("Trained on pieces of brain slices, procedural heads and ellipses instead of brains of the Human Connectome"
         " Project; AdamW instead of RMSprop; no penalty on the code of the second convolution."),
        "Each sample is divided by its usual size over the training images before the first layer.",
        ("The mean of the image, which the published network leaves out of output and loss, is put back after the"
         " convolutions, so that the output is the image itself."),
    ),
    limits=(
        "One size and one mask only: the layers hold both, so there is no curve over the sampling rate.",
        "The image is real, as published: an image with a phase is outside of what it was trained for.",
        ("Better than zero-filling and far from total variation, which such small images with 60 % of the samples suit."
         " As Antun et al. report, a painted heart fades when the samples are perturbed, here with the whole image,"
         " which darkens; total variation keeps both. The network still answers to the heart (first number above): the"
         " perturbation covers it up."),
        ("The cause lies in the training more than in the layers: begun at the best linear estimate instead of random"
         " values, they reached 42.4 dB on the same test slices, and the heart stood out as painted (0.99) at 10 %."),
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    """Figures of the card on the test subjects, beside zero-filling and TV."""
    operator = own_operator()
    images = [x.to(torch.complex64) for x in small_slices(folder, "test", SIZE, TESTED)]
    methods = {
        "network": network, "zero-filled": lambda y, a: a.quick_inverse(y), "TV": sparse_method("tv", operator),
    }  # fmt: skip
    title = f"{TESTED} slices of the test subjects, {SIZE} x {SIZE} pixels, the network's own mask, no noise"
    figures = compare(methods, [(operator, x) for x in images], title)
    network = network.requires_grad_(False)
    few = images[:: TESTED // SEARCHED]
    heart = torch.from_numpy(render_detail((SIZE, SIZE), PaintedDetail("symbol", (16.0, 16.0), 7.0, text="♥")))
    figures |= kept_details(network, operator, few, {"a heart (7 px)": heart})
    figures |= search_sentences([under_search(network, operator, x) for x in few])
    return figures | fading_detail(network, operator, few, heart, FADING_AT, "a heart of 7 pixels")
