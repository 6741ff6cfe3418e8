"""The guided tour over the window: the rest is dimmed, a bubble says what the lit part is for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from stabview.gui import theme
from stabview.gui.cards.fields import tend
from stabview.gui.tour.steps import STEPS, Step

_WIDTH, _MARGIN, _ROUND = 330, 8, 8


class Tour(QWidget):
    """Covers a window until it is finished or left. Arrow keys, Enter and Escape work.

    Signals
    -------
    ended : finished or left.
    """

    ended = Signal()

    def __init__(self, window: QWidget, steps: tuple[Step, ...] = STEPS) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        tend(self, "Guided tour", "Arrow keys go on and back, Escape ends the tour.")
        known = [step for step in steps if not step.target or window.findChild(QWidget, step.target) is not None]
        self.steps, self.place = tuple(known), 0
        self._lit = QRect()
        self._build()
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.go_to(0)
        self.next.setFocus()

    def _build(self) -> None:
        self.bubble = QFrame(self)
        self.bubble.setProperty("card", True)
        self.bubble.setFixedWidth(theme.scaled(_WIDTH))
        self.title, self.text, self.count = QLabel(), QLabel(), QLabel()
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(1.25 * font.pointSizeF())
        self.title.setFont(font)
        self.text.setWordWrap(True)
        self.count.setProperty("muted", True)
        self.end = tend(QPushButton("End"), "End the tour", "Leave the tour (Esc).", "tour.end")
        self.back = tend(QPushButton("Back"), "Back", "The step before (Left).", "tour.back")
        self.next = tend(QPushButton("Next"), "Next", "The next step (Right).", "tour.next")
        self.next.setProperty("primary", True)
        self.end.clicked.connect(self.finish)
        self.back.clicked.connect(lambda: self.go_to(self.place - 1))
        self.next.clicked.connect(lambda: self.go_to(self.place + 1))
        across = QHBoxLayout()
        across.addWidget(self.count, 1)
        for button in (self.end, self.back, self.next):
            button.installEventFilter(self)
            across.addWidget(button)
        rows = QVBoxLayout(self.bubble)
        rows.setContentsMargins(16, 14, 16, 12)
        rows.setSpacing(8)
        rows.addWidget(self.title)
        rows.addWidget(self.text)
        rows.addSpacing(4)
        rows.addLayout(across)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "bubble"):
            self.bubble.setFixedWidth(theme.scaled(_WIDTH))
            self.go_to(self.place)

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.steps[self.place]

    def go_to(self, place: int) -> None:
        """Show a step; beyond the last one the tour ends."""
        if place >= len(self.steps):
            self.finish()
            return
        self.place = max(place, 0)
        step = self.step
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.count.setText(f"{self.place + 1} of {len(self.steps)}")
        self.bubble.setAccessibleName(f"{step.title}. {step.text}")
        self.back.setEnabled(self.place > 0)
        self.next.setText("Next" if self.place + 1 < len(self.steps) else "Done")
        self._light()

    def finish(self) -> None:
        """End the tour."""
        self.window().removeEventFilter(self)
        self.hide()
        self.ended.emit()
        self.deleteLater()

    def _light(self) -> None:
        """Light the part the step speaks of, and put the bubble beside it."""
        target = self.window().findChild(QWidget, self.step.target) if self.step.target else None
        if target is None or not target.isVisible():
            self._lit = QRect()
        else:
            _bring_into_sight(target)
            top = target.mapTo(self.window(), QPoint(0, 0))
            self._lit = target.rect().translated(top).adjusted(-4, -4, 4, 4).intersected(self.rect())
        self.bubble.adjustSize()
        self.bubble.move(self._beside(self._lit))
        self.update()

    def _beside(self, lit: QRect) -> QPoint:
        """Where the bubble has room: right of the lit part, left, under or over it; else in the middle."""
        size, room = self.bubble.size(), self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        middle = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        if lit.isEmpty():
            return middle
        across = min(max(lit.center().x() - size.width() // 2, room.left()), room.right() - size.width())
        down = min(max(lit.top(), room.top()), room.bottom() - size.height())
        for place in (
            QPoint(lit.right() + _MARGIN, down), QPoint(lit.left() - _MARGIN - size.width(), down),
            QPoint(across, lit.bottom() + _MARGIN), QPoint(across, lit.top() - _MARGIN - size.height()),
        ):  # fmt: skip
            if room.contains(QRect(place, size)):
                return place
        return middle

    # --- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.window() and event.type() == QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
            self._light()
        elif event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.keyPressEvent(event)  # buttons would pass the focus on
            return True
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, onwards: bool) -> bool:
        """The tab key stays among the buttons."""
        stops = [button for button in (self.end, self.back, self.next) if button.isEnabled()]
        place = stops.index(self.focusWidget()) if self.focusWidget() in stops else -1
        stops[(place + (1 if onwards else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        if event.key() == keys.Key_Escape:
            self.finish()
        elif event.key() in (keys.Key_Right, keys.Key_Return, keys.Key_Enter, keys.Key_PageDown):
            self.go_to(self.place + 1)
        elif event.key() in (keys.Key_Left, keys.Key_PageUp):
            self.go_to(self.place - 1)
        event.accept()

    def mousePressEvent(self, event: object) -> None:
        event.accept()  # nothing under the tour is clicked by mistake

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark = QPainterPath()
        dark.addRect(QRectF(self.rect()))
        if not self._lit.isEmpty():
            light = QPainterPath()
            light.addRoundedRect(QRectF(self._lit), _ROUND, _ROUND)
            dark = dark.subtracted(light)
        painter.fillPath(dark, QColor(0, 0, 0, 150))
        if not self._lit.isEmpty():
            painter.setPen(QPen(QColor(theme.current().accent), 2))
            painter.drawRoundedRect(QRectF(self._lit).adjusted(1, 1, -1, -1), _ROUND, _ROUND)


def _bring_into_sight(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 0, 12)
        parent = parent.parentWidget()
