"""Statistics of a picture within a rectangle or an ellipse, and along a line; points are (column, row) in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]


@dataclass(frozen=True)
class RegionStatistics:
    """Mean, standard deviation, smallest and largest value of the finite pixels; `pixels` counts all of them."""

    mean: float
    deviation: float
    low: float
    high: float
    pixels: int


def region_mask(shape: tuple[int, int], start: Point, end: Point, *, ellipse: bool) -> np.ndarray:
    """(H, W) bool: the pixels whose centres lie in the rectangle between two corners, or in the ellipse it holds.

    A region smaller than a pixel has the pixel in its middle.
    """
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    half = (max(abs(end[0] - start[0]) / 2, 0.5), max(abs(end[1] - start[1]) / 2, 0.5))
    across, down = (columns - middle[0]) / half[0], (rows - middle[1]) / half[1]
    if ellipse:
        return across**2 + down**2 <= 1
    return (np.abs(across) <= 1) & (np.abs(down) <= 1)


def region_statistics(picture: np.ndarray, mask: np.ndarray) -> RegionStatistics | None:
    """The statistics of an (H, W) picture in a mask; None where there is no finite pixel."""
    values = picture[mask].astype(np.float64)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return None
    return RegionStatistics(
        float(finite.mean()), float(finite.std()), float(finite.min()), float(finite.max()), int(values.size)
    )


def root_mean_square(picture: np.ndarray, mask: np.ndarray) -> float:
    """Root of the mean square of a picture in a mask."""
    return float(np.sqrt(np.mean(picture[mask].astype(np.float64) ** 2)))


def line_positions(start: Point, end: Point) -> np.ndarray:
    """Distances in pixels from `start` at which a profile is sampled: half a pixel apart, both ends included."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    return np.linspace(0.0, length, max(int(np.ceil(2 * length)) + 1, 2))


def line_profile(picture: np.ndarray, start: Point, end: Point) -> np.ndarray:
    """Values at `line_positions`, bilinear between pixels; NaN outside the image."""
    height, width = picture.shape
    share = np.linspace(0.0, 1.0, line_positions(start, end).size)
    columns, rows = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    inside = (columns >= 0) & (columns <= width - 1) & (rows >= 0) & (rows <= height - 1)
    left = np.clip(np.floor(columns), 0, max(width - 2, 0)).astype(int)
    top = np.clip(np.floor(rows), 0, max(height - 2, 0)).astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = columns - left, rows - top
    upper = (1 - across) * picture[top, left] + across * picture[top, right]
    lower = (1 - across) * picture[bottom, left] + across * picture[bottom, right]
    return np.where(inside, (1 - down) * upper + down * lower, np.nan)


def histogram(picture: np.ndarray, low: float, high: float, *, bins: int = 128) -> np.ndarray:
    """Shares of the pixels in `bins` equal parts of [low, high]; what lies outside or is not finite is left out."""
    values = picture[np.isfinite(picture)]
    counts, _ = np.histogram(values, bins=bins, range=(low, high))
    return counts / max(picture.size, 1)
