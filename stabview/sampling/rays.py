"""The rays of a tomograph as lines {u cos t + v sin t = s}, and Joseph's weights along them.

Lines that a flip or a turn of the image maps onto each other cross it in the same way. They are gathered into bundles
of up to eight, which are then traced together, one line in each lane of a vector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.byte_cache import ByteCache

LANES = 8
PAD = 2
"""Pixels of zeros before and behind every line of the image, so that no interpolation leaves it."""
FRACTION_BITS = 50
"""Positions along a line of pixels are integers with so many binary places: exact steps, and the same both ways."""


@dataclass(frozen=True, eq=False)
class Lines:
    """A line {u cos t + v sin t = s} for every ray; u to the right, v upwards from the image's centre, in pixels."""

    cosine: np.ndarray
    sine: np.ndarray
    offset: np.ndarray


def parallel_lines(angles: np.ndarray, bins: int) -> Lines:
    """Views at `angles` (degrees), bins one pixel apart. Each array has shape (views, bins)."""
    turn = np.broadcast_to(np.deg2rad(angles)[:, None], (len(angles), bins))
    offset = np.broadcast_to(np.arange(bins) - (bins - 1) / 2, turn.shape)
    return Lines(np.cos(turn), np.sin(turn), offset)


def fan_lines(angles: np.ndarray, fan: np.ndarray, radius: float) -> Lines:
    """A source at distance `radius` (pixels) at -sin b, cos b; `fan` is the angle of each bin's ray (radians).

    The ray at angle g of view b is the line of the parallel view b + g at s = radius sin g (Kak and Slaney, eq. 3.84).
    """
    turn = np.deg2rad(angles)[:, None] + fan[None, :]
    return Lines(np.cos(turn), np.sin(turn), np.broadcast_to(radius * np.sin(fan), turn.shape))


@dataclass(frozen=True, eq=False)
class Bundles:
    """Bundles of lines through one arrangement of the image, canonical: cos t >= sin t >= 0 and s >= 0.

    Such a line meets every row of the image once. In row first + j, for 0 <= j < count, it lies at column
    (start + j step) / 2^FRACTION_BITS - PAD and shares its weight `length` between the two nearest pixels.

    Attributes
    ----------
    turned : whether rows and columns of the image are exchanged. For a square image the lanes 4 to 7 hold that
        arrangement and `turned` is None.
    height, width : shape of the arrangement.
    rays, slots : ray i of the operator, of those that this arrangement serves, is lane slots % 8 of bundle slots // 8.
    matrices : sparse pairs that were made where the compiled loops cannot be used, by precision and device.
    """

    turned: bool | None
    height: int
    width: int
    start: np.ndarray
    step: np.ndarray
    first: np.ndarray
    count: np.ndarray
    length: np.ndarray
    rays: np.ndarray
    slots: np.ndarray
    matrices: dict[tuple[torch.dtype, str], tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)

    @property
    def straight_lanes(self) -> bool:
        """Whether lanes 0 to 3 are used: the image and its flips."""
        return self.turned is not True

    @property
    def turned_lanes(self) -> bool:
        """Whether lanes 4 to 7 are used: the image with rows and columns exchanged, and its flips."""
        return self.turned is not False

    @property
    def stride(self) -> int:
        """Pixels from one padded row to the next."""
        return self.width + 2 * PAD

    @property
    def nbytes(self) -> int:
        arrays = (self.start, self.step, self.first, self.count, self.length, self.rays, self.slots)
        pairs = sum(2 * self.matrix_bytes(dtype) for dtype, _ in self.matrices)
        return sum(array.nbytes for array in arrays) + pairs

    def matrix_bytes(self, dtype: torch.dtype) -> int:
        """What a sparse matrix from the arrangement's pixels to the bundles takes, or its transpose, about."""
        return 2 * int(self.count.sum(dtype=np.int64)) * (dtype.itemsize + 4)

    @cached_property
    def lengths(self) -> dict[torch.dtype, np.ndarray]:
        return {torch.float64: self.length, torch.float32: self.length.astype(np.float32)}

    @cached_property
    def ends(self) -> np.ndarray:
        """Number of crossings in the bundles up to and including each."""
        return np.cumsum(self.count, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class RayTable:
    """All rays of one operator, bundled. `remembered` keeps what is costly to find again, the norm."""

    shape: tuple[int, int]
    count: int
    parts: tuple[Bundles, ...]
    remembered: dict[str, float] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in self.parts)


def ray_table(shape: tuple[int, int], lines: Lines) -> RayTable:
    """Bundle the rays of `lines` through an image of `shape`, one unit wide: weights are lengths in that unit."""
    height, width = shape
    cosine, sine, offset = (np.ravel(array).astype(np.float64) for array in (lines.cosine, lines.sine, lines.offset))
    turned = np.abs(sine) > np.abs(cosine)
    cosine, sine = np.where(turned, sine, cosine), np.where(turned, cosine, sine)
    sign = np.where(cosine < 0, -1.0, 1.0)
    cosine, sine, offset = cosine * sign, sine * sign, offset * sign
    upside_down = sine < 0
    backwards = offset < 0  # half a turn is a flip of both axes
    sine, offset = np.abs(sine), np.abs(offset)
    lane = 4 * turned + 2 * (upside_down ^ backwards) + backwards
    pixel = 1.0 / max(shape)
    if height == width:
        groups = [(None, np.arange(len(lane)), height, width)]
    else:
        groups = [(False, np.flatnonzero(~turned), height, width), (True, np.flatnonzero(turned), width, height)]
    parts = [
        _bundle(side, rays, high, wide, cosine[rays], sine[rays], offset[rays], lane[rays], pixel)
        for side, rays, high, wide in groups
        if len(rays)
    ]
    return RayTable(shape, len(lane), tuple(parts))


def _bundle(
    turned: bool | None, rays: np.ndarray, height: int, width: int,
    cosine: np.ndarray, sine: np.ndarray, offset: np.ndarray, lane: np.ndarray, pixel: float,
) -> Bundles:  # fmt: skip
    """Lines that agree to 1e-9 in direction and 1e-6 pixels in place become one bundle, one ray in each lane."""
    key = np.round(sine * 1e9).astype(np.int64) * 2**33 + np.round(offset * 1e6).astype(np.int64)
    order, leader, slots = fill_lanes(key, lane)
    cosine, sine, offset = cosine[leader], sine[leader], offset[leader]
    column = (offset - (height - 1) / 2 * sine) / cosine + (width - 1) / 2
    slope = sine / cosine
    flat = slope < 1e-12
    safe = np.where(flat, 1.0, slope)
    inside = (column > -1) & (column < width)
    first = np.where(flat, 0, np.clip(np.floor((-1 - column) / safe) + 1, 0, height)).astype(np.int64)
    last = np.where(flat, np.where(inside, height, 0), np.clip(np.ceil((width - column) / safe), 0, height))
    one = float(2**FRACTION_BITS)
    count = np.maximum(last.astype(np.int64) - first, 0)
    start = np.where(count > 0, (column + first * slope + PAD) * one, 0.0)
    step = np.where(flat, 0.0, slope) * one
    return Bundles(
        turned, height, width, np.round(start).astype(np.int64), np.round(step).astype(np.int64),
        first.astype(np.int32), count.astype(np.int32), pixel / cosine, rays[order], slots,
    )  # fmt: skip


def fill_lanes(key: np.ndarray, lane: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put items of equal `key` into one bundle, each in its `lane`; a lane taken twice needs a second bundle.

    Returns the items in the order of their bundles, one item of each bundle, and bundle * LANES + lane of each item.
    """
    order = np.lexsort((lane, key))
    key, lane = key[order], lane[order]
    fresh = np.r_[True, key[1:] != key[:-1]]
    repeated = np.r_[False, ~fresh[1:] & (lane[1:] == lane[:-1])]
    if repeated.any():
        again = _place_in_run(~repeated)
        second = np.lexsort((lane, again, key))
        order, key, lane, again = order[second], key[second], lane[second], again[second]
        fresh = np.r_[True, (key[1:] != key[:-1]) | (again[1:] != again[:-1])]
    bundle = np.cumsum(fresh) - 1
    return order, order[fresh], bundle * LANES + lane


def _place_in_run(starts: np.ndarray) -> np.ndarray:
    """0, 1, 2, ... counted anew from every True of `starts`."""
    index = np.arange(len(starts))
    return index - np.maximum.accumulate(np.where(starts, index, 0))


def line_weights(shape: tuple[int, int], lines: Lines) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, column and weight of every entry of the projection matrix (Joseph, IEEE TMI 1982).

    Along the axis in which a line is steeper it visits every line of pixels once and interpolates between two of
    them. Written without the bundles, as their check.
    """
    height, width = shape
    cosine, sine, offset = (np.ravel(array) for array in (lines.cosine, lines.sine, lines.offset))
    by_row = np.abs(cosine) >= np.abs(sine)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for rays, steep, lines_of_pixels, across in (
        (np.flatnonzero(by_row), True, height, width), (np.flatnonzero(~by_row), False, width, height)
    ):  # fmt: skip
        c, s, t = (array[rays, None] for array in (cosine, sine, offset))
        index = np.arange(lines_of_pixels)[None, :]
        if steep:
            position = (t - ((height - 1) / 2 - index) * s) / c + (width - 1) / 2
            length = 1.0 / max(shape) / np.abs(c)
        else:
            position = (height - 1) / 2 - (t - (index - (width - 1) / 2) * c) / s
            length = 1.0 / max(shape) / np.abs(s)
        lower = np.floor(position).astype(np.int64)
        fraction = position - lower
        ray, line, length = (np.broadcast_to(array, lower.shape) for array in (rays[:, None], index, length))
        for place, weight in ((lower, 1 - fraction), (lower + 1, fraction)):
            inside = (place >= 0) & (place < across) & (weight > 0)
            column = line * width + place if steep else place * width + line
            parts.append((ray[inside], column[inside], (weight * length)[inside]))
    return tuple(np.concatenate([part[k] for part in parts]) for k in range(3))


def joseph_weights(shape: tuple[int, int], angles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`line_weights` of parallel views at `angles` (degrees)."""
    return line_weights(shape, parallel_lines(np.asarray(angles, dtype=np.float64), detector_bins(shape)))


def equispaced_angles(views: int, span: float = 180.0) -> np.ndarray:
    """span i / views degrees, end point excluded (the convention of Jin et al. and Antun et al.).

    Parallel views repeat after 180 degrees; a fan needs 360.
    """
    if views < 1:
        raise InputError(f"The number of views is {views}; it has to be at least 1.")
    return span * np.arange(views) / views


def detector_bins(shape: tuple[int, int]) -> int:
    """An odd number of pixel-wide bins that covers the diagonal."""
    bins = int(np.ceil(np.hypot(*shape))) + 1
    return bins | 1


kept_tables: ByteCache[RayTable] = ByteCache(256 * 2**20)
"""Tables of the operators used last; their norms are kept with them."""
