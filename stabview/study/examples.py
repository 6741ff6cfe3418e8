"""The shipped examples: studies that show one finding of the papers each, ready to run and to edit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stabview import resources
from stabview.images.errors import InputError
from stabview.study.checks import suggestion
from stabview.study.study import Study
from stabview.study.toml_file import ABOUT, read_study, read_tables


@dataclass(frozen=True)
class Example:
    """One example: its name, what it lets one look at, the figure it goes back to, and its study file."""

    name: str
    title: str
    sentence: str
    source: str
    path: Path

    def study(self) -> Study:
        """The study itself."""
        return read_study(self.path)


def example(name: str) -> Example:
    """The example called `name`. Raises `InputError` with the nearest names for an unknown one."""
    if name not in EXAMPLES:
        raise InputError(f"There is no example '{name}'; {suggestion(name, EXAMPLES)}")
    return EXAMPLES[name]


def _shipped() -> dict[str, Example]:
    found = {}
    for path in sorted(resources.path("examples").glob("*.toml")):
        about = read_tables(path)[ABOUT]
        found[path.stem] = Example(path.stem, about["title"], about["sentence"], about["source"], path)
    return dict(sorted(found.items(), key=lambda one: (one[1].source, one[0])))  # Fig. 1 first


EXAMPLES: dict[str, Example] = _shipped()
