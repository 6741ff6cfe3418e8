"""A picture with its colours, its overlays and perhaps a second one over it, at the place the view hub says."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from stabview.gui import looks, theme
from stabview.gui.looks import Look
from stabview.gui.overlays import Overlays, SceneFacts
from stabview.gui.picture_item import PictureItem
from stabview.gui.view_hub import ViewHub
from stabview.study.reading import count_not_finite

pg.setConfigOptions(imageAxisOrder="row-major", useOpenGL=False, antialias=False)  # raster painting, also over VNC

_SMOOTH_BELOW = 2.5  # screen pixels per image pixel; above it single pixels are shown as squares


class PictureView(pg.GraphicsView):
    """A picture of x or of a difference, where the view hub says.

    A second picture may lie over the first, whole or right of a divider; see `set_over`.

    Attributes
    ----------
    look : how values become colours. bare : without letters and bars.
    not_finite : how many pixels are no finite numbers; they are painted in magenta.
    divider : where the second picture begins, as a share of the width; None: there is no divider.
    """

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
        hub.view_changed.connect(self.apply_view)
        hub.window_changed.connect(self._apply_levels)
        hub.signed_changed.connect(self._apply_levels)
        hub.colours_changed.connect(self._apply_colours)
        hub.cursor_changed.connect(self.viewport().update)
        hub.outlines_changed.connect(self.viewport().update)
        hub.marks.changed.connect(self.viewport().update)
        self._apply_colours()

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

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.resetTransform()
        self._overlays.paint(painter)
        painter.restore()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True  # a tooltip would cover what one looks at; caption and footer show it
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_item"):
            self.apply_view()

    def zoom_by(self, factor: float, about: tuple[float, float] | None = None) -> None:
        """Zoom all panels, keeping `about` in place."""
        size = self.viewport().width(), self.viewport().height()
        self.hub.zoom_by(factor, self.hub.zoom_of(*size, self.devicePixelRatioF()), about)
