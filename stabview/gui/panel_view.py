"""The picture and the hands on it: zoom, pan, window, tool and cursor all go to the view hub, to no other panel."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from stabview.gui import looks, theme
from stabview.gui.looks import Look
from stabview.gui.overlays import Overlays, SceneFacts
from stabview.gui.picture_item import PictureItem
from stabview.gui.view_hub import AMPLIFICATIONS, SIGNED_FRACTIONS, Tool, ViewHub
from stabview.study.reading import count_not_finite

pg.setConfigOptions(imageAxisOrder="row-major", useOpenGL=False, antialias=False)  # raster painting, also over VNC

_SMOOTH_BELOW = 2.5  # screen pixels per image pixel; above it single pixels are shown as squares
_STEP_PIXELS = 30.0  # right drag over this many pixels is one step of a signed range
_CLICK_PIXELS = 4.0
_REACH = 7.0  # screen pixels within which the mouse takes hold of something
_PAN = 0.1  # of a panel's width, for one key


class PanelView(pg.GraphicsView):
    """A picture of x or of a difference. Left drag pans or hands over to the tool, right drag sets the window.

    A second picture may lie over the first, whole or right of a divider; see `set_over`.

    Attributes
    ----------
    look : how values become colours. bare : without letters and bars.
    not_finite : how many pixels are no finite numbers; they are painted in magenta.
    divider : where the second picture begins, as a share of the width; None: there is no divider.
    """

    enlarge_requested = Signal()
    menu_requested = Signal(object)
    focus_changed = Signal()

    def __init__(self, hub: ViewHub, *, look: Look = Look.IMAGE, bare: bool = False, parent: QWidget) -> None:
        super().__init__(parent, useOpenGL=False, background=theme.current().stage)
        self.hub = hub
        self.look = look
        self.bare = bare
        self.divider: float | None = None
        self.not_finite = 0
        self.over: np.ndarray | None = None
        self.over_look = look
        self.picture: np.ndarray | None = None
        self.pending = ""
        self.scene_facts = SceneFacts()
        self._overlays = Overlays(self)
        self._button = Qt.MouseButton.NoButton
        self._held: Tool | None = None  # has the left button until it goes up
        self._last = QPointF()
        self._travel = 0.0
        self._steps = 0.0
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, invertY=True, defaultPadding=0.0)
        self._box.setAspectLocked(False)
        self._box.disableAutoRange()
        self.setCentralItem(self._box)
        self._item = PictureItem()
        self._box.addItem(self._item, ignoreBounds=True)
        self._over = PictureItem()
        self._box.addItem(self._over, ignoreBounds=True)
        self.setMinimumSize(80, 80)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # or all widgets below repaint too
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        hub.view_changed.connect(self.apply_view)
        hub.window_changed.connect(self._apply_levels)
        hub.signed_changed.connect(self._apply_levels)
        hub.colours_changed.connect(self._apply_colours)
        hub.cursor_changed.connect(self.viewport().update)
        hub.outlines_changed.connect(self.viewport().update)
        hub.marks.changed.connect(self.viewport().update)
        hub.tool_changed.connect(self._apply_tool)
        self._apply_colours()
        self._apply_tool()

    # --- what is shown

    @property
    def signed(self) -> bool:
        """Whether zero is in the middle of the colours."""
        return self.look.signed

    def set_look(self, look: Look) -> None:
        """Colour the picture in another way."""
        if look is not self.look:
            self.look = look
            self._apply_levels()
            self._apply_colours()

    def levels(self) -> tuple[float, float]:
        """The values at the two ends of the colour map, on the scale of `picture`."""
        return looks.levels(self.look, self.hub)

    def set_picture(self, picture: np.ndarray) -> None:
        """Paint another picture, (H, W) float32."""
        if picture is self.picture:
            return
        self.picture = picture
        self._item.set_levels(*self.levels())
        self._item.set_picture(picture)
        self.not_finite = count_not_finite(picture)

    def set_over(self, picture: np.ndarray | None, look: Look = Look.IMAGE) -> None:
        """Lay another picture over the first, or none; both are ready to be painted, so that they can alternate."""
        if picture is self.over and look is self.over_look:
            return
        self.over, self.over_look = picture, look
        self._over.set_levels(*looks.levels(look, self.hub))
        self._over.set_colours(looks.colours(look, self.hub))
        self._over.set_picture(picture)

    def show_over(self, shown: bool) -> None:
        """Show or hide the picture that lies over the first."""
        self._over.setVisible(shown)

    def set_divider(self, share: float | None) -> None:
        """Let the second picture begin at this share of the width; with None it covers the first."""
        self.divider = None if share is None else min(max(share, 0.0), 1.0)
        self._place_divider()
        self.viewport().update()

    def _place_divider(self) -> None:
        place = 0.0 if self.divider is None else self.divider * self.viewport().width()
        self._over.left = -0.5 if self.divider is None else max(self.to_image(QPointF(place, 0.0))[0], -0.5)
        self._over.update()

    def clear_picture(self) -> None:
        """Show nothing."""
        self.picture, self.not_finite = None, 0
        self._item.set_picture(None)
        self.set_over(None)
        self.viewport().update()

    def set_pending(self, text: str) -> None:
        """Mark the picture as not yet the one that was asked for."""
        if text != self.pending:
            self.pending = text
            self.viewport().update()

    def set_scene_facts(self, facts: SceneFacts) -> None:
        """Orientation letters and pixel spacing."""
        self.scene_facts = facts
        self.viewport().update()

    def magnification(self) -> float:
        """Screen pixels per image pixel."""
        return self.hub.scale(self.viewport().width(), self.viewport().height(), self.devicePixelRatioF())

    def apply_view(self) -> None:
        """Show what the hub says, at this panel's own size."""
        width, height = self.viewport().width(), self.viewport().height()
        scale, view = self.magnification(), self.hub.view
        self._item.smooth = self._over.smooth = scale * self.devicePixelRatioF() < _SMOOTH_BELOW
        self._box.setRange(
            xRange=(view.column - width / scale / 2, view.column + width / scale / 2),
            yRange=(view.row - height / scale / 2, view.row + height / scale / 2),
            padding=0,
            disableAutoRange=False,
        )
        if self.divider is not None:
            self._place_divider()
        self.viewport().update()

    def to_image(self, position: QPointF) -> tuple[float, float]:
        """The point (column, row) of the image under a place in the viewport."""
        scale, view = self.magnification(), self.hub.view
        return (
            view.column + (position.x() - self.viewport().width() / 2) / scale,
            view.row + (position.y() - self.viewport().height() / 2) / scale,
        )

    def to_screen(self, column: float, row: float) -> QPointF:
        """The place in the viewport of a point of the image."""
        scale, view = self.magnification(), self.hub.view
        return QPointF(
            (column - view.column) * scale + self.viewport().width() / 2,
            (row - view.row) * scale + self.viewport().height() / 2,
        )

    def _apply_levels(self) -> None:
        self._item.set_levels(*self.levels())
        self._over.set_levels(*looks.levels(self.over_look, self.hub))
        self.viewport().update()

    def _apply_colours(self) -> None:
        self._item.set_colours(looks.colours(self.look, self.hub))
        self._over.set_colours(looks.colours(self.over_look, self.hub))
        self._apply_levels()

    def _apply_tool(self) -> None:
        tool = self.hub.tool
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if tool is None else tool.cursor)
        self._held = None

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.resetTransform()
        self._overlays.paint(painter)
        painter.restore()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True  # a tooltip would cover what one looks at; caption and footer show it
        return super().viewportEvent(event)

    # --- mouse

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_item"):
            self.apply_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120.0
        if notches:
            self.zoom_by(1.2**notches, self.to_image(event.position()))
        event.accept()

    def zoom_by(self, factor: float, about: tuple[float, float] | None = None) -> None:
        """Zoom all panels, keeping `about` in place."""
        size = self.viewport().width(), self.viewport().height()
        self.hub.zoom_by(factor, self.hub.zoom_of(*size, self.devicePixelRatioF()), about)

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
                self.hub.pointer.let_go()
        elif event.button() == Qt.MouseButton.RightButton and self._travel <= _CLICK_PIXELS:
            self.menu_requested.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._taker(event.position()) is None:
            self._button = Qt.MouseButton.NoButton
            self.enlarge_requested.emit()
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
