"""The slider over the iterates: how far they have come, which are ready to be shown, where much was first lost."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider

from stabview.gui import theme

SIDE = 12.0  # from the edge of the slider to its ends, the same in the chart under it
_PALE = 90  # opacity of 255 of what is there but still being computed


class IterateSlider(QSlider):
    """A slider that shows how far the iterates have come, which are ready, and where much was first lost.

    It does not go beyond the iterates that are there.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.available = 0
        self.ready: tuple[bool, ...] = ()
        self.lost: int | None = None
        self.setObjectName("iterateSlider")
        self.setAccessibleName("Iterate of the worst-case search")
        self.setToolTip("Iterate r_j: drag, use the arrow keys, Page Up and Page Down (ten steps), Home and End")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setRange(0, 0)
        self.valueChanged.connect(self._keep_available)

    def set_extent(self, available: int, planned: int) -> None:
        """Iterates 0 ... `available` are there, `planned` is the last that will be."""
        self.available = max(available, 0)
        self.setRange(0, max(planned, self.available, 1))
        self.setEnabled(available > 0)
        self.update()

    def set_marks(self, ready: tuple[bool, ...], lost: int | None) -> None:
        """Which iterates are ready to be shown; at which one much was first lost."""
        if (ready, lost) != (self.ready, self.lost):
            self.ready, self.lost = ready, lost
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 26)

    def place_of(self, value: float) -> float:
        """The x of a value in the widget."""
        return SIDE + value / max(self.maximum(), 1) * (self.width() - 2 * SIDE)

    @Slot(int)
    def _keep_available(self, value: int) -> None:
        if value > self.available:
            self.setValue(self.available)

    def _value_at(self, x: float) -> int:
        share = (x - SIDE) / max(self.width() - 2 * SIDE, 1.0)
        return min(max(round(share * self.maximum()), 0), self.available)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() or event.angleDelta().x()
        self.setValue(self.value() + (1 if notches > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_End:
            self.setValue(self.available)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(now.card))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        start, end = SIDE, self.width() - SIDE
        painter.setPen(Qt.PenStyle.NoPen)
        pale = QColor(now.accent)
        pale.setAlpha(_PALE)
        reached = self.place_of(self.available)
        for colour, last in ((QColor(now.line), end), (pale, reached)):
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(start - 2, middle - 2.5, last - start + 4, 5), 2.5, 2.5)
        painter.setBrush(QColor(now.accent))
        for first, last in _runs(self.ready[: self.available + 1]):
            left, right = max(self.place_of(first - 0.5), start - 2), min(self.place_of(last + 0.5), reached + 2)
            painter.drawRoundedRect(QRectF(left, middle - 2.5, right - left, 5), 2.5, 2.5)
        if self.lost is not None:
            x = self.place_of(self.lost)
            painter.setBrush(theme.method_colour("network"))
            painter.drawPolygon([QPointF(x - 4.5, 0), QPointF(x + 4.5, 0), QPointF(x, 7)])
        at = QPointF(self.place_of(self.value()), middle)
        ring = now.accent if self.hasFocus() else now.muted
        painter.setPen(QPen(QColor(ring), 2.5 if self.hasFocus() else 1.2))
        painter.setBrush(QColor("#ffffff" if self.isEnabled() else now.line))
        painter.drawEllipse(at, 8, 8)


def _runs(flags: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """(first, last) of every run of true flags."""
    first = None
    for k, flag in enumerate((*flags, False)):
        if flag and first is None:
            first = k
        elif not flag and first is not None:
            yield first, k - 1
            first = None
