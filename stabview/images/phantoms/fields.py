"""Building blocks of the drawn phantoms: smooth random fields, closed outlines, soft shapes and coverage averaging."""

from __future__ import annotations

import numpy as np


def smooth_noise(rng: np.random.Generator, rows: np.ndarray, columns: np.ndarray, scale: float) -> np.ndarray:
    """Zero-mean smooth random field of about unit variance on the grid rows x columns (float32).

    `rows`, `columns` are coordinates in the unit of `scale`, the distance between independent values: normal numbers
    on a square lattice, spread by Gaussians, hence two thin matrix products instead of a filter.
    """

    def spread(axis: np.ndarray) -> np.ndarray:
        count = max(int(np.ceil((axis[-1] - axis[0]) / scale)) + 5, 5)
        centres = axis[0] + scale * (np.arange(count) - 2.0)
        weights = np.exp(-0.5 * ((axis[:, None] - centres) / (0.6 * scale)) ** 2)
        return (weights / np.sqrt((weights**2).sum(axis=1, keepdims=True))).astype(np.float32)

    down, across = spread(rows), spread(columns)
    values = rng.standard_normal((down.shape[1], across.shape[1])).astype(np.float32)
    return down @ values @ across.T


def periodic_noise(rng: np.random.Generator, angles: np.ndarray, orders: range, decay: float = 1.0) -> np.ndarray:
    """Zero-mean random function of the angle: harmonics `orders` with amplitudes falling as order**-decay."""
    total = np.zeros_like(angles)
    for order in orders:
        a, b = rng.standard_normal(2) * order**-decay
        total += a * np.cos(order * angles) + b * np.sin(order * angles)
    return total / np.sqrt(sum(order ** (-2 * decay) for order in orders))


def ellipse_level(
    x: np.ndarray, y: np.ndarray, centre: tuple[float, float], axes: tuple[float, float], degrees: float = 0.0
) -> np.ndarray:
    """About the signed distance to an ellipse, positive inside, in the unit of the coordinates."""
    turn = np.deg2rad(degrees)
    dx, dy = x - np.float32(centre[0]), y - np.float32(centre[1])
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    p = (dx * cos + dy * sin) / np.float32(axes[0])
    q = (dy * cos - dx * sin) / np.float32(axes[1])
    return (1 - np.sqrt(p * p + q * q)) * np.float32(min(axes))


def stroke_level(x: np.ndarray, y: np.ndarray, points: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Signed distance (positive inside) to a polyline (n, 2) with radii (n,) that change linearly along it."""
    best = np.full(np.broadcast(x, y).shape, -np.inf, np.float32)
    points, radii = np.asarray(points, np.float32), np.asarray(radii, np.float32)
    for (ax, ay), (bx, by), ra, rb in zip(points[:-1], points[1:], radii[:-1], radii[1:], strict=True):
        ex, ey = bx - ax, by - ay
        along = ((x - ax) * ex + (y - ay) * ey) / max(ex * ex + ey * ey, np.float32(1e-6))
        np.clip(along, 0, 1, out=along)
        np.maximum(best, ra + along * (rb - ra) - np.hypot(x - ax - along * ex, y - ay - along * ey), out=best)
    return best


def smooth_minimum(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """min(a, b) with corners rounded over `width` (the polynomial blend)."""
    share = np.clip(width - np.abs(a - b), 0, None) / np.float32(width)
    return np.minimum(a, b) - share * share * np.float32(width / 4)


def coverage(level: np.ndarray, width: float) -> np.ndarray:
    """Signed distance to a fraction covered: 0 outside, 1 inside, a smooth step over `width` between."""
    t = np.clip(level / np.float32(width) + np.float32(0.5), 0, 1)
    return t * t * (3 - 2 * t)


def average_blocks(fine: np.ndarray, factor: int) -> np.ndarray:
    """The mean over factor x factor blocks: the partial volume of the larger pixels."""
    height, width = fine.shape
    return fine.reshape(height // factor, factor, width // factor, factor).mean(axis=(1, 3))
