"""A chart of a finding in the colours and letters of the window; the mouse reads its values, copies are on white."""

from __future__ import annotations

import math

from PySide6.QtCore import QByteArray, QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontInfo, QHelpEvent, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QToolTip, QWidget

from stabview.experiments.finding import Chart
from stabview.gui import theme
from stabview.gui.experiments.signs import chart_signs, signs
from stabview.gui.experiments.tile import Tile
from stabview.report.findings import chart_plot, chart_svg
from stabview.report.line_plot import LinePlot, Look

_REACH = 12.0  # pixels within which the mouse finds a point
_FINE = 2  # pixels of a copy for each of the file
_PADDING = 6


class ChartTile(Tile):
    """Laid out anew for every size, theme and text size."""

    span, titled = 2, True

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(signs(chart.title), "", self.on_white, "the chart, on white", parent)
        self.chart = chart
        self._said = chart_signs(chart)
        self._plot: LinePlot | None = None
        self._drawn: tuple[Look, QSvgRenderer] | None = None
        self._usual_tip = self.toolTip()
        plot = chart_plot(chart)
        self.setAccessibleDescription(plot.words if plot is not None else "")

    def paint_inside(self, painter: QPainter, area: QRectF) -> None:
        inner = self._inner(area)
        look = window_look(inner.width(), inner.height(), QFontInfo(self.font()).pixelSize())
        if self._drawn is None or self._drawn[0] != look:
            self._plot = chart_plot(self._said, look)
            self._drawn = (look, _renderer(self._plot))
        self._drawn[1].render(painter, QRectF(inner.topLeft(), QRectF(0, 0, look.width, look.height).size()))

    def paint_large(self, painter: QPainter, area: QRectF) -> None:
        letters = max(QFontInfo(self.font()).pixelSize(), area.height() / 38)
        look = window_look(area.width(), area.height(), letters)
        _renderer(chart_plot(self._said, look)).render(painter, area)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())) or self._usual_tip, self)
            return True
        return super().event(event)

    def words_at(self, place: QPointF) -> str:
        """The values of the nearest point under the mouse; "" where there is none."""
        best, words, corner = _REACH, "", self._inner(QRectF(self.rect()).adjusted(1, 1, -1, -1)).topLeft()
        for point in self._plot.points if self._plot is not None else ():
            distance = math.hypot(point.across + corner.x() - place.x(), point.down + corner.y() - place.y())
            if distance < best:
                words = f"{point.title}\n{self._said.x_label}: {point.x:.4g}\n{self._said.y_label}: {point.y:.4g}"
                best = distance
        return words

    def on_white(self) -> QImage:
        """The chart as it is exported."""
        renderer = QSvgRenderer(QByteArray(chart_svg(self.chart).encode()))
        image = QImage(renderer.defaultSize() * _FINE, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        return image

    @staticmethod
    def _inner(area: QRectF) -> QRectF:
        return area.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)


def window_look(width: float, height: float, letters: float) -> Look:
    """How the window draws a plot now."""
    now = theme.current()
    return Look(
        ground=now.card, ink=now.text, faint=now.muted, grid=now.raised, mark=now.warning, network=now.network,
        soa=now.soa, quick=now.quick, series=now.series, width=max(120, int(width)), height=max(100, int(height)),
        letters=letters,
    )  # fmt: skip


def _renderer(plot: LinePlot | None) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(plot.svg.encode() if plot is not None else b"<svg/>"))
