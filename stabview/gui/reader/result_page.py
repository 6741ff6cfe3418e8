"""What came out of a reader study: d' with its interval, the share of right answers, the times, and the export."""

from __future__ import annotations

import math
from statistics import median

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from stabview.gui.cards.fields import tend
from stabview.images.errors import InputError
from stabview.study.reader_study import QUESTIONS, SHOWN, Answer, Plan, sensitivity

_EVEN = 0.05


class ResultPage(QWidget):
    """Numbers in words; `export` and `again` are its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.headline = QLabel()
        self.headline.setObjectName("reader.dPrime")
        font = self.headline.font()
        font.setPointSizeF(2.2 * font.pointSizeF())
        font.setBold(True)
        self.headline.setFont(font)
        self.words = QLabel()
        self.words.setObjectName("reader.words")
        self.words.setWordWrap(True)
        self.words.setMaximumWidth(620)
        self.said = QLabel()
        self.said.setProperty("muted", True)
        for label in (self.headline, self.words):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.export = QPushButton("Export CSV…")
        tend(self.export, "Export", "A row for each trial, and d' beside it.", "reader.export")
        self.again = tend(QPushButton("Once more"), "Once more", "Back to the form.", "reader.again")
        self.export.setProperty("primary", True)
        across = QHBoxLayout()
        across.addWidget(self.export)
        across.addWidget(self.again)
        across.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(60, 60, 60, 40)
        rows.setSpacing(16)
        rows.addWidget(self.headline)
        rows.addWidget(self.words)
        rows.addLayout(across)
        rows.addWidget(self.said)
        rows.addStretch(1)

    def say(self, sentence: str) -> None:
        """A line under the buttons."""
        self.said.setText(sentence)

    def show_answers(self, plan: Plan, answers: list[Answer]) -> None:
        """Show what the answers amount to."""
        self.say("")
        self.export.setEnabled(False)
        try:
            found = sensitivity(plan.question, answers)
        except InputError as error:
            self.headline.setText("No result")
            self.words.setText(str(error))
            return
        self.export.setEnabled(True)
        self.headline.setText(f"d′ = {found.d_prime:.2f}   ({_bound(found.low)} to {_bound(found.high)})")
        right = sum(answer.right for answer in answers)
        late = sum(answer.late for answer in answers)
        lines = [
            f"{QUESTIONS[plan.question]} Shown: {SHOWN[plan.shown]}.",
            f"{right} of {found.trials} answers were right ({100 * found.correct:.0f} %); the brackets are the "
            f"{100 * found.level:.0f} % interval of d′. "
            + ("It holds 0: guessing would do as well." if found.low <= 0 <= found.high else ""),
            f"Median time of an answer: {median(answer.seconds for answer in answers):.1f} s"
            + (f"; {late} came late." if late else "."),
        ]
        if found.criterion is not None:
            side = "neither" if abs(found.criterion) < _EVEN else "“no”" if found.criterion > 0 else "“yes”"
            lines.append(f"Criterion c = {round(found.criterion, 2) + 0.0:.2f}: the observer leans to {side}.")
        lines.append("One observer and one set of pictures; other observers and pictures give other values.")
        self.words.setText("\n\n".join(lines))


def _bound(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "∞" if value > 0 else "−∞"
