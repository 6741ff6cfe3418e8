"""One trial: one or two pictures on black in one fixed window, and nothing else to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from stabview.gui import theme
from stabview.report.pictures import grey

_GAP, _EDGE, _TICK = 40, 26, 14


class TrialView(QWidget):
    """Shows pictures side by side from 0 to 1; `marked` points at the middle of each from its four edges."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trialView")
        self.setAccessibleName("Pictures of the trial")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.marked = False
        self._images: list[QImage] = []

    def sizeHint(self) -> QSize:
        return QSize(900, 480)

    def show_pictures(self, pictures: Sequence[np.ndarray], *, marked: bool = False) -> None:
        """Other pictures; none for the pause between trials."""
        self.marked = marked
        self._images = []
        for pixels in pictures:
            shades = np.ascontiguousarray(grey(pixels, (0.0, 1.0)))
            height, width = shades.shape
            self._images.append(QImage(shades.data, width, height, width, QImage.Format.Format_Grayscale8).copy())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(now.stage))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(now.muted_on_stage), 2))
        if not self._images:
            middle = QPointF(self.rect().center())
            painter.drawLine(QLineF(middle.x() - 12, middle.y(), middle.x() + 12, middle.y()))
            painter.drawLine(QLineF(middle.x(), middle.y() - 12, middle.x(), middle.y() + 12))
            return
        count = len(self._images)
        wide = (self.width() - 2 * _EDGE - (count - 1) * _GAP) / count
        side = min(wide, self.height() - 2 * _EDGE)
        left = (self.width() - count * side - (count - 1) * _GAP) / 2
        for place, image in enumerate(self._images):
            area = QRectF(left + place * (side + _GAP), (self.height() - side) / 2, side, side)
            painter.drawImage(area, image)
            if self.marked:
                self._mark(painter, area)

    def _mark(self, painter: QPainter, area: QRectF) -> None:
        middle = area.center()
        for x, y, across, down in (
            (middle.x(), area.top(), 0, 1), (middle.x(), area.bottom(), 0, -1),
            (area.left(), middle.y(), 1, 0), (area.right(), middle.y(), -1, 0),
        ):  # fmt: skip
            painter.drawLine(QLineF(x - across * 4, y - down * 4, x + across * _TICK, y + down * _TICK))
