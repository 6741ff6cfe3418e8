"""One picture or chart over the whole window; the arrow keys go through all of them in the same place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from stabview.gui import theme
from stabview.gui.cards.fields import tend
from stabview.gui.experiments.heading import BODY, PART, Heading
from stabview.gui.experiments.tile import Tile

_MARGIN, _LINES = 16, 3  # pixels around; lines under the picture


class Enlarged(QWidget):
    """Lies over `window`, which owns it; Escape, Enter or a click beside the buttons closes it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("finding.enlarged")
        self.tiles: list[Tile] = []
        self.place = 0
        self._back: QWidget | None = None
        self.heading, self.caption = Heading("", PART), Heading("", BODY, bold=False, muted=True)
        self.count = QLabel()
        self.count.setProperty("muted", True)
        self.previous, self.following, self.done = (
            tend(QPushButton(label), name, tip, f"enlarged.{key}")
            for label, name, tip, key in (
                ("◀", "The one before", "The one before, in the same place (left arrow).", "previous"),
                ("▶", "The next one", "The next one, in the same place (right arrow).", "next"),
                ("Close", "Close the enlarged picture", "Back to the page (Esc).", "close"),
            )
        )
        self.previous.clicked.connect(lambda: self.step(-1))
        self.following.clicked.connect(lambda: self.step(1))
        self.done.clicked.connect(self.leave)
        for button in (self.previous, self.following, self.done):
            button.setAutoDefault(False)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.heading)
        words.addWidget(self.caption)
        across = QHBoxLayout()
        across.addLayout(words, 1)
        for widget in (self.count, self.previous, self.following, self.done):
            across.addWidget(widget)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        rows.addStretch(1)
        rows.addLayout(across)
        window.installEventFilter(self)
        self.hide()

    def show_tile(self, tile: Tile, tiles: Sequence[Tile]) -> None:
        """Enlarge a tile; the keys go through `tiles`."""
        self.tiles, self._back = list(tiles), tile
        self.place = self.tiles.index(tile)
        self.setGeometry(self.parentWidget().rect())
        self._renew()
        self.show()
        self.raise_()
        self.done.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, by: int) -> None:
        """Go on by so many, around the end."""
        self.place = (self.place + by) % len(self.tiles)
        self._back = self.tiles[self.place]
        self._renew()

    def follow(self, tiles: Sequence[Tile]) -> None:
        """The page has other tiles: stay with the one of the same title, or close."""
        title = self.tiles[self.place].title
        self.tiles, self._back = list(tiles), None
        self.place = next((place for place, tile in enumerate(tiles) if tile.title == title), -1)
        if self.place < 0:
            self.leave()
        else:
            self._back = self.tiles[self.place]
            self._renew()

    def leave(self) -> None:
        """Close it; the focus goes back to what was enlarged last."""
        self.hide()
        if self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.tiles, self._back = [], None

    def _renew(self) -> None:
        tile = self.tiles[self.place]
        self.heading.setText("" if tile.titled else tile.title)
        self.caption.setText(" · ".join(part for part in (tile.caption, tile.scale) if part))
        self.count.setText(f"{self.place + 1} of {len(self.tiles)}")
        self.setAccessibleName(f"{tile.title}, enlarged, {self.count.text()}")
        for button in (self.previous, self.following):
            button.setEnabled(len(self.tiles) > 1)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent) and self.isVisible():
            self.resize(event.size())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
            self.step(-1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self.step(1)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()
        # all other keys stop here: what lies under it is not to be seen

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays among the buttons."""
        buttons = [button for button in (self.previous, self.following, self.done) if button.isEnabled()]
        focus = self.focusWidget()
        place = buttons.index(focus) if focus in buttons else 0
        buttons[(place + (1 if forward else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, now = QPainter(self), theme.current()
        painter.fillRect(self.rect(), QColor(now.ground))
        if not self.tiles:
            return
        area = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -2 * _MARGIN - _LINES * self.fontMetrics().height())
        tile = self.tiles[self.place]
        painter.fillRect(area, QColor(now.card if tile.titled else now.stage))
        tile.paint_large(painter, QRectF(area))
