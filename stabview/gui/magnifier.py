"""The surroundings of the cursor in both reconstructions, side by side: is the detail there, is it true?"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from stabview.gui.cards.fields import Elided
from stabview.gui.panel_view import PanelView
from stabview.gui.stage import Stage
from stabview.gui.view_hub import View, ViewHub

_ZOOM = 5.0
_SHOWN = (("input", "input"), ("network", "network"), ("soa", "SoA"))


class Magnifier(QFrame):
    """Three small panels with a view of their own that follows the cursor; the window is that of the stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.setObjectName("magnifier")
        self.hub = ViewHub(self)
        self.hub.marks = stage.hub.marks
        self.place = Elided()
        self.place.setProperty("muted", True)
        pictures = _Row()
        grid = QGridLayout(pictures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        self.views: dict[str, PanelView] = {}
        for column, (name, word) in enumerate(_SHOWN):
            view = PanelView(self.hub, bare=True, parent=pictures)
            view.setObjectName(f"magnifier.{name}")
            view.setAccessibleName(f"Magnified {word}")
            view.setToolTip("The surroundings of the cursor. Wheel: magnify. Drag: move")
            view.setMinimumSize(40, 40)
            label = QLabel(word)
            label.setProperty("muted", True)
            self.views[name] = view
            grid.addWidget(view, 0, column)
            grid.addWidget(label, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(pictures)
        layout.addWidget(self.place)
        main = stage.hub
        main.cursor_changed.connect(self._follow)
        main.window_changed.connect(self._copy_window)
        main.colours_changed.connect(self._copy_window)
        main.component_changed.connect(lambda: self.hub.set_component(main.component))
        main.outlines_changed.connect(lambda: self.hub.set_outlines(main.outlines))
        stage.painted.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what the stage shows."""
        main = self.stage.hub
        if main.shape != self.hub.shape:
            self.hub.set_image(main.shape, main.peak)
            self.hub.set_view(replace(self.hub.view, zoom=_ZOOM))
        self._copy_window()
        for name, view in self.views.items():
            panel = self.stage.panels[name]
            if panel.picture is None:
                view.clear_picture()
            else:
                view.set_picture(panel.picture)

    @Slot()
    def _copy_window(self) -> None:
        main = self.stage.hub
        self.hub.peak = main.peak
        self.hub.set_window(*main.window)
        if main.grey_map != self.hub.grey_map:
            self.hub.set_colours(grey_map=main.grey_map)

    @Slot()
    def _follow(self) -> None:
        cursor = self.stage.hub.cursor
        if cursor is None:
            return  # it stays where the mouse left the picture
        self.hub.set_view(View(float(cursor[0]), float(cursor[1]), self.hub.view.zoom))
        self.hub.set_cursor(cursor)
        self.place.setText(f"around ({cursor[0]}, {cursor[1]})")


class _Row(QWidget):
    """As high as its three pictures are wide."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, self.width() // 3 + self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
