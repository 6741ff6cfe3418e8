"""A small line chart painted by hand: a few curves with markers, marked lines, and a cursor that costs nothing to move.

All that does not move is painted once into a pixmap; the cursor is one line over it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from stabview.gui import theme

_REACH = 12.0  # screen pixels within which the mouse finds a point
_CAP, _LEAST_BAR = 2.5, 1.0  # half the width of the ends of an error bar; shorter ones are not drawn, in pixels
_FAINT = 0.45


@dataclass(frozen=True)
class Series:
    """One curve. `names` are what the mouse reads at its points; points above the axis are drawn at its edge.

    `tone` is a colour of the theme and `dash` a style, in place of those of the method that `key` names. `low` and
    `high`, where given, are the ends of an error bar at each point. A `faint` curve stands behind the others.
    """

    key: str
    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    names: tuple[str, ...] = ()
    markers: bool = True
    tone: str = ""
    dash: Qt.PenStyle | None = None
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    faint: bool = False


@dataclass(frozen=True)
class MarkedLine:
    """A vertical line with a word beside it."""

    x: float
    label: str
    dashed: bool = True


@dataclass(frozen=True)
class Axes:
    """Limits and ticks (value, text)."""

    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)
    x_ticks: tuple[tuple[float, str], ...] = ()
    y_ticks: tuple[tuple[float, str], ...] = ()
    log_y: bool = False
    x_name: str = ""
    y_name: str = ""


class Chart(QWidget):
    """See the module.

    `sides` fixes the left and right margins, for a chart that stands under a slider; its legend is within the plot.

    Signals
    -------
    pointed(x) : the mouse was pressed or dragged at this place of the x axis.
    """

    pointed = Signal(float)

    def __init__(self, parent: QWidget | None = None, *, sides: tuple[float, float] | None = None) -> None:
        super().__init__(parent)
        self.axes = Axes()
        self.series: tuple[Series, ...] = ()
        self.lines: tuple[MarkedLine, ...] = ()
        self.cursor_x: float | None = None
        self.message = ""
        self._sides = sides
        self._still: QPixmap | None = None
        self._still_key: tuple[float, str] = (0.0, "")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(240, 150)

    def set_data(
        self, axes: Axes, series: Sequence[Series], lines: Sequence[MarkedLine] = (), message: str = ""
    ) -> None:
        """Show other curves; nothing is repainted where nothing changed."""
        new = (axes, tuple(series), tuple(lines), message)
        if new != (self.axes, self.series, self.lines, self.message):
            self.axes, self.series, self.lines, self.message = new
            self._renew()

    def set_sides(self, left: float, right: float) -> None:
        """Other fixed margins."""
        self._sides = (left, right)
        self._renew()

    def set_cursor(self, x: float | None) -> None:
        """Move the upright line."""
        if x != self.cursor_x:
            self.cursor_x = x
            self.update()

    # --- geometry

    def plot_area(self) -> QRectF:
        """Where the curves are, within the axes."""
        metrics = QFontMetricsF(self.font())
        line = metrics.height()
        wide = max((metrics.horizontalAdvance(text) for _, text in self.axes.y_ticks), default=0.0) + 8
        left, right = self._sides if self._sides is not None else (max(wide, 20.0), 12.0)
        top = (line + 4 if self._sides is None else 6.0) + (line if self.axes.y_name else 0.0)
        bottom = line + 4 + (line if self.axes.x_name else 0.0)
        return QRectF(left, top, max(self.width() - left - right, 1.0), max(self.height() - top - bottom, 1.0))

    def to_screen(self, x: float, y: float, area: QRectF | None = None) -> QPointF:
        """The place of a point in `plot_area()`; what lies outside the limits of y is put at their edge."""
        area, (x0, x1), (y0, y1) = area or self.plot_area(), self.axes.x, self.axes.y
        y = min(max(y, y0), y1)
        if self.axes.log_y:
            y, y0, y1 = math.log10(y), math.log10(y0), math.log10(y1)
        return QPointF(
            area.left() + (x - x0) / ((x1 - x0) or 1.0) * area.width(),
            area.bottom() - (y - y0) / ((y1 - y0) or 1.0) * area.height(),
        )

    # --- painting

    def _renew(self) -> None:
        self._still = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._renew()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if painter.paintEngine().type() == QPaintEngine.Type.Raster:
            painter.drawPixmap(0, 0, self._still_picture(painter.deviceTransform().m11()))
        else:  # a figure, of lines and letters
            painter.fillRect(self.rect(), QColor(theme.current().card))
            self._paint_still(painter)
        if self.cursor_x is not None and self.series:
            x = round(self.to_screen(self.cursor_x, self.axes.y[0]).x()) + 0.5
            area = self.plot_area()
            painter.setPen(QPen(QColor(theme.current().text), 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        if self.hasFocus() and painter.paintEngine().type() == QPaintEngine.Type.Raster:
            painter.setPen(QPen(QColor(theme.current().accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _still_picture(self, ratio: float) -> QPixmap:
        """What does not move, painted anew for another density or theme only."""
        key = (ratio, theme.current().name)
        if self._still is None or self._still_key != key:
            self._still, self._still_key = QPixmap(self.size() * ratio), key
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(QColor(theme.current().card))
            still = QPainter(self._still)
            still.setFont(self.font())
            self._paint_still(still)
            still.end()
        return self._still

    def _paint_still(self, painter: QPainter) -> None:
        now, area = theme.current(), self.plot_area()
        metrics = QFontMetricsF(self.font())
        line = metrics.height()
        painter.setPen(QColor(now.muted))
        for value, text in () if self.message else self.axes.y_ticks:
            y = round(self.to_screen(self.axes.x[0], value).y()) + 0.5
            painter.setPen(QPen(QColor(now.line), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(now.muted))
            place = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        end = -1e9
        for value, text in self.axes.x_ticks:
            x = round(self.to_screen(value, self.axes.y[0]).x()) + 0.5
            wide = metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, 0.0), self.width() - wide)
            painter.setPen(QPen(QColor(now.line), 1))
            painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + 4))
            if left > end + 6:
                painter.setPen(QColor(now.muted))
                painter.drawText(QPointF(left, area.bottom() + 3 + metrics.ascent()), text)
                end = left + wide
        painter.setPen(QPen(QColor(now.muted), 1))
        painter.drawLine(QLineF(area.left(), round(area.bottom()) + 0.5, area.right(), round(area.bottom()) + 0.5))
        painter.setPen(QColor(now.muted))
        if self.axes.x_name:
            place = QRectF(area.left(), self.height() - line, area.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.axes.x_name)
        if self.axes.y_name:
            painter.drawText(QPointF(2, area.top() - line + metrics.ascent() - 3), self.axes.y_name)
        if self.message:
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for level, marked in enumerate(() if self.message else self.lines):
            self._paint_marked(painter, marked, area.bottom() - 4 - level * line, metrics)
        for series in self.series:
            self._paint_series(painter, series, area)
        self._paint_legend(
            painter, metrics, *((4.0, 1.0) if self._sides is None else (area.left() + 8, area.top() + 1))
        )

    def _paint_marked(self, painter: QPainter, marked: MarkedLine, base: float, metrics: QFontMetricsF) -> None:
        area = self.plot_area()
        colour = QColor(theme.current().text if not marked.dashed else theme.current().warning)
        x = round(self.to_screen(marked.x, self.axes.y[0]).x()) + 0.5
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine if marked.dashed else Qt.PenStyle.SolidLine))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        wide = metrics.horizontalAdvance(marked.label)
        left = x + 4 if x + 4 + wide <= area.right() else x - 4 - wide
        painter.setPen(colour)
        painter.drawText(QPointF(left, base), marked.label)

    def _pen(self, series: Series) -> QPen:
        pen = QPen(self._colour(series), 1.0 if series.faint else 1.6)
        pen.setStyle(series.dash or theme.METHOD_DASHES.get(series.key, Qt.PenStyle.DashDotLine))
        pen.setCosmetic(False)  # as wide on a screen of twice the density
        return pen

    def _colour(self, series: Series) -> QColor:
        if series.tone:
            return QColor(getattr(theme.current(), series.tone))
        known = series.key in theme.METHOD_MARKERS
        colour = QColor(theme.method_colour(series.key) if known else theme.current().muted)
        if series.faint:
            colour.setAlphaF(_FAINT)
        return colour

    def _paint_series(self, painter: QPainter, series: Series, area: QRectF) -> None:
        points = [self.to_screen(x, y, area) for x, y in zip(series.x, series.y, strict=True)]
        painter.setPen(self._pen(series))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        self._paint_bars(painter, series, area)
        if not series.markers:
            return
        for point, y in zip(points, series.y, strict=True):
            above = y > self.axes.y[1]
            marker(
                painter,
                point,
                "arrow" if above else theme.METHOD_MARKERS.get(series.key, "circle"),
                self._colour(series),
            )

    def _paint_bars(self, painter: QPainter, series: Series, area: QRectF) -> None:
        painter.setPen(QPen(self._colour(series), 1.2))
        for x, low, high in zip(series.x, series.low, series.high, strict=False):
            bottom, top = self.to_screen(x, low, area), self.to_screen(x, high, area)
            if bottom.y() - top.y() < _LEAST_BAR:
                continue
            painter.drawLine(bottom, top)
            for end in (bottom, top):
                painter.drawLine(end - QPointF(_CAP, 0), end + QPointF(_CAP, 0))

    def _paint_legend(self, painter: QPainter, metrics: QFontMetricsF, x: float, y: float) -> None:
        middle = y + metrics.height() / 2
        for series in (one for one in self.series if one.label):
            painter.setPen(self._pen(series))
            painter.drawLine(QLineF(x, middle, x + 18, middle))
            if series.markers:
                shape = theme.METHOD_MARKERS.get(series.key, "circle")
                marker(painter, QPointF(x + 9, middle), shape, self._colour(series))
            painter.setPen(QColor(theme.current().text))
            painter.drawText(QPointF(x + 22, middle - metrics.height() / 2 + metrics.ascent()), series.label)
            x += 22 + metrics.horizontalAdvance(series.label) + 9

    # --- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointed.emit(self._x_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.pointed.emit(self._x_at(event.position().x()))
            return
        text = self.name_at(event.position())
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def _x_at(self, place: float) -> float:
        area, (x0, x1) = self.plot_area(), self.axes.x
        return x0 + min(max((place - area.left()) / area.width(), 0.0), 1.0) * (x1 - x0)

    def name_at(self, place: QPointF) -> str:
        """What the nearest point under the mouse says of itself."""
        best, text = _REACH, ""
        for series in self.series:
            for x, y, name in zip(series.x, series.y, series.names, strict=False):
                point = self.to_screen(x, y)
                distance = math.hypot(point.x() - place.x(), point.y() - place.y())
                if distance < best:
                    best, text = distance, name
        return text


def marker(painter: QPainter, at: QPointF, shape: str, colour: QColor, size: float = 3.3) -> None:
    """A filled marker: circle, square, triangle, or arrow (the value lies above the axis)."""
    painter.setPen(QPen(QColor(theme.current().card), 0.8))
    painter.setBrush(colour)
    x, y = at.x(), at.y()
    if shape == "circle":
        painter.drawEllipse(at, size, size)
    elif shape == "square":
        painter.drawRect(QRectF(x - size, y - size, 2 * size, 2 * size).adjusted(0.3, 0.3, -0.3, -0.3))
    else:
        tall = 1.9 if shape == "arrow" else 1.2
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, y - tall * size), QPointF(x + 1.2 * size, y + size), QPointF(x - 1.2 * size, y + size)]
            )
        )


def nice_step(span: float, count: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides `span` into about `count` parts."""
    raw = max(span, 1e-12) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9))
