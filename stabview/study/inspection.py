"""What the pictures of an iterate say in a region or along a line, beside those of the clean data (r = 0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stabview.measures.regions import (
    RegionStatistics,
    histogram,
    line_positions,
    line_profile,
    region_mask,
    region_statistics,
    root_mean_square,
)
from stabview.study.frames import IMAGE_PANELS, Frame

Point = tuple[float, float]
_ENOUGH = 256  # pixels a side, for a histogram that is only looked at


@dataclass(frozen=True)
class RegionRow:
    """One picture in a region. `shift` = mean now - mean clean, `change` = rms(now - clean); None while unknown."""

    name: str
    now: RegionStatistics
    shift: float | None
    change: float | None


@dataclass(frozen=True, eq=False)
class ProfileCurve:
    """One picture along a line: values at `positions` in pixels, and those of the clean data where they are known."""

    name: str
    positions: np.ndarray
    now: np.ndarray
    clean: np.ndarray | None

    @property
    def largest_change(self) -> float | None:
        """max |now - clean| along the line."""
        if self.clean is None:
            return None
        change = np.abs(self.now - self.clean)
        return float(np.nanmax(change)) if np.isfinite(change).any() else None


def region_rows(
    frame: Frame, clean: Frame | None, start: Point, end: Point, *, ellipse: bool,
    names: Sequence[str] = IMAGE_PANELS,
) -> tuple[RegionRow, ...]:  # fmt: skip
    """The statistics of every image that is there."""
    rows = []
    for name in names:
        now, before = frame.panels.get(name), _clean(clean, name)
        if now is None:
            continue
        box, corner = _box(now.shape, start, end)
        now, before = now[box], None if before is None else before[box]
        if now.size == 0:
            continue
        mask = region_mask(now.shape, _moved(start, corner), _moved(end, corner), ellipse=ellipse)
        statistics = region_statistics(now, mask)
        if statistics is None:
            continue
        shift = change = None
        if before is not None:
            change = root_mean_square(now - before, mask)
            was = region_statistics(before, mask)
            shift = None if was is None else statistics.mean - was.mean
        rows.append(RegionRow(name, statistics, shift, change))
    return tuple(rows)


def profile_curves(
    frame: Frame, clean: Frame | None, start: Point, end: Point, names: Sequence[str] = IMAGE_PANELS[:3]
) -> tuple[ProfileCurve, ...]:
    """The values along a line in every image that is there."""
    positions = line_positions(start, end)
    return tuple(
        ProfileCurve(
            name, positions, line_profile(frame.panels[name], start, end),
            None if _clean(clean, name) is None else line_profile(clean.panels[name], start, end),
        )
        for name in names if name in frame.panels
    )  # fmt: skip


def histograms(
    frame: Frame, low: float, high: float, names: Sequence[str] = IMAGE_PANELS[:3]
) -> dict[str, np.ndarray]:
    """Shares of the pixels of every image in equal parts of [low, high]; of large images every n-th pixel counts."""
    found = {}
    for name in (name for name in names if name in frame.panels):
        every = max(1, max(frame.panels[name].shape) // _ENOUGH)
        found[name] = histogram(frame.panels[name][::every, ::every], low, high)
    return found


def _box(shape: tuple[int, int], start: Point, end: Point) -> tuple[tuple[slice, slice], Point]:
    """The part of an image around a region, and its upper left pixel (column, row)."""
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(start, end, strict=True))
    first = (max(int(left) - 1, 0), max(int(top) - 1, 0))
    rows, columns = (slice(first[1], max(int(bottom) + 2, 0)), slice(first[0], max(int(right) + 2, 0)))
    return (rows, columns), first


def _moved(point: Point, corner: Point) -> Point:
    return point[0] - corner[0], point[1] - corner[1]


def _clean(clean: Frame | None, name: str) -> np.ndarray | None:
    return clean.panels.get(name) if clean is not None else None
