"""The tools that draw marks over the pictures: an arrow, words, a region to measure, a line for the profile."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from stabview.gui import marks
from stabview.gui.marks import Mark

if TYPE_CHECKING:
    from stabview.gui.bridge import Bridge

_SMALLEST = 1.0  # pixels; what is smaller was a click
_PROPOSED = {
    marks.ARROW: (-14.0, 10.0),
    marks.RECTANGLE: (8.0, 8.0),
    marks.ELLIPSE: (8.0, 8.0),
    marks.LINE: (16.0, 0.0),
}


class MarkTool:
    """Draws a mark from where the button goes down to where it goes up; a click draws one of a usual size.

    An arrow is drawn from its tail to its point; a click puts the point there.
    """

    cursor = Qt.CursorShape.CrossCursor
    drags = True

    def __init__(self, bridge: Bridge, kind: str) -> None:
        self._hub = bridge.hub
        self._bridge = bridge
        self.kind = kind
        self._drawn: int | None = None
        self._start = (0.0, 0.0)

    def press(self, column: float, row: float) -> None:
        """Begin a mark."""
        if self._hub.pixel_at(column, row) is None:
            return
        self._start = (column, row)
        self._hub.marks.add(Mark(self.kind, (column, row), (column, row)))
        self._drawn = len(self._hub.marks.all) - 1

    def move(self, column: float, row: float, pressed: bool) -> None:
        """Draw it up to here."""
        if pressed and self._drawn is not None:
            self._hub.marks.put(self._drawn, Mark(self.kind, self._start, (column, row)), merge=True)

    def release(self, column: float, row: float) -> None:
        """End it, and lay the tool down: the mark can be moved now."""
        if self._drawn is None:
            return
        drawn, self._drawn = self._drawn, None
        mark = Mark(self.kind, self._start, (column, row))
        if hypot(column - self._start[0], row - self._start[1]) < _SMALLEST:
            mark = self._usual(column, row)
        self._hub.marks.put(drawn, mark, merge=True)
        self._hub.set_tool(None)

    def cancel(self) -> None:
        """Take back what was begun."""
        if self._drawn is not None:
            self._drawn = None
            self._hub.marks.undo()

    def _usual(self, column: float, row: float) -> Mark:
        across, down = _PROPOSED[self.kind]
        if self.kind == marks.ARROW:
            return Mark(self.kind, (column + across, row + down), (column, row))
        return Mark(self.kind, (column - across, row - down), (column + across, row + down))


class WordsTool:
    """Asks for words where the mouse is clicked."""

    cursor = Qt.CursorShape.IBeamCursor
    drags = False

    def __init__(self, bridge: Bridge) -> None:
        self._hub = bridge.hub

    def press(self, column: float, row: float) -> None:
        """Nothing yet: the button may still move away."""

    def move(self, column: float, row: float, pressed: bool) -> None:
        """Nothing to show."""

    def release(self, column: float, row: float) -> None:
        """Ask for the words."""
        if self._hub.pixel_at(column, row) is not None:
            self._hub.set_tool(None)
            self._hub.marks.words_wanted.emit(column, row)

    def cancel(self) -> None:
        """Nothing was begun."""


def mark_tool(bridge: Bridge, kind: str) -> MarkTool | WordsTool:
    """The tool for a kind of mark."""
    return WordsTool(bridge) if kind == marks.WORDS else MarkTool(bridge, kind)
