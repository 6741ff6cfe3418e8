"""Recipe of Ell 50: FBPConvNet on random ellipses, 50 parallel views."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from stabview.images.phantoms.ellipses import ellipse_pixels
from stabview.measures.errors import psnr
from stabview.methods.networks.fbpconvnet import FBPConvNet
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.training.data import Drawn
from stabview.training.recipe import Recipe, mean_squared

SIZE = 256
VIEWS = 50
BASE_WIDTH = 16


def ell50_recipe(*, batch: int = 2, steps: int = 8000) -> Recipe:
    """Ell 50 at 256 x 256 with 16 base channels (the paper: 512 x 512 and 64). The target is the phantom itself."""
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
