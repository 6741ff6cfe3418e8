"""Copy on a right click, for pictures, charts and tables that are only looked at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

Content = str | QImage | QPixmap


def offer_copy(widget: QWidget, content: Callable[[], Content]) -> None:
    """Give a widget a menu with Copy; `content()` is what goes to the clipboard."""
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show(place: QPoint) -> None:
        menu = QMenu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy").triggered.connect(lambda: copy(content()))
        menu.popup(widget.mapToGlobal(place))

    widget.customContextMenuRequested.connect(show)


def copy(content: Content) -> None:
    """Put text or a picture on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    if isinstance(content, str):
        clipboard.setText(content)
    elif isinstance(content, QImage):
        clipboard.setImage(content)
    else:
        clipboard.setPixmap(content)
