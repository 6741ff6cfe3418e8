"""The experiments by name: what each shows, where it comes from, its parameters. Read without torch; run by `run`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from stabview.experiments.finding import Finding
from stabview.images.errors import InputError

Value = bool | int | float | str


@dataclass(frozen=True)
class Parameter:
    """One thing that can be set.

    Attributes
    ----------
    default : fixes the type too (bool, int, float or text).
    at_least, at_most, above : the range of a number. names : the values a text may have; None for any text.
    file : whether the text is the path of a file; "" is none.
    """

    name: str
    sentence: str
    default: Value
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    names: tuple[str, ...] | None = None
    file: bool = False

    def checked(self, value: object) -> Value:
        """The value in the parameter's type. Raises InputError when it is none of its values."""
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            raise InputError(f"{self.name} is {value!r}, but {_KINDS[kind]} is needed: {self.sentence}")
        if isinstance(value, (int, float)) and not isinstance(value, bool) and self._outside(value):
            raise InputError(f"{self.name} is {value:g}; it has to be {self.range}: {self.sentence}")
        if self.names is not None and value not in self.names:
            raise InputError(f"{self.name} is '{value}'; choose one of {', '.join(self.names)}.")
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
    module : in `stabview.experiments`; its `run(values, *, device)` yields `Finding`s.
    seconds : about how long it takes with its defaults on two cores.
    """

    name: str
    title: str
    sentence: str
    source: str
    module: str
    seconds: float
    parameters: tuple[Parameter, ...] = ()

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


EXPERIMENTS: dict[str, Experiment] = {
    entry.name: entry
    for entry in (
        Experiment(
            "radial-lines", "Exact recovery from 22 radial lines",
            "Total variation recovers the phantom exactly from 22 lines through k-space; zero-filling does not.",
            "Candès, Romberg and Tao 2006; Geilo lectures 2021", "radial_lines", 10,
            (
                Parameter("size", "Side of the phantom in pixels.", 256, at_least=64, at_most=512),
                Parameter("lines", "Radial lines through the centre of k-space.", 22, at_least=4, at_most=200),
                Parameter("fewest", "Whether to look for the fewest lines that are enough.", False),
            ),
        ),
        Experiment(
            "lasso-failure", "A LASSO that fails without a warning",
            "Coordinate descent stops at the wrong one of two nearly equal columns and reports success.",
            "Geilo lectures 2021", "lasso_failure", 3,
            (
                Parameter("lambda", "Weight of the l1 norm.", 0.1, above=0, at_most=0.5),
                Parameter("tolerance", "Relative change at which the solver stops.", 1e-4, above=0, at_most=0.1),
                Parameter("sweeps", "Sweeps after which the solver gives up, with a warning.", 100_000, at_least=2),
            ),
        ),
        Experiment(
            "digits", "Digits no algorithm gets",
            "LISTA and FIRENET miss the K-th digit of a minimiser that a network could give.",
            "Colbrook, Antun and Hansen 2022; Geilo lectures 2021", "digits", 30,
            (
                Parameter("epochs", "Passes over the signals in LISTA's training; 4000 as published.", 60, at_least=1),
                Parameter("samples", "Signals LISTA is trained on; 8000 as published.", 1000, at_least=5),
                Parameter("seed", "Seed of the signals and of LISTA's first weights.", 0, at_least=0),
            ),
        ),
        Experiment(
            "firenet-decay", "Exponential decay of FIRENET's gap",
            "The gap falls like e^-k in the restarts with 50 inner steps, and stalls with the papers' 5.",
            "Colbrook, Antun and Hansen 2022; Geilo lectures 2021", "firenet_decay", 25,
            (
                Parameter("size", "Side of the phantom in pixels.", 128, at_least=32, at_most=512),
                Parameter("rate", "Share of k-space that is sampled.", 0.25, above=0.02, at_most=0.9),
                Parameter("noise", "Norm of the noise over that of the data.", 0.02, at_least=0, at_most=1),
                Parameter("lambda", "Weight of the wavelet coefficients.", 1e-3, above=0, at_most=1),
                Parameter("floor", "Delta: the gap below which no restart asks for less.", 1e-9, above=0, at_most=1),
                Parameter("restarts", "Restarts of each curve.", 16, at_least=6, at_most=60),
            ),
        ),
        Experiment(
            "operator-check", "Adjoints and norms of the operators",
            "Dot tests, power iteration and singular values of every sampling operator.",
            "StabView's own check", "operator_check", 10,
            (Parameter("size", "About the longer side of the images in pixels.", 128, at_least=16, at_most=512),),
        ),
        Experiment(
            "solver-check", "Do the solvers find the same minimum?",
            "Several algorithms on the same problems: their minima, and the gaps they state against the true ones.",
            "StabView's own check", "solver_check", 120,
            (
                Parameter("size", "Side of the images in pixels.", 64, at_least=32, at_most=256),
                Parameter("steps", "Steps of an algorithm at most.", 4000, at_least=100, at_most=100_000),
            ),
        ),
        Experiment(
            "reconstruct-kspace", "Reconstruct raw multi-coil k-space",
            "Coil sensitivities from the centre, then zero-filling, CG-SENSE, total variation and wavelets.",
            "Uecker et al. 2014; Pruessmann et al. 2001", "reconstruct_kspace", 30,
            (Parameter("path", "A .npy file: complex, coils x rows x columns, zero if not measured.", "", file=True),),
        ),
        Experiment(
            "methods-gallery", "Every method on the same data",
            "Pictures, PSNR, steps and stated gap of every sparse method, for MRI and for CT.",
            "Antun et al. 2020, supplement; Geilo lectures 2021", "methods_gallery", 240,
            (
                Parameter("data", "Which data to reconstruct.", "both", names=("MRI", "CT", "both")),
                Parameter("size", "Side of the images in pixels.", 256, at_least=32, at_most=512),
                Parameter("pattern", "Sampling pattern of k-space.", "cartesian-gaussian"),
                Parameter("rate", "Share of k-space that is sampled.", 0.33, above=0.02, at_most=1),
                Parameter("views", "Views of the tomograph.", 60, at_least=4, at_most=1000),
                Parameter("noise", "Norm of the noise over that of the data.", 0.0, at_least=0, at_most=1),
                Parameter("mr_image", "MR image file; a drawn head without one.", "", file=True),
                Parameter("ct_image", "CT image file; a drawn abdomen without one.", "", file=True),
            ),
        ),
    )
}  # fmt: skip


def experiment(name: str) -> Experiment:
    """The experiment of a name. Raises InputError with the names there are."""
    if name not in EXPERIMENTS:
        raise InputError(f"There is no experiment '{name}'; there are {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[name]


def run(name: str, given: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Run an experiment; each finding is all that is known so far."""
    entry = experiment(name)
    module = importlib.import_module(f"stabview.experiments.{entry.module}")
    yield from module.run(entry.values(given), device=device)
