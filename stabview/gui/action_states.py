"""Which actions are possible at the moment, what undo would undo, and the title of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from stabview.gui.main_window import MainWindow

NOT_FOR_DIAGNOSIS = "not for diagnostic use"


class ActionStates(QObject):
    """Follows the workbench and the view of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._actions, self._hub = window, window.actions_, window.hub
        self._workbench, self._looking, bridge = window.workbench, window.looking, window.bridge
        for signal in (bridge.study_changed, bridge.scene_changed, self._hub.marks.changed):
            signal.connect(self._show_study)
        for signal in (bridge.search_changed, bridge.scene_changed, bridge.iterate_added, bridge.study_changed):
            signal.connect(self._show_search)
        self._hub.signed_changed.connect(self._show_difference)
        self._show_study()
        self._show_search()
        self._show_difference()

    @Slot()
    def _show_study(self) -> None:
        scene = self._workbench.scene
        what = f"{scene.title} · {scene.network_title} · " if scene is not None else ""
        self._window.setWindowTitle(f"{what}StabView, {NOT_FOR_DIAGNOSIS}")
        for name, word, label in (
            ("undo", "Undo", self._looking.undo_label or self._workbench.undo_label),
            ("redo", "Redo", self._workbench.redo_label),
        ):
            self._actions[name].setEnabled(label is not None)
            self._actions[name].setText(f"&{word} {label}" if label else f"&{word}")

    @Slot()
    def _show_search(self) -> None:
        searching, ready = self._workbench.searching, self._workbench.scene is not None
        self._actions["run"].setEnabled(ready and not searching)
        self._actions["stop"].setEnabled(searching)
        for name in ("play", "next", "previous", "lost", "keepSearch"):
            self._actions[name].setEnabled(self._workbench.count > 1)
        self._actions["resumeHere"].setEnabled(self._workbench.count > 1 and not searching)
        for name in ("saveSession", "exportReport"):
            self._actions[name].setEnabled(ready)

    @Slot()
    def _show_difference(self) -> None:
        self._actions[f"difference.{self._hub.difference}"].setChecked(True)
