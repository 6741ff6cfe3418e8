"""How sure a share or a mean is: binomial and bootstrap intervals, and a straight line through points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Z95 = 1.959964
"""Quantile of the normal distribution for intervals of 95 %."""


def wilson_interval(successes: int, trials: int, *, z: float = Z95) -> tuple[float, float]:
    """The score interval of a binomial share (Wilson, JASA 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, spread = successes / trials, z**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * (share * (1 - share) / trials + spread / (4 * trials)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap_interval(
    values: Sequence[float], statistic: Callable[[np.ndarray], float] = np.mean, *, level: float = 0.95,
    draws: int = 4000, seed: int = 0,
) -> tuple[float, float]:  # fmt: skip
    """The percentile interval of a statistic when the values are drawn again with replacement (Efron 1979).

    statistic : of an array over its last axis, such as `np.mean` or `np.median`.
    """
    values = np.asarray(values, float)
    chosen = np.random.default_rng(seed).integers(len(values), size=(draws, len(values)))
    found = statistic(values[chosen], axis=-1)
    low, high = np.quantile(found, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


@dataclass(frozen=True)
class LinearFit:
    """y = intercept + slope x by least squares; r_squared is 1 - residual / variance (nan where y is constant)."""

    intercept: float
    slope: float
    r_squared: float


def linear_fit(x: Sequence[float], y: Sequence[float]) -> LinearFit:
    """The line through at least two points with different x."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    slope, intercept = np.polyfit(x, y, 1)
    variance = float(np.square(y - y.mean()).sum())
    residual = float(np.square(y - intercept - slope * x).sum())
    return LinearFit(float(intercept), float(slope), 1 - residual / variance if variance > 0 else float("nan"))


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's rank correlation; nan where one of them is constant."""
    ranks = [_ranks(np.asarray(values, float)) for values in (x, y)]
    a, b = (rank - rank.mean() for rank in ranks)
    size = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum() / size) if size > 0 else float("nan")


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0, equal values share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[inverse]
