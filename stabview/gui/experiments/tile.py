"""A picture or a chart of a finding as a button: its frame, its focus, and what enlarging it shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from stabview.gui import theme
from stabview.gui.cards.fields import tend
from stabview.gui.copying import Content, offer_copy

_ROUND = 6
_ENLARGE = "Click, or press Enter, to enlarge. Right click to copy"


class Tile(QAbstractButton):
    """`title` and `caption` are its words; subclasses paint it, small and large.

    copied : what Copy puts on the clipboard; how_copied says it in the tooltip.
    """

    span = 1
    """How many columns of the page it takes."""
    titled = False
    """Whether the title is part of what is painted."""
    scale = ""
    """What its greys or colours stand for."""

    def __init__(
        self, title: str, caption: str, copied: Callable[[], Content], how_copied: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title, self.caption = title, caption
        self.reserved = 0  # pixels for words, so that pictures beside each other are equally high
        said = ". ".join(part for part in (title, caption) if part)
        tend(self, said, f"{said}.\n{_ENLARGE} {how_copied}.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        offer_copy(self, copied)

    def sizeHint(self) -> QSize:
        return QSize(220, 220)

    def words_height(self, width: int) -> int:
        """Pixels that the words under the picture need at this width."""
        return 0

    def paint_inside(self, painter: QPainter, area: QRectF) -> None:
        """Paint it into the tile."""
        raise NotImplementedError

    def paint_large(self, painter: QPainter, area: QRectF) -> None:
        """Paint it as large as the area allows."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        path = QPainterPath()
        path.addRoundedRect(frame, _ROUND, _ROUND)
        painter.fillPath(path, QColor(now.card))
        painter.save()
        painter.setClipPath(path)
        self.paint_inside(painter, frame)
        painter.restore()
        focused = self.hasFocus()
        edge = now.accent if focused else now.muted if self.underMouse() else now.line
        painter.setPen(QPen(QColor(edge), 2 if focused else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
