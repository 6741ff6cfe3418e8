"""The shipped examples: studies that show one finding of the papers each, ready to run and to edit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from stabview import resources
from stabview.images.errors import InputError
from stabview.study.checks import suggestion
from stabview.study.study import Study
from stabview.study.toml_file import ABOUT, read_study, read_tables

SEARCH, SAMPLING, DETAILS = "search", "sampling", "details"


@dataclass(frozen=True)
class Example:
    """One example: its name, what it lets one look at, the figure it goes back to, and its study file.

    Attributes
    ----------
    shows : what one opens it for: SEARCH (which then runs), the SAMPLING curve, or DETAILS as they are reconstructed.
    first : 1, 2, ... for those to begin with; None for the others.
    """

    name: str
    title: str
    sentence: str
    source: str
    path: Path
    shows: str = SEARCH
    first: int | None = None

    def study(self) -> Study:
        """The study itself."""
        return read_study(self.path)


def example(name: str) -> Example:
    """The example called `name`. Raises `InputError` with the nearest names for an unknown one."""
    if name not in EXAMPLES:
        raise InputError(f"There is no example '{name}'; {suggestion(name, EXAMPLES)}")
    return EXAMPLES[name]


def _shipped() -> dict[str, Example]:
    paths = sorted(resources.path("examples").glob("*.toml"))
    found = [Example(path.stem, **read_tables(path)[ABOUT], path=path) for path in paths]
    found.sort(key=lambda one: (one.first or math.inf, not one.source.startswith("Antun"), one.source, one.name))
    return {one.name: one for one in found}


EXAMPLES: dict[str, Example] = _shipped()
"""Those to begin with first, then the figures of Antun et al. in their order, then the others."""
