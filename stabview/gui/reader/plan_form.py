"""What the trials are to be: the question, the pictures, how many, how long there is for an answer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from stabview.gui import text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import Choice, Spin, tend
from stabview.study.reader_study import LESION, QUESTIONS, SHOWN, Plan

_ABOUT = (
    "Observers see one trial after another and say what they see. Truth, side, place and mirror image are drawn at "
    "random; the grey window is fixed. At the end stands d', the distance of the two kinds in standard deviations: 0 "
    "is guessing, 1 is 76 % right of two pictures."
)


class PlanForm(QWidget):
    """Shows and reads a `Plan`.

    Signals
    -------
    begun : Begin was clicked.
    """

    begun = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        about = QLabel(_ABOUT)
        about.setWordWrap(True)
        about.setMaximumWidth(560)
        self.question = Choice("Question", "What observers are asked.", "reader.question")
        self.question.fill([(key, words, "") for key, words in QUESTIONS.items()])
        self.shown = Choice("Pictures", "Which pictures are shown.", "reader.shown")
        self.shown.fill([(key, words, "") for key, words in SHOWN.items()])
        self.trials = Spin("Trials", "How many; 40 take about three minutes.", 2, 1000, object_name="reader.trials")
        self.iterate = Spin("Iterate", "Which perturbation of the search.", 1, 1, object_name="reader.iterate")
        self.size = Spin("Size of the lesion", "Full width at half maximum, in pixels.", 1, 60, suffix=" px",
                         object_name="reader.size")  # fmt: skip
        self.contrast = Spin("Contrast of the lesion", "Share of max|x|.", 1, 100, suffix=" %",
                             object_name="reader.contrast")  # fmt: skip
        self.limit = Spin("Time for an answer", "Later answers count, and are marked as late.", 0, 120, suffix=" s",
                          object_name="reader.limit")  # fmt: skip
        self.limit.setSpecialValueText("no limit")
        self.seed = Spin("Seed", "The same number draws the same trials.", 0, 99999, object_name="reader.seed")
        self.feedback = tend(QCheckBox(), "Say after each answer whether it was right", "For training, not for a test.",
                             "reader.feedback")  # fmt: skip
        self.note = QLabel()
        self.note.setObjectName("reader.note")
        self.note.setProperty("muted", True)
        self.note.setWordWrap(True)
        self.begin = tend(QPushButton("Begin"), "Begin", "Show the first trial.", "reader.begin")
        self.begin.setProperty("primary", True)
        self.begin.clicked.connect(self.begun)
        self._form = QFormLayout()
        for label, field in (
            ("Question", self.question), ("Pictures", self.shown), ("Trials", self.trials),
            ("Iterate", self.iterate), ("Size", self.size), ("Contrast", self.contrast),
            ("Time", self.limit), ("Seed", self.seed), ("Feedback", self.feedback),
        ):  # fmt: skip
            self._form.addRow(label, field)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(40, 28, 40, 28)
        rows.setSpacing(14)
        rows.addWidget(about)
        rows.addLayout(self._form)
        rows.addWidget(self.note)
        rows.addWidget(self.begin)
        rows.addStretch(1)
        self.setMaximumWidth(640)
        self.question.chosen.connect(lambda _: self._show_rows())
        self.iterate.edited.connect(lambda *_: self._show_rows())
        self.show_plan(Plan())

    def show_plan(self, plan: Plan) -> None:
        """Show a plan; the iterate in sight is proposed."""
        workbench = self.bridge.workbench
        last = max(workbench.count - 1, 1)
        self.iterate.setRange(1, last)
        self.iterate.show_value(min(max(workbench.position, 1), last))
        self.question.show_key(plan.question)
        self.shown.show_key(plan.shown)
        for field, value in (
            (self.trials, plan.trials), (self.size, plan.size), (self.contrast, 100 * plan.contrast),
            (self.seed, plan.seed), (self.limit, 0),
        ):  # fmt: skip
            field.show_value(value)
        self._show_rows()

    def plan(self) -> Plan:
        """What the fields say."""
        return Plan(
            self.question.key(), self.shown.key(), int(self.trials.value()), int(self.iterate.value()),
            self.size.value(), self.contrast.value() / 100, int(self.seed.value()),
        )  # fmt: skip

    def _show_rows(self) -> None:
        lesion, workbench = self.question.key() == LESION, self.bridge.workbench
        for field, shown in ((self.iterate, not lesion), (self.size, lesion), (self.contrast, lesion)):
            self._form.setRowVisible(field, shown)
        searched = workbench.count > 1
        self.begin.setEnabled(lesion or searched)
        if lesion:
            self.note.setText("Every trial is measured and reconstructed anew, with the sampling and methods of now.")
        elif searched:
            norm = workbench.curve[int(self.iterate.value())][1]
            self.note.setText(f"‖r‖/‖x‖ {text.per_cent(norm)} at this iterate.")
        else:
            self.note.setText("Run the search first: there is no perturbation yet.")
