"""Studies by name: the shipped examples, and one that runs an experiment with its defaults."""

from __future__ import annotations

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.images.errors import InputError
from stabview.study.checks import suggestion
from stabview.study.examples import EXAMPLES
from stabview.study.study import ExperimentChoice, Study


def named_study(name: str) -> Study:
    """The study of a shipped example or experiment. Raises InputError with the nearest names."""
    if name in EXAMPLES:
        return EXAMPLES[name].study()
    if name not in EXPERIMENTS:
        raise InputError(f"There is no example or experiment '{name}'; {suggestion(name, [*EXAMPLES, *EXPERIMENTS])}")
    return Study(experiments=(ExperimentChoice(name),))
