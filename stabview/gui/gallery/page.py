"""The gallery: pictures of all examples and experiments, with buttons for files of one's own and the tour."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
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
from stabview.study.gallery import EXAMPLE, EXPERIMENT, entries, found

_HEADINGS = {
    EXAMPLE: ("Examples", "open here, running"),
    EXPERIMENT: ("Experiments", "claims of the papers, each in a window of its own"),
}
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
        for kind in _HEADINGS:
            self._rows.addWidget(self._section(kind))
        self.nothing = QLabel("Nothing is called that; try fewer words.")
        self.nothing.setProperty("muted", True)
        self.nothing.hide()
        self._rows.addWidget(self.nothing)
        self._rows.addStretch(1)
        self.setWidget(inner)
        self._columns = 0
        self._shown = set(self.tiles)
        self._arrange()

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

    def _section(self, kind: str) -> QWidget:
        title, words = _HEADINGS[kind]
        heading, said = QLabel(title), QLabel(words)
        font = heading.font()
        font.setPointSizeF(1.2 * font.pointSizeF())
        font.setBold(True)
        heading.setFont(font)
        said.setProperty("muted", True)
        across = QHBoxLayout()
        across.addWidget(heading)
        across.addWidget(said)
        across.addStretch(1)
        section, grid = QWidget(), QGridLayout()
        grid.setSpacing(_GAP)
        rows = QVBoxLayout(section)
        rows.setContentsMargins(0, 10, 0, 0)
        rows.addLayout(across)
        rows.addLayout(grid)
        self._grids[kind] = section, grid
        return section

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
        self._columns = 0
        self._arrange()

    def shown_tiles(self) -> list[Tile]:
        """The tiles that the search leaves, in their order."""
        return [tile for name, tile in self.tiles.items() if name in self._shown]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Tiles of one width in as many columns as fit; those that are filtered away leave no hole."""
        room = self.viewport().width() - 2 * _MARGIN
        columns = max(1, (room + _GAP) // (WIDTH + _GAP))
        width = (room + _GAP) // columns - _GAP
        for tile in self.tiles.values():
            tile.setFixedSize(width, tile.heightForWidth(width))
        if columns == self._columns:
            return
        self._columns = columns
        for kind, (section, grid) in self._grids.items():
            shown = [tile for tile in self.shown_tiles() if tile.entry.kind == kind]
            while grid.count():
                grid.takeAt(0).widget().hide()
            for place, tile in enumerate(shown):
                grid.addWidget(tile, place // columns, place % columns)
                tile.show()
            for column in range(grid.columnCount() + 1):
                grid.setColumnStretch(column, int(column == columns))  # what is left over stays at the right
            section.setVisible(bool(shown))

    # --- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, focus = Qt.Key, self.focusWidget()
        steps = {keys.Key_Left: -1, keys.Key_Right: 1, keys.Key_Up: -self._columns, keys.Key_Down: self._columns}
        if event.key() in steps and isinstance(focus, Tile):
            shown = self.shown_tiles()
            place = shown.index(focus) + steps[event.key()]
            if 0 <= place < len(shown):
                shown[place].setFocus(Qt.FocusReason.TabFocusReason)
                self.ensureWidgetVisible(shown[place])
        else:
            super().keyPressEvent(event)

    def take_focus(self) -> None:
        """From the top, with the focus on the first picture."""
        self.verticalScrollBar().setValue(0)
        first = next(iter(self.shown_tiles()), self.search)
        QTimer.singleShot(0, first, lambda: first.setFocus(Qt.FocusReason.OtherFocusReason))
