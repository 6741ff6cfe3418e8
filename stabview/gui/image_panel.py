"""One panel of the stage: caption, picture, and a footer with figures and the value at the cursor."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from stabview.gui import theme
from stabview.gui.looks import Look
from stabview.gui.panel_view import PanelView
from stabview.gui.view_hub import ViewHub


class PanelLine(QWidget):
    """One line of text: at the left and at the right the first of the given forms that fits.

    `yielding` takes the last form of the left where no form of the right would fit otherwise.

    A label would ask its layout for a new size with every text; this never does, so a moving slider stays cheap.

    Signals
    -------
    pressed(position on the screen) : clicked.
    """

    pressed = Signal(object)

    def __init__(self, parent: QWidget, *, bold: bool, yielding: bool, clickable: bool = False) -> None:
        super().__init__(parent)
        self._clickable = clickable
        if clickable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the mouse comes and goes
        self.left: tuple[str, ...] = ("",)
        self.right: tuple[str, ...] = ()
        self.left_colour: QColor | None = None
        self.right_colour: QColor | None = None
        self._bold = bold
        self._yielding = yielding
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_text(
        self,
        left: str | tuple[str, ...],
        right: tuple[str, ...] = (),
        colour: QColor | None = None,
        right_colour: QColor | None = None,
    ) -> None:
        """`left` may give shorter forms too: the longest that fits is shown."""
        left = (left,) if isinstance(left, str) else tuple(left)
        new = (left, right, colour, right_colour)
        if new != (self.left, self.right, self.left_colour, self.right_colour):
            self.left, self.right, self.left_colour, self.right_colour = new
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._clickable and event.button() == Qt.MouseButton.LeftButton)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().stage))
        area = self.rect().adjusted(7, 0, -7, 0)
        font = self.font()
        plain = QFontMetrics(font)
        font.setBold(self._bold)
        metrics = QFontMetrics(font)
        gap = 12

        def fitting(left: str) -> str:
            room = area.width() - metrics.horizontalAdvance(left) - gap
            return next((text for text in self.right if plain.horizontalAdvance(text) <= room), "")

        left = next((text for text in self.left if metrics.horizontalAdvance(text) <= area.width()), self.left[-1])
        right = fitting(left)
        if self._yielding and self.right and not right:
            right = fitting(self.left[-1])
            left = self.left[-1] if right else left
        middle = Qt.AlignmentFlag.AlignVCenter
        if right:
            painter.setPen(self.right_colour or QColor(theme.current().muted_on_stage))
            painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, right)
        painter.setFont(font)
        painter.setPen(self.left_colour or QColor(theme.current().on_stage))
        space = QRect(area)
        if right:
            space.setRight(area.right() - plain.horizontalAdvance(right) - gap)
        left += " ▾" if self._clickable and self.underMouse() else ""
        painter.drawText(
            space,
            middle | Qt.AlignmentFlag.AlignLeft,
            metrics.elidedText(left, Qt.TextElideMode.ElideRight, space.width()),
        )


class ImagePanel(QFrame):
    """A panel of the stage, named `imagePanel.NAME`.

    Parameters
    ----------
    name : "input", "network", ...
    hub : the shared view state.
    look : how its values become colours.

    Signals
    -------
    choose_requested(name, position on the screen) : the caption was clicked, to show another picture here.
    enlarge_requested(name) : double click.
    menu_requested(name, position on the screen) : right click without a drag, or the menu key.
    """

    enlarge_requested = Signal(str)
    menu_requested = Signal(str, object)
    choose_requested = Signal(str, object)

    def __init__(self, name: str, hub: ViewHub, *, look: Look = Look.IMAGE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.hub = hub
        self.shown_index: int | None = None
        self.setObjectName(f"imagePanel.{name}")
        self.header = PanelLine(self, bold=True, yielding=False, clickable=True)
        self.view = PanelView(hub, look=look, parent=self)
        self.view.setObjectName(f"imageView.{name}")
        self.footer = PanelLine(self, bold=False, yielding=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        self.header.pressed.connect(lambda where: self.choose_requested.emit(self.name, where))
        layout.addWidget(self.header)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.footer)
        self.setFocusProxy(self.view)
        self.view.enlarge_requested.connect(lambda: self.enlarge_requested.emit(self.name))
        self.view.menu_requested.connect(lambda where: self.menu_requested.emit(self.name, where))
        self.view.focus_changed.connect(self.update)

    @property
    def signed(self) -> bool:
        """Whether zero is in the middle of its colours."""
        return self.view.signed

    @property
    def picture(self) -> np.ndarray | None:
        """The array that is painted, not amplified."""
        return self.view.picture

    def set_names(self, accessible: str, tooltip: str) -> None:
        """What a screen reader calls the panel, and its tooltip."""
        for widget in (self, self.view):
            widget.setAccessibleName(accessible)
        for widget in (self, self.header, self.view, self.footer):
            widget.setToolTip(tooltip)

    def set_picture(self, picture: np.ndarray | None, index: int | None, pending: str = "") -> None:
        """Show a picture (H, W); None keeps the old one. `pending` says what is awaited, over the picture."""
        if picture is not None:
            self.shown_index = index
            self.view.set_picture(picture)
        self.view.set_pending(pending)

    def clear(self, message: str = "") -> None:
        """No picture: another image of another size is on its way."""
        self.shown_index = None
        self.view.clear_picture()
        self.view.set_pending(message)

    def value_at_cursor(self) -> float | None:
        """The picture's value under the cross."""
        if self.picture is None or self.hub.cursor is None:
            return None
        column, row = self.hub.cursor
        height, width = self.picture.shape
        return float(self.picture[row, column]) if row < height and column < width else None

    def mouseDoubleClickEvent(self, event: object) -> None:
        self.enlarge_requested.emit(self.name)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(now.accent if self.view.hasFocus() else now.line))
        painter.setBrush(QColor(now.stage))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
