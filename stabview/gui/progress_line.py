"""The status line: what the workers do, how far they are, how long it takes, and the button that cancels it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from stabview.gui import text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import Elided

_SHOWN_MS = 6000


class ProgressLine(QWidget):
    """Holds progressBar and cancelButton while something is computed; messages of `bridge.say` stand here, too."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.words = Elided()
        self.words.setObjectName("progressText")
        self.words.setAccessibleName("What is computed")
        self.bar = QProgressBar()
        self.bar.setObjectName("progressBar")
        self.bar.setAccessibleName("Progress")
        self.bar.setToolTip("How much of the present computation is done")
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(200, 12)
        self.left = QLabel()
        self.left.setObjectName("timeLeft")
        self.left.setProperty("muted", True)
        self.left.setMinimumWidth(self.fontMetrics().horizontalAdvance("about 59 min left"))
        self.button = QPushButton("Cancel")
        self.button.setObjectName("cancelButton")
        self.button.setAccessibleName("Cancel what is computed")
        self.button.setToolTip("Cancel everything that is computed now (Esc)")
        self.button.clicked.connect(lambda: bridge.workbench.cancel())
        warning = QLabel("Not for diagnostic use")
        warning.setObjectName("notForDiagnosis")
        warning.setProperty("muted", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(10)
        row.addWidget(self.words, 2)
        row.addWidget(self.bar)
        row.addWidget(self.left)
        row.addWidget(self.button)
        row.addStretch(1)
        row.addWidget(warning)
        self._while_busy = (self.bar, self.left, self.button)
        for widget in self._while_busy:
            kept = widget.sizePolicy()
            kept.setRetainSizeWhenHidden(True)  # so that the words do not jump when they come and go
            widget.setSizePolicy(kept)
        self._message = ""
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self._forget)
        bridge.progress_changed.connect(self.refresh)
        bridge.message.connect(self.say)
        self.refresh()

    @Slot(str)
    def say(self, message: str) -> None:
        """Show a message for a few seconds."""
        self._message = message
        self._timer.start()
        self.refresh()

    @Slot()
    def _forget(self) -> None:
        self._message = ""
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the progress."""
        progress = self.bridge.workbench.progress
        known = progress.total > 0
        words = progress.text if progress.busy else "Ready"
        if progress.busy and known and not progress.searching:  # the search counts in its own words
            words = f"{words}  {progress.done} / {progress.total}"
        self.words.setText(self._message or words)
        self.bar.setRange(0, progress.total if known else 0 if progress.busy else 1)
        self.bar.setValue(progress.done if known and progress.busy else 0)
        self.left.setText(text.seconds_left(progress.seconds_left) if progress.busy else "")
        for widget in self._while_busy:
            widget.setVisible(progress.busy)
