"""Small texts of the window: subscripts, per cents, decibels, minutes left. One place, so that all panels agree."""

from __future__ import annotations

import math

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(number: int) -> str:
    """37 as a subscript."""
    return str(number).translate(_SUBSCRIPTS)


def per_cent(value: float) -> str:
    """0.0131 as "1.3 %", with the digits that count."""
    shown = 100.0 * value
    if 0 < abs(shown) < 0.0005:
        return "≈ 0 %"
    digits = 0 if abs(shown) >= 10 or shown == 0 else 1 if abs(shown) >= 1 else 2 if abs(shown) >= 0.1 else 3
    return f"{shown:.{digits}f} %"


def decibel(value: float) -> str:
    """A PSNR; infinite where two pictures are equal."""
    return "∞ dB" if math.isinf(value) else f"{value:.1f} dB"


def bare_decibel(value: float) -> str:
    """A PSNR in a row that names the unit."""
    return "∞" if math.isinf(value) else f"{value:.1f}"


def factor(value: float) -> str:
    """An amplification in a row of its own: "126", "26.1", "1.24"."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def times(value: float) -> str:
    """An amplification: "26.1 ×"."""
    return f"{factor(value)} ×"


def duration(seconds: float) -> str:
    """A time in the unit that suits it: "12 s", "3 min", "1.5 h"."""
    if seconds < 90:
        return f"{max(math.ceil(seconds), 1)} s"
    return f"{math.ceil(seconds / 60)} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def seconds_left(seconds: float | None) -> str:
    """What the status bar says of the time left; nothing while it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    return f"about {duration(seconds)} left"
