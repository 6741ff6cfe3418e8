"""The pictures and charts of a finding on one page: charts at the right, pictures around them, few empty places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from stabview.gui import theme
from stabview.gui.experiments.arranged import Arranged
from stabview.gui.experiments.tile import Tile

GAP = 10
_NARROWEST, _WIDEST = 176, 290  # a column, in pixels at the usual text size
_WIDE, _CHART = 2, 1.4  # columns of a chart; its height where no picture is beside it, in columns


@dataclass(frozen=True)
class Cell:
    """Where a tile lies; rows and columns count from 0."""

    row: int
    column: int
    span: int


def arranged(pictures: int, charts: int, columns: int) -> tuple[list[Cell], list[Cell]]:
    """Cells of the pictures and of the charts: row by row, a chart at the right end of each as long as there is one."""
    wide = min(_WIDE, columns)
    spots, boards, row = [], [], 0
    while len(spots) < pictures or len(boards) < charts:
        left = columns
        if len(spots) == pictures:  # charts alone: as many as fit
            for column in range(0, columns - wide + 1, wide):
                if len(boards) < charts:
                    boards.append(Cell(row, column, wide))
        else:
            if len(boards) < charts and columns > wide:
                left -= wide
                boards.append(Cell(row, left, wide))
            spots += [Cell(row, column, 1) for column in range(min(left, pictures - len(spots)))]
        row += 1
    return spots, boards


def run_of(titles: Sequence[str]) -> int:
    """How many pictures belong together: those that begin like "Network: image"; 1 where the runs are uneven."""
    runs, begins = [], None
    for title in titles:
        if begins is not None and title.startswith(begins):
            runs[-1] += 1
        else:
            head, colon, _ = title.rpartition(":")
            begins = head + colon if colon else None
            runs.append(1)
    return runs[0] if len(runs) > 1 and len(set(runs)) == 1 else 1


def columns_for(pictures: int, charts: int, room: float, run: int = 1) -> int:
    """How many columns leave the fewest places empty at this width; of several the one with the largest tiles.

    `run` pictures that belong together get a row of their own, or whole rows, where that is possible.
    """
    most = max(1, int((room + GAP) // (_NARROWEST + GAP)))
    least = min(most, max(1, -int(-(room + GAP) // (_WIDEST + GAP))))

    def empty(columns: int) -> float:
        cells = [cell for kind in arranged(pictures, charts, columns) for cell in kind]
        rows = 1 + max((cell.row for cell in cells), default=0)
        return round(1 - sum(cell.span for cell in cells) / (rows * columns), 2)

    def parted(columns: int) -> bool:
        return bool(columns % run and run % columns)

    return min(range(least, most + 1), key=lambda columns: (parted(columns), empty(columns), columns))


class Mosaic(Arranged):
    """Tiles in the columns that suit the width; its height follows.

    Signals
    -------
    chosen(tile) : a tile is to be enlarged.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: list[Tile] = []
        self.charts: list[Tile] = []

    @property
    def tiles(self) -> list[Tile]:
        """All tiles in the order of reading."""
        return sorted(self.pictures + self.charts, key=lambda tile: (tile.y(), tile.x()))

    def set_tiles(self, pictures: Sequence[Tile], charts: Sequence[Tile]) -> None:
        """Show these; tiles that were there and are not any more go."""
        kept = {*pictures, *charts}
        for tile in self.pictures + self.charts:
            if tile not in kept:
                tile.hide()
                tile.deleteLater()
        for tile in kept - {*self.pictures, *self.charts}:
            tile.setParent(self)
            tile.clicked.connect(lambda _=False, tile=tile: self.chosen.emit(tile))
            tile.show()
        self.pictures, self.charts = list(pictures), list(charts)
        self.arrange()

    def arrange(self) -> None:
        """Place the tiles for the present width."""
        room = self.width()
        run = run_of([tile.title for tile in self.pictures])
        usual = room * theme.FONT_SIZE / self.font().pointSizeF()
        columns = columns_for(len(self.pictures), len(self.charts), usual, run)
        side = (room + GAP) // columns - GAP
        spots, boards = arranged(len(self.pictures), len(self.charts), columns)
        pairs = [*zip(self.pictures, spots, strict=True), *zip(self.charts, boards, strict=True)]
        top = 0
        for row in range(1 + max((cell.row for _, cell in pairs), default=-1)):
            inside = [(tile, cell) for tile, cell in pairs if cell.row == row]
            words = max((tile.words_height(side) for tile, cell in inside if cell.span == 1), default=0)
            tall = side + words if any(cell.span == 1 for _, cell in inside) else round(_CHART * side)
            for tile, cell in inside:
                tile.reserved = words
                tile.setGeometry(cell.column * (side + GAP), top, cell.span * (side + GAP) - GAP, tall)
            top += tall + GAP
        self.setFixedHeight(max(0, top - GAP))
        ordered = self.tiles
        for before, after in pairwise(ordered):
            QWidget.setTabOrder(before, after)
        self.setVisible(bool(pairs))
