"""Sampling masks for Fourier operators, centred, drawn from seeded NumPy generators so that they agree everywhere.

Most families are an *order* in which samples are taken: the mask of a rate is the beginning of it. So masks of one seed
are nested, and a curve over the rate adds samples and never exchanges them. The fastMRI families and that of MRI-VN
are the exception: their definitions fix which lines belong together, and masks of different rates are not nested.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stabview.images.errors import InputError
from stabview.sampling.das_masks import das_order
from stabview.sampling.line_masks import fastmri_darestani, fastmri_equispaced, fastmri_random, middle, vn_uniform
from stabview.sampling.point_masks import gaussian_order, poisson_order

GOLDEN_ANGLE = 180 * 0.618034
CENTRE_LINES = 8


def sampling_mask(pattern: str, shape: tuple[int, int], rate: float, *, seed: int = 0) -> np.ndarray:
    """The centred boolean mask (H, W) of a pattern at a nominal rate in (0, 1]; report its own mean as the rate.

    Line patterns measure full columns of k-space: the phase-encoding axis is the image's last one.
    """
    if not 0 < rate <= 1:
        raise InputError(f"The sampling rate is {rate}; it has to lie above 0 and at most 1.")
    if pattern not in _FAMILIES:
        raise InputError(f"There is no sampling pattern '{pattern}'; there are {', '.join(_FAMILIES)}.")
    if rate == 1:
        return np.ones(shape, dtype=bool)
    mask = _FAMILIES[pattern](shape, rate, np.random.default_rng(seed))
    return np.broadcast_to(mask, shape).copy()


def gaussian_lines(
    width: int, count: int, generator: np.random.Generator, *, centre: int = CENTRE_LINES
) -> np.ndarray:
    """Which of `width` lines are taken: the `centre` middle ones and others by a Gaussian density.

    Density exp(-((k - width/2) / (width/10))^2 / 2) + 1/(2 acc), acc = width / count (Schlemper et al., IEEE TMI 2018).
    """
    lines = np.zeros(width, dtype=bool)
    lines[middle(width, min(centre, count))] = True
    missing = count - int(lines.sum())
    if missing > 0:
        density = np.where(lines, 0, _gaussian_density(width, width / count))
        lines[generator.choice(width, missing, replace=False, p=density / density.sum())] = True
    return lines


def _nested_gaussian_lines(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """Lines drawn one after another without replacement, each stage by the density of its own acceleration.

    The stages are those of the sampling sweep of Antun et al.: keep every line, draw only the missing number.
    """
    width = shape[1]
    wanted = max(1, int(width * rate + 1e-9))  # 0.29 of 100 lines are 29, in floating point too
    lines = np.zeros(width, dtype=bool)
    lines[middle(width, min(CENTRE_LINES, wanted))] = True
    while (taken := int(lines.sum())) < wanted:
        density = np.where(lines, 0, _gaussian_density(width, width / (taken + 1)))
        lines[generator.choice(width, p=density / density.sum())] = True
    return lines[None, :]


def _gaussian_density(width: int, acceleration: float) -> np.ndarray:
    k = np.arange(width)
    return np.exp(-0.5 * ((k - width / 2) / (width / 10)) ** 2) + 0.5 / acceleration


def _first_points(order: Callable[[tuple[int, int], np.random.Generator], np.ndarray]) -> Callable[..., np.ndarray]:
    """The family whose masks are the beginnings of an order of all points: exactly round(rate * pixels) of them."""

    def family(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
        mask = np.zeros(shape, dtype=bool)
        mask.flat[order(shape, generator)[: max(1, round(rate * mask.size))]] = True
        return mask

    return family


def _radial(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """One-pixel spokes at multiples of the golden angle from a random first one, as many as the rate needs."""
    height, width = shape
    first = generator.uniform(0, 180)
    reach = np.hypot(height, width) / 2
    steps = np.arange(-reach, reach, 0.5)
    mask = np.zeros(shape, dtype=bool)
    wanted = rate * mask.size
    for spoke in range(20 * max(shape)):
        angle = np.deg2rad(first + GOLDEN_ANGLE * spoke)
        rows = np.round(height // 2 + steps * np.sin(angle)).astype(int)
        columns = np.round(width // 2 + steps * np.cos(angle)).astype(int)
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        mask[rows[inside], columns[inside]] = True
        if mask.sum() >= wanted:
            break
    return mask


def _multilevel(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """Points in dyadic square shells about the centre, sampled uniformly within each.

    The fraction of shell k falls geometrically, min(1, c 4^-k), with c by bisection so that the rate is met
    (multilevel random sampling, Adcock, Hansen, Poon and Roman 2017). Points are ordered by their own random number
    over the shell's fraction, which makes the masks of growing rate nested.
    """
    height, width = shape
    rows = np.abs(np.arange(height) - height // 2) / (height / 2)
    columns = np.abs(np.arange(width) - width // 2) / (width / 2)
    radius = np.maximum(rows[:, None], columns[None, :])
    levels = max(1, int(np.log2(min(shape))) - 3)
    shell = np.clip(np.ceil(levels + np.log2(np.maximum(radius, 1e-9))), 0, levels).astype(int)
    draw = generator.random(shape)
    fall = 4.0 ** -shell
    low, high = 0.0, 4.0**levels
    for _ in range(60):
        middle = (low + high) / 2
        if np.minimum(1, middle * fall).mean() < rate:
            low = middle
        else:
            high = middle
    mask = draw < high * fall
    mask[height // 2, width // 2] = True
    return mask


def _full(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    return np.ones(shape, dtype=bool)


_FAMILIES = {
    "cartesian-gaussian": _nested_gaussian_lines,
    "fastmri-random": fastmri_random,
    "fastmri-equispaced": fastmri_equispaced,
    "fastmri-darestani": fastmri_darestani,
    "vn-uniform": vn_uniform,
    "radial": _radial,
    "multilevel": _multilevel,
    "das": _first_points(das_order),
    "gaussian-points": _first_points(gaussian_order),
    "poisson-disc": _first_points(poisson_order),
    "full": _full,
}
