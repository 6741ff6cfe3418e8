"""Opening and saving from menus, buttons and dropped files: what a file is decides where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMenu

from stabview.experiments.catalogue import EXPERIMENTS, by_topic
from stabview.gui.bridge import Bridge
from stabview.gui.dialogs import files
from stabview.gui.experiments.window import ExperimentWindow
from stabview.images.errors import InputError
from stabview.images.readers import looks_like_image
from stabview.study.study import ExperimentChoice

if TYPE_CHECKING:
    from stabview.gui.main_window import MainWindow

_NETWORKS = {ending.removeprefix("*") for ending in files.NETWORKS[0][1]}
_SESSIONS = {".stabview", ".toml"}


class Opener(QObject):
    """Asks for files and hands them on; errors go to the bar over the stage."""

    def __init__(self, bridge: Bridge, window: MainWindow) -> None:
        super().__init__(window)
        self.bridge = bridge
        self.window = window
        bridge.scene_changed.connect(lambda: QTimer.singleShot(0, self, self._restore_view))

    # --- asking

    def ask_image(self) -> None:
        """Ask for an image and open it."""
        files.ask_image(self.window, lambda path: self.open_files([path]))

    def ask_folder(self) -> None:
        """Ask for a folder of slices and open it."""
        files.ask_image_folder(self.window, lambda path: self.open_files([path]))

    def ask_network(self) -> None:
        """Ask for a network and open it."""
        files.ask_network(self.window, lambda path: self.open_files([path]))

    def ask_session(self) -> None:
        """Ask for a session or study and open it."""
        files.ask_session(self.window, lambda path: self.open_files([path]))

    def ask_save(self) -> None:
        """Ask where to save the session, and save it."""
        files.ask_session_to_save(self.window, self.save)

    def ask_details(self) -> None:
        """Ask for a file of painted details and paint them in addition."""
        files.ask_details(self.window, self.open_details)

    def ask_save_details(self) -> None:
        """Ask where to save what is painted, and save it."""
        files.ask_details_to_save(self.window, self.save_details)

    def fill_examples(self, menu: QMenu) -> None:
        """Fill the menu of the shipped examples."""
        from stabview.study.examples import EXAMPLES

        menu.clear()
        for name, entry in EXAMPLES.items():
            action = menu.addAction(entry.title)
            action.setToolTip(f"{entry.sentence} ({entry.source})")
            action.triggered.connect(lambda _checked=False, name=name: self.open_example(name))

    def fill_experiments(self, menu: QMenu) -> None:
        """Fill the menu of the experiments, a submenu for each topic."""
        for topic, listed in by_topic().items():
            about = menu.addMenu(topic)
            about.setToolTipsVisible(True)
            for entry in listed:
                action = about.addAction(f"{entry.title}…")
                action.setObjectName(f"action.experiment.{entry.name}")
                action.setToolTip(f"{entry.sentence} ({entry.source})")
                choice = ExperimentChoice(entry.name)
                action.triggered.connect(lambda _checked=False, choice=choice: self.open_experiment(choice))

    # --- doing

    def open_experiment(self, choice: ExperimentChoice) -> ExperimentWindow:
        """Open the window of an experiment with these parameters; without any, with those of its stored result."""
        entry = EXPERIMENTS[choice.name]
        window = ExperimentWindow(self.bridge, entry, self.window)
        stored = window.stored.run.parameters if window.stored is not None else {}
        window.form.show_values(entry.values(choice.parameters or stored))
        window.show()
        return window

    def remember(self, path: Path) -> None:
        """Put a file on the list of the recent ones."""
        self.window.preferences = self.window.preferences.opened(path)

    def open_files(self, paths: Sequence[Path | str]) -> None:
        """Open files by what they are; a session or study first, so that an image beside it is put into it."""
        for path in sorted(map(Path, paths), key=lambda path: path.suffix.lower() not in _SESSIONS):
            kind = path.suffix.lower()
            if path.exists():
                self.remember(path)
            if not path.exists():
                self.bridge.complain(f"{path} does not exist; check its name.")
            elif kind in _SESSIONS:
                self.open_session(path)
            elif kind in _NETWORKS:
                self.open_network(path)
            elif path.is_dir() or looks_like_image(path):
                self.open_image(path)
            else:
                self.bridge.complain(f"{path.name} is no image, network, study or session that StabView can read.")

    def open_image(self, path: Path) -> None:
        """Take an image into the study."""
        self.window.cards.cards["image"].open_file(path)

    def open_network(self, path: Path) -> None:
        """Take a network into the study."""
        self.window.cards.cards["network"].open_file(path)

    def open_session(self, path: Path) -> None:
        """Go back to a saved session, or begin with a study (TOML)."""
        try:
            if path.suffix.lower() == ".toml":
                from stabview.study.toml_file import read_study

                study = read_study(path)
                for choice in study.experiments:
                    self.open_experiment(choice).run()
                if not study.experiments:
                    self.bridge.workbench.change(study, f"open {path.name}")
            else:
                self.bridge.in_background(
                    lambda: self.bridge.workbench.open_session(path), lambda: self.bridge.say(f"Opened {path.name}")
                )
                return
        except InputError as error:
            self.bridge.complain(str(error))
            return
        self.bridge.say(f"Opened {path.name}")

    def _restore_view(self) -> None:
        view = self.bridge.workbench.take_view()
        if view is not None:
            self.window.restore_view(view)

    def open_details(self, path: Path) -> None:
        """Paint the details of a file in addition to those there are."""
        from stabview.study.details_file import read_details

        try:
            details = read_details(path)
        except InputError as error:
            self.bridge.complain(str(error))
            return
        self.bridge.change(f"details of {path.name}", details=(*self.bridge.workbench.study.details, *details))
        self.bridge.say(f"Painted {len(details)} details of {path.name}")

    def save_details(self, path: Path) -> None:
        """Save what is painted."""
        from stabview.study.details_file import write_details

        try:
            write_details(self.bridge.workbench.study.details, path)
        except InputError as error:
            self.bridge.complain(str(error))
            return
        self.bridge.say(f"Saved {path.name}")

    def save(self, path: Path) -> None:
        """Save study, results and view."""
        try:
            write = self.bridge.workbench.session_as_it_stands(self.window.view_state())
        except InputError as error:
            self.bridge.complain(str(error))
            return
        self.bridge.in_background(lambda: write(path), lambda: self.bridge.say(f"Saved {path.name}"))

    def open_example(self, name: str) -> None:
        """Begin with a shipped example and start what it is for: its search, or its sampling curve."""
        from stabview.study.examples import SAMPLING, SEARCH, example

        entry = example(name)
        self.bridge.workbench.change(entry.study(), f"example {name}")
        if entry.shows == SEARCH:
            self.window.run_search()
        elif entry.shows == SAMPLING:
            self.bridge.workbench.run_sweep()
