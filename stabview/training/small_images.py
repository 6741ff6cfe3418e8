"""Small images from the brain slices: whole slices for choosing and testing, pieces of many sizes for training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from stabview.images.phantoms import phantom
from stabview.images.phantoms.ellipses import ellipse_pixels
from stabview.training.brains import brain_slices
from stabview.training.data import Drawn, ImageFolder, Mixture, Reused, augmented, scaled
from stabview.training.robust_tasks import small_image

LEAST = 3
"""Pixels of a slice whose mean is at least one pixel of a piece, along each axis."""


def small_slices(folder: Path | None, split: str, size: int, count: int) -> list[torch.Tensor]:
    """`count` evenly spread slices of a split as a study of that size prepares them, (size, size) float32."""
    images = brain_slices(folder, split).images
    return [
        torch.from_numpy(small_image(images[k], size)) for k in np.linspace(0, len(images) - 1, count).astype(int)
    ]


def small_pieces(slices: ImageFolder, size: int) -> Drawn:
    """Squares of the slices, whole ones every other time: flipped, turned, averaged to size x size, scaled to 1."""

    def draw(generator: np.random.Generator) -> np.ndarray:
        image = augmented(generator, slices.draw(generator))
        most = min(image.shape) // size
        factor = most if generator.random() < 0.5 else int(generator.integers(min(LEAST, most), most + 1))
        side = factor * size
        top, left = (int(generator.integers(0, n - side + 1)) for n in image.shape)
        piece = image[top : top + side, left : left + side].reshape(size, factor, size, factor).mean(axis=(1, 3))
        piece = np.rot90(piece, generator.integers(4))
        return np.ascontiguousarray(piece / max(float(piece.max()), 0.1))

    return Drawn(draw, f"{slices.source}: squares of them, averaged to {size} x {size} pixels")


def small_mixture(pieces: Drawn, size: int) -> Mixture:
    """Mostly pieces of slices, some procedural heads and some ellipses."""

    def head(generator: np.random.Generator) -> np.ndarray:
        name = ("head-t1", "head-t2", "head-flair")[generator.integers(3)]
        seed, level = int(generator.integers(2**31)), float(generator.uniform(0.05, 0.95))
        return scaled(np.abs(phantom(name, size, seed=seed, level=level).pixels))

    return Mixture((
        (0.7, pieces), (0.15, Reused(head, "procedural heads", kept=400, fresh=0.02)),
        (0.15, Drawn(lambda generator: ellipse_pixels(generator, size), "random ellipses")),
    ))  # fmt: skip


def drawn_batch(data: Mixture, generator: np.random.Generator, count: int) -> torch.Tensor:
    """(count, H, W) float32 images, each of another brightness."""
    images = [data.draw(generator) * np.float32(generator.uniform(0.5, 1.1)) for _ in range(count)]
    return torch.from_numpy(np.stack(images))
