"""The verdict of an experiment: a mark whose shape says how it went, the word for it, and the sentence."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from stabview.gui import theme
from stabview.gui.experiments.heading import BODY, PART, Heading
from stabview.gui.experiments.signs import signs

NO_CLAIM, SO_FAR = "No published claim", "So far"
_MARK = 34


class Mark(QWidget):
    """A tick in a disc, a cross in a diamond, or a ring with dots where nothing is claimed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.agrees: bool | None = None
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self.setFixedSize(theme.scaled(_MARK), theme.scaled(_MARK))

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / _MARK, self.height() / _MARK)
        painter.setPen(Qt.PenStyle.NoPen)
        inner = QPen(QColor(now.card), 3.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        if self.agrees:
            painter.setBrush(QColor(now.good))
            painter.drawEllipse(QRectF(2, 2, 30, 30))
            painter.setPen(inner)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([QPointF(10, 17.5), QPointF(15, 22.5), QPointF(24, 12)]))
        elif self.agrees is False:
            painter.setBrush(QColor(now.warning))
            painter.drawPolygon(QPolygonF([QPointF(17, 0), QPointF(34, 17), QPointF(17, 34), QPointF(0, 17)]))
            painter.setPen(inner)
            painter.drawLine(QPointF(12.5, 12.5), QPointF(21.5, 21.5))
            painter.drawLine(QPointF(21.5, 12.5), QPointF(12.5, 21.5))
        else:
            painter.setPen(QPen(QColor(now.muted), 2.4))
            painter.drawEllipse(QRectF(3, 3, 28, 28))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.muted))
            for x in (10.5, 17, 23.5):
                painter.drawEllipse(QPointF(x, 17), 2.0, 2.0)


class VerdictBanner(QFrame):
    """The mark, `outcome` ("As published"), the verdict, and a note about where the result comes from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.mark = Mark()
        self.outcome = Heading("", PART)
        self.outcome.setObjectName("finding.outcome")
        self.verdict = Heading("", BODY, bold=False, selectable=True)
        self.verdict.setObjectName("finding.verdict")
        self.note = Heading("", BODY, bold=False, muted=True)
        self.note.setObjectName("finding.note")
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (self.outcome, self.verdict, self.note):
            words.addWidget(label)
        across = QHBoxLayout(self)
        across.setContentsMargins(18, 14, 18, 14)
        across.setSpacing(16)
        across.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)

    def show_verdict(self, agrees: bool | None, outcome: str, verdict: str, note: str = "") -> None:
        """Show these; empty words take no room."""
        self.mark.agrees = agrees
        self.mark.update()
        for label, text in ((self.outcome, outcome), (self.verdict, signs(verdict)), (self.note, note)):
            label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleName(". ".join(text.rstrip(".") for text in (outcome, verdict, note) if text))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        now, painter = theme.current(), QPainter(self)
        tone = {True: now.good, False: now.warning, None: now.muted}[self.mark.agrees]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone))
        painter.setClipRect(0, 0, 5, self.height())
        painter.drawRoundedRect(QRectF(0, 0, 20, self.height()), 6, 6)
