"""The main window: cards at the left, the stage with the iterates in the middle, curves and numbers at the right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from stabview.gui import numbers_column, theme
from stabview.gui.action_states import ActionStates
from stabview.gui.actions import Actions, keys_text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.column import CardColumn
from stabview.gui.dialogs.about import AboutDialog
from stabview.gui.dialogs.shortcuts import ShortcutsDialog
from stabview.gui.error_dialog import ErrorBar
from stabview.gui.exporting import Exporting
from stabview.gui.header import Header
from stabview.gui.inspector import Inspector
from stabview.gui.iterate_strip import IterateStrip
from stabview.gui.looking import Looking
from stabview.gui.measure_table import MeasureTable
from stabview.gui.menus import Menus
from stabview.gui.numbers_column import NumbersColumn
from stabview.gui.opening import Opener
from stabview.gui.pages import Pages
from stabview.gui.preferences import Preferences
from stabview.gui.progress_line import ProgressLine
from stabview.gui.sampling_plot import SamplingPlot
from stabview.gui.tool_strip import ToolStrip
from stabview.gui.view_bar import ViewBar
from stabview.gui.view_hub import OWN, TO_X

_CARDS_WIDTH = 250
_CHART_HEIGHT = 150
_STEPS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_PageUp: 10, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9,
}  # fmt: skip
"""Keys that move the slider, and by how many iterates."""


class MainWindow(QMainWindow):
    """The window of one workbench; `bridge.workbench` must be there. `preferences` are kept up to date."""

    def __init__(self, bridge: Bridge, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        self.bridge = bridge
        self.hub = bridge.hub
        self.workbench = bridge.workbench
        self.setObjectName("mainWindow")
        self.setMinimumSize(900, 560)
        self.resize(*self.preferences.size)
        self.setAcceptDrops(True)
        self.opener = Opener(bridge, self)
        self.exporting = Exporting(bridge, self)
        self.pages = Pages(bridge, self)
        self.looking = Looking(bridge, self)
        self.hub.own_windows = self.preferences.windows
        self.stage = self.looking.stage
        self.actions_ = Actions(self, self._handlers())
        self.looking.follow(self.actions_)
        self.menus = Menus(self).bar
        self.header = Header(bridge, self.actions_)
        self.addToolBar(self.header)
        self.progress = ProgressLine(bridge)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.progress, 1)
        self._build()
        bridge.error_raised.connect(self.errors.show_error)
        bridge.study_changed.connect(self.errors.hide)
        self.actions_[f"theme.{self.preferences.theme}"].setChecked(True)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme)
        bridge.search_wanted.connect(self.run_search)
        self.pages.follow_curve()
        ActionStates(self)
        self.stage.panels["network"].setFocus()

    def _build(self) -> None:
        self.cards = CardColumn(self.bridge)
        self.strip = IterateStrip(self.bridge)
        self.view_bar = ViewBar(self.bridge, self.actions_)
        self.errors = ErrorBar()
        self.sampling_plot = SamplingPlot(self.bridge)
        self.sampling_plot.follow_wanted.connect(self.pages.let_curve_follow)
        self.measures = MeasureTable(self.bridge)
        self.strip.looped.connect(self.actions_["loop"].setChecked)
        self.tools = ToolStrip(self.actions_)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.errors)
        column.addWidget(self.view_bar)
        looked_at = QHBoxLayout()
        looked_at.setSpacing(4)
        looked_at.addWidget(self.tools)
        looked_at.addWidget(self.looking.place, 1)
        column.addLayout(looked_at, 1)
        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.middle.setObjectName("middleSplitter")
        self.middle.addWidget(upper)
        self.middle.addWidget(self.strip)
        self.middle.setCollapsible(0, False)
        self.middle.setStretchFactor(0, 1)
        self.middle.setStretchFactor(1, 0)
        self.inspector = Inspector(self.stage)
        self.magnifier = self.inspector.magnifier
        # what became of a detail stands with the numbers, where it is in sight while one paints
        self.numbers = NumbersColumn((self.sampling_plot, self.measures, self.cards.cards["seen"], self.inspector))
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.setObjectName("acrossSplitter")
        for widget in (self.cards, self.middle, self.numbers):
            self.across.addWidget(widget)
        self.across.setCollapsible(1, False)
        for place, stretch in enumerate((0, 1, 0)):
            self.across.setStretchFactor(place, stretch)
        self.across.setSizes(self.preferences.across or (_CARDS_WIDTH, 840, numbers_column.USUAL))
        self.middle.setSizes(self.preferences.middle or (600, 158))
        for splitter in (self.across, self.middle):
            splitter.setHandleWidth(6)
        whole = QWidget()
        edge = QVBoxLayout(whole)
        edge.setContentsMargins(6, 6, 6, 4)
        edge.addWidget(self.across)
        self.setCentralWidget(self.pages.place(whole))
        self._fit_to_text()

    def _fit_to_text(self) -> None:
        """Side columns and small plots as large as their text needs."""
        self.cards.setMinimumWidth(theme.scaled(_CARDS_WIDTH))
        bar = self.numbers.verticalScrollBar().sizeHint().width()
        self.numbers.setMinimumWidth(theme.scaled(numbers_column.LEAST) + bar)
        for chart in (self.sampling_plot.chart, self.inspector.profile.chart, self.inspector.histogram.chart):
            chart.setMinimumHeight(theme.scaled(_CHART_HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "numbers"):
            self._fit_to_text()
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_["fullScreen"].setChecked(self.isFullScreen())

    # --- what the actions do

    def _handlers(self) -> dict[str, object]:
        return {
            "openImage": self.opener.ask_image,
            "openFolder": self.opener.ask_folder,
            "openNetwork": self.opener.ask_network,
            "openSession": self.opener.ask_session,
            "saveSession": self.opener.ask_save,
            **self.exporting.handlers(),
            **self.pages.handlers(),
            "quit": self.close,
            **self.looking.handlers(),
            **self._iterate_handlers(),
            "openDetails": self.opener.ask_details,
            "saveDetails": self.opener.ask_save_details,
            "undo": lambda: self.looking.undo() or self.workbench.undo(),
            "redo": lambda: self.workbench.redo(),
            "run": self.run_search,
            "stop": lambda: self.workbench.stop_search(),
            "cancel": self.cancel,
            "play": lambda: self.strip.toggle_play(),
            "next": lambda: self.strip.step(1),
            "previous": lambda: self.strip.step(-1),
            "fit": self.hub.fit,
            "oneToOne": self.hub.one_to_one,
            "zoomIn": lambda: self._zoom(1.25),
            "zoomOut": lambda: self._zoom(0.8),
            "enlarge": lambda: self.stage.toggle_enlarged(self.stage.active_panel().name),
            "sides": self._hide_sides,
            "fullScreen": self._fill_screen,
            "windowReset": self.hub.reset_window,
            "largerText": lambda: self._resize_text(1.0),
            "smallerText": lambda: self._resize_text(-1.0),
            "theme.system": lambda: self.choose_theme(theme.FOLLOW),
            "theme.dark": lambda: self.choose_theme(theme.DARK_NAME),
            "theme.light": lambda: self.choose_theme(theme.LIGHT_NAME),
            "difference.own": lambda: self.hub.set_difference(OWN),
            "difference.x": lambda: self.hub.set_difference(TO_X),
            "keys": lambda: ShortcutsDialog(keys_text(), self).show(),
            "about": lambda: AboutDialog(self.workbench.device_label, self).show(),
        }

    def _iterate_handlers(self) -> dict[str, object]:
        return {
            "lost": lambda: self.strip.go_to_lost(),
            "loop": lambda: self.strip.set_loop(self.actions_["loop"].isChecked()),
            "faster": lambda: self.strip.change_speed(1),
            "slower": lambda: self.strip.change_speed(-1),
            "keepSearch": lambda: self.workbench.searches.keep(),
            "resumeHere": lambda: self.strip.resume_here(),
        }

    def run_search(self) -> None:
        """Begin or resume the search and follow its iterates."""
        self.strip.expect_search()
        self.workbench.run_search()

    def cancel(self) -> None:
        """Escape: first the tool, then what is selected, then the enlarged panel, then what is computed."""
        if not self.pages.cancel() and not self.looking.cancel():
            self.strip.pause()
            self.workbench.cancel()

    def choose_theme(self, choice: str) -> None:
        """ "system", "dark" or "light"."""
        self.preferences = replace(self.preferences, theme=choice)
        theme.apply(theme.wanted(choice))
        self.actions_[f"theme.{choice}"].setChecked(True)
        for widget in self.findChildren(QWidget):
            widget.update()
        self.header.refresh_icons()

    @Slot()
    def _system_theme(self) -> None:
        if self.preferences.theme == theme.FOLLOW:
            self.choose_theme(theme.FOLLOW)

    def _resize_text(self, by: float) -> None:
        theme.set_font_size(QApplication.font().pointSizeF() + by)
        self.preferences = replace(self.preferences, text_size=QApplication.font().pointSizeF())

    def _zoom(self, factor: float) -> None:
        view = self.stage.active_panel().view
        cursor = self.hub.cursor
        view.zoom_by(factor, None if cursor is None else (float(cursor[0]), float(cursor[1])))

    def _hide_sides(self) -> None:
        shown = not self.actions_["sides"].isChecked()
        self.cards.setVisible(shown)
        self.numbers.setVisible(shown)

    def _fill_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # --- keys that nobody else wanted, files, the end

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in _STEPS:
            self.strip.step(_STEPS[event.key()])
        elif plain and event.key() == Qt.Key.Key_Space:
            self.strip.toggle_play()
        elif plain and event.key() == Qt.Key.Key_Delete:
            self.looking.pointer.remove()
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.actions_["enlarge"].trigger()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        QTimer.singleShot(0, self, lambda: self.opener.open_files(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.strip.pause()
        self.preferences = replace(
            self.preferences,
            size=(self.normalGeometry().width(), self.normalGeometry().height()),
            maximised=self.isMaximized(),
            across=tuple(self.across.sizes()),
            middle=tuple(self.middle.sizes()),
            windows=self.hub.own_windows,
        )
        self.bridge.close()
        self.pages.close()
        for window in QApplication.topLevelWidgets():
            if window is not self and window.parent() is not None and window.window() is not self:
                window.close()
        super().closeEvent(event)

    # --- for the session file

    def view_state(self) -> dict[str, object]:
        """What a session keeps of the window."""
        return {
            "hub": self.hub.state(),
            "cards": self.cards.state(),
            "across": self.across.sizes(),
            "middle": self.middle.sizes(),
            "stage": self.stage.state(),
        }

    def restore_view(self, state: dict[str, object]) -> None:
        """Take up what `view_state` gave; what is missing stays."""
        self.hub.restore(state.get("hub", {}))
        self.cards.restore(state.get("cards", {}))
        for splitter, name in ((self.across, "across"), (self.middle, "middle")):
            if state.get(name):
                splitter.setSizes([int(size) for size in state[name]])
        self.stage.restore(state.get("stage", {}))
