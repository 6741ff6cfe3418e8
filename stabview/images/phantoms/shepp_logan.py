"""The modified Shepp-Logan phantom: ten ellipses with Toft's contrasts, drawn at any size with partial volume."""

from __future__ import annotations

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.phantoms.fields import average_blocks

# intensity, semi-axes, centre, angle in degrees on [-1, 1]^2 with y up; P. Toft, The Radon Transform (1996), p. 200
TOFT_ELLIPSES = (
    (1.0, 0.69, 0.92, 0.0, 0.0, 0.0),
    (-0.8, 0.6624, 0.874, 0.0, -0.0184, 0.0),
    (-0.2, 0.11, 0.31, 0.22, 0.0, -18.0),
    (-0.2, 0.16, 0.41, -0.22, 0.0, 18.0),
    (0.1, 0.21, 0.25, 0.0, 0.35, 0.0),
    (0.1, 0.046, 0.046, 0.0, 0.1, 0.0),
    (0.1, 0.046, 0.046, 0.0, -0.1, 0.0),
    (0.1, 0.046, 0.023, -0.08, -0.605, 0.0),
    (0.1, 0.023, 0.023, 0.0, -0.606, 0.0),
    (0.1, 0.023, 0.046, 0.06, -0.605, 0.0),
)


def shepp_logan(
    size: int = 256,
    *,
    supersampling: int = 4,
    ellipses: tuple[tuple[float, ...], ...] = TOFT_ELLIPSES,
) -> Image:
    """The phantom on [-1, 1]^2 with values 0 to 1; each pixel is the mean of supersampling^2 points."""
    if size < 8:
        raise InputError(f"The Shepp-Logan phantom needs at least 8 pixels a side, not {size}.")
    if supersampling < 1:
        raise InputError(
            f"Supersampling counts points along a pixel's side and must be at least 1, not {supersampling}."
        )
    count = size * supersampling
    axis = (2 * np.arange(count) + 1 - count) / count
    x, y = axis[None, :], -axis[:, None]
    fine = np.zeros((count, count))
    for value, a, b, x0, y0, degrees in ellipses:
        cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        along, across = (x - x0) * cos + (y - y0) * sin, (y - y0) * cos - (x - x0) * sin
        fine[(along / a) ** 2 + (across / b) ** 2 <= 1] += value
    pixels = np.clip(average_blocks(fine, supersampling), 0, 1)
    return Image(
        pixels,
        title="Shepp-Logan phantom",
        steps=("Drawn: modified Shepp-Logan phantom (Toft's contrasts), partial volume averaged.",),
    )
