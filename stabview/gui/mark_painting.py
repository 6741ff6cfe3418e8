"""How marks look over a picture: red arrows as in the papers, words, lettered regions and numbered lines."""

from __future__ import annotations

from math import atan2, cos, pi, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from stabview.gui import marks
from stabview.gui.marks import Mark

if TYPE_CHECKING:
    from stabview.gui.picture_view import PictureView

RED = QColor(255, 84, 72)
REGION = QColor(255, 214, 90)
LINE = QColor(90, 220, 200)
_SHADOW = QColor(0, 0, 0, 190)
_HEAD, _HALF = 13.0, 0.42  # length of an arrow's head in screen pixels, half its opening


def paint_marks(painter: QPainter, panel: PictureView, *, bare: bool) -> None:
    """All marks of the hub; `bare` (the magnifier) has arrows and words only."""
    book = panel.hub.marks
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for index, mark in enumerate(book.all):
        if bare and mark.kind not in (marks.ARROW, marks.WORDS):
            continue
        start, end = panel.to_screen(*mark.start), panel.to_screen(*mark.end)
        _PAINTERS[mark.kind](painter, mark, start, end)
        if index == book.selected and not bare:
            for handle in mark.handles:
                paint_handle(painter, panel.to_screen(*handle))


def paint_handle(painter: QPainter, at: QPointF) -> None:
    """A small square to pull at."""
    painter.setPen(QPen(QColor(0, 0, 0, 220), 1))
    painter.setBrush(QColor(255, 255, 255))
    painter.drawRect(QRectF(at.x() - 3, at.y() - 3, 6, 6))


def words(painter: QPainter, at: QPointF, text: str, colour: QColor) -> None:
    """Text that can be read on any picture; `at` is the left end of its middle line."""
    metrics = QFontMetricsF(painter.font())
    place = QRectF(at.x(), at.y() - metrics.height() / 2, metrics.horizontalAdvance(text) + 8, metrics.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(place, 3, 3)
    painter.setPen(colour)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _arrow(painter: QPainter, mark: Mark, start: QPointF, end: QPointF) -> None:
    angle = atan2(end.y() - start.y(), end.x() - start.x())
    wings = [
        QPointF(end.x() - _HEAD * cos(angle + side), end.y() - _HEAD * sin(angle + side)) for side in (_HALF, -_HALF)
    ]
    neck = (wings[0] + wings[1]) / 2
    painter.setBrush(RED)
    for pen in (QPen(_SHADOW, 5.0), QPen(RED, 2.6)):
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(start, neck)
    painter.setPen(QPen(_SHADOW, 1))
    painter.drawPolygon(QPolygonF([end, *wings]))
    if mark.text:
        words(painter, start + QPointF(-8 * cos(angle), -8 * sin(angle)), mark.text, RED)


def _words(painter: QPainter, mark: Mark, start: QPointF, end: QPointF) -> None:
    words(painter, start, mark.text, RED)


def _region(painter: QPainter, mark: Mark, start: QPointF, end: QPointF) -> None:
    box = QRectF(start, end).normalized()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(_SHADOW, 3.2), QPen(REGION, 1.5)):
        painter.setPen(pen)
        painter.drawRect(box) if mark.kind == marks.RECTANGLE else painter.drawEllipse(box)


def _line(painter: QPainter, mark: Mark, start: QPointF, end: QPointF) -> None:
    angle = atan2(end.y() - start.y(), end.x() - start.x()) + pi / 2
    tick = QPointF(5 * cos(angle), 5 * sin(angle))
    for pen in (QPen(_SHADOW, 3.4), QPen(LINE, 1.6)):
        painter.setPen(pen)
        painter.drawLine(start, end)
        painter.drawLine(end - tick, end + tick)
    painter.setBrush(LINE)
    painter.drawEllipse(start, 3, 3)


_PAINTERS = {
    marks.ARROW: _arrow,
    marks.WORDS: _words,
    marks.RECTANGLE: _region,
    marks.ELLIPSE: _region,
    marks.LINE: _line,
}
