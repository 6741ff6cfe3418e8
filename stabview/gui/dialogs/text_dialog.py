"""A dialog that shows text to read and to copy; the base of the model card, of About and of the list of keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from stabview.gui.cards.fields import tend


class TextDialog(QDialog):
    """Markdown in a window with Copy and Close. `text` is what Copy puts on the clipboard."""

    def __init__(self, title: str, markdown: str, parent: QWidget | None = None, *, name: str = "text") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName(f"dialog.{name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.browser = QTextBrowser()
        self.browser.setOpenExternalLinks(True)
        self.browser.setMarkdown(markdown)
        tend(self.browser, title, "Text to read; it can be selected and copied.", f"{name}.text")
        self.rows = QVBoxLayout(self)
        self.rows.addWidget(self.browser, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = QPushButton("Copy")
        tend(self.copy, "Copy the text", "Copy all of this text to the clipboard.", f"{name}.copy")
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        tend(buttons.button(QDialogButtonBox.StandardButton.Close), "Close", "Close this window.")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        buttons.rejected.connect(self.reject)
        self.rows.addWidget(buttons)
        self.resize(640, 560)

    def text(self) -> str:
        """What Copy copies."""
        return self.browser.toPlainText()
