"""A picture of a finding: pixels as they are, never blurred when enlarged, with title and caption under it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QWidget

from stabview.experiments.finding import Picture
from stabview.gui import theme
from stabview.gui.experiments.signs import signs
from stabview.gui.experiments.tile import Tile
from stabview.report.findings import scale_words

_EDGE, _LINES = 10, 2  # pixels around the words; lines of title and of caption at most
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class PictureTile(Tile):
    """`pixels` are uint8, (H, W) or (H, W, 3), as one window shows all pictures; `limit` is white, or orange."""

    def __init__(self, picture: Picture, pixels: np.ndarray, limit: float, parent: QWidget | None = None) -> None:
        self.image, how = _image(pixels), "the picture, with all of its own pixels"
        super().__init__(signs(picture.title), signs(picture.caption), lambda: self.image, how, parent)
        self.scale = scale_words(picture, limit, digits=3)
        self.setToolTip(f"{self.toolTip()}\n{pixels.shape[1]} × {pixels.shape[0]} pixels, {self.scale}.")

    def words_height(self, width: int) -> int:
        room = width - 2 * _EDGE
        heights = [_height(QFontMetrics(font), text, room) for font, text in self._words()]
        return sum(heights) + (_EDGE + 4 if heights else 0)

    def paint_inside(self, painter: QPainter, area: QRectF) -> None:
        words = max(self.words_height(self.width()), self.reserved)
        above = area.adjusted(0, 0, 0, -words)
        painter.fillRect(above, QColor(theme.current().stage))
        paint_sharp(painter, self.image, above, whole=False)
        top = round(above.bottom()) + _EDGE // 2
        for (font, text), tone in zip(self._words(), (theme.current().text, theme.current().muted), strict=False):
            metrics, room = QFontMetrics(font), self.width() - 2 * _EDGE
            height = _height(metrics, text, room)
            painter.setFont(font)
            painter.setPen(QColor(tone))
            painter.drawText(QRect(_EDGE, top, room, height), _WRAPPED, fitted(metrics, text, room))
            top += height

    def paint_large(self, painter: QPainter, area: QRectF) -> None:
        paint_sharp(painter, self.image, area, whole=True)

    def _words(self) -> list[tuple[QFont, str]]:
        bold = QFont(self.font())
        bold.setBold(True)
        return [(font, text) for font, text in ((bold, self.title), (self.font(), self.caption)) if text]


def paint_sharp(painter: QPainter, image: QImage, area: QRectF, *, whole: bool) -> None:
    """Paint an image into the middle of an area with the edges of its pixels sharp.

    whole : every pixel becomes the same whole number of the screen's. Otherwise the area is filled: enlarged by a whole
    number beyond it and brought back smoothly, so that only the edges between pixels are softened.
    """
    density = painter.deviceTransform().m11() or 1.0
    fit = density * min(area.width() / image.width(), area.height() / image.height())
    times = max(1, math.floor(fit) if whole else math.ceil(fit))
    exact = whole and fit >= 1
    shown = image.scaled(image.size() * times, mode=Qt.TransformationMode.FastTransformation)
    if not exact:
        size = QSize(max(1, round(image.width() * fit)), max(1, round(image.height() * fit)))
        shown = shown.scaled(size, mode=Qt.TransformationMode.SmoothTransformation)
    shown.setDevicePixelRatio(density)
    left = area.left() + (area.width() - shown.width() / density) / 2
    top = area.top() + (area.height() - shown.height() / density) / 2
    # whole pixels of the screen, or the picture is blurred by half of one
    place = QRectF(round(left * density) / density, round(top * density) / density,
                   shown.width() / density, shown.height() / density)  # fmt: skip
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, shown)
    painter.restore()


def fitted(metrics: QFontMetrics, text: str, room: int) -> str:
    """The text cut with dots where it takes more than two lines of this width."""
    while text and metrics.boundingRect(0, 0, room, 10_000, _WRAPPED, text).height() > _LINES * metrics.height() + 1:
        text = text.rstrip("…")[:-1].rstrip() + "…" if len(text) > 1 else ""
    return text


def _height(metrics: QFontMetrics, text: str, room: int) -> int:
    return metrics.boundingRect(0, 0, room, 10_000, _WRAPPED, fitted(metrics, text, room)).height()


def _image(pixels: np.ndarray) -> QImage:
    """A copy, so that the array may go."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()
