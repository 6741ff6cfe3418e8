"""scikit-image: `radon`, and `iradon` without a filter, which is not its exact adjoint."""

from __future__ import annotations

import numpy as np
import skimage
from measuring import Operation
from skimage.transform import iradon, radon
from variants import dot_error


def version() -> str:
    return skimage.__version__


def projections(problem: dict) -> Operation:
    """Both cover the image's corners (circle=False)."""
    x, angles = problem["x"].astype(np.float32), problem["angles"]
    size = x.shape[0]
    y = radon(x, theta=angles, circle=False)
    other = np.random.default_rng(0).standard_normal(y.shape).astype(np.float32)

    def adjoint(data):
        return iradon(data, theta=angles, filter_name=None, circle=False, output_size=size)

    scale = 2 * len(angles) / np.pi
    error = dot_error(y, other, x, adjoint(other) * scale)
    parts = {"forward": lambda: radon(x, theta=angles, circle=False), "adjoint": lambda: adjoint(other)}
    return Operation(parts, error)


KINDS = {"radon": projections}
