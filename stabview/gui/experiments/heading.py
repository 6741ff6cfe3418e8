"""Words in a size of their own that follow the text size of the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

TITLE, PART, BODY = 1.6, 1.15, 1.0


class Heading(QLabel):
    """Text so many times the size of the window's; it can be selected where `selectable`."""

    def __init__(
        self, text: str = "", size: float = PART, *, bold: bool = True, muted: bool = False, selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(text, parent)
        self._size, self._bold = size, bold
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if muted:
            self.setProperty("muted", True)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_size"):  # what another text size sends, too
            self._dress()

    def _dress(self) -> None:
        font = QApplication.font()
        font.setPointSizeF(self._size * font.pointSizeF())
        font.setBold(self._bold)
        if font != self.font():
            self.setFont(font)
