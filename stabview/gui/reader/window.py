"""The window of a reader study: form, trials, result. While trials run nothing else of StabView can be used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import tend
from stabview.gui.dialogs.files import ask_export
from stabview.gui.reader.plan_form import PlanForm
from stabview.gui.reader.result_page import ResultPage
from stabview.gui.reader.trial_view import TrialView
from stabview.images.errors import InputError
from stabview.study.reader_study import (
    LESION,
    PERTURBED,
    QUESTIONS,
    Answer,
    Plan,
    Trial,
    answers_csv,
    lesion_trials,
    perturbed_trials,
    summary_csv,
)

PAUSE = 500
"""Milliseconds of black between trials, so that one is not compared with the one before."""
_BUTTONS = {
    PERTURBED: (("Left", "left arrow", Qt.Key.Key_Left), ("Right", "right arrow", Qt.Key.Key_Right)),
    LESION: (("No", "N", Qt.Key.Key_N), ("Yes", "Y", Qt.Key.Key_Y)),
}


class ReaderWindow(QDialog):
    """See the module. Trials are made in the background, one ahead."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.setWindowTitle("Reader study — StabView, not for diagnostic use")
        self.setObjectName("readerStudy")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.plan = Plan()
        self.answers: list[Answer] = []
        self.trial: Trial | None = None
        self._trials: Iterator[Trial] = iter(())
        self._ahead: list[Trial] = []
        self._making = self._over = False
        self._shown_at = 0.0
        self.form = PlanForm(bridge)
        self.form.begun.connect(self.begin)
        self.result = ResultPage()
        self.result.export.clicked.connect(self._ask_export)
        self.result.again.clicked.connect(lambda: self.pages.setCurrentWidget(self._form_page))
        self.pages = QStackedWidget()
        self._form_page = QWidget()
        centre = QHBoxLayout(self._form_page)
        centre.addStretch(1)
        centre.addWidget(self.form, 4)
        centre.addStretch(1)
        for page in (self._form_page, self._trial_page(), self.result):
            self.pages.addWidget(page)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.pages)
        self.resize(1000, 680)

    def _trial_page(self) -> QWidget:
        self.page = QWidget()
        self.asked = QLabel()
        self.asked.setObjectName("reader.asked")
        self.asked.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self.asked.font()
        font.setPointSizeF(1.4 * font.pointSizeF())
        self.asked.setFont(font)
        self.view = TrialView()
        self.buttons = tuple(tend(QPushButton(), "Answer", "Your answer.", f"reader.answer{k}") for k in (0, 1))
        self.told = QLabel()
        self.told.setObjectName("reader.told")
        self.told.setMinimumWidth(90)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Trials done")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(200)
        self.stop = tend(QPushButton("Stop"), "Stop", "End here; what was answered counts.", "reader.stop")
        self.stop.clicked.connect(self.finish)
        across = QHBoxLayout()
        across.addWidget(self.bar)
        across.addWidget(self.told)
        across.addStretch(1)
        for value, button in enumerate(self.buttons):
            button.setMinimumSize(150, 40)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, value=value: self.answer(value))
            across.addWidget(button)
        across.addStretch(1)
        across.addSpacing(200)
        across.addWidget(self.stop)
        rows = QVBoxLayout(self.page)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.addWidget(self.asked)
        rows.addWidget(self.view, 1)
        rows.addLayout(across)
        return self.page

    # --- trials

    @Slot()
    def begin(self) -> None:
        """Begin with the plan of the form."""
        self.plan, workbench = self.form.plan(), self.bridge.workbench
        try:
            if self.plan.question == PERTURBED:
                clean, perturbed = workbench.frame(0), workbench.frame(self.plan.iterate)
                for frame in (clean, perturbed):
                    if frame is None or self.plan.shown not in frame.panels:
                        raise InputError("This picture is still being computed; try again in a moment.")
                self._trials = perturbed_trials(self.plan, clean, perturbed)
            else:
                self._trials = lesion_trials(self.plan, workbench.study)
        except InputError as error:
            self.form.note.setText(str(error))
            return
        self.answers, self._ahead, self.trial, self._over = [], [], None, False
        for button, (label, name, _) in zip(self.buttons, _BUTTONS[self.plan.question], strict=True):
            button.setText(label)
            button.setAccessibleName(label)
            button.setToolTip(f"Your answer (key: {name}).")
        self.asked.setText(QUESTIONS[self.plan.question])
        self.bar.setRange(0, self.plan.trials)
        self.told.setText("")
        self.pages.setCurrentWidget(self.page)
        self._pause()

    def _make(self) -> None:
        """Have the next trial made, unless one is waiting."""
        if self._making or self._over or self._ahead:
            return
        self._making, made, trials = True, [], self._trials
        self.bridge.in_background(
            lambda: made.append(next(trials, None)), lambda: self._made(trials, made[0]), owner=self
        )

    def _made(self, trials: Iterator[Trial], trial: Trial | None) -> None:
        self._making = False
        if trials is not self._trials:
            return
        self._over = trial is None
        if trial is not None:
            self._ahead.append(trial)
        if self.trial is None and not self._pausing.isActive():
            self._next()

    def _pause(self) -> None:
        """Black for a moment, while the next trial is made."""
        self.trial = None
        self.view.show_pictures(())
        self._answerable(False)
        self.bar.setValue(len(self.answers))
        self._pausing = QTimer(self, singleShot=True, interval=PAUSE)
        self._pausing.timeout.connect(self._next)
        self._pausing.start()
        self._make()

    @Slot()
    def _next(self) -> None:
        if len(self.answers) >= self.plan.trials or (self._over and not self._ahead):
            self.finish()
        elif self._ahead:
            self.trial = self._ahead.pop(0)
            self.view.show_pictures(self.trial.pictures, marked=self.plan.question == LESION)
            self._shown_at = time.perf_counter()
            self._answerable(True)
            self._make()
        else:
            self.told.setText("preparing …")

    def _answerable(self, yes: bool) -> None:
        for button in self.buttons:
            button.setEnabled(yes)
        if yes:
            if self.told.text() == "preparing …":
                self.told.setText("")
            self.setFocus()

    def answer(self, said: int) -> None:
        """Take the answer to the trial in sight."""
        if self.trial is None:
            return
        seconds, limit = time.perf_counter() - self._shown_at, self.form.limit.value()
        late = bool(limit) and seconds > limit
        one = Answer(self.trial.number, self.trial.truth, said, seconds, late, self.trial.facts)
        self.answers.append(one)
        if self.form.feedback.isChecked():
            self.told.setText("right" if one.right else "wrong")
        self._pause()

    @Slot()
    def finish(self) -> None:
        """Show what came out of the answers so far."""
        self._trials, self.trial = iter(()), None
        if hasattr(self, "_pausing"):
            self._pausing.stop()
        self.result.show_answers(self.plan, self.answers)
        self.pages.setCurrentWidget(self.result)

    # --- the result

    def _ask_export(self) -> None:
        ask_export(self, f"reader-study-{self.plan.question}.csv", ".csv", self.export)

    def export(self, path: Path) -> None:
        """Write the trials to a CSV file, and d' beside it to NAME-summary.csv."""
        beside = path.with_name(f"{path.stem}-summary{path.suffix}")
        texts = {path: answers_csv(self.plan, self.answers), beside: summary_csv(self.plan, self.answers)}

        def write() -> None:
            for file, content in texts.items():
                file.write_text(content, encoding="utf-8")

        said = f"Written to {path.name} and {beside.name}."
        self.bridge.in_background(write, lambda: self.result.say(said), owner=self)

    # --- keys and the end

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.pages.currentWidget() is self.page:
            for value, (*_, key) in enumerate(_BUTTONS[self.plan.question]):
                if event.key() == key:
                    self.answer(value)
            if event.key() == Qt.Key.Key_Escape:
                self.finish()
            event.accept()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._trials = iter(())
        super().closeEvent(event)
