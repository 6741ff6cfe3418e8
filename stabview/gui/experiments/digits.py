"""Numbers of a table as people read them: three digits that count, points below each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median_high

from stabview.gui.experiments.signs import raised, signs
from stabview.report.findings import cell_words

DIGITS = 3
_SPREAD = 1e3  # numbers of a column that lie farther apart are written each by itself


def column_words(cells: Sequence[object]) -> list[str]:
    """The cells of one column: its fractions with as many decimals as give the middle one three digits.

    The smallest gets at least two digits that count, unless that takes more than two decimals more. Where a column goes
    over more than three orders, or holds very large or very small numbers, every cell is written by itself.
    """
    sizes = [abs(cell) for cell in cells if _is_fraction(cell) and cell != 0 and math.isfinite(cell)]
    if not sizes:
        return [_word(cell) for cell in cells]
    largest, smallest = max(sizes), min(sizes)
    if largest >= 1e5 or smallest < 1e-4 or largest > _SPREAD * smallest:
        return [_word(cell) for cell in cells]
    if all(size == round(size) for size in sizes):
        decimals = 0
    else:
        usual = DIGITS - 1 - _power(median_high(sizes))
        decimals = max(0, usual, min(DIGITS - 2 - _power(smallest), usual + 2))
    return [
        _signed(f"{cell:.{decimals}f}") if _is_fraction(cell) and math.isfinite(cell) else _word(cell) for cell in cells
    ]


def number_words(value: float) -> str:
    """One number with three digits that count, as a power of ten where it is far from 1."""
    if math.isnan(value):
        return "—"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e5:
        decimals = max(0, DIGITS - 1 - _power(abs(value)))
        return _signed(f"{value:.{decimals}f}" if value != round(value) else f"{value:.0f}")
    factor, power = f"{value:.{DIGITS - 1}e}".split("e")
    return _signed(f"{factor}·10") + raised(int(power))


def is_number(cell: object) -> bool:
    """Whether a cell is set at the right."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _is_fraction(cell: object) -> bool:
    return isinstance(cell, float)


def _power(size: float) -> int:
    return math.floor(math.log10(size))


def _word(cell: object) -> str:
    if isinstance(cell, float):
        return number_words(cell)
    return _signed(cell_words(cell)) if is_number(cell) else signs(cell_words(cell))


def _signed(text: str) -> str:
    return text.replace("-", "−")
