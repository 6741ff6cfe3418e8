"""What an experiment found so far, as a page: verdict, pictures and charts side by side, then figures and tables."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from stabview.experiments.finding import Chart, Finding, Picture, Table
from stabview.gui.experiments.banner import VerdictBanner
from stabview.gui.experiments.chart_tile import ChartTile
from stabview.gui.experiments.enlarged import Enlarged
from stabview.gui.experiments.mosaic import Mosaic
from stabview.gui.experiments.picture_tile import PictureTile
from stabview.gui.experiments.shelves import Shelves
from stabview.gui.experiments.table import FindingTable
from stabview.gui.experiments.tile import Tile
from stabview.report.findings import picture_pixels

_GAP = 14


class FindingView(QScrollArea):
    """Shows a `Finding`; parts that did not change are not made again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("finding")
        self.setAccessibleName("What was found")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the keys scroll
        self.banner, self.mosaic, self.shelves = VerdictBanner(), Mosaic(), Shelves()
        inner = QWidget()
        inner.setProperty("column", True)
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 10, 0)
        rows.setSpacing(_GAP)
        for part in (self.banner, self.mosaic, self.shelves):
            rows.addWidget(part)
        rows.addStretch(1)
        self.setWidget(inner)
        self._pictures: tuple[Picture, ...] = ()
        self._charts: dict[int, tuple[Chart, ChartTile]] = {}
        self._tables: dict[int, tuple[Table, FindingTable]] = {}
        self._enlarged: Enlarged | None = None
        self.mosaic.chosen.connect(self.enlarge)
        self.show_finding(None)

    def show_finding(self, finding: Finding | None, outcome: str = "", note: str = "") -> None:
        """Show what is known under the word for how it went; None: the note alone."""
        known = finding or Finding(0, 1)
        self.banner.show_verdict(known.agrees, outcome, known.verdict, note)
        self.banner.setVisible(bool(outcome or known.verdict or note))
        self._show_tiles(known.pictures, known.charts)
        figures = (Table("Key figures", ("figure", "value"), tuple(known.figures.items())),) if known.figures else ()
        self._show_tables((*figures, *known.tables))

    def enlarge(self, tile: Tile) -> None:
        """Show a picture or chart over the whole window."""
        if self._enlarged is None:
            self._enlarged = Enlarged(self.window())
        self._enlarged.show_tile(tile, self.mosaic.tiles)

    @property
    def enlarged(self) -> Enlarged | None:
        """What lies over the window, None while nothing does."""
        return self._enlarged if self._enlarged is not None and self._enlarged.isVisible() else None

    def _show_tiles(self, pictures: tuple[Picture, ...], charts: tuple[Chart, ...]) -> None:
        same = len(pictures) == len(self._pictures) and all(
            a.pixels is b.pixels and (a.title, a.caption) == (b.title, b.caption)
            for a, b in zip(pictures, self._pictures, strict=True)
        )
        boards = {}
        for place, chart in enumerate(charts):
            known = self._charts.get(place)
            boards[place] = known if known is not None and known[0] == chart else (chart, ChartTile(chart))
        if same and boards == self._charts:
            return
        spots = self.mosaic.pictures if same else [
            PictureTile(picture, *shown) for picture, shown in zip(pictures, picture_pixels(pictures), strict=True)
        ]  # fmt: skip
        self._pictures, self._charts = pictures, boards
        self.mosaic.set_tiles(spots, [tile for _, tile in boards.values()])
        if self.enlarged is not None:
            self.enlarged.follow(self.mosaic.tiles)

    def _show_tables(self, tables: tuple[Table, ...]) -> None:
        made = {}
        for place, table in enumerate(tables):
            known = self._tables.get(place)
            made[place] = known if known is not None and known[0] == table else (table, FindingTable(table))
        if made != self._tables:
            self._tables = made
            self.shelves.set_tables([widget for _, widget in made.values()])
