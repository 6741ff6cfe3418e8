"""Sampling masks for Fourier operators, centred, drawn from seeded NumPy generators so that they agree everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stabview.images.errors import InputError


def gaussian_lines(width: int, count: int, generator: np.random.Generator, *, centre: int = 8) -> np.ndarray:
    """Which of `width` lines are taken: the `centre` middle ones and others by a Gaussian density, without replacement.

    Density exp(-((k - width/2) / (width/10))^2 / 2) + 1/(2 acc), acc = width / count (Schlemper et al. 2017). The
    order of drawing does not depend on `count` apart from that offset; use `nested_gaussian_order` for sweeps.
    """
    count = int(np.clip(count, 1, width))
    lines = np.zeros(width, dtype=bool)
    middle = _middle(width, min(centre, count))
    lines[middle] = True
    missing = count - int(lines.sum())
    if missing > 0:
        density = gaussian_density(width, width / count)
        density[lines] = 0
        chosen = generator.choice(width, missing, replace=False, p=density / density.sum())
        lines[chosen] = True
    return lines


def gaussian_density(width: int, acceleration: float) -> np.ndarray:
    k = np.arange(width)
    return np.exp(-0.5 * ((k - width / 2) / (width / 10)) ** 2) + 0.5 / acceleration


def _middle(width: int, count: int) -> slice:
    start = width // 2 - count // 2
    return slice(start, start + count)
