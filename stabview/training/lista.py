"""Recipe of LISTA: ten layers on the wavelet coefficients of 32 x 32 images, Gaussian measurements at 40 %."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.images.details import PaintedDetail, render_detail
from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.lista import ImageLISTA
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.matrices import GaussianOperator
from stabview.training.behaviour import kept_details, search_sentences, under_search
from stabview.training.brains import brain_slices
from stabview.training.evaluate import compare
from stabview.training.recipe import Recipe, mean_squared
from stabview.training.small_images import drawn_batch, small_mixture, small_pieces, small_slices

SIZE, RATE = 32, 0.4
SAMPLING = {"seed": 0}
LAYERS, MATRICES, WAVELET, LEVELS = 10, 4, "db4", 3
FIRST_WEIGHT = 0.02
WEIGHTS = tuple(1e-3 * 2.0**k for k in range(13))
"""lambda of ISTA and FISTA with few steps, tried on validation slices."""
VALIDATED, TESTED, SEARCHED = 20, 20, 5


def own_operator() -> GaussianOperator:
    """The one operator of the network."""
    return GaussianOperator((SIZE, SIZE), rate=RATE, seed=SAMPLING["seed"])


def build() -> ImageLISTA:
    """Untrained, which is ISTA."""
    operator = own_operator()
    network = ImageLISTA(
        SIZE, operator.samples, layers=LAYERS, matrices=MATRICES, wavelet=WAVELET, levels=LEVELS
    )
    network.start_as_ista(operator, FIRST_WEIGHT)
    return network


def recipe(folder: Path | None, *, batch: int = 64, steps: int = 2000) -> Recipe:
    operator = own_operator()
    data = small_mixture(small_pieces(brain_slices(folder, "train"), SIZE), SIZE)
    chosen = small_slices(folder, "validation", SIZE, VALIDATED)

    def sample(generator: np.random.Generator):
        x = drawn_batch(data, generator, batch)
        return operator(x), operator, x

    def validate(network: nn.Module) -> dict[str, float]:
        with torch.no_grad():
            return {
                "network": float(np.mean([psnr(network(operator(x), operator), x) for x in chosen])),
                "untrained": float(np.mean([psnr(build()(operator(x), operator), x) for x in chosen])),
            }

    return Recipe("lista", build, data, sample, mean_squared, validate, steps=steps, batch=batch, half=True)


CARD = Card(
    name="lista", title="LISTA",
    summary="Ten learnt iterations of soft thresholding of wavelet coefficients, Gaussian measurements at 40 %.",
    operator="gaussian", architecture="image-lista",
    parameters={
        "size": SIZE, "samples": own_operator().samples, "layers": LAYERS, "matrices": MATRICES, "wavelet": WAVELET,
        "levels": LEVELS,
    },
    trained_rate=RATE, size=SIZE, operator_spec=own_operator().spec, sampling=SAMPLING,
    differences=(
        ("The published networks solve small problems with dense dictionaries (Gregor and LeCun 2010) or toy problems"
         " of 22 unknowns (Antun and Colbrook 2021); this one reconstructs images of 32 x 32 pixels, sparse in db4"
         " wavelets, with A itself kept in every layer."),
        f"{MATRICES} learnt matrices for {LAYERS} layers, so that the file stays small; thresholds by layer and scale.",
        "It starts as ISTA instead of from random matrices.",
    ),
    limits=(
        "One size and one Gaussian matrix only: the learnt matrices belong to it.",
        ("As Gregor and LeCun report, it is far ahead of ISTA and FISTA with as many steps, and here of their"
         " minimiser, too; total variation is better still on most slices, since such small images are nearly"
         " piecewise constant."),
    ),
)  # fmt: skip


def card_figures(network: nn.Module, folder: Path | None) -> dict[str, object]:
    """Figures of the card on the test subjects, beside ISTA and FISTA with as many steps, their minimiser, and TV."""
    operator = own_operator()
    images = small_slices(folder, "test", SIZE, TESTED)
    few_steps = {name: _best_weight(name, operator, folder) for name in ("ista", "fista")}
    methods = {
        "network": network, "adjoint": lambda y, a: a.quick_inverse(y),
        **{f"{name.upper()} with {LAYERS} steps": method for name, method in few_steps.items()},
        f"{WAVELET} minimiser": sparse_method("wavelet", operator, wavelet=WAVELET, levels=LEVELS),
        "TV": sparse_method("tv", operator),
    }  # fmt: skip
    title = f"{TESTED} slices of the test subjects, {SIZE} x {SIZE} pixels, the network's own matrix, no noise"
    figures = compare(methods, [(operator, x) for x in images], title)
    figures["lambda of ISTA and FISTA"] = (
        "best on validation slices: " + ", ".join(f"{m.objective.lambda_:.3g}" for m in few_steps.values())
    )  # fmt: skip
    network = network.requires_grad_(False)
    few = images[:: TESTED // SEARCHED]
    heart = torch.from_numpy(render_detail((SIZE, SIZE), PaintedDetail("symbol", (16.0, 16.0), 7.0, text="♥")))
    figures |= kept_details(network, operator, few, {"a heart (7 px)": heart})
    return figures | search_sentences([under_search(network, operator, x) for x in few])


def _best_weight(algorithm: str, operator: GaussianOperator, folder: Path | None) -> SparseMethod:
    """ISTA or FISTA stopped after as many steps as there are layers, with the weight that is best on validation."""
    chosen = small_slices(folder, "validation", SIZE, VALIDATED)
    methods = [
        sparse_method(
            "wavelet", operator, lambda_=weight, algorithm=algorithm, tolerance=1e-9, max_steps=LAYERS,
            wavelet=WAVELET, levels=LEVELS,
        )
        for weight in WEIGHTS
    ]  # fmt: skip
    return max(methods, key=lambda method: np.mean([psnr(method(operator(x), operator), x) for x in chosen]))
