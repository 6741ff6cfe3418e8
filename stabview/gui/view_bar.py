"""One row over the pictures: grey window, what the differences subtract, their range, the amplification of r, zoom."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from stabview.gui import view_menus
from stabview.gui.actions import Actions
from stabview.gui.bridge import Bridge
from stabview.gui.view_hub import AMPLIFICATIONS, OWN, SIGNED_FRACTIONS, TO_X
from stabview.study.frames import COMPONENTS
from stabview.study.study import COMPLEX


class ViewBar(QWidget):
    """Shows the view hub and changes it."""

    def __init__(self, bridge: Bridge, actions: Actions) -> None:
        super().__init__()
        self.bridge = bridge
        hub = self.hub = bridge.hub
        self.window_button = QToolButton()
        self.window_button.setObjectName("windowButton")
        self.window_button.setAccessibleName("Window of the image panels")
        self.window_button.setToolTip("Window of the three image panels. Right drag on a picture: window and level")
        self.window_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.window_button)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.window_button.setMenu(menu)
        self.difference = self._box(
            "differenceSwitch", "What the difference panels subtract", "Changes both difference panels (D, X)"
        )
        self.difference.addItem("− own f(Ax)", OWN)
        self.difference.addItem("− x (error)", TO_X)
        self.difference.activated.connect(lambda: hub.set_difference(self.difference.currentData()))
        self.range = self._box(
            "signedRange", "Range of the signed panels", "Fixed until you change it here or by a right drag on a panel"
        )
        for fraction in SIGNED_FRACTIONS:
            self.range.addItem(f"± {100 * fraction:g} %", fraction)
        self.range.activated.connect(lambda: hub.set_fraction(self.range.currentData()))
        self.amplification = self._box(
            "amplification", "Amplification of the perturbation", "r is multiplied by this in its panel"
        )
        for factor in AMPLIFICATIONS:
            self.amplification.addItem(f"r × {factor}", float(factor))
        self.amplification.activated.connect(lambda: hub.set_amplification(self.amplification.currentData()))
        tip = "What is shown of complex images (Shift+M, P, R, I)"
        self.component = self._box("componentChoice", "Part of complex images", tip)
        for key, title in COMPONENTS.items():
            self.component.addItem(title, key)
        self.component.activated.connect(lambda: hub.set_component(self.component.currentData()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self.window_button, self.difference, self.range, self.amplification, self.component):
            layout.addWidget(widget)
        layout.addStretch(1)
        for name, text in (("fit", "Fit"), ("oneToOne", "1:1"), ("zoomOut", "−"), ("zoomIn", "+")):
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setText(text)
            button.setObjectName(f"viewBar.{name}")
            button.setAccessibleName(actions[name].statusTip())
            button.setFocusPolicy(self.window_button.focusPolicy())
            layout.addWidget(button)
        hub.window_changed.connect(self.refresh)
        hub.signed_changed.connect(self.refresh)
        hub.component_changed.connect(self.refresh)
        bridge.study_changed.connect(self.refresh)
        self.refresh()

    def _box(self, name: str, accessible: str, tooltip: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(accessible)
        box.setToolTip(tooltip)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return box

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        view_menus.fill_window_menu(menu, self.bridge)
        menu.addSeparator()
        view_menus.fill_colour_menu(menu.addMenu("Colours of images"), self.bridge, signed=False)
        view_menus.fill_colour_menu(menu.addMenu("Colours of differences"), self.bridge, signed=True)

    @Slot()
    def refresh(self) -> None:
        """Show what the hub has."""
        low, high = self.hub.window
        self.component.setVisible(self.bridge.workbench.study.sampling.operator in COMPLEX)
        self.window_button.setText(f"window {low:.2f} – {high:.2f} ▾")
        for box, value in (
            (self.difference, self.hub.difference),
            (self.range, self.hub.fraction),
            (self.amplification, self.hub.amplification),
            (self.component, self.hub.component),
        ):
            with QSignalBlocker(box):
                place = box.findData(value)
                box.setCurrentIndex(place)
                if place < 0:  # from a session file: a value between those of the list
                    box.setPlaceholderText(f"{value:g}")
