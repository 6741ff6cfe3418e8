"""What is painted over a picture: cross, letters, scale bar, colour bar, previews of details, the pending mark."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QPolygonF

from stabview.gui import colour_maps, theme
from stabview.gui.mark_painting import paint_handle, paint_marks, words

if TYPE_CHECKING:
    from stabview.gui.picture_view import PictureView

_CROSS = QColor(110, 190, 255, 190)
_SHADOW = QColor(0, 0, 0, 170)
_OUTLINE = QColor(255, 214, 90)
_NOT_FINITE = QColor(255, 120, 255)
_MARGIN = 7.0
_BESIDE_BAR = 290.0  # from this width on the bottom letter has room beside the colour bar


@dataclass(frozen=True)
class SceneFacts:
    """What a panel writes over its picture: letters at the (left, right, top, bottom) edges; (row, column) mm."""

    orientation: tuple[str, str, str, str] | None = None
    spacing: tuple[float, float] | None = None


class Overlays:
    """The overlays of one panel. Letters and bars wait in a pixmap, for they change with the view only."""

    def __init__(self, panel: PictureView) -> None:
        self._panel = panel
        self._still: QPixmap | None = None
        self._made_for: tuple[object, ...] = ()

    def paint(self, painter: QPainter) -> None:
        """Paint all overlays, in pixels of the panel's viewport."""
        panel = self._panel
        area = QRectF(panel.viewport().rect())
        if panel.picture is not None:
            if panel.hub.marks.all:
                paint_marks(painter, panel, bare=panel.bare)
            if panel.hub.outlines and not panel.signed:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                _outlines(painter, panel)
            if panel.divider is not None:
                _divider(painter, panel, area)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            if panel.hub.cursor is not None:
                _cross(painter, panel, area)
            if not panel.bare:
                painter.drawPixmap(0, 0, self._pixmap(area, painter.font()))
                if panel.not_finite:
                    text = f"{panel.not_finite} pixels are no finite numbers"
                    words(painter, QPointF(area.left() + _MARGIN, area.top() + 30), text, _NOT_FINITE)
        if panel.pending:
            _pending(painter, panel.pending, area)

    def _pixmap(self, area: QRectF, font: QFont) -> QPixmap:
        panel, ratio = self._panel, self._panel.devicePixelRatioF()
        wanted = (area.size(), ratio, font.key(), panel.scene_facts, panel.magnification())
        if panel.signed:
            wanted = (*wanted, panel.hub.fraction, panel.hub.signed_map)
        if self._still is None or wanted != self._made_for:
            self._made_for = wanted
            self._still = QPixmap((area.size() * ratio).toSize())
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._still)
            painter.setFont(font)
            _letters(painter, panel, area)
            if panel.signed:
                _colour_bar(painter, panel, area)
            else:
                _scale_bar(painter, panel, area)
            painter.end()
        return self._still


def _text(painter: QPainter, place: QRectF, flags: Qt.AlignmentFlag, text: str, colour: QColor) -> None:
    """Text that can be read on any picture."""
    painter.setPen(_SHADOW)
    for shift in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        painter.drawText(place.translated(*shift), flags, text)
    painter.setPen(colour)
    painter.drawText(place, flags, text)


def _outlines(painter: QPainter, panel: PictureView) -> None:
    for line in panel.hub.outlines:
        polygon = QPolygonF([panel.to_screen(*point) for point in line])
        for pen in (QPen(_SHADOW, 3.0), QPen(_OUTLINE, 1.3)):
            painter.setPen(pen)
            painter.drawPolyline(polygon)
    for handle in () if panel.bare else panel.hub.handles:
        paint_handle(painter, panel.to_screen(*handle))


def _divider(painter: QPainter, panel: PictureView, area: QRectF) -> None:
    """The line of a swipe, with a grip in the middle."""
    x = round(panel.divider * area.width()) + 0.5
    for pen in (QPen(_SHADOW, 4.0), QPen(QColor(255, 255, 255), 1.6)):
        painter.setPen(pen)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    painter.setBrush(QColor(255, 255, 255))
    painter.setPen(QPen(_SHADOW, 1))
    painter.drawEllipse(QPointF(x, area.center().y()), 7, 7)
    painter.setPen(QPen(QColor(30, 30, 34), 1.4))
    for side in (-1, 1):
        tip = QPointF(x + 4.5 * side, area.center().y())
        painter.drawPolyline(QPolygonF([tip + QPointF(-2 * side, -2.5), tip, tip + QPointF(-2 * side, 2.5)]))


def _cross(painter: QPainter, panel: PictureView, area: QRectF) -> None:
    column, row = panel.hub.cursor
    middle = panel.to_screen(column, row)
    half = max(panel.magnification() / 2, 4.0)
    x, y = round(middle.x()), round(middle.y())
    for arm in (  # filled rectangles: several times cheaper than lines
        QRectF(area.left(), y, x - half - area.left(), 1),
        QRectF(x + half, y, area.right() - x - half, 1),
        QRectF(x, area.top(), 1, y - half - area.top()),
        QRectF(x, y + half, 1, area.bottom() - y - half),
    ):
        painter.fillRect(arm.intersected(area), _CROSS)
    if panel.magnification() >= 8:
        painter.setPen(QPen(_CROSS, 1))
        painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))


def _letters(painter: QPainter, panel: PictureView, area: QRectF) -> None:
    if panel.scene_facts.orientation is None:
        return
    left, right, top, bottom = panel.scene_facts.orientation
    inner = area.adjusted(_MARGIN, _MARGIN - 3, -_MARGIN, -_MARGIN + 3)
    centre = Qt.AlignmentFlag.AlignVCenter
    across = Qt.AlignmentFlag.AlignHCenter
    colour = QColor(theme.current().on_stage)
    _text(painter, inner, centre | Qt.AlignmentFlag.AlignLeft, left, colour)
    _text(painter, inner, centre | Qt.AlignmentFlag.AlignRight, right, colour)
    _text(painter, inner, across | Qt.AlignmentFlag.AlignTop, top, colour)
    if panel.signed and area.width() < _BESIDE_BAR:
        inner.setBottom(inner.bottom() - 2 * QFontMetricsF(painter.font()).height())
    _text(painter, inner, across | Qt.AlignmentFlag.AlignBottom, bottom, colour)


def bar_length(spacing: float, scale: float, room: float) -> float | None:
    """The longest of 1, 2, 5, 10, ... mm whose bar fits `room` screen pixels; None where not even 0.1 mm does."""
    longest = room / scale * spacing
    if longest < 0.1:
        return None
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))


def _scale_bar(painter: QPainter, panel: PictureView, area: QRectF) -> None:
    if panel.scene_facts.spacing is None:
        return
    spacing = panel.scene_facts.spacing[1]
    length = bar_length(spacing, panel.magnification(), 0.25 * area.width())
    if length is None:
        return
    width = length / spacing * panel.magnification()
    left, bottom = area.left() + _MARGIN, area.bottom() - _MARGIN
    bar = QRectF(left, bottom - 2, width, 2)
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), _SHADOW)
    painter.fillRect(bar, QColor(theme.current().on_stage))
    label = f"{length / 10:g} cm" if length >= 10 else f"{length:g} mm"
    height = QFontMetricsF(painter.font()).height()
    place = QRectF(left, bottom - 4 - height, max(width, 60), height)
    _text(
        painter,
        place,
        Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom,
        label,
        QColor(theme.current().on_stage),
    )


def _colour_bar(painter: QPainter, panel: PictureView, area: QRectF) -> None:
    """The signed range in words and colours: what the ends of the map mean, which no frame changes."""
    width = min(110.0, 0.4 * area.width())
    bar = QRectF(area.right() - _MARGIN - width, area.bottom() - _MARGIN - 5, width, 5)
    colours = colour_maps.table(panel.hub.signed_map)
    strip = QImage(colours.data, 256, 1, 3 * 256, QImage.Format.Format_RGB888)
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(theme.current().muted_on_stage))
    painter.drawImage(bar, strip)
    text = f"± {100 * panel.hub.fraction:g} % of max|x|"
    height = QFontMetricsF(painter.font()).height()
    place = QRectF(area.left(), bar.top() - 3 - height, area.width() - _MARGIN, height)
    _text(
        painter,
        place,
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
        text,
        QColor(theme.current().on_stage),
    )


def _pending(painter: QPainter, text: str, area: QRectF) -> None:
    metrics = QFontMetricsF(painter.font())
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() - 40)
    width = metrics.horizontalAdvance(text) + 30
    pill = QRectF(area.center().x() - width / 2, area.top() + 22, width, metrics.height() + 8)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    colour = QColor(theme.DARK.warning)
    painter.setPen(QPen(colour, 1))
    painter.setBrush(QColor(20, 20, 22, 225))
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(pill.left() + 12, pill.center().y()), 3, 3)
    painter.setPen(QColor(theme.DARK.text))
    painter.drawText(pill.adjusted(20, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
