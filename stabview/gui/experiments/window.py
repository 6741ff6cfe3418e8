"""One experiment in a window of its own: what it shows, its parameters, Run and Cancel, and what it finds."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from stabview.experiments.catalogue import Experiment
from stabview.gui import text, theme
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import tend
from stabview.gui.dialogs.files import ask_report_folder
from stabview.gui.experiments.banner import NO_CLAIM, SO_FAR
from stabview.gui.experiments.finding_view import FindingView
from stabview.gui.experiments.form import ParameterForm
from stabview.gui.experiments.heading import BODY, PART, TITLE, Heading
from stabview.gui.export.pdf import have_pdf_written
from stabview.images.errors import InputError
from stabview.report.findings import write_findings
from stabview.study.experiments import ExperimentRun
from stabview.study.snippets import command_line
from stabview.study.stored import stored
from stabview.study.study import ExperimentChoice, Study

_FORM, _MARGIN, _GAP = 328, 20, 16
_BUTTONS = (
    ("run", "Run", "Run the experiment", "Run it with these parameters.", "F5"),
    ("cancel", "Cancel", "Cancel the experiment", "Stop it; what was found so far stays.", "Shift+F5"),
    ("defaults", "Defaults", "Defaults", "Put the default of every parameter back.", ""),
    ("copy", "Copy as command line", "Copy as command line", "What runs it with these parameters in a terminal.",
     "Ctrl+Shift+C"),
    ("export", "Export…", "Export what was found", "Write pictures, charts, tables and a report.", "Ctrl+Shift+E"),
)  # fmt: skip

_NOTHING = "Nothing has been run yet. What Run finds is shown here."
_BEGUN = "Running. What is found is shown here as it comes."


class ExperimentWindow(QDialog):
    """Not modal. The experiment runs in the background; closing the window cancels it."""

    def __init__(self, bridge: Bridge, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge, self.experiment = bridge, experiment
        self._mine = False  # whether the run that the workbench knows was begun here
        self.stored = stored(experiment.name)
        self.setWindowTitle(f"{experiment.title} — StabView, not for diagnostic use")
        self.setObjectName(f"experiment.{experiment.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        self.form, self.view = ParameterForm(experiment), FindingView()
        buttons = {
            key: tend(QPushButton(label), name, f"{tip} ({keys})" if keys else tip, f"experiment.{key}")
            for key, label, name, tip, keys in _BUTTONS
        }
        for button in buttons.values():
            button.setAutoDefault(False)
        self.run_button, self.cancel_button, self.defaults_button, self.copy_button, self.export_button = (
            buttons.values()
        )
        self.run_button.setProperty("primary", True)
        self.run_button.setDefault(True)
        self.state = Heading("", BODY, bold=False, muted=True)
        self.state.setObjectName("experiment.state")
        self.bar = QProgressBar()
        self.bar.setObjectName("experiment.progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Progress of the experiment")
        self._lay_out()
        self.run_button.clicked.connect(self.run)
        self.cancel_button.clicked.connect(self.cancel)
        self.defaults_button.clicked.connect(self.form.show_defaults)
        self.copy_button.clicked.connect(self.copy_command)
        self.export_button.clicked.connect(lambda: ask_report_folder(self, self.export))
        for key, _, _, _, keys in _BUTTONS:
            if keys:
                QShortcut(QKeySequence(keys), self).activated.connect(buttons[key].click)
        self.form.edited.connect(self._offer_defaults)
        bridge.experiment_changed.connect(self.refresh)
        bridge.error_raised.connect(self.refresh)
        self.resize(1180, 800)
        self._offer_defaults()
        self.refresh()
        self.run_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(4)
        for words, size, bold in ((self.experiment.title, TITLE, True), (self.experiment.sentence, BODY, False)):
            head.addWidget(Heading(words, size, bold=bold, selectable=True))
        head.addWidget(Heading(f"Source: {self.experiment.source}", BODY, bold=False, muted=True, selectable=True))
        across = QHBoxLayout()
        across.setSpacing(_GAP)
        across.addWidget(self._side())
        across.addWidget(self.view, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(_MARGIN, 16, _MARGIN - 8, _MARGIN)
        rows.setSpacing(_GAP)
        rows.addLayout(head)
        rows.addLayout(across, 1)

    def _side(self) -> QWidget:
        """The card of the parameters, with what can be done under it."""
        side, scroll = QFrame(), QScrollArea()
        side.setProperty("card", True)
        side.setObjectName("experiment.side")
        self._side_card = side
        self._fit()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.form)
        scroll.verticalScrollBar().rangeChanged.connect(lambda _low, high: self.form.leave_room(6 if high else 0))
        top, first, last = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(Heading("Parameters", PART), 1)
        top.addWidget(self.defaults_button)
        first.addWidget(self.run_button, 2)
        first.addWidget(self.cancel_button, 1)
        last.addWidget(self.copy_button, 2)
        last.addWidget(self.export_button, 1)
        rows = QVBoxLayout(side)
        rows.setContentsMargins(14, 12, 14, 14)
        rows.setSpacing(10)
        rows.addLayout(top)
        rows.addWidget(scroll, 1)
        rows.addLayout(first)
        rows.addWidget(self.bar)
        rows.addWidget(self.state)
        rows.addLayout(last)
        return side

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_side_card"):
            self._fit()

    def _fit(self) -> None:
        self._side_card.setFixedWidth(theme.scaled(_FORM))

    @Slot()
    def run(self) -> None:
        """Run the experiment with the parameters of the form."""
        try:
            choice = ExperimentChoice(self.experiment.name, self.form.values())
        except InputError as error:
            self.state.setText(str(error))
            return
        self._mine = True
        self.bridge.workbench.run_experiment(choice)
        self.refresh()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def cancel(self) -> None:
        """Stop it."""
        self.bridge.workbench.cancel_experiment()

    @Slot()
    def copy_command(self) -> None:
        """Put the command that runs it with the parameters of the form on the clipboard."""
        try:
            choice = ExperimentChoice(self.experiment.name, self.form.changed())
        except InputError as error:
            self.state.setText(str(error))
            return
        QGuiApplication.clipboard().setText(command_line(Study(experiments=(choice,))))
        self.state.setText("The command line is on the clipboard.")

    def export(self, folder: Path) -> None:
        """Write what was found to a folder."""
        workbench, run = self.bridge.workbench, self.bridge.workbench.experiment_run
        study = Study(experiments=(ExperimentChoice(self.experiment.name, run.parameters),))
        provenance = {"device": workbench.device_label}

        def write() -> None:
            write_findings([run], study, folder, provenance=provenance)
            have_pdf_written(folder)

        self.bridge.in_background(write, lambda: self.state.setText(f"Written to {folder}."), owner=self)

    @Slot()
    def refresh(self) -> None:
        """Show where the experiment stands."""
        workbench = self.bridge.workbench
        run = workbench.experiment_run if self._mine else None
        if run is not None and run.experiment is not self.experiment:
            self._mine, run = False, None
        busy = self._mine and workbench.experimenting
        stops_here = self.cancel_button.hasFocus() and not busy
        self.run_button.setEnabled(not busy)
        self.form.setEnabled(not busy)
        self.cancel_button.setEnabled(busy)
        self.export_button.setEnabled(run is not None and not busy)
        self.bar.setVisible(busy)
        self._offer_defaults()
        if stops_here:
            self.run_button.setFocus(Qt.FocusReason.OtherFocusReason)
        if run is None:
            self.bar.setRange(0, 0)
            self._show_waiting(busy)
            return
        self.show_run(run, busy=busy)

    def show_run(self, run: ExperimentRun, *, busy: bool) -> None:
        """Show what a run found; `busy` while it goes on."""
        finding = run.finding
        self.bar.setRange(0, max(1, finding.total))
        self.bar.setValue(finding.done)
        outcome = self.experiment.outcome(finding.agrees) or (NO_CLAIM if run.finished else SO_FAR)
        self.view.show_finding(finding, outcome)
        if busy:
            left = f", about {text.duration(run.seconds_left)} left" if run.seconds_left else ""
            self.state.setText(f"{finding.done} of {finding.total}{left}")
        elif run.finished:
            self.state.setText(f"Finished after {text.duration(run.seconds)}.")
        else:
            self.state.setText(f"Stopped at {finding.done} of {finding.total}.")

    def _show_waiting(self, busy: bool) -> None:
        """Before there is a finding: the stored one, or that there is none yet."""
        takes = f"Takes about {text.duration(self.experiment.seconds)} with the defaults on two cores."
        self.state.setText("Running …" if busy else takes)
        if busy or self.stored is None:
            self.view.show_finding(None, note=_BEGUN if busy else _NOTHING)
            return
        finding = self.stored.run.finding
        self.view.show_finding(finding, self.experiment.outcome(finding.agrees) or NO_CLAIM, self.stored.words)

    @Slot()
    def _offer_defaults(self) -> None:
        try:
            changed = bool(self.form.changed())
        except InputError:
            changed = True
        self.defaults_button.setEnabled(changed and self.form.isEnabled())

    def reject(self) -> None:
        """Escape: first what runs, then the window."""
        if self._mine and self.bridge.workbench.experimenting:
            self.cancel()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._mine and self.bridge.workbench.experimenting:
            self.cancel()
        super().closeEvent(event)
