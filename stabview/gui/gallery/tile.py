"""One picture of the gallery: a button with a picture, a title, a sentence and where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
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
from stabview.study.gallery import EXPERIMENT, Entry

WIDTH = 300
_PICTURE = 9 / 16  # height of the picture for its width
_EDGE, _LINES = 12, 4  # of title and sentence together


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
        self.lacks_picture = entry.picture.is_file()
        opens = "Opens in a window of its own." if entry.kind == EXPERIMENT else "Opens with its search running."
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
        line = self.fontMetrics().height()
        return round(width * _PICTURE) + round(line * (_LINES + 1)) + 2 * _EDGE + 12

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
        self._paint_words(painter, QRectF(frame.adjusted(_EDGE, above.height() + _EDGE - 2, -_EDGE, -_EDGE + 2)))
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
        now, plain = theme.current(), self.font()
        bold = QFont(plain)
        bold.setBold(True)
        line = QFontMetricsF(plain).height()
        painter.setFont(bold)
        painter.setPen(QColor(now.text))
        upper = QRectF(area.left(), area.top(), area.width(), 2 * line)
        title = shortened(self.entry.title, bold, upper)
        taken = painter.boundingRect(upper, Qt.TextFlag.TextWordWrap, title)
        painter.drawText(upper, Qt.TextFlag.TextWordWrap, title)
        painter.setFont(plain)
        lines = _LINES - round(taken.height() / line)
        middle = QRectF(area.left(), taken.bottom() + 2, area.width(), lines * line)
        painter.setPen(QColor(now.text))
        painter.drawText(middle, Qt.TextFlag.TextWordWrap, shortened(self.entry.sentence, plain, middle))
        painter.setPen(QColor(now.muted))
        foot = QRectF(area.left(), area.bottom() - line, area.width(), line)
        takes = f" · {text.duration(self.entry.seconds)}" if self.entry.seconds else ""
        said = QFontMetrics(plain).elidedText(
            self.entry.source, Qt.TextElideMode.ElideRight,
            int(area.width() - QFontMetricsF(plain).horizontalAdvance(takes)),
        )  # fmt: skip
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, said + takes)


def shortened(sentence: str, font: QFont, area: QRectF) -> str:
    """The sentence, with dots at its end where it does not fit the area."""
    metrics, flags = QFontMetricsF(font), Qt.TextFlag.TextWordWrap

    def fits(words: str) -> bool:
        return metrics.boundingRect(QRectF(0, 0, area.width(), 10_000), flags, words).height() <= area.height() + 1

    words = sentence
    while not fits(words) and " " in words:
        words = words.removesuffix(" …").rsplit(" ", 1)[0] + " …"
    return words
