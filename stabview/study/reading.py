"""Small readings of finished pictures for the window: grey windows, a fitting amplification, a pixel's value."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stabview.study.frames import Scene

# Usual CT windows in HU: (low, high).
HU_WINDOWS = {
    "Brain (0 to 80 HU)": (0.0, 80.0),
    "Soft tissue (-160 to 240 HU)": (-160.0, 240.0),
    "Lung (-1350 to 150 HU)": (-1350.0, 150.0),
    "Bone (-450 to 1050 HU)": (-450.0, 1050.0),
}


def percentile_window(x: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """The window between two percentiles of the pixels of `x` that are not air (above 2 % of the maximum)."""
    values = np.abs(x).ravel()
    body = values[values > 0.02 * values.max(initial=0.0)]
    if body.size == 0:
        return 0.0, 1.0
    first, last = np.percentile(body, (low, high))
    return float(first), float(last)


def window_from_units(scene: Scene, low: float, high: float) -> tuple[float, float]:
    """A window given in the units of the file, on the scale of x."""
    return (low - scene.offset) / scene.scale, (high - scene.offset) / scene.scale


def amplification_for(x: np.ndarray, relative_norm: float, limit: float, series: Sequence[float]) -> float:
    """The factor of `series` that makes a perturbation of this norm fill a colour bar that ends at `limit` best.

    "Fills" means that twice its root mean square over the body of the image comes to the end of the bar.
    """
    modulus = np.abs(x)
    body = max(int(np.count_nonzero(modulus > 0.02 * modulus.max(initial=0.0))), 1)
    spread = 2.0 * relative_norm * float(np.linalg.norm(x)) / math.sqrt(body)
    if spread == 0:
        return 1.0
    return float(min(series, key=lambda factor: abs(math.log(factor * spread / limit))))


def count_not_finite(picture: np.ndarray) -> int:
    """How many pixels are NaN or infinite."""
    return 0 if np.isfinite(np.ptp(picture)) else int(np.count_nonzero(~np.isfinite(picture)))


def difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """first - second, (H, W) float32."""
    return np.subtract(first, second, dtype=np.float32)


def relative_difference(first: np.ndarray, second: np.ndarray) -> float | None:
    """||first - second|| / ||second|| of two pictures; None where the second is zero."""
    size = float(np.linalg.norm(second))
    return float(np.linalg.norm(difference(first, second))) / size if size > 0 else None


def first_lost(psnr: Sequence[float | None], decibel: float) -> int | None:
    """The first iterate whose PSNR is so many dB below that of the clean data; None where there is none (yet)."""
    if not psnr or psnr[0] is None:
        return None
    return next((k for k, value in enumerate(psnr) if value is not None and value <= psnr[0] - decibel), None)


def value_text(value: float, *, signed: bool = False) -> str:
    """A pixel's value, "+0.012" for signed panels."""
    value = round(value, 3) or 0.0  # no -0.000
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def units_text(scene: Scene, value: float) -> str:
    """The same value in the units of the file, "1040 HU", or nothing where the file has none."""
    if scene.units in ("", "a.u."):
        return ""
    return f"{value * scene.scale + scene.offset:.0f} {scene.units}"
