"""The slim column of buttons left of the pictures: how many panels, what to draw, how to compare."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QToolButton

from stabview.gui import icons, theme
from stabview.gui.actions import Actions

GROUPS = (
    ("layout.one", "layout.two", "layout.four", "layout.six", "layout.methods"),
    ("compare.blink", "compare.swipe", "compare.difference"),
    ("tool.arrow", "tool.words", "tool.rectangle", "tool.ellipse", "tool.line"),
)
_ICON = 18


class ToolStrip(QToolBar):
    """Shows actions by their icons; what does not fit is behind its last button."""

    def __init__(self, actions: Actions) -> None:
        super().__init__("Tools")
        self.setObjectName("toolStrip")
        self.setOrientation(Qt.Orientation.Vertical)
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(_ICON, _ICON))
        self._shown: dict[str, QAction] = {}
        for place, group in enumerate(GROUPS):
            if place:
                self.addSeparator()
            for name in group:
                action = self._shown[name] = actions[name]
                self.addAction(action)
                button = self.widgetForAction(action)
                button.setObjectName(f"strip.{name}")
                button.setAccessibleName(action.statusTip())
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            more.setAccessibleName("More tools")
            more.setToolTip("More tools")
        self._draw_icons()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown"):
            self._draw_icons()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_shown"):
            self.setIconSize(QSize(theme.scaled(_ICON), theme.scaled(_ICON)))

    def _draw_icons(self) -> None:
        for name, action in self._shown.items():
            action.setIcon(icons.icon(name))
            action.setIconVisibleInMenu(False)
