"""What an entry of the catalogue is: an experiment with its parameters. Read without torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stabview.images.errors import InputError

Value = bool | int | float | str

WORST = "Worst-case perturbations"
DETAILS = "Details and lesions"
SAMPLES = "Sampling and data"
MATHEMATICS = "Mathematics and training"
CHECKS = "Checks of StabView itself"
TOPICS = (WORST, DETAILS, SAMPLES, MATHEMATICS, CHECKS)
"""What the experiments are about, in the order of menus."""


@dataclass(frozen=True)
class Parameter:
    """One thing that can be set.

    Attributes
    ----------
    name : on the command line. label : in forms, with the unit.
    default : fixes the type too (bool, int, float or text).
    at_least, at_most, above : the range of a number. names : the values a text may have; None for any text.
    file : whether the text is the path of a file; "" is none.
    words : what values are called in forms: names, and numbers that stand for something else ("as trained").
    group : heading of forms under which it belongs; "" is the experiment itself. step : of the arrows of a number.
    """

    name: str
    label: str
    sentence: str
    default: Value
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    names: tuple[str, ...] | None = None
    file: bool = False
    words: Mapping[Value, str] = field(default_factory=dict, hash=False)
    group: str = ""
    step: int = 1

    def checked(self, value: object, *, called: str = "") -> Value:
        """The value in the parameter's type. Raises InputError, which calls it so, when it is none of its values."""
        kind, called = type(self.default), called or self.name
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            raise InputError(f"{called} is {value!r}, but {_KINDS[kind]} is needed: {self.sentence}")
        if isinstance(value, (int, float)) and not isinstance(value, bool) and self._outside(value):
            raise InputError(f"{called} is {value:g}; it has to be {self.range}: {self.sentence}")
        if self.names is not None and value not in self.names:
            raise InputError(f"{called} is '{value}'; choose one of {', '.join(self.names)}.")
        return value

    @property
    def range(self) -> str:
        """The range in words; empty where any value is allowed."""
        words = (("at least", self.at_least), ("above", self.above), ("at most", self.at_most))
        return " and ".join(f"{word} {limit:g}" for word, limit in words if limit is not None)

    def _outside(self, number: float) -> bool:
        return (
            (self.at_least is not None and not number >= self.at_least)
            or (self.at_most is not None and not number <= self.at_most)
            or (self.above is not None and not number > self.above)
        )


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


@dataclass(frozen=True)
class Experiment:
    """One experiment of the papers.

    Attributes
    ----------
    title, sentence : for menus: what it is called and what it shows. source : figure, slide or section.
    topic : one of `TOPICS`.
    module : in `stabview.experiments`; its `run(values, *, device)` yields `Finding`s.
    seconds : about how long it takes with its defaults on two cores.
    """

    name: str
    title: str
    sentence: str
    source: str
    topic: str
    module: str
    seconds: float
    parameters: tuple[Parameter, ...] = ()

    def outcome(self, agrees: bool | None) -> str:
        """What a finding's `agrees` says of this experiment, in words; "" where it says nothing."""
        yes, no = ("Passed", "Not passed") if self.topic == CHECKS else ("As published", "Not as published")
        return "" if agrees is None else yes if agrees else no

    def values(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Every parameter's value, the default where none is given. Raises InputError for unknown names."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise InputError(
                    f"The experiment '{self.name}' has no parameter '{name}'; it has {', '.join(known) or 'none'}."
                )
        return {
            name: parameter.checked(given[name]) if name in given else parameter.default
            for name, parameter in known.items()
        }

    def with_files(self, values: Mapping[str, Value], change: Callable[[str], str]) -> dict[str, Value]:
        """The values with `change` applied to the paths among them."""
        files = {parameter.name for parameter in self.parameters if parameter.file}
        return {name: change(value) if name in files and value else value for name, value in values.items()}
