"""The parameters of an experiment as a form; which field it is follows from the type of the default."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from stabview.experiments.entry import Experiment, Parameter, Value
from stabview.gui.cards.fields import Choice, tend
from stabview.gui.dialogs.files import ask_file
from stabview.images.errors import InputError

_LARGEST = 2**31 - 1


class ParameterForm(QWidget):
    """A row for every parameter. `values` raises InputError for what an experiment cannot take."""

    edited = Signal()

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.fields: dict[str, QWidget] = {}
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(4)
        for parameter in experiment.parameters:
            field = self._field(parameter)
            allowed = f"\nAllowed: {parameter.range}." if parameter.range else ""
            tend(field, _words(parameter.name), parameter.sentence + allowed, f"parameter.{parameter.name}")
            self.fields[parameter.name] = field
            rows.addRow(_words(parameter.name), self._with_button(parameter, field))

    def values(self) -> dict[str, Value]:
        """What the form says."""
        found = {}
        for parameter in self.experiment.parameters:
            field = self.fields[parameter.name]
            if isinstance(field, QCheckBox):
                found[parameter.name] = field.isChecked()
            elif isinstance(field, QSpinBox):
                found[parameter.name] = field.value()
            elif isinstance(field, Choice):
                found[parameter.name] = field.key()
            else:
                found[parameter.name] = _read(parameter, field.text())
        return self.experiment.values(found)

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Put values into the fields."""
        for name, value in values.items():
            field = self.fields[name]
            if isinstance(field, QCheckBox):
                field.setChecked(bool(value))
            elif isinstance(field, QSpinBox):
                field.setValue(int(value))
            elif isinstance(field, Choice):
                field.show_key(str(value))
            else:
                field.setText(f"{value:.10g}" if isinstance(value, float) else str(value))

    def _field(self, parameter: Parameter) -> QWidget:
        default = parameter.default
        if isinstance(default, bool):
            field = QCheckBox()
            field.setChecked(default)
            field.toggled.connect(lambda _on: self.edited.emit())
        elif isinstance(default, int):
            field = QSpinBox()
            low = 0 if parameter.at_least is None else int(parameter.at_least)
            field.setRange(low, _LARGEST if parameter.at_most is None else int(parameter.at_most))
            field.setValue(default)
            field.valueChanged.connect(lambda _value: self.edited.emit())
        elif parameter.names is not None:
            field = Choice(_words(parameter.name), parameter.sentence)
            field.fill([(name, name, "") for name in parameter.names])
            field.show_key(default)
            field.chosen.connect(lambda _key: self.edited.emit())
        else:
            field = QLineEdit(f"{default:.10g}" if isinstance(default, float) else default)
            field.textEdited.connect(lambda _text: self.edited.emit())
        return field

    def _with_button(self, parameter: Parameter, field: QWidget) -> QWidget:
        """A file is chosen with a button, too."""
        if not parameter.file:
            return field
        holder, button = QWidget(), QPushButton("Open…")
        tend(button, "Choose the file", parameter.sentence, f"parameter.{parameter.name}.open")
        button.clicked.connect(lambda: ask_file(self.window(), lambda path: field.setText(str(path))))
        across = QHBoxLayout(holder)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(field, 1)
        across.addWidget(button)
        return holder


def _read(parameter: Parameter, text: str) -> Value:
    if isinstance(parameter.default, str):
        return text
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{_words(parameter.name)} is '{text}', but a number is needed, 0.05 or 1e-3.") from error


def _words(name: str) -> str:
    return name.replace("_", " ")
