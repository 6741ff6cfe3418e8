"""The painted array: values to colours once per change, then one drawImage.

`pyqtgraph.ImageItem` paints indexed images, which Qt interpolates five times slower than the 32-bit ones made here.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

NOT_FINITE = np.uint32(0xFFFF00FF)
"""Magenta, which no map of images or differences has."""


class PictureItem(pg.GraphicsObject):
    """An (H, W) float32 array on the item's plane; the centre of pixel (0, 0) is at (0, 0).

    Attributes
    ----------
    smooth : interpolate between pixels.
    left : only what lies right of this column is painted (the divider of a swipe).
    """

    def __init__(self) -> None:
        super().__init__()
        self.smooth = True
        self.left = -0.5
        self._picture: np.ndarray | None = None
        self._levels = (0.0, 1.0)
        self._colours = np.zeros(256, dtype=np.uint32)
        self._packed: np.ndarray | None = None  # owns the memory of the QImage
        self._image: QImage | None = None

    def set_picture(self, picture: np.ndarray | None) -> None:
        """Paint another array, or nothing."""
        before = None if self._picture is None else self._picture.shape
        if picture is None or picture.shape != before:
            self.prepareGeometryChange()
        self._picture = picture
        self._forget()

    def set_levels(self, low: float, high: float) -> None:
        """The values at the two ends of the colour map."""
        if (low, high) != self._levels:
            self._levels = (low, high)
            self._forget()

    def set_colours(self, table: np.ndarray) -> None:
        """A (256, 3) uint8 table."""
        red, green, blue = table.astype(np.uint32).T
        self._colours = (0xFF << 24) | (red << 16) | (green << 8) | blue
        self._forget()

    def _forget(self) -> None:
        self._image = None
        self.update()

    def boundingRect(self) -> QRectF:
        if self._picture is None:
            return QRectF()
        height, width = self._picture.shape
        return QRectF(-0.5, -0.5, width, height)

    def paint(self, painter: QPainter, *_: object) -> None:
        if self._picture is None:
            return
        if self._image is None:
            self._render()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        if self.left > -0.5:
            shown = self.boundingRect()
            shown.setLeft(min(self.left, shown.right()))
            painter.setClipRect(shown)
        painter.drawImage(self.boundingRect(), self._image)

    def _render(self) -> None:
        low, high = self._levels
        height, width = self._picture.shape
        picture, bad = self._picture, None
        if not np.isfinite(np.ptp(picture)):
            bad = ~np.isfinite(picture)
            picture = np.where(bad, np.float32(low), picture)
        places = np.subtract(picture, low, dtype=np.float32)
        places *= 255.0 / max(high - low, 1e-12)
        np.clip(places, 0.0, 255.0, out=places)
        places += 0.5
        self._packed = self._colours.take(places.astype(np.uint8))
        if bad is not None:
            self._packed[bad] = NOT_FINITE
        self._image = QImage(self._packed.data, width, height, 4 * width, QImage.Format.Format_RGB32)
