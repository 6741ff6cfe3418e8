"""Orders in which single points of k-space are taken: Gaussian density, and Poisson discs that shrink as they go.

An order is an array of all pixels, centred; its beginning is the mask. The zero frequency always comes first.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

GAUSSIAN_WIDTH = 1 / 6  # of each side
GAUSSIAN_FLOOR = 0.02  # density at the edge relative to the middle
DISC_GROWTH = 4.0  # a disc at the edge's middle is 1 + this times as wide as one in the middle of k-space
DISC_SHRINK = 2**-0.25  # from one pass to the next


def gaussian_order(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Points drawn one after another without replacement, by a Gaussian density and a floor that reaches the corners.

    Each point's key is exponential with the rate of its density, which gives the order of such a draw
    (Efraimidis and Spirakis, Information Processing Letters 2006).
    """
    rows, columns = _from_centre(shape)
    exponent = (rows / (GAUSSIAN_WIDTH * shape[0])) ** 2 + (columns / (GAUSSIAN_WIDTH * shape[1])) ** 2
    density = np.exp(-0.5 * exponent) + GAUSSIAN_FLOOR
    keys = generator.exponential(size=shape) / density
    keys[shape[0] // 2, shape[1] // 2] = 0
    return np.argsort(keys, axis=None, kind="stable")


def poisson_order(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Variable-density Poisson discs: no two points nearer than a radius that grows away from the zero frequency.

    Passes with ever smaller radii, each throwing darts until none fits (after McCool and Fiume, Graphics Interface
    1992): after each pass the points are a Poisson-disc set of its radius, and every mask continues a sparser one.
    """
    return _poisson_order(shape, int(generator.integers(2**63)))


@lru_cache(maxsize=4)
def _poisson_order(shape: tuple[int, int], seed: int) -> np.ndarray:
    from scipy.ndimage import distance_transform_edt

    generator = np.random.default_rng(seed)
    height, width = shape
    rows, columns = _from_centre(shape)
    relative = 1 + DISC_GROWTH * np.hypot(rows / (height / 2), columns / (width / 2))
    steepness = DISC_GROWTH * 2 / min(shape)  # no two neighbours' relative radii differ by more
    open_pixels = np.ones(shape, dtype=bool)
    order = [height // 2 * width + width // 2]
    open_pixels.flat[order] = False
    radius = max(shape) / 8
    while len(order) < open_pixels.size:
        limit = (radius * relative) ** 2
        free = (distance_transform_edt(open_pixels) ** 2 >= limit) & open_pixels
        reach = np.minimum(radius * relative / max(1e-9, 1 - radius * steepness), max(shape)).astype(int)
        if radius * steepness >= 0.5:
            reach[:] = max(shape)
        for point in generator.permutation(np.flatnonzero(free)).tolist():
            row, column = divmod(point, width)
            if not free[row, column]:
                continue
            order.append(point)
            open_pixels[row, column] = False
            if far := int(reach[row, column]):
                down = np.arange(max(0, row - far), min(height, row + far + 1))
                right = np.arange(max(0, column - far), min(width, column + far + 1))
                box = (slice(down[0], down[-1] + 1), slice(right[0], right[-1] + 1))
                free[box] &= (down[:, None] - row) ** 2 + (right - column) ** 2 >= limit[box]
        radius *= DISC_SHRINK
    return np.array(order)


def _from_centre(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(shape[0])[:, None] - shape[0] // 2, np.arange(shape[1])[None, :] - shape[1] // 2
