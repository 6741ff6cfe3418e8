"""Taking things out of the window: figures, numbers and films of what is shown, the study as text, the report."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from stabview.gui.bridge import Bridge
from stabview.gui.dialogs import files
from stabview.gui.dialogs.export import FILMS, ExportDialog, Subject
from stabview.gui.dialogs.report import ReportDialog, ReportWish
from stabview.gui.export.figures import figure
from stabview.gui.export.pdf import have_pdf_written
from stabview.images.errors import InputError
from stabview.report import tables
from stabview.report.pictures import Ranges
from stabview.study.snippets import command_line, python_script

if TYPE_CHECKING:
    from stabview.gui.main_window import MainWindow
    from stabview.study.outcome import Write

_FIGURE = (".png", ".svg", ".pdf")
_NUMBERS = {"growth": tables.iterates_csv, "numbers": tables.iterates_csv, "sampling": tables.sweep_csv}


class Exporting(QObject):
    """Knows what can be taken out of a window, and does it without keeping the window waiting."""

    def __init__(self, bridge: Bridge, window: MainWindow) -> None:
        super().__init__(window)
        self.bridge, self.window = bridge, window
        self._then: dict[Path, Callable[[], None]] = {}  # what is done when a file or folder is there
        bridge.report_ready.connect(self._written)
        QTimer.singleShot(0, self, self._offer_menus)

    def handlers(self) -> dict[str, object]:
        """What the actions do."""
        return {
            "export": self.ask,
            "exportReport": self.ask_report,
            "copyPicture": self.copy,
            "copyCommand": self.copy_command,
            "copyPython": self.copy_python,
        }

    # --- what there is

    def widgets(self) -> dict[str, QWidget]:
        """What can become a figure, by key; panels by their names."""
        window = self.window
        comparison = window.looking.comparison
        if comparison.mode is not None:
            panels, stage = {"panel.comparison": comparison.panel}, comparison.panel
        else:
            panels = {f"panel.{name}": panel for name, panel in window.stage.panels.items() if panel.isVisible()}
            stage = window.stage
        return {
            **panels, "stage": stage, "growth": window.strip.chart, "sampling": window.sampling_plot.chart,
            "numbers": window.measures, **window.inspector.figures(), "window": window.centralWidget(),
        }  # fmt: skip

    def subjects(self) -> tuple[Subject, ...]:
        """The same with their names and formats, and the film."""
        named = {
            "stage": "All panels in sight", "growth": "Growth curves of the search", "sampling": "PSNR and sampling",
            "numbers": "Numbers", "magnifier": "Magnifier", "region": "Statistics of the region",
            "profile": "Line profile", "histogram": "Histogram", "window": "The whole window",
        }  # fmt: skip
        listed = [
            Subject(key, named.get(key) or f"Panel: {widget.accessibleName()}", self._endings(key))
            for key, widget in self.widgets().items()
        ]
        film = [Subject("film", "Film of all iterates", FILMS)] if self.bridge.workbench.count > 1 else []
        return (*listed, *film)

    def focused(self) -> str:
        """The key of what has the focus; all panels where nothing of it has."""
        focus = self.window.focusWidget()
        found = [key for key, widget in self.widgets().items() if key not in ("stage", "window")
                 and focus is not None and (focus is widget or widget.isAncestorOf(focus))]  # fmt: skip
        return found[0] if found else "stage"

    def _endings(self, key: str) -> tuple[str, ...]:
        return (*_FIGURE, ".csv") if key in _NUMBERS or key in self.window.inspector.tables() else _FIGURE

    def _offer_menus(self) -> None:
        """A right click on plots and tables; panels have a menu of their own."""
        inspector = self.window.inspector
        pages = {"magnifier": inspector.magnifier, "profile": inspector.profile.chart,
                 "histogram": inspector.histogram.chart, "region": inspector.region.table}  # fmt: skip
        for key, widget in {**{key: self.widgets()[key] for key in ("growth", "sampling", "numbers")}, **pages}.items():
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(partial(self._menu, key, widget))

    def _menu(self, key: str, widget: QWidget, place: QPoint) -> None:
        menu = QMenu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy").triggered.connect(lambda: self.copy_figure(key))
        menu.addAction("Export…").triggered.connect(lambda: self.ask(key))
        menu.popup(widget.mapToGlobal(place))

    # --- copying

    @Slot()
    def copy(self) -> None:
        """What has the focus to the clipboard: the table as text, a panel or plot as a picture, or all panels."""
        for table in (self.window.measures.table, self.window.inspector.region.table):
            if table.hasFocus():
                QGuiApplication.clipboard().setText(table.as_text())
                self.bridge.say("Copied the table")
                return
        key = self.focused()
        self.copy_figure(key)

    def copy_figure(self, key: str) -> None:
        """One of `widgets` to the clipboard, as it is on the screen."""
        widget = self.widgets()[key]
        QGuiApplication.clipboard().setPixmap(widget.grab())
        title = next(subject.title for subject in self.subjects() if subject.key == key)
        self.bridge.say(f"Copied: {title}")

    @Slot()
    def copy_command(self) -> None:
        """The study as a command line."""
        QGuiApplication.clipboard().setText(command_line(self.bridge.workbench.study))
        self.bridge.say("Copied the command line that gives these numbers")

    @Slot()
    def copy_python(self) -> None:
        """The study as a Python script."""
        workbench = self.bridge.workbench
        QGuiApplication.clipboard().setText(python_script(workbench.study, position=workbench.position))
        self.bridge.say("Copied the Python script that gives these numbers")

    # --- files

    @Slot()
    def ask(self, key: str = "") -> None:
        """Ask what to export and where to; `key` is proposed, or what has the focus."""
        ExportDialog(self.subjects(), key or self.focused(), self._ask_where, self.window).open()

    def _ask_where(self, key: str, ending: str, light: bool, seconds: float) -> None:
        name = f"stabview-{key.removeprefix('panel.')}{ending}"
        files.ask_export(self.window, name, ending, partial(self.export, key, light=light, seconds=seconds))

    def export(self, key: str, path: Path, *, light: bool = False, seconds: float = 0.15) -> None:
        """Write one of `subjects` to a file, in the format its ending says."""
        kind = path.suffix.lower()
        try:
            if kind in FILMS:
                self._export_film(path, seconds)
            elif kind == ".csv" and key in self.window.inspector.tables():
                text = self.window.inspector.tables()[key]
                self.bridge.in_background(
                    lambda: path.write_text(text, encoding="utf-8"), lambda: self.bridge.say(f"Wrote {path.name}")
                )
            elif kind == ".csv":
                self._export_numbers(key, path)
            else:
                finish = figure(self.widgets()[key], path, title=self._caption(), light=light)
                self.bridge.in_background(finish, lambda: self.bridge.say(f"Wrote {path.name}"))
        except InputError as error:
            self.bridge.complain(str(error))

    def _caption(self) -> str:
        workbench = self.bridge.workbench
        scene = workbench.scene
        return f"{scene.title}, {scene.network_title}, iterate {workbench.position}." if scene is not None else ""

    def _export_film(self, path: Path, seconds: float) -> None:
        from stabview.report.animation import write_animation

        hub = self.window.hub
        ranges = Ranges(hub.window, hub.signed_limit, hub.amplification)

        def write(_result, frames, scene, _study, target, arrays) -> list[Path]:
            return [write_animation(frames, scene, target, seconds=seconds, ranges=ranges)]

        self._have_written(path, write, lambda: self.bridge.say(f"Wrote {path.name}"))

    def _export_numbers(self, key: str, path: Path) -> None:
        def write(result, _frames, _scene, _study, target, arrays) -> list[Path]:
            try:
                target.write_text(_NUMBERS[key](result), encoding="utf-8")
            except OSError as error:
                raise InputError(f"'{target}' cannot be written ({error.strerror}): choose another place.") from error
            return [target]

        self._have_written(path, write, lambda: self.bridge.say(f"Wrote {path.name}"))

    # --- the report

    @Slot()
    def ask_report(self) -> None:
        """Ask what the report is to hold and where it goes."""
        ReportDialog(self.bridge.workbench.count > 1, self.report, self.window).open()

    def report(self, wish: ReportWish) -> None:
        """Have the report written."""
        from stabview.report.write import write_outcome

        def write(result, frames, scene, study, folder, arrays) -> list[Path]:
            stated = {key: text for key, text in wish.stated().items() if text}
            result = {**result, "report": stated} if stated else result
            return write_outcome(result, frames, scene, study, folder, arrays)

        self._have_written(wish.folder, write, lambda: self._add_pdf(wish))

    def _have_written(self, target: Path, write: Write, then: Callable[[], None]) -> None:
        """Have everything there is to say handed to `write` in the background."""
        self._then[target] = then
        self.bridge.workbench.report_to(target, write)

    @Slot()
    def _written(self) -> None:
        then = self._then.pop(self.bridge.workbench.report_folder, None)
        if then is not None:
            then()

    def _add_pdf(self, wish: ReportWish) -> None:
        if not wish.pdf:
            self._reported(wish)
            return
        self.bridge.in_background(lambda: have_pdf_written(wish.folder), lambda: self._reported(wish))

    def _reported(self, wish: ReportWish) -> None:
        if wish.film:
            self.export("film", wish.folder / f"iterates{wish.film}")
        self.bridge.say(f"The report is in {wish.folder}")
        if wish.open:
            files.show_file(wish.folder / ("report.pdf" if wish.pdf else "report.html"))
