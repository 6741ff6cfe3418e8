"""The two problems on which the robust family of Raj et al. is trained: compressed sensing and CT, both small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.images.image import Image
from stabview.images.prepare import prepare
from stabview.methods.networks.encoder_decoder import EncoderDecoder
from stabview.methods.networks.fbpconvnet import FBPConvNet
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.training.anatomy import ct_slice
from stabview.training.brains import brain_slices
from stabview.training.data import ImageFolder, Reused

TEST_SEED, VALIDATION_SEED = 2 * 10**6, 10**6


@dataclass(frozen=True, eq=False)
class Task:
    """One of the problems.

    Attributes
    ----------
    key, words : for names and for sentences.
    size : side of the images. trained_rate : rate, or views. level : ||delta|| / ||A x|| that is trained against.
    levels : those at which rho is measured.
    network, architecture, parameters : f, the same for all of the family.
    operator : makes A. images : (folder, split) -> where images come from.
    shift : of the augmentation, in pixels.
    """

    key: str
    words: str
    size: int
    trained_rate: float
    level: float
    levels: tuple[float, ...]
    architecture: str
    parameters: dict[str, int]
    network: Callable[..., nn.Module]
    operator: Callable[[], SamplingOperator]
    images: Callable[[Path | None, str], ImageFolder | Reused]
    shift: int
    steps: int
    batch: int

    def build(self) -> nn.Module:
        return self.network(**self.parameters)

    def few(self, folder: Path | None, split: str, count: int) -> torch.Tensor:
        """(count, H, W) images of the split, always the same."""
        source = self.images(folder, split)
        if isinstance(source, ImageFolder):
            chosen = [source.images[k] for k in np.linspace(0, len(source.images) - 1, count).astype(int)]
        else:
            generator = np.random.default_rng(TEST_SEED if split == "test" else VALIDATION_SEED)
            chosen = [source.draw_one(generator) for _ in range(count)]
        return torch.from_numpy(np.stack(chosen))


def small_image(pixels: np.ndarray, size: int) -> np.ndarray:
    """An image as a study of that size prepares it: resampled without aliasing, largest value 1."""
    return np.array(prepare(Image(pixels, title="slice"), size=size).x)


@lru_cache(maxsize=3)
def _small_brains(folder: Path | None, split: str, size: int) -> ImageFolder:
    large = brain_slices(folder, split)
    return ImageFolder(
        [small_image(image, size) for image in large.images], large.subjects, f"{large.source}, {size} x {size} pixels"
    )


CS_SIZE, CS_RATE, CT_SIZE, CT_VIEWS = 32, 0.5, 64, 30

TASKS = {
    "cs": Task(
        "cs", f"compressed sensing of {CS_SIZE} x {CS_SIZE} images by a Gaussian matrix at {CS_RATE:.0%}",
        CS_SIZE, CS_RATE, 0.1, (0.0, 0.02, 0.05, 0.1, 0.2),
        "encoder-decoder", {"width": 24, "levels": 2}, EncoderDecoder,
        lambda: GaussianOperator((CS_SIZE, CS_SIZE), rate=CS_RATE, seed=0),
        lambda folder, split: _small_brains(folder, split, CS_SIZE), 3, 2000, 16,
    ),
    "ct": Task(
        "ct", f"CT of {CT_SIZE} x {CT_SIZE} images from {CT_VIEWS} parallel views",
        CT_SIZE, CT_VIEWS, 0.02, (0.0, 0.005, 0.01, 0.02, 0.05),
        "fbpconvnet", {"width": 8}, FBPConvNet,
        lambda: RadonOperator((CT_SIZE, CT_SIZE), equispaced_angles(CT_VIEWS)),
        lambda folder, split: Reused(
            lambda generator: ct_slice(generator, CT_SIZE),
            "procedural CT slices: 40 % abdomens, 40 % chests, 20 % heads",
        ),
        4, 1000, 8,
    ),
}  # fmt: skip
