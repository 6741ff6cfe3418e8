"""Choosing a worked example: its name and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from stabview.gui.cards.fields import tend
from stabview.study.examples import EXAMPLES, Example


class ExamplesDialog(QDialog):
    """Lists the examples by title, with what they show and where it goes back to; calls `then(name)` for one."""

    def __init__(
        self, then: Callable[[str], None], parent: QWidget | None = None, examples: Mapping[str, Example] = EXAMPLES
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Examples")
        self.setObjectName("dialog.examples")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget()
        tend(self.list, "Examples", "Choose an example; Enter or a double click opens it.", "examples.list")
        self.list.setWordWrap(True)
        self.list.setSpacing(3)
        for name, example in examples.items():
            item = QListWidgetItem(f"{example.title}\n{example.sentence}")
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(f"{name}: {example.source}")
            self.list.addItem(item)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        tend(buttons.button(QDialogButtonBox.StandardButton.Open), "Open", "Open the chosen example.", "examples.open")
        tend(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel", "Close without opening one.")
        rows = QVBoxLayout(self)
        rows.addWidget(QLabel("Each example is complete: it runs offline and shows its first picture within seconds."))
        rows.addWidget(self.list, 1)
        rows.addWidget(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.list.itemActivated.connect(self.accept)
        self.accepted.connect(lambda: then(self.choice()) if self.choice() is not None else None)
        self.list.setCurrentRow(0)
        self.resize(560, 420)

    def choice(self) -> str | None:
        """The name of the chosen example."""
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item is not None else None
