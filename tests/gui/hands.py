"""Mouse on a panel, in pixels of the image."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

NONE, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton


def mouse(view, kind, place, button, buttons):
    """One event at a place of the viewport."""
    event = QMouseEvent(
        kind, place, QPointF(view.mapToGlobal(place.toPoint())), button, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view.viewport(), event)


def drag(view, start, end, button=LEFT):
    """From one point (column, row) of the image to another, in three moves."""
    first, last = view.to_screen(*start), view.to_screen(*end)
    mouse(view, QEvent.Type.MouseMove, first, NONE, NONE)
    mouse(view, QEvent.Type.MouseButtonPress, first, button, button)
    for share in (0.4, 0.8, 1.0):
        mouse(view, QEvent.Type.MouseMove, first + share * (last - first), NONE, button)
    mouse(view, QEvent.Type.MouseButtonRelease, last, button, NONE)


def click(view, place):
    """One click at a point of the image."""
    drag(view, place, place)
