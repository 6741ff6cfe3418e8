"""The buttons of the detail palette, drawn with the bundled font and the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF, QRadialGradient
from PySide6.QtWidgets import QSizePolicy, QToolButton

from stabview.gui import theme
from stabview.gui.cards.fields import tend
from stabview.gui.cards.paint_state import GLYPHS

_NAMES = {
    "spade": ("Spade", "Paint a spade: click on the image, drag to move it."),
    "heart": ("Heart", "Paint a heart: click on the image, drag to move it."),
    "diamond": ("Diamond", "Paint a diamond: click on the image, drag to move it."),
    "club": ("Club", "Paint a club: click on the image, drag to move it."),
    "text": ("Text", "Paint the text below: click on the image, drag to move it."),
    "lesion": ("Lesion", "Paint a soft round lesion: click on the image, drag to move it."),
    "brush": ("Brush", "Paint with a round brush: drag over the image."),
    "eraser": ("Eraser", "Erase what was brushed: drag over the image. Symbols, text and lesions stay."),
}


class PaletteButton(QToolButton):
    """One kind of detail to paint."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        tend(self, *_NAMES[kind], f"detail.{kind}")

    def sizeHint(self) -> QSize:
        return QSize(40, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        if self.isChecked():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)
        ink = QColor(colours.danger if self.kind in ("heart", "diamond") else colours.text)
        middle = QRectF(self.rect()).center()
        painter.setPen(ink)
        if self.kind in GLYPHS or self.kind == "text":
            font = QFont(theme.FONT_FAMILY)
            font.setBold(True)
            font.setPixelSize(17 if self.kind in GLYPHS else 13)
            painter.setFont(font)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, GLYPHS.get(self.kind, "Aa"))
        elif self.kind == "lesion":
            blob = QRadialGradient(middle, 9)
            clear = QColor(ink)
            clear.setAlpha(0)
            blob.setColorAt(0, ink)
            blob.setColorAt(1, clear)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blob)
            painter.drawEllipse(middle, 9, 9)
        else:
            painter.translate(middle)
            painter.rotate(-45)
            pen = QPen(ink, 1.4)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            (_draw_brush if self.kind == "brush" else _draw_eraser)(painter, ink)


def _draw_brush(painter: QPainter, ink: QColor) -> None:
    painter.drawRoundedRect(QRectF(-2, -3, 13, 6), 2, 2)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(-3, -3), QPointF(-3, 3), QPointF(-10, 0)]))


def _draw_eraser(painter: QPainter, ink: QColor) -> None:
    painter.drawRoundedRect(QRectF(-9, -5, 18, 10), 2, 2)
    painter.setBrush(ink)
    painter.drawRoundedRect(QRectF(-9, -5, 8, 10), 2, 2)
