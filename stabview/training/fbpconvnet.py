"""What the recipes of FBPConvNet share: 50 parallel views of 256 x 256 pixels, and the figures of their cards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from stabview.images.details import PaintedDetail, render_detail
from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.fbpconvnet import FBPConvNet
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.training.behaviour import kept_details, over_rates, search_sentences, under_search
from stabview.training.data import Drawn, Reused
from stabview.training.evaluate import compare
from stabview.training.recipe import Recipe, mean_squared

SIZE = 256
VIEWS = 50
BASE_WIDTH = 16
SWEEP_VIEWS = (20, 50, 100, 200)
VALIDATED, VALIDATION_SEED, TEST_SEED = 10, 10**6, 2 * 10**6
BEHAVIOUR_IMAGES, SEARCHED = 8, 5

Draw = Callable[[np.random.Generator], np.ndarray]
REDUCED = (
    "256 x 256 images instead of 512 x 512, and 16 base channels instead of 64 (2.2 instead of 34.6 million"
    " parameters), so that it trains and reconstructs on a CPU."
)
TARGET = "The training target is the image itself, not its filtered back-projection from 1000 views."


def views_operator(views: int = VIEWS) -> RadonOperator:
    return RadonOperator((SIZE, SIZE), equispaced_angles(views))


def fbpconvnet_recipe(
    name: str, data: Drawn | Reused, vary: Callable[[np.random.Generator, np.ndarray], np.ndarray], *, batch: int,
    steps: int,
) -> Recipe:  # fmt: skip
    """FBPConvNet on drawn images; `vary` changes each (intensity, flips) before it is measured."""
    operator = views_operator()

    def sample(generator: np.random.Generator):
        x = torch.from_numpy(np.stack([vary(generator, data.draw(generator)) for _ in range(batch)]))
        with torch.no_grad():
            y = operator(x)
        return y, operator, x

    return Recipe(
        name, lambda: FBPConvNet(BASE_WIDTH), data, sample, mean_squared,
        lambda network: validation_figures(network, data.draw_one), steps=steps, batch=batch,
    )  # fmt: skip


def validation_figures(network: nn.Module, draw: Draw) -> dict[str, float]:
    """Mean PSNR of network and FBP over phantoms drawn with a seed of their own."""
    operator, generator = views_operator(), np.random.default_rng(VALIDATION_SEED)
    scores = {"network": [], "fbp": []}
    for _ in range(VALIDATED):
        x = torch.from_numpy(draw(generator))
        with torch.no_grad():
            y = operator(x)
            scores["network"].append(psnr(network(y, operator), x))
            scores["fbp"].append(psnr(operator.quick_inverse(y), x))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def fbpconvnet_card(
    name: str, title: str, summary: str, *, differences: tuple[str, ...], limits: tuple[str, ...]
) -> Card:
    """The card of an FBPConvNet of this size, but for what is measured."""
    return Card(
        name=name, title=title, summary=summary, operator="radon", architecture="fbpconvnet",
        parameters={"width": BASE_WIDTH}, trained_rate=VIEWS, size=SIZE, differences=differences,
        limits=(*limits, "It was trained at 50 equispaced views; the figures above say what it does with others."),
    )  # fmt: skip


def fbpconvnet_figures(network: nn.Module, draw: Draw, what: str, *, count: int, search: bool) -> dict[str, object]:
    """Figures of a card on fresh phantoms (`what`, in words): beside FBP and TV, and the tests of Antun et al."""
    operator, generator = views_operator(), np.random.default_rng(TEST_SEED)
    images = [torch.from_numpy(draw(generator)) for _ in range(count)]
    methods = {
        "network": network, "FBP": lambda y, a: a.quick_inverse(y),
        "TV": sparse_method("tv", operator),
    }  # fmt: skip
    title = f"{count} fresh {what}, seed {TEST_SEED}, {VIEWS} views"
    figures = compare(methods, [(operator, x) for x in images], title)
    few = images[:BEHAVIOUR_IMAGES]
    network = network.requires_grad_(False)
    operators = {f"at {views} views": views_operator(views) for views in SWEEP_VIEWS}
    figures[f"behaviour on the first {len(few)} of them"] = "at other numbers of views, and with details painted"
    figures |= over_rates(network, few, operators)
    figures |= kept_details(network, operator, few, _details())
    if search:
        figures |= search_sentences([under_search(network, operator, x) for x in images[:SEARCHED]])
    return figures


def _details() -> dict[str, torch.Tensor]:
    """The painted details of the structural test: a heart of 14 and a text of 8 pixels, contrast 0.2."""
    painted = {
        "a heart (14 px)": PaintedDetail("symbol", (160.0, 110.0), 14.0, text="♥"),
        "CAN U SEE IT (8 px)": PaintedDetail("text", (128.0, 150.0), 8.0, text="CAN U SEE IT"),
    }
    return {name: torch.from_numpy(render_detail((SIZE, SIZE), detail)) for name, detail in painted.items()}
