"""The few input fields the cards are made of: named for screen readers, deaf to the wheel until focused, compact."""

from __future__ import annotations

from math import exp, log

from PySide6.QtCore import QElapsedTimer, QEvent, QLocale, QObject, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDoubleValidator, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from stabview.gui import theme
from stabview.study.fields import Field

_TICKS = 1000
_PAUSE = 800  # ms; changes that follow each other faster are one step for undo


class _WheelGuard(QObject):
    """Leaves the wheel to the scrolling column unless the field was chosen by a click or the tab key."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
            event.ignore()
            return True
        return False


def tend(widget: QWidget, name: str, tip: str, object_name: str | None = None) -> QWidget:
    """Give an interactive widget its accessible name, tooltip, tab stop and perhaps an object name; returns it."""
    widget.setAccessibleName(name)
    widget.setToolTip(tip)
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if object_name is not None:
        widget.setObjectName(object_name)
    if isinstance(widget, QComboBox | QSpinBox | QDoubleSpinBox | QSlider):
        widget.installEventFilter(_WheelGuard(widget))
    return widget


class Elided(QLabel):
    """One line of text, shortened by dots where there is no room; the whole text is in its tooltip."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.width())
        self.style().drawItemText(
            painter, self.rect(), self.alignment(), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )


class Fold(QToolButton):
    """A flat line with an arrow that opens (checked) and closes what is below it."""

    def __init__(self, text: str, tip: str, object_name: str, *, bold: bool = False) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        font = self.font()
        font.setBold(bold)
        self.setFont(font)
        tend(self, text, tip, object_name)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        return QSize(60, QFontMetrics(self.font()).height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        ink = QColor(colours.text if self.underMouse() else colours.muted)
        middle = self.height() / 2
        triangle = [(0, -2), (8, -2), (4, 3)] if self.isChecked() else [(2, -4), (7, 0), (2, 4)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([QPointF(x, middle + y) for x, y in triangle]))
        painter.setPen(ink)
        room = self.rect().adjusted(13, 0, 0, 0)
        shown = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


class Choice(QComboBox):
    """A combo box of (key, shown text, explanation) that shrinks with the column."""

    chosen = Signal(str)  # by the user only

    def __init__(self, name: str, tip: str, object_name: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tend(self, name, tip, object_name)
        self._tip = tip
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setMinimumWidth(56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def fill(self, rows: list[tuple[str, str, str]]) -> None:
        """Replace the items, silently, unless they are these already."""
        if [(self.itemData(i), self.itemText(i)) for i in range(self.count())] == [row[:2] for row in rows]:
            return
        with QSignalBlocker(self):
            self.clear()
            for key, text, explanation in rows:
                self.addItem(text, key)
                self.setItemData(self.count() - 1, explanation, Qt.ItemDataRole.ToolTipRole)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)

    def show_key(self, key: str) -> None:
        """Show the item of that key, silently; its explanation joins the tooltip."""
        index = self.findData(key)
        with QSignalBlocker(self):
            self.setCurrentIndex(index)
        explanation = self.itemData(index, Qt.ItemDataRole.ToolTipRole) if index >= 0 else None
        self.setToolTip(f"{self._tip}\n{explanation}" if explanation else self._tip)

    def key(self) -> str | None:
        """The key of the shown item."""
        return self.currentData()


class _NumberOrNothing(QDoubleValidator):
    """Accepts a number that a field of the study allows, or an empty text."""

    def __init__(self, field: Field, parent: QObject) -> None:
        super().__init__(-1e12, 1e12, 15, parent)
        self.setLocale(QLocale.c())
        self._field = field

    def validate(self, text: str, position: int) -> object:
        if not text.strip():
            return QDoubleValidator.State.Acceptable, "", 0
        number, good = self.locale().toDouble(text)
        if good and self._field.refuses(number):
            return QDoubleValidator.State.Intermediate, text, position
        return super().validate(text, position)


class NumberEdit(QLineEdit):
    """A number in any notation; empty means that StabView chooses, and says 'auto'."""

    edited = Signal(object)  # float or None, by the user only

    def __init__(self, name: str, field: Field, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        allowed = f"\nAllowed: {field.range}." if field.range else ""
        tend(self, name, f"{field.sentence}{allowed}\nEmpty: auto.", object_name)
        self.setPlaceholderText("auto")
        self.setMinimumWidth(44)
        self.setClearButtonEnabled(True)
        self.setValidator(_NumberOrNothing(field, self))
        self._value: float | None = None
        self.editingFinished.connect(self._finish)
        for clear in self.findChildren(QAbstractButton):
            clear.setAccessibleName(f"{name}, auto")
            clear.setToolTip("Back to auto.")
            clear.clicked.connect(self._finish)

    def show_value(self, value: float | None) -> None:
        """Show a number, or auto for None, silently."""
        self._value = value
        text = "" if value is None else f"{value:.6g}"
        if text != self.text():
            with QSignalBlocker(self):
                self.setText(text)

    def value(self) -> float | None:
        """The number typed, None for auto or for what is no number."""
        number, good = self.validator().locale().toDouble(self.text())
        return number if good else None

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.hasAcceptableInput():  # half a number: back to the one that holds
            self.show_value(self._value)

    def _finish(self) -> None:
        value = self.value()
        if value != self._value:
            self._value = value
            self.edited.emit(value)


class Spin(QDoubleSpinBox):
    """A number with a unit; typing counts when it is finished."""

    edited = Signal(float, bool)  # value, and whether it continues the change before (for undo); by the user only

    def __init__(
        self,
        name: str,
        tip: str,
        low: float,
        high: float,
        *,
        step: float = 1.0,
        decimals: int = 0,
        suffix: str = "",
        object_name: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        tend(self, name, tip, object_name)
        self.setLocale(self.locale().c())
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setSuffix(suffix)
        self.setKeyboardTracking(False)
        self.setMinimumWidth(46)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._clock = QElapsedTimer()
        self.valueChanged.connect(self._tell)

    def show_value(self, value: float) -> None:
        """Show a number silently, also one beyond the range that the arrows reach."""
        with QSignalBlocker(self):
            self.setRange(min(self.minimum(), value), max(self.maximum(), value))
            self.setValue(value)

    def _tell(self, value: float) -> None:
        follows = self._clock.isValid() and self._clock.elapsed() < _PAUSE
        self._clock.start()
        self.edited.emit(value, follows)


class SliderRow(QWidget):
    """A slider and a spin box for one number. Dragging is one step for undo; `logarithmic` gives small numbers room."""

    edited = Signal(float, bool)  # value, and whether it continues the change before; by the user only

    def __init__(
        self,
        name: str,
        tip: str,
        low: float,
        high: float,
        *,
        step: float = 1.0,
        decimals: int = 0,
        suffix: str = "",
        logarithmic: bool = False,
        object_name: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setToolTip(tip)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        tend(self.slider, name, tip, object_name)
        self.slider.setMinimumWidth(40)
        self.spin = Spin(f"{name}, number", tip, low, high, step=step, decimals=decimals, suffix=suffix)
        self.spin.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        self._dragged = False
        self._clock = QElapsedTimer()
        self.set_range(low, high, logarithmic=logarithmic)
        self.slider.valueChanged.connect(self._from_slider)
        self.slider.sliderPressed.connect(self._press)
        self.spin.edited.connect(self._from_spin)

    def set_range(
        self,
        low: float,
        high: float,
        *,
        logarithmic: bool = False,
        suffix: str | None = None,
        decimals: int | None = None,
    ) -> None:
        """Other limits, silently: a row may serve two quantities."""
        self._low, self._high, self._logarithmic = low, high, logarithmic
        with QSignalBlocker(self.spin), QSignalBlocker(self.slider):
            if decimals is not None:
                self.spin.setDecimals(decimals)
            if suffix is not None:
                self.spin.setSuffix(suffix)
            self.spin.setRange(low, high)
            step = self.spin.singleStep()
            ticks = _TICKS if logarithmic else max(1, round((high - low) / step))
            self.slider.setRange(0, ticks)
            self.slider.setPageStep(max(1, ticks // 10))
            self.slider.setSingleStep(max(1, ticks // 100))

    def describe(self, name: str, tip: str) -> None:
        """Another name and tooltip: a row may serve two quantities."""
        self.slider.setAccessibleName(name)
        self.spin.setAccessibleName(f"{name}, number")
        for widget in (self, self.slider, self.spin):
            widget.setToolTip(tip)

    def value(self) -> float:
        """The number shown."""
        return self.spin.value()

    def show_value(self, value: float) -> None:
        """Show a number silently."""
        self.spin.show_value(value)
        if self._number(self.slider.value()) != self.spin.value():  # several ticks may stand for one number
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._tick(value))

    def _tick(self, value: float) -> int:
        value = min(max(value, self._low), self._high)
        if self._logarithmic:
            return round(self.slider.maximum() * log(value / self._low) / log(self._high / self._low))
        return round(self.slider.maximum() * (value - self._low) / (self._high - self._low))

    def _number(self, tick: int) -> float:
        share = tick / self.slider.maximum()
        if self._logarithmic:
            exact = self._low * exp(share * log(self._high / self._low))
        else:
            exact = self._low + share * (self._high - self._low)
        return round(exact, self.spin.decimals())

    def _press(self) -> None:
        self._dragged = False

    def _from_slider(self, tick: int) -> None:
        value = self._number(tick)
        if value == self.spin.value():
            return
        self.spin.show_value(value)
        if self.slider.isSliderDown():
            follows, self._dragged = self._dragged, True
        else:
            follows = self._clock.isValid() and self._clock.elapsed() < _PAUSE
        self._clock.start()
        self.edited.emit(value, follows)

    def _from_spin(self, value: float, follows: bool) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._tick(value))
        self.edited.emit(value, follows)
