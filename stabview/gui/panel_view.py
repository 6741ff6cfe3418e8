"""The hands on a picture: zoom, pan, window, tool and cursor all go to the view hub, to no other panel."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from stabview.gui.looks import Look
from stabview.gui.picture_view import PictureView
from stabview.gui.view_hub import AMPLIFICATIONS, SIGNED_FRACTIONS, Tool, ViewHub

_STEP_PIXELS = 30.0  # right drag over this many pixels is one step of a signed range
_CLICK_PIXELS = 4.0
_REACH = 7.0  # screen pixels within which the mouse takes hold of something
_PAN = 0.1  # of a panel's width, for one key


class PanelView(PictureView):
    """Left drag pans or hands over to the tool, right drag sets the window; the keys do the same.

    Signals
    -------
    enlarge_requested : double click. menu_requested(place on the screen). focus_changed.
    """

    enlarge_requested = Signal()
    menu_requested = Signal(object)
    focus_changed = Signal()

    def __init__(self, hub: ViewHub, *, look: Look = Look.IMAGE, bare: bool = False, parent: QWidget) -> None:
        super().__init__(hub, look=look, bare=bare, parent=parent)
        self._button = Qt.MouseButton.NoButton
        self._held: Tool | None = None  # has the left button until it goes up
        self._last = QPointF()
        self._travel = 0.0
        self._steps = 0.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        hub.tool_changed.connect(self._apply_tool)
        self._apply_tool()

    def _apply_tool(self) -> None:
        tool = self.hub.tool
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if tool is None else tool.cursor)
        self._held = None

    # --- mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120.0
        if notches:
            self.zoom_by(1.2**notches, self.to_image(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._button != Qt.MouseButton.NoButton:
            return
        self._button = event.button()
        self._last = event.position()
        self._travel = self._steps = 0.0
        self._held = self._taker(event.position()) if self._button == Qt.MouseButton.LeftButton else None
        if self._held is not None:
            self._held.press(*self.to_image(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        point = self.to_image(event.position())
        self.hub.set_cursor(self.hub.pixel_at(*point))
        step = event.position() - self._last
        self._last = event.position()
        self._travel += abs(step.x()) + abs(step.y())
        left, middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
        if self._held is not None:
            self._held.move(*point, True)
        elif self._button == Qt.MouseButton.NoButton:
            if self.hub.tool is not None:
                self.hub.tool.move(*point, False)
            else:
                self._show_taker(event.position())
        elif self._button == left and self.divider is not None:
            self.set_divider(event.position().x() / max(self.viewport().width(), 1))
        elif self._button in (left, middle):
            self.hub.pan(-step.x() / self.magnification(), -step.y() / self.magnification())
        elif self._button == Qt.MouseButton.RightButton and self._travel > _CLICK_PIXELS:
            self._drag_range(step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() != self._button:
            return
        self._button = Qt.MouseButton.NoButton
        held, self._held = self._held, None
        if held is not None:
            held.release(*self.to_image(event.position()))
        elif event.button() == Qt.MouseButton.LeftButton and self._travel <= _CLICK_PIXELS:
            if self.hub.pointer is not None:
                self.hub.pointer.click(*self.to_image(event.position()))
        elif event.button() == Qt.MouseButton.RightButton and self._travel <= _CLICK_PIXELS:
            if self.hub.tool is None and self.hub.pointer is not None and not self.bare:
                self.hub.pointer.click(*self.to_image(event.position()))  # the menu is about what is under the mouse
            self.menu_requested.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._taker(event.position()) is None:
            self._button = Qt.MouseButton.NoButton
            self.enlarge_requested.emit()
            event.accept()
        elif event.button() == Qt.MouseButton.LeftButton and self.hub.tool is None:
            self._button = Qt.MouseButton.NoButton
            self.hub.pointer.open(*self.to_image(event.position()))
            event.accept()
        else:
            self.mousePressEvent(event)

    def _taker(self, position: QPointF) -> Tool | None:
        """Who gets the left button here: the tool, or without one the pointer where it finds something to move."""
        self.hub.reach = _REACH / self.magnification()
        if self.hub.tool is not None:
            return self.hub.tool
        if self.divider is not None and abs(position.x() - self.divider * self.viewport().width()) <= _REACH:
            return None
        pointer = self.hub.pointer
        return pointer if pointer is not None and not self.bare and pointer.takes(*self.to_image(position)) else None

    def _show_taker(self, position: QPointF) -> None:
        taker = self._taker(position)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if taker is None else taker.cursor)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hub.set_cursor(None)

    def contextMenuEvent(self, event: object) -> None:
        event.accept()
        if event.reason() == event.Reason.Keyboard:
            self.menu_requested.emit(self.mapToGlobal(self.rect().center()))

    def _drag_range(self, step: QPointF) -> None:
        """Right drag: window and level of the grey panels, steps of the range (up: brighter) of the signed ones."""
        if not self.signed:
            self.hub.drag_window(step.x() / self.viewport().width(), -step.y() / self.viewport().height())
            return
        self._steps -= step.y() / _STEP_PIXELS
        whole = int(self._steps)
        if whole and self.look is Look.AMPLIFIED:
            self.hub.set_amplification(_neighbour(AMPLIFICATIONS, self.hub.amplification, whole))
        elif whole:
            self.hub.set_fraction(_neighbour(SIGNED_FRACTIONS, self.hub.fraction, -whole))
        self._steps -= whole

    # --- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = event.key(), Qt.Key
        steps = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in steps and held == Qt.KeyboardModifier.ShiftModifier:
            self._move_cursor(*steps[key])
            event.accept()
        elif key in steps and held == Qt.KeyboardModifier.ControlModifier:
            share = _PAN * self.viewport().width() / self.magnification()
            self.hub.pan(share * steps[key][0], share * steps[key][1])
            event.accept()
        elif self.hub.tool is not None and self.hub.cursor is not None and key in (keys.Key_Return, keys.Key_Enter):
            self._use_tool(*map(float, self.hub.cursor))
            event.accept()
        else:
            event.ignore()  # the window's own keys

    def _use_tool(self, column: float, row: float) -> None:
        """Enter: a click; for tools that drag from one place to another, the first and then the second place."""
        tool = self.hub.tool
        self.hub.reach = _REACH / self.magnification()
        if self._held is None:
            tool.press(column, row)
            if tool.drags:
                self._held = tool
                return
        self._held = None
        tool.release(column, row)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _move_cursor(self, columns: int, rows: int) -> None:
        height, width = self.hub.shape
        column, row = self.hub.cursor or (round(self.hub.view.column), round(self.hub.view.row))
        column, row = min(max(column + columns, 0), width - 1), min(max(row + rows, 0), height - 1)
        self.hub.set_cursor((column, row))
        if self.hub.tool is not None:
            self.hub.tool.move(float(column), float(row), self._held is not None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()


def _neighbour(series: tuple[float, ...], value: float, steps: int) -> float:
    """The value of a series so many steps away from the one nearest to `value`."""
    nearest = min(range(len(series)), key=lambda place: abs(series[place] - value))
    return series[min(max(nearest + steps, 0), len(series) - 1)]
