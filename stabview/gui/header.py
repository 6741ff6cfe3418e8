"""The row of buttons at the top: open, run and stop, report, what is shown, and on which device it is computed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from stabview.gui import icons, text, theme
from stabview.gui.actions import Actions
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import Elided
from stabview.gui.cards.sampling_card import OPERATOR_TITLES
from stabview.study.fields import matters


class Header(QToolBar):
    """Named `header`; holds runButton, stopButton and deviceLabel."""

    def __init__(self, bridge: Bridge, actions: Actions) -> None:
        super().__init__("Header")
        self.bridge = bridge
        self.setObjectName("header")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        name = QLabel("StabView")
        font = name.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        name.setFont(font)
        name.setContentsMargins(2, 0, 8, 0)
        self.addWidget(name)
        self._add_action(actions["openImage"], "Open image…", "openImageButton")
        self._add_action(actions["openNetwork"], "Open network…", "openNetworkButton")
        self._add_action(actions["gallery"], "Examples", "examplesButton")
        self._gap(10)
        self.run = self._button("runButton", "Run", actions["run"], "Run the worst-case search")
        self.run.setProperty("primary", True)
        self.stop = self._button("stopButton", "Stop", actions["stop"], "Stop the worst-case search")
        self._gap(10)
        self._add_action(actions["exportReport"], "Report…", "reportButton")
        self._gap(10)
        self.title = Elided()
        self.title.setObjectName("studyTitle")
        self.title.setProperty("muted", True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        middle = QWidget()
        middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 10, 0)
        row.addWidget(self.title)
        self.addWidget(middle)
        self.device = QLabel()
        self.device.setObjectName("deviceLabel")
        self.device.setAccessibleName("Device")
        self.device.setToolTip("Where the reconstructions are computed")
        self.device.setProperty("chip", True)
        self.addWidget(self.device)
        for signal in (bridge.study_changed, bridge.scene_changed, bridge.search_changed):
            signal.connect(self.refresh)
        actions["run"].changed.connect(self.refresh)
        actions["stop"].changed.connect(self.refresh)
        self._actions = actions
        self.refresh_icons()
        self.refresh()

    def _add_action(self, action: QAction, label: str, name: str) -> None:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setText(label)
        button.setObjectName(name)
        button.setAccessibleName(action.statusTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        action.changed.connect(lambda: button.setText(label))
        self.addWidget(button)

    def _button(self, name: str, label: str, action: QAction, accessible: str) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName(name)
        button.setAccessibleName(accessible)
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        self.addWidget(button)
        return button

    def _gap(self, width: int) -> None:
        gap = QWidget()
        gap.setFixedWidth(width)
        self.addWidget(gap)

    def refresh_icons(self) -> None:
        """Draw the icons anew, for another theme."""
        self.run.setIcon(icons.icon("play", theme.current().on_accent if self.run.isEnabled() else None))
        self.stop.setIcon(icons.icon("stop"))

    @Slot()
    def refresh(self) -> None:
        """Show what is examined and what can be done."""
        workbench = self.bridge.workbench
        was = self.run.isEnabled()
        self.run.setEnabled(self._actions["run"].isEnabled())
        self.run.setText("Resume" if workbench.can_resume else "Run")
        self.stop.setEnabled(self._actions["stop"].isEnabled())
        if was != self.run.isEnabled():
            self.refresh_icons()
        self.device.setText(workbench.device_label)
        scene, sampling = workbench.scene, workbench.study.sampling
        if scene is None:
            self.title.setText("")
            return
        amount = f"{sampling.views} views" if sampling.counts_views else text.per_cent(scene.rate or sampling.rate)
        how = OPERATOR_TITLES[sampling.operator].split(" (")[0]
        how += f", {sampling.pattern}" if matters(sampling, "pattern") else ""
        self.title.setText(f"{scene.network_title} · {scene.title} · {how}, {amount}")
