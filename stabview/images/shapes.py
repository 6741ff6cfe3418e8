"""Painted details moved, resized and turned as objects; what a point of the image belongs to."""

from __future__ import annotations

from dataclasses import replace
from math import cos, hypot, radians, sin
from typing import TypeVar

from stabview.images.details import DetailLike

Point = tuple[float, float]
D = TypeVar("D", bound=DetailLike)
LARGEST, SMALLEST = 4096.0, 0.5


def centre(detail: DetailLike) -> Point:
    """The middle of a detail: its position, or the mean of a stroke's points, which turning leaves in place."""
    if detail.kind != "stroke":
        return detail.position
    across, down = zip(*detail.points, strict=True)
    return sum(across) / len(across), sum(down) / len(down)


def moved(detail: D, columns: float, rows: float) -> D:
    """The detail so many pixels further right and down."""
    return _with_points(detail, lambda c, r: (c + columns, r + rows))


def scaled(detail: D, factor: float) -> D:
    """The detail so many times larger about its middle."""
    factor = min(max(factor, SMALLEST / detail.size), LARGEST / detail.size)
    middle = centre(detail)
    grown = _with_points(
        detail, lambda c, r: (middle[0] + factor * (c - middle[0]), middle[1] + factor * (r - middle[1]))
    )
    return replace(grown, size=round(detail.size * factor, 2))


def turned(detail: D, degrees: float) -> D:
    """The detail turned clockwise about its middle."""
    if detail.kind != "stroke":
        return replace(detail, angle=round((detail.angle + degrees + 180.0) % 360.0 - 180.0, 1))
    (column, row), c, s = centre(detail), cos(radians(degrees)), sin(radians(degrees))
    return _with_points(
        detail, lambda x, y: (column + c * (x - column) - s * (y - row), row + s * (x - column) + c * (y - row))
    )


def stroke_covers(detail: DetailLike, column: float, row: float, reach: float) -> bool:
    """Whether a point lies on a stroke, or within `reach` pixels of it."""
    points = detail.points
    return any(
        _distance((column, row), start, end) <= detail.size / 2 + reach
        for start, end in zip(points, points[1:] or points, strict=False)
    )


def _with_points(detail: D, change) -> D:
    """The position, or the points of a stroke, each changed by change(column, row)."""
    if detail.kind != "stroke":
        column, row = change(*detail.position)
        return replace(detail, position=(round(column, 1), round(row, 1)))
    points = tuple((round(c, 2), round(r, 2)) for c, r in (change(*point) for point in detail.points))
    return replace(detail, points=points, position=points[0])


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the segment between two others."""
    across, down = end[0] - start[0], end[1] - start[1]
    share = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / max(across**2 + down**2, 1e-12)
    share = min(max(share, 0.0), 1.0)
    return hypot(point[0] - start[0] - share * across, point[1] - start[1] - share * down)
