"""The gallery: pictures of all examples and experiments, with buttons for files of one's own and the tour."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from stabview.gui.cards.fields import Elided, tend
from stabview.gui.gallery.tile import WIDTH, Tile
from stabview.study.gallery import BEGIN, FIGURES, NETWORKS, SECTIONS, entries, found

_SAID = {
    BEGIN: "three stories that open here",
    FIGURES: "on drawn images, with networks trained for StabView: the sentences say what these do",
    NETWORKS: "the same questions put to others",
}
_OWN_WINDOW = "experiments, each in a window of its own"
_ALONG, _ACROSS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}, {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ARROWS = {*_ALONG, *_ACROSS}
_GAP, _MARGIN = 14, 28
_RECENT = 4


class GalleryPage(QScrollArea):
    """A page of tiles that takes as many columns as fit.

    Signals
    -------
    chosen(kind, name) : a tile was clicked.
    asked(action) : a button was clicked, for the action of that id.
    file_chosen(path) : a recent file was clicked.
    closed : back to the workbench.
    """

    chosen = Signal(str, str)
    asked = Signal(str)
    file_chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setAccessibleName("Gallery")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tiles = {entry.name: Tile(entry) for entry in entries()}
        self._waiting: list[str] = []
        self._arranging = QTimer(self, interval=0)
        self._arranging.timeout.connect(self._arrange_next)
        self._reading = QTimer(self, interval=0)
        self._reading.timeout.connect(self._read_one)
        for tile in self.tiles.values():
            tile.picture_wanted.connect(self._reading.start)
            tile.clicked.connect(lambda _=False, entry=tile.entry: self.chosen.emit(entry.kind, entry.name))
        inner = QWidget()
        inner.setProperty("column", True)
        self._rows = QVBoxLayout(inner)
        self._rows.setContentsMargins(_MARGIN, 18, _MARGIN, 24)
        self._rows.setSpacing(10)
        self._rows.addLayout(self._head())
        self._rows.addLayout(self._buttons())
        self._grids: dict[str, tuple[QWidget, QGridLayout]] = {}
        self.nothing = QLabel("Nothing is called that; try fewer words.")
        self.nothing.setProperty("muted", True)
        self.nothing.hide()
        self._rows.addWidget(self.nothing)
        self._rows.addStretch(1)
        self.setWidget(inner)
        self._laid_out = (0, 0)  # columns, and width of a tile
        self._shown = set(self.tiles)

    # --- building

    def _head(self) -> QHBoxLayout:
        title = QLabel("How stable is a reconstruction?")
        font = title.font()
        font.setPointSizeF(1.7 * font.pointSizeF())
        font.setBold(True)
        title.setFont(font)
        said = QLabel("Networks beside sparse reconstruction, under small changes. Click a picture; it runs offline.")
        said.setProperty("muted", True)
        said.setWordWrap(True)
        left = QVBoxLayout()
        left.setSpacing(2)
        left.addWidget(title)
        left.addWidget(said)
        self.search = QLineEdit()
        tend(self.search, "Search the gallery", "Words of a title, a sentence or a source.", "gallery.search")
        self.search.setPlaceholderText("Search: lesion, CT, Fig. 1 …")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(250)
        self.search.textChanged.connect(self._filter)
        self.back = tend(
            QPushButton("To the workbench"), "To the workbench", "Close the gallery (Esc).", "gallery.back"
        )
        self.back.clicked.connect(self.closed)
        across = QHBoxLayout()
        across.addLayout(left, 1)
        across.addWidget(self.search)
        across.addWidget(self.back)
        return across

    def _buttons(self) -> QHBoxLayout:
        across = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        across.setSpacing(8)
        for action, label, tip in (
            ("tour", "Take the tour", "What there is in the window, step by step."),
            ("openImage", "Open an image…", "A DICOM, NIfTI, PNG, TIFF, JPEG or NumPy file of yours."),
            ("openNetwork", "Open a network…", "Weights, .pt2, ONNX or TorchScript of yours."),
            ("openSession", "Open a session…", "What you or others saved."),
        ):
            button = tend(QPushButton(label), label.rstrip("…"), tip, f"gallery.{action}")
            button.clicked.connect(lambda _=False, action=action: self.asked.emit(action))
            across.addWidget(button)
            self.buttons[action] = button
        across.addSpacing(16)
        self._recent = QHBoxLayout()
        self._recent.setSpacing(8)
        across.addLayout(self._recent)
        across.addStretch(1)
        return across

    def _section(self, title: str) -> tuple[QWidget, QGridLayout]:
        heading, said = QLabel(title), QLabel(_SAID.get(title, _OWN_WINDOW))
        font = heading.font()
        font.setPointSizeF(1.2 * font.pointSizeF())
        font.setBold(True)
        heading.setFont(font)
        said.setProperty("muted", True)
        said.setWordWrap(True)
        across = QHBoxLayout()
        across.addWidget(heading)
        across.addWidget(said, 1)
        section, grid = QWidget(self.widget()), QGridLayout()
        grid.setSpacing(_GAP)
        rows = QVBoxLayout(section)
        rows.setContentsMargins(0, 10, 0, 0)
        rows.addLayout(across)
        rows.addLayout(grid)
        section.hide()
        return section, grid

    # --- what is shown

    def offer_tour(self, yes: bool) -> None:
        """Make the button of the tour stand out, for those who have not taken it."""
        button = self.buttons["tour"]
        button.setText("New here? Take the tour" if yes else "Take the tour")
        button.setProperty("primary", yes)
        button.style().polish(button)

    def show_recent(self, paths: tuple[str, ...]) -> None:
        """The files opened last, newest first."""
        while self._recent.count():
            self._recent.takeAt(0).widget().deleteLater()
        for path in [path for path in paths if Path(path).exists()][:_RECENT]:
            button = QPushButton(Path(path).name if len(Path(path).name) < 24 else f"{Path(path).name[:22]}…")
            button.setFlat(True)
            tend(button, f"Open {Path(path).name} again", path)
            button.clicked.connect(lambda _=False, path=path: self.file_chosen.emit(path))
            self._recent.addWidget(button)
        if self._recent.count():
            label = Elided("recent:")
            label.setProperty("muted", True)
            label.setFixedWidth(label.fontMetrics().horizontalAdvance("recent: "))
            self._recent.insertWidget(0, label)

    def _read_one(self) -> None:
        """Read the picture of one tile in sight; one at a time, so that the window never waits for all of them."""
        wanting = (tile for tile in self.shown_tiles() if tile.lacks_picture and not tile.visibleRegion().isEmpty())
        tile = next(wanting, None)
        if tile is None:
            self._reading.stop()
        else:
            tile.read_picture()

    def _filter(self, words: str) -> None:
        self._shown = {entry.name for entry in found(words)}
        self.nothing.setVisible(not self._shown)
        self._arrange_anew()

    def shown_tiles(self) -> list[Tile]:
        """The tiles that the search leaves, in their order."""
        return [tile for name, tile in self.tiles.items() if name in self._shown]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_laid_out"):
            QTimer.singleShot(0, self, self._arrange_anew)  # when the tiles have the font too

    def _arrange_anew(self) -> None:
        self._laid_out = (0, 0)
        self._arrange()

    def _arrange(self) -> None:
        """Tiles of one width in as many columns as fit; those that are filtered away leave no hole."""
        room = self.viewport().width() - 2 * _MARGIN
        columns = max(1, (room + _GAP) // (WIDTH + _GAP))
        width = (room + _GAP) // columns - _GAP
        if (columns, width) == self._laid_out:
            return
        again, self._laid_out = columns != self._laid_out[0], (columns, width)
        if again:
            for section, _ in self._grids.values():
                section.hide()
        self._waiting = list(SECTIONS)
        self._arrange_next()
        self._arranging.start()

    @Slot()
    def _arrange_next(self) -> None:
        """Arrange one section more, so that the window never waits for all of them."""
        if not self._waiting:
            self._arranging.stop()
            return
        title, (columns, width) = self._waiting.pop(0), self._laid_out
        if title not in self._grids:
            self._grids[title] = self._section(title)
            self._rows.insertWidget(self._rows.indexOf(self.nothing), self._grids[title][0])
        section, grid = self._grids[title]
        shown = [tile for tile in self.shown_tiles() if tile.entry.section == title]
        for row in range(0, len(shown), columns):
            high = max(tile.heightForWidth(width) for tile in shown[row : row + columns])
            for tile in shown[row : row + columns]:
                tile.setFixedSize(width, high)
        if section.isHidden():
            self._fill(grid, shown, columns)
            section.setVisible(bool(shown))

    def _fill(self, grid: QGridLayout, tiles: list[Tile], columns: int) -> None:
        while grid.count():
            grid.takeAt(0).widget().hide()
        for place, tile in enumerate(tiles):
            grid.addWidget(tile, place // columns, place % columns)
            tile.show()
        for column in range(max(grid.columnCount(), columns + 1)):
            grid.setColumnStretch(column, int(column == columns))  # what is left over stays at the right

    # --- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focus, found = self.focusWidget(), None
        if isinstance(focus, Tile):
            found = self._beside(focus, event.key())
        if found is not None:
            found.setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(found)
        elif not (isinstance(focus, Tile) and event.key() in _ARROWS):
            super().keyPressEvent(event)

    def _beside(self, tile: Tile, key: int) -> Tile | None:
        """The tile that an arrow key leads to: the next or last one, or the nearest of the row below or above."""
        shown = self.shown_tiles()
        if key in _ALONG:
            place = shown.index(tile) + _ALONG[key]
            return shown[place] if 0 <= place < len(shown) else None
        if key not in _ACROSS:
            return None
        at = {other: other.mapTo(self.widget(), QPoint(0, 0)) for other in shown}
        there = [other for other in shown if _ACROSS[key] * (at[other].y() - at[tile].y()) > 0]
        far = {other: (abs(at[other].y() - at[tile].y()), abs(at[other].x() - at[tile].x())) for other in there}
        return min(there, key=far.get, default=None)

    def take_focus(self) -> None:
        """From the top, with the focus on the first picture."""
        self.verticalScrollBar().setValue(0)
        first = next(iter(self.shown_tiles()), self.search)
        QTimer.singleShot(0, first, lambda: first.setFocus(Qt.FocusReason.OtherFocusReason))
