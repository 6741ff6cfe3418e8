"""One experiment in a window of its own: what it shows, its parameters, Run and Cancel, and what it finds."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from stabview.experiments.catalogue import Experiment
from stabview.gui import text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import tend
from stabview.gui.dialogs.files import ask_report_folder
from stabview.gui.experiments.finding_view import FindingView
from stabview.gui.experiments.form import ParameterForm
from stabview.gui.export.pdf import have_pdf_written
from stabview.images.errors import InputError
from stabview.report.findings import write_findings
from stabview.study.stored import stored
from stabview.study.study import ExperimentChoice, Study


class ExperimentWindow(QDialog):
    """Not modal. The experiment runs in the background; closing the window cancels it."""

    def __init__(self, bridge: Bridge, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge, self.experiment = bridge, experiment
        self._mine = False  # whether the run that the workbench knows was begun here
        self._stored = stored(experiment.name)
        self.setWindowTitle(f"{experiment.title} — StabView, not for diagnostic use")
        self.setObjectName(f"experiment.{experiment.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = QLabel(f"{experiment.sentence}\n{experiment.source}")
        about.setWordWrap(True)
        self.form = ParameterForm(experiment)
        self.form.setFixedWidth(250)
        self.run_button, self.cancel_button, self.export_button = (
            tend(QPushButton(label), name, tip, f"experiment.{key}")
            for label, name, tip, key in (
                ("Run", "Run the experiment", "Run it with these parameters.", "run"),
                ("Cancel", "Cancel the experiment", "Stop it; what was found so far stays.", "cancel"),
                ("Export…", "Export what was found", "Write pictures, charts, tables and a report.", "export"),
            )
        )
        self.run_button.setProperty("primary", True)
        self.run_button.setDefault(True)
        self.state = QLabel()
        self.state.setObjectName("experiment.state")
        self.state.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setObjectName("experiment.progress")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the experiment")
        self.view = FindingView()
        self._lay_out(about)
        self.run_button.clicked.connect(self.run)
        self.cancel_button.clicked.connect(self.cancel)
        self.export_button.clicked.connect(lambda: ask_report_folder(self, self.export))
        bridge.experiment_changed.connect(self.refresh)
        bridge.error_raised.connect(self.refresh)
        self.resize(1180, 800)
        self.refresh()

    def _lay_out(self, about: QLabel) -> None:
        left = QVBoxLayout()
        left.addWidget(self.form)
        buttons = QHBoxLayout()
        for button in (self.run_button, self.cancel_button):
            buttons.addWidget(button)
        left.addLayout(buttons)
        left.addWidget(self.bar)
        left.addWidget(self.state)
        left.addStretch(1)
        left.addWidget(self.export_button)
        across = QHBoxLayout()
        across.setSpacing(16)
        across.addLayout(left)
        across.addWidget(self.view, 1)
        rows = QVBoxLayout(self)
        rows.addWidget(about)
        rows.addLayout(across, 1)

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

    @Slot()
    def cancel(self) -> None:
        """Stop it."""
        self.bridge.workbench.cancel_experiment()

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
        self.run_button.setEnabled(not busy)
        self.form.setEnabled(not busy)
        self.cancel_button.setEnabled(busy)
        self.export_button.setEnabled(run is not None and not busy)
        self.bar.setVisible(busy)
        if run is None:
            seconds = text.duration(self.experiment.seconds)
            waiting = "Running …" if busy else f"Run takes about {seconds} with these values on two cores."
            self.bar.setRange(0, 0)
            if self._stored is None or busy:
                self.view.show_finding(None, waiting)
            else:
                self.view.show_finding(self._stored.run.finding, "")
                self.state.setText(self._stored.words)
            return
        finding = run.finding
        self.bar.setRange(0, max(1, finding.total))
        self.bar.setValue(finding.done)
        self.view.show_finding(finding, "")
        if busy:
            left = f", about {text.duration(run.seconds_left)} left" if run.seconds_left else ""
            self.state.setText(f"{finding.done} of {finding.total}{left}")
        elif run.finished:
            self.state.setText(f"Finished after {text.duration(run.seconds)}.")
        else:
            self.state.setText(f"Stopped at {finding.done} of {finding.total}.")

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._mine and self.bridge.workbench.experimenting:
            self.cancel()
        super().closeEvent(event)
