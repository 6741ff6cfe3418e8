"""The list of what is painted: choose a detail to change it, uncheck it to take it out of the image for a while."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy

from stabview.gui.cards.fields import tend
from stabview.gui.cards.paint_state import label_of
from stabview.study.study import Detail

_ROWS = 4


class DetailsList(QListWidget):
    """Named `detailList`.

    Signals
    -------
    chosen(index or None) : by the user. hidden(index, on) : unchecked or checked. removed : the Delete key.
    """

    chosen = Signal(object)
    hidden = Signal(int, bool)
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        tip = "What is painted; choose one to change it, uncheck it to hide it, Delete removes it."
        tend(self, "Painted details", tip, "detailList")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.currentRowChanged.connect(lambda index: self.chosen.emit(index if index >= 0 else None))
        self.itemChanged.connect(self._toggled)
        QShortcut(QKeySequence(Qt.Key.Key_Delete), self, self.removed.emit, context=Qt.ShortcutContext.WidgetShortcut)

    def show_details(self, details: tuple[Detail, ...], selected: int | None) -> None:
        """Show these, silently."""
        texts = [label_of(detail) for detail in details]
        with QSignalBlocker(self):
            if texts != [self.item(k).text() for k in range(self.count())]:
                self.clear()
                for text in texts:
                    item = QListWidgetItem(text)
                    item.setToolTip(text)
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    self.addItem(item)
            for k, detail in enumerate(details):
                self.item(k).setCheckState(Qt.CheckState.Unchecked if detail.hidden else Qt.CheckState.Checked)
            self.setCurrentRow(-1 if selected is None else selected)
        self.setVisible(bool(texts))
        height = self.sizeHintForRow(0) if texts else 0
        self.setFixedHeight(min(len(texts), _ROWS) * height + 2 * self.frameWidth())

    def _toggled(self, item: QListWidgetItem) -> None:
        self.hidden.emit(self.row(item), item.checkState() == Qt.CheckState.Unchecked)
