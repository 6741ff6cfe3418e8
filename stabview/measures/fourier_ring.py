"""Fourier ring correlation of two images, of the whole or scanned over patches.

Saxton and Baumeister, J. Microscopy 1982; scanned over a pair of images to find hallucinations: Kc et al., sFRC (FDA,
2025), from whose description this was written. On the ring of radius q (in shares of the Nyquist frequency)

    FRC(q) = Re sum f g* / (sum |f|^2 sum |g|^2)^(1/2),

f and g the Fourier transforms under a Hann window. An image agrees with another up to the first q at which the curve
falls below a threshold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

THRESHOLD = 0.5


@dataclass(frozen=True, eq=False)
class RingCorrelation:
    """q : middle of each ring, 1 is the Nyquist frequency. correlation : there, in [-1, 1]; 1 where both are empty."""

    q: np.ndarray
    correlation: np.ndarray

    def agrees_up_to(self, threshold: float = THRESHOLD) -> float:
        """The q at which the curve first falls below the threshold, linear between the rings; 1 where it never does."""
        below = np.flatnonzero(self.correlation < threshold)
        if not len(below):
            return 1.0
        k = int(below[0])
        if k == 0:
            return 0.0
        high, low = self.correlation[k - 1], self.correlation[k]
        share = (high - threshold) / (high - low)
        return float(self.q[k - 1] + share * (self.q[k] - self.q[k - 1]))


def ring_correlation(a: np.ndarray, b: np.ndarray, *, rings: int | None = None) -> RingCorrelation:
    """FRC of two (H, W) images, real or complex, their means taken off. rings : half the shorter side if left out."""
    rings = min(a.shape) // 2 if rings is None else rings
    window, ring = _grid(a.shape, rings)
    f, g = (np.fft.fft2((image - (image * window).sum() / window.sum()) * window) for image in (a, b))
    cross = np.bincount(ring, (f * g.conj()).real.ravel(), rings + 1)[:rings]
    power = [np.bincount(ring, np.square(np.abs(h)).ravel(), rings + 1)[:rings] for h in (f, g)]
    size = np.sqrt(power[0] * power[1])
    empty = np.maximum(*power) <= 1e-12 * max(power[0].max(), power[1].max(), 1e-300)
    correlation = np.where(empty, 1.0, cross / np.maximum(size, 1e-300))
    return RingCorrelation((np.arange(rings) + 0.5) / rings, correlation)


def scanned(
    a: np.ndarray, b: np.ndarray, *, patch: int = 32, stride: int = 16
) -> Iterator[tuple[tuple[int, int], RingCorrelation]]:
    """The FRC of every patch: (its top left corner, the curve)."""
    for row in range(0, a.shape[0] - patch + 1, stride):
        for column in range(0, a.shape[1] - patch + 1, stride):
            box = slice(row, row + patch), slice(column, column + patch)
            yield (row, column), ring_correlation(a[box], b[box], rings=patch // 4)


@lru_cache(maxsize=8)
def _grid(shape: tuple[int, int], rings: int) -> tuple[np.ndarray, np.ndarray]:
    """The Hann window, and the number of each frequency's ring; `rings` for those beyond the Nyquist frequency."""
    window = np.outer(*(np.hanning(n + 2)[1:-1] for n in shape))
    frequencies = np.meshgrid(*(np.fft.fftfreq(n) * 2 for n in shape), indexing="ij")
    q = np.hypot(*frequencies)
    return window, np.minimum((q * rings).astype(int), rings).ravel()
