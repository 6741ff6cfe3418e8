"""The few icons of the stage, drawn in the colour of the text so that they fit both themes and any screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPen, QPixmap, QPolygonF

from stabview.gui import theme

_SIZE = 64


def icon(name: str, colour: str | None = None) -> QIcon:
    """ "play", "pause", "stop", "loop", or a tool of `_LINES`."""
    pixmap = QPixmap(_SIZE, _SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour or theme.current().text))
    if name == "play":
        painter.drawPolygon(QPolygonF([QPointF(16, 10), QPointF(54, 32), QPointF(16, 54)]))
    elif name == "pause":
        painter.drawRoundedRect(QRectF(14, 10, 13, 44), 3, 3)
        painter.drawRoundedRect(QRectF(37, 10, 13, 44), 3, 3)
    elif name == "stop":
        painter.drawRoundedRect(QRectF(13, 13, 38, 38), 5, 5)
    elif name in _LINES:
        ink = QColor(colour or theme.current().text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(ink, 5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        _LINES[name](painter, ink)
    else:
        raise ValueError(f"no icon is called {name!r}")
    painter.end()
    return QIcon(pixmap)


def _panels(rows: int, columns: int, marked: int = 0) -> Callable[[QPainter, QColor], None]:
    """A grid of panels; the first `marked` columns of each row are filled."""

    def paint(painter: QPainter, ink: QColor) -> None:
        wide, high = 52 / columns, 44 / rows
        for row in range(rows):
            for column in range(columns):
                painter.setBrush(ink if column < marked else Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(6 + column * wide, 10 + row * high, wide - 5, high - 5), 3, 3)

    return paint


def _arrow(painter: QPainter, ink: QColor) -> None:
    painter.drawLine(QPointF(52, 54), QPointF(22, 22))
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(10, 10), QPointF(34, 18), QPointF(18, 34)]))


def _words(painter: QPainter, ink: QColor) -> None:
    font = QFont(theme.FONT_FAMILY)
    font.setBold(True)
    font.setPixelSize(46)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, _SIZE, _SIZE), Qt.AlignmentFlag.AlignCenter, "T")


def _profile(painter: QPainter, ink: QColor) -> None:
    painter.drawPolyline(
        QPolygonF([QPointF(6, 46), QPointF(20, 44), QPointF(28, 14), QPointF(38, 34), QPointF(46, 40), QPointF(58, 40)])
    )
    painter.drawLine(QPointF(6, 57), QPointF(58, 57))


def _blink(painter: QPainter, ink: QColor) -> None:
    painter.drawRoundedRect(QRectF(20, 8, 36, 36), 4, 4)
    painter.setBrush(ink)
    painter.drawRoundedRect(QRectF(8, 20, 36, 36), 4, 4)


def _swipe(painter: QPainter, ink: QColor) -> None:
    painter.drawRoundedRect(QRectF(8, 12, 48, 40), 4, 4)
    painter.fillRect(QRectF(8, 12, 24, 40), ink)
    painter.drawLine(QPointF(32, 5), QPointF(32, 59))


def _difference(painter: QPainter, ink: QColor) -> None:
    painter.drawRoundedRect(QRectF(6, 8, 48, 48), 4, 4)
    painter.drawLine(QPointF(18, 32), QPointF(42, 32))


def _loop(painter: QPainter, ink: QColor) -> None:
    painter.drawArc(QRectF(12, 12, 40, 40), 60 * 16, 300 * 16)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(34, 4), QPointF(52, 14), QPointF(36, 26)]))


_LINES: dict[str, Callable[[QPainter, QColor], None]] = {
    "layout.one": _panels(1, 1),
    "layout.two": _panels(1, 2),
    "layout.four": _panels(2, 2),
    "layout.six": _panels(2, 3),
    "layout.methods": _panels(1, 3, 1),
    "tool.arrow": _arrow,
    "tool.words": _words,
    "tool.rectangle": lambda painter, ink: painter.drawRect(QRectF(10, 14, 44, 36)),
    "tool.ellipse": lambda painter, ink: painter.drawEllipse(QRectF(8, 14, 48, 36)),
    "tool.line": _profile,
    "compare.blink": _blink,
    "compare.swipe": _swipe,
    "compare.difference": _difference,
    "loop": _loop,
}
