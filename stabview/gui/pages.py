"""What lies over or beside the workbench: the gallery, the tour, the reader study, preferences and recovery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from stabview.gui import recovery, theme
from stabview.gui.bridge import Bridge
from stabview.gui.dialogs.preferences import PreferencesDialog
from stabview.gui.dialogs.recovery import RecoveryDialog
from stabview.gui.dialogs.reference import ReferenceDialog
from stabview.gui.gallery.page import GalleryPage
from stabview.gui.preferences import Preferences
from stabview.gui.reader.window import ReaderWindow
from stabview.gui.tour.overlay import Tour
from stabview.study.gallery import EXAMPLE
from stabview.study.study import ExperimentChoice

if TYPE_CHECKING:
    from stabview.gui.main_window import MainWindow


class Pages(QObject):
    """Shows one thing at a time in the middle of a window: its workbench or the gallery."""

    def __init__(self, bridge: Bridge, window: MainWindow) -> None:
        super().__init__(window)
        self.bridge, self.window = bridge, window
        self.gallery: GalleryPage | None = None
        self.tour: Tour | None = None
        self.recovery: recovery.Recovery | None = None
        self._stack = QStackedWidget()

    def handlers(self) -> dict[str, object]:
        """What the actions do."""
        return {
            "gallery": self.toggle_gallery,
            "tour": self.start_tour,
            "readerStudy": lambda: ReaderWindow(self.bridge, self.window).show(),
            "preferences": self.show_preferences,
            "reference": lambda: ReferenceDialog(self.window).show(),
        }

    def place(self, workbench: QWidget) -> QWidget:
        """What goes into the middle of the window."""
        self._stack.addWidget(workbench)
        self.bridge.study_changed.connect(self.show_workbench)
        self.bridge.search_changed.connect(self._follow_search)
        self._stack.currentChanged.connect(self.follow_curve)
        return self._stack

    def cancel(self) -> bool:
        """Escape: end the tour or close the gallery; False when there was nothing of this."""
        if self.tour is not None:
            self.tour.finish()
        elif self.in_gallery:
            self.show_workbench()
        else:
            return False
        return True

    # --- gallery

    @property
    def in_gallery(self) -> bool:
        """Whether the gallery is in sight."""
        return self.gallery is not None and self._stack.currentWidget() is self.gallery

    @Slot()
    def toggle_gallery(self) -> None:
        """To the gallery, or back to the workbench."""
        self.show_workbench() if self.in_gallery else self.show_gallery()

    def show_gallery(self) -> None:
        """Show the gallery in place of the workbench."""
        if self.gallery is None:
            self.gallery = GalleryPage()
            self.gallery.chosen.connect(self._open)
            self.gallery.asked.connect(lambda action: self.window.actions_[action].trigger())
            self.gallery.file_chosen.connect(lambda path: self.window.opener.open_files([path]))
            self.gallery.closed.connect(self.show_workbench)
            self._stack.addWidget(self.gallery)
        self.gallery.show_recent(self.window.preferences.recent)
        self.gallery.offer_tour(self.window.preferences.tour)
        self._stack.setCurrentWidget(self.gallery)
        self.gallery.take_focus()

    @Slot()
    def show_workbench(self) -> None:
        """Show the workbench."""
        self._stack.setCurrentIndex(0)

    @Slot()
    def _follow_search(self) -> None:
        if self.bridge.workbench.searching:
            self.show_workbench()

    def _open(self, kind: str, name: str) -> None:
        if kind == EXAMPLE:
            self.show_workbench()
            self.window.opener.open_example(name)
        else:
            window = self.window.opener.open_experiment(ExperimentChoice(name))
            if window.stored is None:  # a stored result is there at once, and slow to compute again
                window.run()

    @Slot()
    def follow_curve(self) -> None:
        """The sampling curve follows by itself where that is wanted, and only while it is in sight."""
        wanted = self.window.preferences.live_curve and not self.in_gallery
        if wanted != self.bridge.workbench.live_curve:
            self.bridge.workbench.follow_curve(wanted)

    def let_curve_follow(self, live: bool) -> None:
        """Whether it is wanted, from now on and at the next start."""
        self.window.preferences = replace(self.window.preferences, live_curve=live)
        self.follow_curve()

    # --- tour

    @Slot()
    def start_tour(self) -> None:
        """Lead through the window; what has to be in sight is brought into sight."""
        if self.tour is not None:
            return
        self.show_workbench()
        if self.window.actions_["sides"].isChecked():
            self.window.actions_["sides"].trigger()
        self.tour = Tour(self.window)
        self.tour.ended.connect(self._tour_ended)

    @Slot()
    def _tour_ended(self) -> None:
        self.tour = None
        self.window.preferences = replace(self.window.preferences, tour=False)

    # --- preferences

    @Slot()
    def show_preferences(self) -> None:
        """The dialog of the preferences."""
        PreferencesDialog(self.window.preferences, self.apply, self.window).open()

    def apply(self, preferences: Preferences) -> None:
        """Take up what was changed in the dialog."""
        before, self.window.preferences = self.window.preferences, preferences
        if preferences.theme != before.theme:
            self.window.choose_theme(preferences.theme)
        if preferences.text_size != before.text_size:
            theme.set_font_size(preferences.text_size)
        self.follow_curve()
        if self.recovery is not None:
            self.recovery.set_minutes(preferences.autosave)

    # --- recovery

    def keep_copies(self, folder: Path) -> None:
        """Save by itself from now on, and offer what an earlier program left behind."""
        crash = recovery.crash_report(folder)
        copies = recovery.left_behind(folder)
        recovery.log_crashes(folder)
        minutes = self.window.preferences.autosave
        self.recovery = recovery.Recovery(self.bridge, self.window.view_state, folder, minutes=minutes, parent=self)
        if copies:
            QTimer.singleShot(0, self, lambda: self._offer(copies, crash))

    def _offer(self, copies: list[Path], crash: str) -> None:
        def discard() -> None:
            for copy in copies:
                copy.unlink(missing_ok=True)

        def restore(path: Path) -> None:
            def opened() -> None:
                discard()
                self.bridge.say("Your work was taken up again; save it under a name.")

            self.show_workbench()
            self.bridge.in_background(lambda: self.bridge.workbench.open_session(path), opened)

        RecoveryDialog(copies, crash, restore, discard, self.window).show()

    def close(self) -> None:
        """The window closes as it should."""
        if self.recovery is not None:
            self.recovery.forget()
