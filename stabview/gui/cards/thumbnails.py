"""Small pictures of what is sampled: the mask of k-space, or the fan of view angles."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from stabview.gui import theme

_SIDE = 60


class SamplingThumbnail(QWidget):
    """Shows `mask` (H, W) bool or `angles` in degrees; empty while both are None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samplingThumbnail")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._mask: np.ndarray | None = None
        self._angles: np.ndarray | None = None
        self.show_sampling(None, None)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def show_sampling(self, mask: np.ndarray | None, angles: np.ndarray | None) -> None:
        """Show one or the other."""
        if mask is not None:
            tip = "The samples in k-space, low frequencies in the middle: white is measured."
        elif angles is not None:
            tip = f"The {len(angles)} views: a ray for every angle from which the image is measured."
        else:
            tip = "The samples are being prepared."
        self.setAccessibleName("Picture of the samples")
        self.setToolTip(tip)
        if mask is not self._mask or angles is not self._angles:
            self._mask, self._angles = mask, angles
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        painter.fillRect(self.rect(), QColor(colours.stage))
        inner = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if self._mask is not None:
            pixels = np.where(self._mask, np.uint8(235), np.uint8(12))
            pixels = np.ascontiguousarray(pixels)
            height, width = pixels.shape
            image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(inner, image)
        elif self._angles is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shade = QColor(colours.on_stage)
            shade.setAlphaF(max(0.25, min(1.0, 40 / max(1, len(self._angles)))))
            painter.setPen(QPen(shade, 0.8))
            middle, radius = inner.center(), inner.width() / 2
            for angle in self._angles[:: max(1, len(self._angles) // 180)]:
                step = QPointF(radius * cos(radians(angle)), -radius * sin(radians(angle)))
                painter.drawLine(middle - step, middle + step)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
