"""Random sums of ellipses with linear ramps, the training set of Ell 50 and of Genzel et al. (TPAMI 2022)."""

from __future__ import annotations

import numpy as np

from stabview.images.image import Image


def ellipses(
    size: int = 256,
    *,
    seed: int = 0,
    count: tuple[int, int] = (7, 15),
    axes: tuple[float, float] = (0.05, 0.45),
) -> Image:
    """A sum of `count[0]` to `count[1]` - 1 random ellipses on [-1, 1]^2, divided by its maximum.

    Semi-axes are uniform in `axes`, centres within +-0.7 and so that the ellipse stays inside; each ellipse is filled
    by a non-negative linear ramp. `count=(20, 45), axes=(0.03, 0.25)` gives the busier variant of FIRENET's tests.
    """
    pixels = ellipse_pixels(np.random.default_rng(seed), size, count=count, axes=axes)
    return Image(
        pixels, title=f"ellipses {seed}", orientation=None, modality="CT", units="a.u.",
        steps=(f"Drawn: random ellipses, {size} x {size}, seed {seed}.",),
    )  # fmt: skip


def ellipse_pixels(
    generator: np.random.Generator, size: int, *, count: tuple[int, int] = (7, 15),
    axes: tuple[float, float] = (0.05, 0.45),
) -> np.ndarray:  # fmt: skip
    """The pixels of `ellipses`, (size, size) float32 in [0, 1], drawn from a running generator."""
    grid = ((2 * np.arange(size) + 1) / size - 1).astype(np.float32)  # centres of the pixels
    picture = np.zeros((size, size), np.float32)
    for _ in range(generator.integers(*count)):
        centre = generator.uniform(-0.7, 0.7, 2)
        longest = 0.9 * (1 - np.abs(centre).max())
        semi = np.minimum(generator.uniform(*axes, 2), longest)
        turn = generator.uniform(0, 2 * np.pi)
        x, y = grid[None, :] - centre[0], grid[:, None] - centre[1]
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        inside = (along / semi[0]) ** 2 + (across / semi[1]) ** 2 <= 1
        if not inside.any():
            continue
        while True:
            slopes = 0.9 * generator.standard_normal(2)
            ramp = slopes[0] * grid[None, :] + slopes[1] * grid[:, None] + generator.uniform(0.3, 1)
            if ramp[inside].min() >= 0:
                break
        picture[inside] += ramp[inside]
    return (picture / max(float(picture.max()), 1e-6)).astype(np.float32)
