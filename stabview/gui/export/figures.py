"""Any widget as a file: PNG at twice the pixels of the screen, SVG and PDF with lines and letters as such.

One way for all: Qt paints the widget on another device. What it paints is what is written, annotations included.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, QRect, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from stabview.gui import theme
from stabview.images.errors import InputError

NOTICE = "Research and education only. Not for diagnosis."
ENDINGS = (".png", ".svg", ".pdf")
PIXELS = 2.0
"""Pixels of a PNG file for each of the window."""
_DOTS = 96


def figure(widget: QWidget, path: Path, *, title: str = "", light: bool = False) -> Callable[[], Path]:
    """Draw what a widget shows; returns a function that puts it in its place, from any thread, and gives the path.

    Parameters
    ----------
    path : its ending says how: .png, .svg or .pdf. title : stored in the file.
    light : on a light ground whatever the theme of the window; pictures stay on black.
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise InputError(f"'{path.name}' is no figure: choose a name that ends with .png, .svg or .pdf.")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"'{path}' cannot be written: choose another place.")
    beside = path.with_name(f".{path.name}.{os.getpid()}{kind}")
    with theme.worn(theme.LIGHT, widget) if light else nullcontext():
        encode = {".png": _png, ".svg": _svg, ".pdf": _pdf}[kind](widget, beside, title)

    def finish() -> Path:
        encode()
        try:
            beside.replace(path)
        except OSError as error:
            raise InputError(f"'{path}' cannot be written ({error.strerror or error}): choose another.") from error
        return path

    return finish


def picture(widget: QWidget, pixels: float = PIXELS) -> QImage:
    """What a widget shows, finer than on the screen."""
    image = QImage(widget.size() * pixels, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(pixels)
    image.fill(widget.palette().window().color())
    widget.render(image)
    return image


def _png(widget: QWidget, path: Path, title: str) -> Callable[[], object]:
    image = picture(widget)
    image.setText("Description", f"{title} {NOTICE}".strip())
    return lambda: image.save(str(path))  # packing the pixels takes longer than drawing them


def _svg(widget: QWidget, path: Path, title: str) -> Callable[[], object]:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(0, 0), widget.size()))
    generator.setResolution(_DOTS)
    generator.setTitle(title or "StabView")
    generator.setDescription(NOTICE)
    widget.render(generator)
    return lambda: None


def _pdf(widget: QWidget, path: Path, title: str) -> Callable[[], object]:
    writer = QPdfWriter(str(path))
    writer.setResolution(_DOTS)
    size = QSizeF(widget.width() * 72 / _DOTS, widget.height() * 72 / _DOTS)
    page = QPageSize(size, QPageSize.Unit.Point, "figure", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setTitle(title or "StabView")
    writer.setCreator(f"StabView. {NOTICE}")
    widget.render(writer)
    return lambda: None
