"""A dialog that shows text to read and to copy; the base of the model card, of About and of the list of keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from stabview.gui import theme
from stabview.gui.cards.fields import tend

_MARGIN, _ABOVE = 14, 12


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
        _set_out(self.browser.document())
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


def _set_out(document: QTextDocument) -> None:
    """Room around the text and above its headings; tables as wide as the page, with quiet lines."""
    document.setDocumentMargin(_MARGIN)
    for table in (frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)):
        look = table.format()
        look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 99))  # 100 would ask for a scroll bar
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setBorderCollapse(True)
        look.setBorderBrush(QColor(theme.current().line))
        look.setCellPadding(4)
        table.setFormat(look)
    block = document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel() > 0 and block.blockNumber() > 0:
            apart = QTextBlockFormat()
            apart.setTopMargin(_ABOVE)
            QTextCursor(block).mergeBlockFormat(apart)
        block = block.next()
