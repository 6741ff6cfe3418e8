"""Recipe of Ell 50: FBPConvNet on random ellipses, 50 parallel views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.images.details import PaintedDetail, render_detail
from stabview.images.phantoms.ellipses import ellipse_pixels
from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.fbpconvnet import FBPConvNet
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.training.behaviour import kept_details, over_rates
from stabview.training.data import Drawn
from stabview.training.evaluate import compare
from stabview.training.recipe import Recipe, mean_squared

SIZE = 256
VIEWS = 50
BASE_WIDTH = 16
SWEEP_VIEWS = (20, 50, 100, 200)
BEHAVIOUR_IMAGES = 8


def recipe(folder: Path | None = None, *, batch: int = 2, steps: int = 5600) -> Recipe:
    """Ell 50 at 256 x 256 with 16 base channels (the paper: 512 x 512 and 64). The target is the phantom itself.

    Its data are drawn, so `folder` is not looked at.
    """
    operator = RadonOperator((SIZE, SIZE), equispaced_angles(VIEWS))
    data = Drawn(lambda generator: ellipse_pixels(generator, SIZE), "random ellipses, drawn without end")

    def sample(generator: np.random.Generator):
        x = torch.from_numpy(np.stack([data.draw(generator) for _ in range(batch)]))
        x = x * torch.from_numpy(generator.uniform(0.5, 1.1, (batch, 1, 1)).astype(np.float32))
        with torch.no_grad():
            y = operator(x)
        return y, operator, x

    return Recipe(
        "ell-50", lambda: FBPConvNet(BASE_WIDTH), data, sample, mean_squared,
        lambda network: ellipse_figures(network, operator), steps=steps, batch=batch,
    )  # fmt: skip


def ellipse_figures(
    network: nn.Module, operator: RadonOperator, *, count: int = 10, seed: int = 10**6
) -> dict[str, float]:
    """Mean PSNR of network and FBP over `count` phantoms drawn with a seed of their own."""
    generator = np.random.default_rng(seed)
    scores = {"network": [], "fbp": []}
    for _ in range(count):
        x = torch.from_numpy(ellipse_pixels(generator, SIZE))
        with torch.no_grad():
            y = operator(x)
            scores["network"].append(psnr(network(y, operator), x))
            scores["fbp"].append(psnr(operator.quick_inverse(y), x))
    return {name: float(np.mean(values)) for name, values in scores.items()}


CARD = Card(
    name="ell-50", title="Ell 50",
    summary="FBPConvNet for CT from 50 parallel views, trained on random ellipses only.",
    operator="radon", architecture="fbpconvnet", parameters={"width": BASE_WIDTH},
    trained_rate=VIEWS, size=SIZE,
    differences=(
        ("256 x 256 images instead of 512 x 512, and 16 base channels instead of 64 (2.2 instead of 34.6 million"
        " parameters), so that it trains and reconstructs on a CPU."),
        "The training target is the phantom itself, not its filtered back-projection from 1000 views.",
        "Phantoms are drawn anew for every step instead of 475 fixed ones; AdamW instead of SGD.",
    ),
    limits=(
        ("It has seen nothing but ellipses: anything else is outside its training, which is what the structural test"
        " of Antun et al. (PNAS 2020) looks at."),
        "It was trained at 50 equispaced views; the figures above say what it does with other numbers of views.",
    ),
)  # fmt: skip


def card_figures(
    network: nn.Module, folder: Path | None = None, *, count: int = 40, seed: int = 2 * 10**6
) -> dict[str, object]:
    """Figures of the card: PSNR and SSIM over fresh ellipses beside FBP and TV at 50 views."""
    operator = RadonOperator((SIZE, SIZE), equispaced_angles(VIEWS))
    generator = np.random.default_rng(seed)
    images = [torch.from_numpy(ellipse_pixels(generator, SIZE)) for _ in range(count)]
    methods = {
        "network": network, "FBP": lambda y, a: a.quick_inverse(y),
        "TV": sparse_method("tv", operator),
    }  # fmt: skip
    title = f"{count} fresh ellipse phantoms, seed {seed}, {VIEWS} views"
    figures = compare(methods, [(operator, x) for x in images], title)
    few = images[:BEHAVIOUR_IMAGES]
    network = network.requires_grad_(False)
    operators = {f"at {views} views": RadonOperator((SIZE, SIZE), equispaced_angles(views)) for views in SWEEP_VIEWS}
    figures[f"behaviour on the first {len(few)} of them"] = "at other numbers of views, and with details painted"
    figures |= over_rates(network, few, operators)
    figures |= kept_details(network, operator, few, _details())
    return figures


def _details() -> dict[str, torch.Tensor]:
    """The painted details of the structural test: a heart of 14 and a text of 8 pixels, contrast 0.2."""
    painted = {
        "a heart (14 px)": PaintedDetail("symbol", (160.0, 110.0), 14.0, text="♥"),
        "CAN U SEE IT (8 px)": PaintedDetail("text", (128.0, 150.0), 8.0, text="CAN U SEE IT"),
    }
    return {name: torch.from_numpy(render_detail((SIZE, SIZE), detail)) for name, detail in painted.items()}
