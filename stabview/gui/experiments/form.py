"""The parameters of an experiment as a form; which field it is follows from the type of the default."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from stabview.experiments.entry import Experiment, Parameter, Value
from stabview.gui import theme
from stabview.gui.cards.fields import Choice, tend
from stabview.gui.dialogs.files import ask_file
from stabview.gui.experiments.heading import BODY, Heading
from stabview.images.errors import InputError

_LARGEST = 2**31 - 1
_LABEL, _TALL = 132, 24  # pixels of the column of labels; height of a field


class ParameterForm(QWidget):
    """A row for every parameter, those of the experiment itself first; `values` raises InputError for what is none.

    Signals
    -------
    edited : a field has another value.
    """

    edited = Signal()

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.fields: dict[str, QWidget] = {}
        self._labels: list[QLabel] = []
        self.setProperty("column", True)
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(10)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnStretch(1, 1)
        groups = list(dict.fromkeys(parameter.group for parameter in experiment.parameters))
        place = {group: place for place, group in enumerate(sorted(groups, key=lambda group: group != ""))}
        ordered = sorted(experiment.parameters, key=lambda parameter: place[parameter.group])
        for group, parameters in groupby(ordered, key=lambda parameter: parameter.group):
            if group:
                self._add_heading(group)
            for parameter in parameters:
                self._add(parameter)
        self._rows.setRowStretch(self._rows.rowCount(), 1)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_labels"):
            self._fit()

    def _fit(self) -> None:
        """Labels of one width that grows with the text; fields no lower than a line needs."""
        for label in self._labels:
            label.setFixedWidth(theme.scaled(_LABEL))
        for field in self.fields.values():
            field.setMinimumHeight(theme.scaled(_TALL))

    def leave_room(self, pixels: int) -> None:
        """Stay so far from the right edge, where a scroll bar may be."""
        self._rows.setContentsMargins(0, 0, pixels, 0)

    def values(self) -> dict[str, Value]:
        """What the form says."""
        return {one.name: one.checked(self._value(one), called=one.label) for one in self.experiment.parameters}

    def changed(self) -> dict[str, Value]:
        """The values that are not defaults."""
        values = self.values()
        return {one.name: values[one.name] for one in self.experiment.parameters if values[one.name] != one.default}

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Put values into the fields."""
        parameters = {parameter.name: parameter for parameter in self.experiment.parameters}
        for name, value in values.items():
            field = self.fields[name]
            if isinstance(field, QCheckBox):
                field.setChecked(bool(value))
            elif isinstance(field, QSpinBox):
                field.setValue(int(value))
            elif isinstance(field, Choice):
                field.show_key(str(value))
            else:
                field.setText(_text(parameters[name], value))
        self.edited.emit()

    def show_defaults(self) -> None:
        """Put the defaults back."""
        self.show_values(self.experiment.values({}))

    def _add_heading(self, text: str) -> None:
        heading = Heading(text, BODY)
        heading.setProperty("heading", True)
        heading.setContentsMargins(0, 8, 0, 0)
        self._rows.addWidget(heading, self._rows.rowCount(), 0, 1, 2)

    def _add(self, parameter: Parameter) -> None:
        field, row = self._field(parameter), self._rows.rowCount()
        tend(field, parameter.label, _tip(parameter), f"parameter.{parameter.name}")
        self.fields[parameter.name] = field
        if isinstance(field, Choice):
            field.show_key(field.key())  # its explanation belongs into the tooltip
        if isinstance(field, QCheckBox):
            field.setText(parameter.label)
            self._rows.addWidget(field, row, 0, 1, 2)
            return
        label = QLabel(parameter.label)
        label.setWordWrap(True)
        label.setBuddy(field)
        label.setToolTip(field.toolTip())
        self._labels.append(label)
        self._rows.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._rows.addWidget(self._with_button(parameter, field), row, 1, Qt.AlignmentFlag.AlignVCenter)

    def _field(self, parameter: Parameter) -> QWidget:
        default = parameter.default
        if isinstance(default, bool):
            field = QCheckBox()
            field.setChecked(default)
            field.toggled.connect(self._tell)
        elif isinstance(default, int):
            field = QSpinBox()
            low = 0 if parameter.at_least is None else int(parameter.at_least)
            field.setRange(low, _LARGEST if parameter.at_most is None else int(parameter.at_most))
            field.setSpecialValueText(parameter.words.get(low, ""))
            field.setSingleStep(parameter.step)
            field.setValue(default)
            field.valueChanged.connect(self._tell)
        elif parameter.names is not None:
            field = Choice(parameter.label, _tip(parameter))
            called = parameter.words
            field.fill([(name, called.get(name, name), _command(parameter, name)) for name in parameter.names])
            field.show_key(default)
            field.chosen.connect(field.show_key)
            field.chosen.connect(self._tell)
        else:
            field = QLineEdit(_text(parameter, default))
            field.setPlaceholderText(next(iter(parameter.words.values()), ""))
            field.textChanged.connect(self._tell)
            if parameter.words:
                _offer_clear(field, parameter)
        field.setMinimumWidth(60)
        return field

    def _tell(self, *_value: object) -> None:
        self.edited.emit()

    def _with_button(self, parameter: Parameter, field: QWidget) -> QWidget:
        """A file is chosen with a button, too."""
        if not parameter.file:
            return field
        holder, button = QWidget(), QPushButton("…")
        tend(button, f"Choose: {parameter.label}", parameter.sentence, f"parameter.{parameter.name}.open")
        button.setAutoDefault(False)
        button.setFixedSize(theme.scaled(30), theme.scaled(_TALL))
        button.setStyleSheet("padding: 0px;")
        button.clicked.connect(lambda: ask_file(self.window(), lambda path: field.setText(str(path))))
        across = QHBoxLayout(holder)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(4)
        across.addWidget(field, 1)
        across.addWidget(button)
        return holder

    def _value(self, parameter: Parameter) -> Value:
        field = self.fields[parameter.name]
        if isinstance(field, QCheckBox):
            return field.isChecked()
        if isinstance(field, QSpinBox):
            return field.value()
        if isinstance(field, Choice):
            return field.key()
        return _read(parameter, field.text())


def _tip(parameter: Parameter) -> str:
    """What it is, what is allowed, and what it is called on the command line."""
    lines = [parameter.sentence]
    if parameter.range:
        lines.append(f"Allowed: {parameter.range}.")
    if parameter.names is not None:
        return parameter.sentence
    lines += [f"Empty: {words}." for words in parameter.words.values() if isinstance(parameter.default, float)]
    return "\n".join([*lines, _command(parameter, "…")])


def _command(parameter: Parameter, value: str) -> str:
    return f"On the command line: --set {parameter.name}={value}"


def _text(parameter: Parameter, value: Value) -> str:
    """A value in a line to type in; one that stands for something else leaves it to the words behind."""
    if value in parameter.words and parameter.names is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _read(parameter: Parameter, text: str) -> Value:
    if not text.strip() and parameter.words:
        return next(iter(parameter.words))
    if isinstance(parameter.default, str):
        return text
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{parameter.label} is '{text}', but a number is needed, 0.05 or 1e-3.") from error


def _offer_clear(field: QLineEdit, parameter: Parameter) -> None:
    """A button in the field that empties it."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QAbstractButton):
        button.setAccessibleName(f"{parameter.label}, empty")
        button.setToolTip(f"Back to: {next(iter(parameter.words.values()))}.")
