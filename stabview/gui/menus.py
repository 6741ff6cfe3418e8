"""The menus of the window that are filled when they open: recent files, examples, windows, and those of the panels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu

from stabview.gui import view_menus
from stabview.gui.actions import ROWS

if TYPE_CHECKING:
    from stabview.gui.main_window import MainWindow


class Menus(QObject):
    """Adds to the menu bar what no row of `ROWS` says, and opens the menus of the panels."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._bridge = window, window.bridge
        self._actions, self._looking = window.actions_, window.looking
        self.bar = self._actions.fill(window.menuBar())
        self.bar["Window"].aboutToShow.connect(self._fill_window_menu)
        self._add_file_menus()
        others = self.bar["Compare"].addMenu("&Other methods")
        others.setToolTipsVisible(True)
        others.aboutToShow.connect(lambda: self._looking.fill_other_menu(others))
        window.opener.fill_experiments(self.bar["Experiments"])
        stage, comparison = window.stage, self._looking.comparison
        stage.menu_requested.connect(self._panel_menu)
        stage.choose_requested.connect(self._choose_menu)
        comparison.panel.menu_requested.connect(lambda _name, place: self._panel_menu(comparison.first, place))

    def _fill_window_menu(self) -> None:
        menu = self.bar["Window"]
        menu.clear()
        menu.addActions([self._actions[row.id] for row in ROWS if row.menu == "Window"])
        view_menus.fill_window_menu(menu, self._bridge)
        menu.addSeparator()
        view_menus.fill_colour_menu(menu.addMenu("Colours of images"), self._bridge, signed=False)
        view_menus.fill_colour_menu(menu.addMenu("Colours of differences"), self._bridge, signed=True)

    def _add_file_menus(self) -> None:
        menu = QMenu("Open &recent", self._window)
        menu.aboutToShow.connect(lambda: self._fill_recent(menu))
        self.bar["File"].insertMenu(self._actions["saveSession"], menu)
        examples = QMenu("E&xamples", self._window)
        examples.setToolTipsVisible(True)
        examples.aboutToShow.connect(lambda: self._window.opener.fill_examples(examples))
        self.bar["File"].insertMenu(self._actions["gallery"], examples)

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for name in self._window.preferences.recent:
            action = menu.addAction(Path(name).name)
            action.setToolTip(name)
            action.triggered.connect(lambda _checked=False, name=name: self._window.opener.open_files([name]))
        if menu.isEmpty():
            menu.addAction("Nothing opened yet").setEnabled(False)

    @Slot(str, object)
    def _choose_menu(self, name: str, place: QPoint) -> None:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self._looking.fill_choose_menu(menu, name)
        menu.popup(place)

    @Slot(str, object)
    def _panel_menu(self, name: str, place: QPoint) -> None:
        panel = self._window.stage.panels[name]
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._looking.pointer.selected:
            menu.addSection(self._looking.pointer.described())
            menu.addActions([self._actions["duplicate"], self._actions["deleteObject"]])
            menu.addSeparator()
        if panel.signed:
            view_menus.fill_range_menu(menu.addMenu("Range"), self._bridge)
            if name == "perturbation":
                view_menus.fill_amplification_menu(menu.addMenu("Amplification"), self._bridge)
            else:
                menu.addActions([self._actions["difference.own"], self._actions["difference.x"]])
        else:
            view_menus.fill_window_menu(menu.addMenu("Window"), self._bridge)
        view_menus.fill_colour_menu(menu.addMenu("Colours"), self._bridge, signed=panel.signed)
        menu.addSeparator()
        menu.addActions([self._actions["fit"], self._actions["oneToOne"]])
        if self._looking.comparison.mode is None:
            self._looking.fill_choose_menu(menu.addMenu("Show here"), name)
            menu.addAction("This panel alone").triggered.connect(lambda: self._window.stage.toggle_enlarged(name))
        menu.addAction("Pin this picture").triggered.connect(lambda: self._window.stage.pin(name))
        menu.addAction("Copy this panel").triggered.connect(lambda: self._window.exporting.copy_figure(f"panel.{name}"))
        menu.addAction("Export this panel…").triggered.connect(lambda: self._window.exporting.ask(f"panel.{name}"))
        menu.popup(place)
