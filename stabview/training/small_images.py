"""Small images from the brain slices: whole slices for choosing and testing, pieces of many sizes for training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from stabview.training.brains import brain_slices
from stabview.training.data import Drawn, ImageFolder, augmented
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
