"""Comparing a widget with the picture that it was when it was looked at."""

import os
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).parent / "goldens"
SHARE = 0.004  # of the pixels may differ visibly: another version of Qt sets letters a little differently


def unlike(widget, name: str, scale: int, folder: Path) -> str:
    """What is wrong with the look of a widget, "" where it looks as it did; its picture goes into `folder`."""
    path, now = FOLDER / f"{name}.png", painted(widget, scale)
    if os.environ.get("STABVIEW_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(now).save(path, optimize=True)
    was = np.asarray(Image.open(path).convert("RGB"))
    Image.fromarray(now).save(folder / path.name)
    if now.shape != was.shape:
        return f"{name} has another size; see {folder / path.name}"
    apart = (np.abs(now.astype(int) - was).max(axis=2) > 40).mean()
    return f"{100 * apart:.1f} % of {name} look different; see {folder / path.name}" if apart >= SHARE else ""


def painted(widget, scale: int) -> np.ndarray:
    """(H, W, 3) uint8: the widget on a screen of this density."""
    widget.ensurePolished()
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(scale)
    image.fill(QApplication.palette().window().color())
    widget.grab()  # lays it out
    widget.render(image)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
