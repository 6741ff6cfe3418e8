"""What an experiment finds, as plain values: figures, tables, curves and pictures. Free of torch and of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np


@dataclass(frozen=True)
class Table:
    """Rows under columns; cells are text or numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Line:
    """One curve of a chart, or its points alone where not `joined`; a gap where a value is not finite."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    joined: bool = True


@dataclass(frozen=True)
class Chart:
    """Curves over one axis."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    log_x: bool = False
    log_y: bool = False

    @property
    def finite(self) -> Chart:
        """Without points that are not finite."""
        kept = [[(x, y) for x, y in zip(line.x, line.y, strict=True) if isfinite(x) and isfinite(y)]
                for line in self.lines]  # fmt: skip
        lines = [
            replace(line, x=tuple(x for x, _ in points), y=tuple(y for _, y in points))
            for line, points in zip(self.lines, kept, strict=True)
        ]
        return replace(self, lines=tuple(lines))


@dataclass(frozen=True, eq=False)
class Picture:
    """(H, W) float32. Unsigned pictures of one experiment share one grey window, from 0 to their largest value.

    Attributes
    ----------
    signed : shown about zero in two colours. caption : one line under it.
    """

    title: str
    pixels: np.ndarray
    caption: str = ""
    signed: bool = False


@dataclass(frozen=True, eq=False)
class Finding:
    """All that is known so far; each replaces the one before, the last one is the result.

    Attributes
    ----------
    verdict : one sentence in plain words, what was found and whether it is what the source says.
    agrees : whether the published claim was reproduced; None while undecided, or where there is none to compare with.
    figures : headline values by name, for result.json.
    done, total : steps, for progress.
    """

    done: int
    total: int
    verdict: str = ""
    agrees: bool | None = None
    figures: dict[str, float | int | str | bool] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    pictures: tuple[Picture, ...] = ()
