"""Widgets of their own width beside each other, as many in a row as fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from stabview.gui.experiments.arranged import Arranged
from stabview.gui.experiments.table import FindingTable

GAP = 10


def rows_of(widths: Sequence[int], room: int) -> list[list[int]]:
    """Which widths (by their places) stand in each row: in their order, but a later one that fits fills a gap."""
    waiting, rows = list(range(len(widths))), []
    while waiting:
        row, left = [], room + GAP
        for place in list(waiting):
            if not row or widths[place] + GAP <= left:
                row.append(place)
                waiting.remove(place)
                left -= widths[place] + GAP
        rows.append(row)
    return rows


class Shelves(Arranged):
    """Tables in rows; its height follows the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tables: list[FindingTable] = []

    def set_tables(self, tables: Sequence[FindingTable]) -> None:
        """Show these; those that were there and are not any more go."""
        for table in self.tables:
            if table not in tables:
                table.hide()
                table.deleteLater()
        for table in tables:
            if table.parentWidget() is not self:
                table.setParent(self)
                table.show()
        self.tables = list(tables)
        self.arrange()

    def arrange(self) -> None:
        """Place the tables for the present width; those of one row are equally high."""
        room, top = self.width(), 0
        widths = [min(table.natural_width(room), room) for table in self.tables]
        for row in rows_of(widths, room):
            tall = max(self.tables[place].take_width(widths[place]) for place in row)
            left = 0
            for place in row:
                self.tables[place].setGeometry(left, top, widths[place], tall)
                left += widths[place] + GAP
            top += tall + GAP
        self.setFixedHeight(max(0, top - GAP))
        self.setVisible(bool(self.tables))
