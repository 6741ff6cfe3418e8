"""A table of a finding: as wide as its words, quiet lines, three digits; all digits in tooltips and copies."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stabview.experiments.finding import Table
from stabview.gui import theme
from stabview.gui.cards.fields import tend
from stabview.gui.copying import copy, offer_copy
from stabview.gui.experiments.digits import column_words, is_number
from stabview.gui.experiments.heading import BODY, Heading
from stabview.gui.experiments.signs import signs
from stabview.report.findings import cell_words, table_csv
from stabview.report.wording import METHODS

_ROWS = 14  # of a longer table the rest is reached with its scroll bar
_CELL, _HEAD, _TIGHT = 340, 130, 60  # widest text of a cell, and of a heading before it wraps, in pixels
_LEAST = 180  # pixels of a table at least
_ACROSS, _DOWN = 22, 12  # room in a cell beside and above its words
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter


class _Lines(QStyledItemDelegate):
    """Cells with a thin line under them."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        left, right, bottom = option.rect.left(), option.rect.right() + 1, option.rect.bottom() + 0.5
        option.rect.adjust(_ACROSS // 2 - 3, 0, 3 - _ACROSS // 2, -1)  # Qt leaves three pixels itself
        super().paint(painter, option, index)
        if index.row() < index.model().rowCount() - 1:
            painter.setPen(QPen(QColor(theme.current().line), 1))
            painter.drawLine(QLineF(left, bottom, right, bottom))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class _Grid(QTableWidget):
    """Leaves wheel and Enter to the page where it has no use for them; Ctrl+C copies all of it."""

    def __init__(self, table: Table) -> None:
        super().__init__(len(table.rows), len(table.columns))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._widths = [0] * len(table.columns)  # that the words need
        self._text = lambda: table_csv(table, separator="\t")
        tend(self, table.title, "Ctrl+C or a right click copies the whole table, with all digits.")
        offer_copy(self, self._text)
        self.setItemDelegate(_Lines(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setAccessibleName(f"Columns of {table.title}")
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(True)
        header.setStyleSheet(f"QHeaderView::section {{ padding: 2px {_ACROSS // 2}px; }}")
        self.setHorizontalHeaderLabels([signs(METHODS.get(name, name)) for name in table.columns])
        for column in range(len(table.columns)):
            self._fill(column, [row[column] for row in table.rows])

    def _fill(self, column: int, cells: list[object]) -> None:
        right = any(is_number(cell) for cell in cells)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter if right else _LEFT
        self.horizontalHeaderItem(column).setTextAlignment(side | Qt.TextFlag.TextWordWrap)
        for row, (cell, words) in enumerate(zip(cells, column_words(cells), strict=True)):
            item = QTableWidgetItem(words)
            item.setTextAlignment(side if is_number(cell) else _LEFT)
            item.setToolTip(repr(cell) if isinstance(cell, float) else cell_words(cell))
            self.setItem(row, column, item)

    def fit(self, head: int = _HEAD) -> int:
        """Give rows and columns the room that their words need; returns the width of all.

        head : pixels of a heading, at the usual text size, from which it goes on in the next line.
        """
        metrics, head_metrics = QFontMetrics(self.font()), QFontMetrics(self.horizontalHeader().font())
        down, high = theme.scaled(_DOWN), metrics.height()
        for column in range(self.columnCount()):
            cells = [metrics.horizontalAdvance(self.item(row, column).text()) for row in range(self.rowCount())]
            words = self.horizontalHeaderItem(column).text()
            longest = max((head_metrics.horizontalAdvance(word) for word in words.split()), default=0)
            least = max(longest, min(head_metrics.horizontalAdvance(words), theme.scaled(head)))
            wide = max(min(max(cells, default=0), theme.scaled(_CELL)), least)
            high = max(high, head_metrics.boundingRect(0, 0, wide + 2, 10_000, _WRAPPED, words).height())
            self._widths[column] = wide + _ACROSS + 2
            self.setColumnWidth(column, self._widths[column])
        self.verticalHeader().setDefaultSectionSize(metrics.height() + down)
        self.horizontalHeader().setFixedHeight(high + down)
        return sum(self._widths)

    def height_for(self, width: int) -> int:
        """Pixels of heading, rows and, where it is too wide, scroll bar."""
        rows = min(self.rowCount(), _ROWS) * self.verticalHeader().defaultSectionSize()
        wanted = sum(self._widths) + self.scroll_width() > width
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAlwaysOn if wanted else policy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if self.scroll_width() else policy.ScrollBarAlwaysOff)
        bar = self.horizontalScrollBar().sizeHint().height() if wanted else 0
        return self.horizontalHeader().height() + rows + bar

    def scroll_width(self) -> int:
        """Pixels of the scroll bar of a long table."""
        return self.verticalScrollBar().sizeHint().width() if self.rowCount() > _ROWS else 0

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # the page scrolls

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy(self._text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # or the window would run the experiment again
        else:
            super().keyPressEvent(event)


class FindingTable(QFrame):
    """A card with the title of a table and its rows."""

    def __init__(self, table: Table, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.heading = Heading(signs(table.title), BODY)
        self.grid = _Grid(table)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(1, 10, 1, 8)
        rows.setSpacing(4)
        self.heading.setContentsMargins(12, 0, 12, 0)
        rows.addWidget(self.heading)
        rows.addWidget(self.grid)
        rows.addStretch(1)

    def natural_width(self, room: int) -> int:
        """As wide as nothing is cut or scrolled; headings take more lines where the room is less than that."""
        beside = self.grid.scroll_width() + 2
        width = self.grid.fit() + beside
        return max(width if width <= room else self.grid.fit(_TIGHT) + beside, theme.scaled(_LEAST))

    def take_width(self, width: int) -> int:
        """Take this width; returns the height that is needed."""
        self.grid.setFixedHeight(self.grid.height_for(width - 2))
        margins = self.layout().contentsMargins()
        heading = self.heading.heightForWidth(width - 2)
        return margins.top() + heading + self.layout().spacing() + self.grid.height() + margins.bottom()
