"""The picture and the hands on it: zoom, pan, window, tool and cursor all go to the view hub, to no other panel."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from stabview.gui import colour_maps, theme
from stabview.gui.overlays import Overlays, SceneFacts
from stabview.gui.picture_item import PictureItem
from stabview.gui.view_hub import AMPLIFICATIONS, SIGNED_FRACTIONS, ViewHub

pg.setConfigOptions(imageAxisOrder="row-major", useOpenGL=False, antialias=False)  # raster painting, also over VNC

_SMOOTH_BELOW = 2.5  # screen pixels per image pixel; above it single pixels are shown as squares
_STEP_PIXELS = 30.0  # right drag over this many pixels is one step of a signed range
_CLICK_PIXELS = 4.0


class PanelView(pg.GraphicsView):
    """A picture of x or of a difference. Left drag pans or hands over to the tool, right drag sets the window."""

    enlarge_requested = Signal()
    menu_requested = Signal(object)
    focus_changed = Signal()

    def __init__(self, hub: ViewHub, *, signed: bool, scaled: bool, bare: bool = False, parent: QWidget) -> None:
        super().__init__(parent, useOpenGL=False, background=theme.current().stage)
        self.hub = hub
        self.signed = signed
        self.scaled = scaled
        self.bare = bare  # without letters and bars
        self.picture: np.ndarray | None = None
        self.pending = ""
        self.scene_facts = SceneFacts()
        self._overlays = Overlays(self)
        self._button = Qt.MouseButton.NoButton
        self._last = QPointF()
        self._travel = 0.0
        self._steps = 0.0
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, invertY=True, defaultPadding=0.0)
        self._box.setAspectLocked(False)
        self._box.disableAutoRange()
        self.setCentralItem(self._box)
        self._item = PictureItem()
        self._box.addItem(self._item, ignoreBounds=True)
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
        hub.tool_changed.connect(self._apply_tool)
        self._apply_colours()
        self._apply_tool()

    # --- what is shown

    def levels(self) -> tuple[float, float]:
        """The values at the two ends of the colour map, on the scale of `picture`."""
        if not self.signed:
            return self.hub.window
        limit = self.hub.signed_limit / (self.hub.amplification if self.scaled else 1.0)
        return -limit, limit

    def set_picture(self, picture: np.ndarray) -> None:
        """Paint another picture, (H, W) float32."""
        if picture is self.picture:
            return
        self.picture = picture
        self._item.set_levels(*self.levels())
        self._item.set_picture(picture)

    def clear_picture(self) -> None:
        """Show nothing."""
        self.picture = None
        self._item.set_picture(None)
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
        self._item.smooth = scale * self.devicePixelRatioF() < _SMOOTH_BELOW
        self._box.setRange(
            xRange=(view.column - width / scale / 2, view.column + width / scale / 2),
            yRange=(view.row - height / scale / 2, view.row + height / scale / 2),
            padding=0,
            disableAutoRange=False,
        )
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
        self.viewport().update()

    def _apply_colours(self) -> None:
        name = self.hub.signed_map if self.signed else self.hub.grey_map
        self._item.set_colours(colour_maps.table(name))
        self.viewport().update()

    def _apply_tool(self) -> None:
        tool = self.hub.tool
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if tool is None else tool.cursor)

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
        if self._button == Qt.MouseButton.LeftButton and self.hub.tool is not None:
            self.hub.tool.press(*self.to_image(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        point = self.to_image(event.position())
        self.hub.set_cursor(self.hub.pixel_at(*point))
        step = event.position() - self._last
        self._last = event.position()
        self._travel += abs(step.x()) + abs(step.y())
        left, middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
        if self.hub.tool is not None and self._button in (left, Qt.MouseButton.NoButton):
            self.hub.tool.move(*point, self._button == left)
        elif self._button in (left, middle):
            self.hub.pan(-step.x() / self.magnification(), -step.y() / self.magnification())
        elif self._button == Qt.MouseButton.RightButton and self._travel > _CLICK_PIXELS:
            self._drag_range(step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() != self._button:
            return
        self._button = Qt.MouseButton.NoButton
        if event.button() == Qt.MouseButton.LeftButton and self.hub.tool is not None:
            self.hub.tool.release(*self.to_image(event.position()))
        elif event.button() == Qt.MouseButton.RightButton and self._travel <= _CLICK_PIXELS:
            self.menu_requested.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.hub.tool is None:
            self._button = Qt.MouseButton.NoButton
            self.enlarge_requested.emit()
            event.accept()
        else:
            self.mousePressEvent(event)

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
        if whole and self.scaled:
            self.hub.set_amplification(_neighbour(AMPLIFICATIONS, self.hub.amplification, whole))
        elif whole:
            self.hub.set_fraction(_neighbour(SIGNED_FRACTIONS, self.hub.fraction, -whole))
        self._steps -= whole

    # --- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = event.key(), Qt.Key
        steps = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if shifted and key in steps:
            self._move_cursor(*steps[key])
            event.accept()
        elif self.hub.tool is not None and self.hub.cursor is not None and key in (keys.Key_Return, keys.Key_Enter):
            column, row = self.hub.cursor
            self.hub.tool.press(float(column), float(row))
            self.hub.tool.release(float(column), float(row))
            event.accept()
        else:
            event.ignore()  # the window's own keys

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _move_cursor(self, columns: int, rows: int) -> None:
        height, width = self.hub.shape
        column, row = self.hub.cursor or (round(self.hub.view.column), round(self.hub.view.row))
        column, row = min(max(column + columns, 0), width - 1), min(max(row + rows, 0), height - 1)
        self.hub.set_cursor((column, row))
        if self.hub.tool is not None:
            self.hub.tool.move(float(column), float(row), False)

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
