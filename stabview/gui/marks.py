"""What one draws over the pictures to point at something or to measure it: arrows, words, regions, lines.

Marks belong to the view, not to the image: every panel shows them, sessions keep them, and nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import hypot, isfinite

from PySide6.QtCore import QObject, Signal

Point = tuple[float, float]

ARROW, WORDS, RECTANGLE, ELLIPSE, LINE = "arrow", "words", "rectangle", "ellipse", "line"
KINDS = {ARROW: "arrow", WORDS: "words", RECTANGLE: "rectangle", ELLIPSE: "ellipse", LINE: "line profile"}
REGIONS = (RECTANGLE, ELLIPSE)


@dataclass(frozen=True)
class Mark:
    """One mark, in pixels of the image as (column, row).

    start, end : of an arrow (its point is the end) or line; opposite corners of a region. Words stand at `start`.
    """

    kind: str
    start: Point
    end: Point
    text: str = ""

    def moved(self, columns: float, rows: float) -> Mark:
        """The mark so many pixels away."""
        return replace(
            self,
            start=(self.start[0] + columns, self.start[1] + rows),
            end=(self.end[0] + columns, self.end[1] + rows),
        )

    @property
    def handles(self) -> tuple[Point, ...]:
        """The points by which it is pulled: its end first."""
        return (self.start,) if self.kind == WORDS else (self.end, self.start)

    def distance(self, column: float, row: float) -> float:
        """How far a point is from it; 0 within a region."""
        if self.kind == WORDS:
            return hypot(column - self.start[0], row - self.start[1])
        if self.kind in REGIONS:
            (left, right), (top, bottom) = (sorted(pair) for pair in zip(self.start, self.end, strict=True))
            return hypot(max(left - column, 0.0, column - right), max(top - row, 0.0, row - bottom))
        across, down = self.end[0] - self.start[0], self.end[1] - self.start[1]
        share = ((column - self.start[0]) * across + (row - self.start[1]) * down) / max(across**2 + down**2, 1e-12)
        share = min(max(share, 0.0), 1.0)
        return hypot(column - self.start[0] - share * across, row - self.start[1] - share * down)


class Marks(QObject):
    """The marks of a view with the selected one, and their own undo.

    Signals
    -------
    changed : other marks, or another one is selected.
    words_wanted(column, row) : somebody wants to write something there.
    """

    changed = Signal()
    words_wanted = Signal(float, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: tuple[Mark, ...] = ()
        self.selected: int | None = None
        self._before: list[tuple[Mark, ...]] = []

    def add(self, mark: Mark) -> None:
        """Draw another one and select it."""
        self._keep()
        self.all = (*self.all, mark)
        self.selected = len(self.all) - 1
        self.changed.emit()

    def put(self, index: int, mark: Mark, *, merge: bool = False) -> None:
        """Put a mark in place of another; with `merge` it is part of the step before (a drag)."""
        if 0 <= index < len(self.all) and mark != self.all[index]:
            if not merge:
                self._keep()
            self.all = (*self.all[:index], mark, *self.all[index + 1 :])
            self.changed.emit()

    def remove(self, index: int) -> None:
        """Take one away."""
        if 0 <= index < len(self.all):
            self._keep()
            self.all = self.all[:index] + self.all[index + 1 :]
            self.selected = None
            self.changed.emit()

    def clear(self) -> None:
        """Take all away."""
        if self.all:
            self._keep()
            self.all, self.selected = (), None
            self.changed.emit()

    @property
    def undoable(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    def undo(self) -> bool:
        """Take the last change back; False when there is none."""
        if not self._before:
            return False
        self.all, self.selected = self._before.pop(), None
        self.changed.emit()
        return True

    def select(self, index: int | None) -> None:
        """Select one, or none."""
        if index != self.selected:
            self.selected = index
            self.changed.emit()

    def at(self, column: float, row: float, reach: float) -> int | None:
        """The newest mark within `reach` pixels of a point; a region is taken hold of at its edge or within."""
        found = [k for k, mark in enumerate(self.all) if mark.distance(column, row) <= reach]
        return found[-1] if found else None

    def current(self, kinds: Sequence[str]) -> Mark | None:
        """The selected mark of these kinds, or the newest."""
        if self.selected is not None and self.all[self.selected].kind in kinds:
            return self.all[self.selected]
        return next((mark for mark in reversed(self.all) if mark.kind in kinds), None)

    def state(self) -> list[dict[str, object]]:
        """For the session file."""
        return [asdict(mark) for mark in self.all]

    def restore(self, stored: object) -> None:
        """Take up what `state` gave; what is no mark is left out."""
        self.all = tuple(mark for mark in map(_mark, stored if isinstance(stored, list) else ()) if mark is not None)
        self.selected = None
        self._before.clear()
        self.changed.emit()

    def _keep(self) -> None:
        self._before.append(self.all)


def _mark(stored: object) -> Mark | None:
    try:
        mark = Mark(str(stored["kind"]), tuple(map(float, stored["start"])), tuple(map(float, stored["end"])),
                    str(stored.get("text", "")))  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    points = (*mark.start, *mark.end)
    return mark if mark.kind in KINDS and len(points) == 4 and all(map(isfinite, points)) else None
