"""The few icons of the stage, drawn in the colour of the text so that they fit both themes and any screen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF

from stabview.gui import theme

_SIZE = 64


def icon(name: str, colour: str | None = None) -> QIcon:
    """ "play", "pause" or "stop"."""
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
    else:
        raise ValueError(f"no icon is called {name!r}")
    painter.end()
    return QIcon(pixmap)
