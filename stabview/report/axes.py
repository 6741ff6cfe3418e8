"""Axes of plots: round ticks that enclose the values, where a value lies between them, and how a tick is written."""

from __future__ import annotations

import math
from collections.abc import Sequence

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Axis:
    """Ticks that enclose values, and where a value lies between the first and the last."""

    def __init__(self, values: Sequence[float], from_0: bool = False, logarithmic: bool = False) -> None:
        self._map = math.log10 if logarithmic else float
        self._logarithmic = logarithmic
        self.ticks = decades(values) if logarithmic else nice_ticks(values, from_0)

    def share(self, value: float) -> float:
        """0 at the first tick, 1 at the last."""
        first, last = self._map(self.ticks[0]), self._map(self.ticks[-1])
        return (self._map(value) - first) / (last - first)

    def words(self, tick: float) -> str:
        """A tick as it is written; powers of ten far from 1 as such."""
        if self._logarithmic and not 1e-3 < tick < 1e4:
            return "10" + str(round(math.log10(tick))).translate(_RAISED)
        return f"{tick:.6g}".replace("-", "−")


def decades(values: Sequence[float]) -> list[float]:
    """Powers of ten that enclose positive values, at most eight or so."""
    low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    high = max(high, low + 1)
    step = max(1, math.ceil((high - low) / 8))
    return [10.0**power for power in range(low, high + step, step)]


def nice_ticks(values: Sequence[float], from_0: bool = False) -> list[float]:
    """Five or so round numbers that enclose the values."""
    low, high = min(values), max(values)
    if from_0:
        low = min(low, 0.0)
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-300):
        high, low = high + 0.5 * (abs(high) or 1.0), low - (0.0 if from_0 else 0.5 * (abs(low) or 1.0))
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * tick for tick in range(first, last + 1)]
