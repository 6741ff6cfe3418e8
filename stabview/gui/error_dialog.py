"""How errors reach the user: a line over the stage for bad input, a dialog with copyable details for the rest."""

from __future__ import annotations

import platform
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)


class ErrorDialog(QDialog):
    """One sentence, and the details to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("StabView: something went wrong")
        self.setModal(False)
        self.setObjectName("errorDialog")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details of the error")
        self.details.setToolTip("Details for a bug report")
        self.details.setTabChangesFocus(True)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy details", QDialogButtonBox.ButtonRole.ActionRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text())
            button.setToolTip("Copy the details to the clipboard" if button is copy else "Close this message")
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.message)
        layout.addWidget(self.details, 1)
        layout.addWidget(buttons)
        self.resize(620, 360)

    def set_error(self, sentence: str, details: str) -> None:
        """Show another error."""
        self.message.setText(sentence)
        self.details.setPlainText(details)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.message.text()}\n\n{self.details.toPlainText()}")


class ErrorBar(QFrame):
    """A sentence over the stage that goes away when dismissed or when the next thing works."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("errorBar")
        self.setProperty("card", True)
        self._details = ""
        self.label = QLabel()
        self.label.setObjectName("errorText")
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = QPushButton("Details…")
        self.more.setAccessibleName("Details of the error")
        self.more.setToolTip("Show the details, to copy them")
        self.more.clicked.connect(self._show_details)
        close = QPushButton("Dismiss")
        close.setAccessibleName("Dismiss the error")
        close.setToolTip("Hide this message")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.more)
        layout.addWidget(close)
        self.hide()

    @Slot(str, str)
    def show_error(self, sentence: str, details: str = "") -> None:
        """Show an error instead of the one before."""
        self._details = details
        self.label.setText(f"⚠  {sentence}")
        self.label.setAccessibleName(f"Error: {sentence}")
        self.more.setVisible(bool(details))
        self.show()

    @Slot()
    def _show_details(self) -> None:
        dialog = ErrorDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.set_error(self.label.text().removeprefix("⚠  "), self._details)
        dialog.show()


def describe(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> tuple[str, str]:
    """The sentence and the details for an unexpected exception."""
    sentence = "StabView made a mistake. Your study is still there; saving the session now is a good idea."
    facts = f"Python {sys.version.split()[0]}, Qt {qVersion()}, {platform.platform()}"
    return sentence, facts + "\n\n" + "".join(traceback.format_exception(kind, error, trace))
