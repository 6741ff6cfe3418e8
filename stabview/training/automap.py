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
BEGUN_WITH = 8000
"""Images for the usual size of each sample and for the linear estimate."""
SEARCHED, TESTED = 5, 20
FADING_AT = (0.0, 0.02, 0.05, 0.1, 0.2)


def own_operator() -> FourierOperator:
    """The one operator of the network."""
    return FourierOperator(sampling_mask(SAMPLING["pattern"], (SIZE, SIZE), RATE, seed=SAMPLING["seed"]))


def build(images: Drawn) -> AUTOMAP:
    """Before training: samples divided by their root mean square over some images, and the best linear estimate."""
    operator = own_operator()
    network = AUTOMAP(SIZE, operator.samples, HIDDEN, FILTERS)
    network.places.copy_(torch.nonzero(operator.weights.flatten())[:, 0])
    generator = np.random.default_rng(0)
    x = torch.from_numpy(np.stack([images.draw(generator) for _ in range(BEGUN_WITH)]))
    samples = operator(x.to(torch.complex64)).flatten(1)[:, network.places]
    samples = torch.cat((samples.real, samples.imag), dim=1)
    usual = samples.square().mean(dim=0).sqrt()
    network.scale.copy_(torch.where(usual > 1e-3, usual, 1.0))  # imaginary parts that are zero for real images
    network.start_as_linear(_least_squares(samples / network.scale, x.flatten(1)))
    return network


def _least_squares(samples: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """The matrix that gives images from samples with the least squared error under the noise of the training."""
    samples, images = samples.double(), images.double()
    noise = len(samples) * NOISE**2 / 3 * torch.eye(samples.shape[1], dtype=torch.float64)
    return torch.linalg.solve(samples.mT @ samples + noise, samples.mT @ images).mT.float()


def recipe(folder: Path | None, *, batch: int = 64, steps: int = 4000) -> Recipe:
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
        learning_rate=3e-4, half=True,
    )  # fmt: skip


CARD = Card(
    name="automap", title="AUTOMAP",
    summary="Fully connected layers from the samples to the image, 32 x 32 pixels, one mask of 60 %, noise in k-space.",
    operator="fourier", architecture="automap",
    parameters={"size": SIZE, "samples": own_operator().samples, "hidden": HIDDEN, "filters": FILTERS},
    trained_rate=RATE, size=SIZE, operator_spec=own_operator().spec, sampling=SAMPLING,
    differences=(
        ("32 x 32 images and 2048 hidden numbers instead of 128 x 128 and 25,000 (4.7 instead of 900 million"
         " parameters)."),
        ("Trained on pieces of brain slices, procedural heads and ellipses instead of brains of the Human Connectome"
         " Project; AdamW instead of RMSprop; no penalty on the code of the second convolution."),
        ("Each sample is divided by its usual size first, and the layers start as the best linear estimate, in closed"
         " form: from random values the fully connected layers had not got near zero-filling after 1000 steps."),
        ("The mean of the image, which the published network leaves out of output and loss, is put back after the"
         " convolutions, so that the output is the image itself."),
    ),
    limits=(
        "One size and one mask only: the layers hold both, so there is no curve over the sampling rate.",
        "The image is real, as published: an image with a phase is outside of what it was trained for.",
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
