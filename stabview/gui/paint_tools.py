"""The tools that paint details on the panels: stamps for symbols, text and lesions, a brush and an eraser.

What is painted appears at once and follows the mouse until the button goes up; all of it is one step for undo.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import cos, hypot, pi, radians, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPainterPath, QTransform

from stabview.gui import theme
from stabview.gui.cards.paint_state import PaintState
from stabview.study.study import Detail

if TYPE_CHECKING:
    from stabview.gui.bridge import Bridge

Point = tuple[float, float]
_CAPITALS = 1493 / 2048  # height of the capitals of DejaVu Sans Bold as a share of the font's size
_STRAIGHT = 0.25  # pixels that a point of a stroke may lie beside the line between its neighbours
_DRAWN = 128  # pixels, size of the glyphs whose outlines are scaled


def tool_for(bridge: Bridge, paint: PaintState) -> StampTool | StrokeTool | None:
    """The tool for `paint.kind`."""
    if paint.kind is None:
        return None
    return StrokeTool(bridge, paint) if paint.kind in ("brush", "eraser") else StampTool(bridge, paint)


class StampTool:
    """Puts a symbol, text or lesion where the button goes down and moves it until it goes up.

    Pressed on the selected detail, or on one that looks like what it would paint, it moves that one instead.
    """

    cursor = Qt.CursorShape.CrossCursor
    drags = False

    def __init__(self, bridge: Bridge, paint: PaintState) -> None:
        self._bridge = bridge
        self._paint = paint
        self._index: int | None = None  # the detail that is being moved
        self._grip: Point = (0.0, 0.0)  # from its position to the mouse
        self._label = ""
        self._changed = False

    def press(self, column: float, row: float) -> None:
        """Paint a detail here, or take hold of one."""
        if self._bridge.hub.pixel_at(column, row) is None:
            return
        self._bridge.hub.set_outlines(())
        details = self._bridge.workbench.study.details
        self._index, self._changed = self._found(column, row), False
        if self._index is not None:
            held = details[self._index]
            self._grip = (column - held.position[0], row - held.position[1])
            self._label = f"move {held.kind}"
        else:
            new = self._paint.detail_at(column, row)
            if new is None:
                self._bridge.say("Type the text to paint first.")
                return
            self._index, self._grip, self._label = len(details), (0.0, 0.0), f"paint {new.kind}"
            self._change((*details, new))
        self._paint.select(self._index)

    def move(self, column: float, row: float, pressed: bool) -> None:
        """Move what was painted, or show where it would be."""
        if pressed and self._index is not None:
            self._move_to(column, row)
        elif not pressed:
            self._preview(column, row)

    def release(self, column: float, row: float) -> None:
        """Leave it there."""
        if self._index is not None:
            self._move_to(column, row)
        self._index = None

    def cancel(self) -> None:
        """Take back what was begun."""
        if self._index is not None and self._changed:
            self._bridge.workbench.undo()
        self._index = None
        self._bridge.hub.set_outlines(())

    def _move_to(self, column: float, row: float) -> None:
        details = list(self._bridge.workbench.study.details)
        if self._index >= len(details):  # undone meanwhile
            self._index = None
            return
        height, width = self._bridge.hub.shape
        across = min(max(column - self._grip[0], -0.5), width - 0.5)
        down = min(max(row - self._grip[1], -0.5), height - 0.5)
        moved = replace(details[self._index], position=(round(across, 1), round(down, 1)))
        if moved != details[self._index]:
            details[self._index] = moved
            self._change(tuple(details))

    def _change(self, details: tuple[Detail, ...]) -> None:
        self._bridge.change(self._label, merge=self._changed, details=details)
        self._changed = True

    def _found(self, column: float, row: float) -> int | None:
        """The last detail under the mouse that this tool may move."""
        sample = self._paint.detail_at(column, row)
        for index, detail in reversed(list(enumerate(self._bridge.workbench.study.details))):
            if detail.hidden:
                continue
            alike = sample is not None and (detail.kind, detail.text) == (sample.kind, sample.text)
            if (alike or index == self._paint.selected) and covers(detail, column, row):
                return index
        return None

    def _preview(self, column: float, row: float) -> None:
        hub = self._bridge.hub
        sample = self._paint.detail_at(column, row) if hub.pixel_at(column, row) is not None else None
        hub.set_outlines(outline(sample) if sample is not None else ())


class StrokeTool:
    """Paints with a round brush, or erases what was brushed, along the path of the mouse.

    Points that lie on the way between others are left out, so that a stroke stays small.
    """

    cursor = Qt.CursorShape.CrossCursor
    drags = True

    def __init__(self, bridge: Bridge, paint: PaintState) -> None:
        self._bridge = bridge
        self._paint = paint
        self._points: tuple[Point, ...] = ()
        self._passed: list[Point] = []  # where the mouse was since the last point but one
        self._before: tuple[Detail, ...] = ()

    def press(self, column: float, row: float) -> None:
        """Begin a stroke."""
        if self._bridge.hub.pixel_at(column, row) is None:
            return
        self._before = self._bridge.workbench.study.details
        self._points, self._passed = ((round(column, 1), round(row, 1)),), []
        self._change(merge=False)
        self._paint.select(len(self._before))

    def move(self, column: float, row: float, pressed: bool) -> None:
        """Go on with the stroke, or show how wide it would be."""
        if pressed and self._points:
            self._extend(column, row, max(0.5, self._paint.size / 16))
        self._bridge.hub.set_outlines([_circle(column, row, self._paint.size)])

    def release(self, column: float, row: float) -> None:
        """End the stroke."""
        if self._points:
            self._extend(column, row, 0.1)
        self._points = ()

    def cancel(self) -> None:
        """Take back what was begun."""
        if self._points:
            self._bridge.workbench.undo()
        self._points = ()
        self._bridge.hub.set_outlines(())

    def _extend(self, column: float, row: float, spacing: float) -> None:
        last, new = self._points[-1], (round(column, 1), round(row, 1))
        if hypot(new[0] - last[0], new[1] - last[1]) < spacing:
            return
        if self._passed and all(_beside(point, self._points[-2], new) < _STRAIGHT for point in self._passed):
            self._points = (*self._points[:-1], new)
        else:
            self._points, self._passed = (*self._points, new), []
        self._passed.append(new)
        self._change(merge=True)

    def _change(self, *, merge: bool) -> None:
        stroke = self._paint.stroke(self._points)
        label = "erase" if stroke.erase else "brush stroke"
        self._bridge.change(label, merge=merge, details=(*self._before, stroke))


def _beside(point: Point, start: Point, end: Point) -> float:
    """The distance of a point from the segment between two others."""
    across, down = end[0] - start[0], end[1] - start[1]
    share = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / max(across**2 + down**2, 1e-12)
    share = min(max(share, 0.0), 1.0)
    return hypot(point[0] - start[0] - share * across, point[1] - start[1] - share * down)


def covers(detail: Detail, column: float, row: float) -> bool:
    """Whether a point is within the outline's box of a symbol, text or lesion, with a margin of 2 pixels."""
    if detail.kind == "stroke":
        return False
    points = [point for line in outline(detail) for point in line]
    across, down = [p[0] for p in points], [p[1] for p in points]
    return min(across) - 2 <= column <= max(across) + 2 and min(down) - 2 <= row <= max(down) + 2


@lru_cache(maxsize=64)
def outline(detail: Detail) -> list[list[Point]]:
    """A detail as polylines over the image: its glyphs, the half-maximum ellipse of a lesion, the path of a stroke."""
    if detail.kind == "stroke":
        return [list(detail.points)] if len(detail.points) > 1 else [_circle(*detail.points[0], detail.size)]
    if detail.kind == "lesion":
        turn, (column, row) = radians(detail.angle), detail.position
        flat = [(u, detail.aspect * v) for u, v in _circle(0.0, 0.0, detail.size)]
        return [[(column + cos(turn) * u - sin(turn) * v, row + sin(turn) * u + cos(turn) * v) for u, v in flat]]
    font = QFont(theme.FONT_FAMILY)
    font.setBold(True)
    font.setPixelSize(_DRAWN)
    path = QPainterPath()
    path.addText(0, 0, font, detail.text)
    scale = detail.size / (_CAPITALS * _DRAWN)
    middle = path.boundingRect().center().x()
    turn, (column, row) = radians(detail.angle), detail.position
    place = QTransform(cos(turn), sin(turn), -sin(turn), cos(turn), column, row)
    place = QTransform.fromScale(scale, scale) * place
    place = QTransform.fromTranslate(-middle, _CAPITALS * _DRAWN / 2) * place
    return [[(p.x(), p.y()) for p in polygon] for polygon in path.toSubpathPolygons(place)]


def _circle(column: float, row: float, diameter: float) -> list[Point]:
    steps = 25
    angles = [2 * pi * k / (steps - 1) for k in range(steps)]
    return [(column + diameter / 2 * cos(a), row + diameter / 2 * sin(a)) for a in angles]
