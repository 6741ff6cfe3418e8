"""One picture of the gallery: a button with a picture, a title, a sentence and where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from stabview.gui import text, theme
from stabview.gui.cards.fields import tend
from stabview.study.examples import DETAILS, SAMPLING, SEARCH
from stabview.study.gallery import EXPERIMENT, Entry

WIDTH = 300
_PICTURE = 9 / 16  # height of the picture for its width
_EDGE, _GAP = 12, 3
_OPENS = {
    SEARCH: "Opens with its search running.",
    SAMPLING: "Opens with its sampling curve being computed.",
    DETAILS: "Opens as it is reconstructed; a search is one click away.",
}


class Tile(QAbstractButton):
    """Painted by hand, so that all of it is one control with one name and one focus frame.

    Signals
    -------
    picture_wanted : it came into sight without its picture; `read_picture` reads it.
    """

    picture_wanted = Signal()

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self._picture = QPixmap()
        self._heights: dict[tuple[int, str], int] = {}
        self.lacks_picture = entry.picture.is_file()
        opens = "Opens in a window of its own." if entry.kind == EXPERIMENT else _OPENS[entry.shows]
        tend(
            self, f"{entry.title}. {entry.sentence}", f"{entry.sentence}\n{entry.source}\n{opens}", f"tile.{entry.name}"
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(entry.title)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self.heightForWidth(WIDTH))

    def heightForWidth(self, width: int) -> int:
        """As high as picture and words need."""
        asked = (width, self.font().key())
        if asked not in self._heights:  # layouts ask again and again
            high = sum(self._height(words, font, width - 2 * _EDGE) for words, font, _ in self._paragraphs())
            self._heights |= {asked: round(width * _PICTURE) + round(high) + 2 * _GAP + 2 * _EDGE}
        return self._heights[asked]

    def read_picture(self) -> None:
        """Read the picture and show it."""
        self._picture, self.lacks_picture = QPixmap(str(self.entry.picture)), False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # the page's, which knows its columns
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        path = QPainterPath()
        path.addRoundedRect(frame, 7, 7)
        painter.fillPath(path, QColor(now.raised if self.underMouse() else now.card))
        painter.save()
        painter.setClipPath(path)
        above = QRectF(frame.left(), frame.top(), frame.width(), round(frame.width() * _PICTURE))
        painter.fillRect(above, QColor(now.stage))
        self._paint_picture(painter, above)
        painter.restore()
        self._paint_words(painter, frame.adjusted(_EDGE, above.height() + _EDGE - 2, -_EDGE, -_EDGE + 2))
        strong = self.hasFocus()
        edge = now.accent if strong else now.muted if self.underMouse() else now.line
        painter.setPen(QPen(QColor(edge), 2 if strong else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        if self.lacks_picture:
            self.picture_wanted.emit()
            return
        if self._picture.isNull():
            self._paint_stand_in(painter, area)
            return
        size = self._picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(0, 0, size.width(), size.height())
        target.moveCenter(area.center())
        painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))

    def _paint_stand_in(self, painter: QPainter, area: QRectF) -> None:
        """Three curves for what has no picture of its own, because it needs a file, say."""
        for place, method in enumerate(("network", "soa", "quick")):
            colour = theme.method_colour(method, on_stage=True)
            colour.setAlphaF(0.55)
            painter.setPen(QPen(colour, 2.5, theme.METHOD_DASHES[method]))
            path = QPainterPath(area.topLeft() + QPointF(0.2 * area.width(), (0.7 - 0.06 * place) * area.height()))
            end = area.topLeft() + QPointF(0.8 * area.width(), (0.25 + 0.16 * place) * area.height())
            path.quadTo(QPointF(area.center().x(), path.currentPosition().y()), end)
            painter.drawPath(path)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        top, (*upper, source) = area.top(), self._paragraphs()
        for words, font, colour in upper:
            high = self._height(words, font, area.width())
            _write(painter, QRectF(area.left(), top, area.width(), high), words, font, colour)
            top += high + _GAP
        words, font, colour = source
        high = self._height(words, font, area.width())
        _write(painter, QRectF(area.left(), area.bottom() - high, area.width(), high), words, font, colour)

    def _paragraphs(self) -> tuple[tuple[str, QFont, str], ...]:
        """Title, sentence and source, with font and colour."""
        now, plain, entry = theme.current(), self.font(), self.entry
        bold = QFont(plain)
        bold.setBold(True)
        takes = f"· {text.duration(entry.seconds)}".replace(" ", "\u00a0") if entry.seconds else ""
        source = f"{entry.source} {takes}".rstrip()
        return (entry.title, bold, now.text), (entry.sentence, plain, now.text), (source, plain, now.muted)

    def _height(self, words: str, font: QFont, width: float) -> float:
        room = QRectF(0, 0, width, 10_000)
        return QFontMetricsF(font).boundingRect(room, Qt.TextFlag.TextWordWrap, words).height()


def _write(painter: QPainter, area: QRectF, words: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, Qt.TextFlag.TextWordWrap, words)
