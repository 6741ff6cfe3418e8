"""The Fourier-domain filters of a Parseval frame of shearlets: square coronas cut into sheared wedges.

Cone-adapted shearlets (Häuser and Steidl 2012) with Meyer's radial windows, whose two cones are glued along the
diagonals by one periodic slope coordinate. The angular windows are powers of a cosine instead of Meyer's: smoother, so
the atoms are shorter. Squares of all filters add up to one at every frequency of the grid, whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, sqrt

import numpy as np
from scipy.fft import next_fast_len

FINEST = 0.25
"""Cycles a pixel at which the second finest scale ends; each coarser one ends at half of it."""


@dataclass(frozen=True, eq=False)
class Scale:
    """The wedges of one corona, on the grid of the low frequencies that they need and no larger.

    Attributes
    ----------
    filters : (directions, h, w) in the order of `fft2` of an h x w grid, real and even.
    rows, columns : where that grid's frequencies stand in the spectrum of the image.
    """

    filters: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


@lru_cache(maxsize=4)
def shearlet_scales(shape: tuple[int, int], levels: tuple[int, ...]) -> tuple[Scale, ...]:
    """The low-pass first (a single filter), then the scales from coarse to fine.

    Parameters
    ----------
    levels : shear level k of each scale, coarse to fine; it has 2^(k + 2) directions.
    """
    f1, f2 = np.meshgrid(*(np.fft.fftfreq(n) for n in shape), indexing="ij")
    radius = np.maximum(abs(f1), abs(f2))
    slope = _slope(f1, f2)
    ends = [FINEST / 2**k for k in reversed(range(len(levels)))]
    scales = [_scale(_low_pass(radius, ends[0])[None] ** 2, ends[0])]
    for k, level in enumerate(levels):
        inner = _low_pass(radius, ends[k]) ** 2
        outer = _low_pass(radius, ends[k + 1]) ** 2 if k + 1 < len(levels) else np.ones(shape)
        corona = np.clip(outer - inner, 0, None)
        wedges = np.stack([corona * _bump(slope, m, 4 * 2**level) ** 2 for m in range(4 * 2**level)])
        scales.append(_scale(wedges, ends[k + 1] if k + 1 < len(levels) else np.inf))
    return tuple(scales)


def _scale(squares: np.ndarray, end: float) -> Scale:
    """Filters from their squares, made even on the Nyquist lines too, and cut out up to `end`."""
    mirrored = np.roll(squares[:, ::-1, ::-1], (1, 1), axis=(1, 2))
    filters = np.sqrt((squares + mirrored) / 2)
    rows, columns = (_kept(n, end) for n in squares.shape[1:])
    return Scale(np.ascontiguousarray(filters[:, rows[:, None], columns[None, :]]), rows, columns)


def _kept(n: int, end: float) -> np.ndarray:
    """Indices of the frequencies below `end` cycles a pixel, and of a few more that make a fast length."""
    highest = int(np.ceil(end * n)) - 1 if np.isfinite(end) else n
    length = next_fast_len(2 * highest + 1)
    if length >= n:
        return np.arange(n)
    return np.fft.fftfreq(length, 1 / length).round().astype(int) % n


def _low_pass(radius: np.ndarray, end: float) -> np.ndarray:
    """1 up to end / 2, 0 from end on, Meyer's cosine between."""
    return np.cos(np.pi / 2 * _step(2 * radius / end - 1))


def _bump(slope: np.ndarray, direction: int, directions: int) -> np.ndarray:
    """The angular window cos^(n - 1) of the slope coordinate; the squares of its n translates add up to one."""
    power = directions - 1
    mean = comb(2 * power, power) / 4**power
    return abs(np.cos(np.pi / 4 * slope - np.pi * direction / directions)) ** power / sqrt(directions * mean)


def _step(t: np.ndarray) -> np.ndarray:
    """Meyer's auxiliary function, from 0 at 0 to 1 at 1, step(t) + step(1 - t) = 1."""
    t = np.clip(t, 0, 1)
    return t**4 * (35 - 84 * t + 70 * t**2 - 20 * t**3)


def _slope(f1: np.ndarray, f2: np.ndarray) -> np.ndarray:
    """f_2 / f_1 in the cone about the first axis, 2 - f_1 / f_2 in the other: of period 4 around half a turn."""
    first = abs(f2) <= abs(f1)
    safe1, safe2 = np.where(f1 == 0, 1, f1), np.where(f2 == 0, 1, f2)
    return np.where(first, f2 / safe1, 2 - f1 / safe2)
