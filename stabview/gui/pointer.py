"""The hand without a tool: takes hold of painted details and of marks to move, resize, turn, copy and delete them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import atan2, degrees, hypot

from PySide6.QtCore import QObject, Qt, Slot

from stabview.gui.bridge import Bridge
from stabview.gui.cards.paint_state import PaintState, label_of
from stabview.gui.marks import KINDS, WORDS
from stabview.gui.paint_tools import covers, outline
from stabview.images import shapes
from stabview.study.study import Detail

Point = tuple[float, float]
_MARGIN = 3.0  # image pixels between a detail and its handles
_STALK = 6.0  # and to the handle that turns it
_COPY = 6.0  # pixels by which a copy is moved


class Pointer(QObject):
    """`hub.pointer`. What is selected is the detail of `PaintState` or the mark of `hub.marks`, never both.

    A click selects a detail; only then do its corners resize it, the handle above turn it and the rest move it, since
    a changed image takes the search that was found for it. All of a drag is one step for undo.
    """

    drags = True

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.bridge, self.hub = bridge, bridge.hub
        self.paint = PaintState.of(bridge)
        self.cursor = Qt.CursorShape.SizeAllCursor
        self._pull: Callable[[float, float], None] | None = None
        self._merging = False
        self._pressed = (0.0, 0.0)
        self.hub.pointer = self
        self.paint.selected_changed.connect(self._detail_selected)
        self.hub.marks.changed.connect(self._mark_selected)
        self.hub.tool_changed.connect(self.refresh)
        bridge.study_changed.connect(self.refresh)
        self.refresh()

    # --- what is selected

    @property
    def detail(self) -> Detail | None:
        """The selected detail."""
        details, index = self.bridge.workbench.study.details, self.paint.selected
        return details[index] if index is not None and index < len(details) else None

    @property
    def selected(self) -> bool:
        """Whether anything is."""
        return self.detail is not None or self.hub.marks.selected is not None

    @Slot()
    def _detail_selected(self) -> None:
        if self.paint.selected is not None:
            self.hub.marks.select(None)
        self.refresh()

    @Slot()
    def _mark_selected(self) -> None:
        if self.hub.marks.selected is not None:
            self.paint.select(None)

    @Slot()
    def refresh(self) -> None:
        """Outline the selected detail and show its handles, unless a tool is at work."""
        if self.hub.tool is not None:
            return
        detail = self.detail
        self.hub.set_outlines(outline(detail), handles_of(detail)) if detail is not None else self.hub.set_outlines(())

    # --- the mouse

    def takes(self, column: float, row: float) -> bool:
        """Whether there is a handle, a detail or a mark; the cursor says which."""
        found = self._found(column, row)
        if found is not None:
            self.cursor = found[1]
        return found is not None

    def _found(self, column: float, row: float) -> tuple[Callable[[], None], Qt.CursorShape] | None:
        """(what a press here begins, the cursor) or None."""
        reach, marks = self.hub.reach, self.hub.marks
        detail = self.detail
        if detail is not None:
            for place, handle in enumerate(handles_of(detail)):
                if hypot(column - handle[0], row - handle[1]) <= reach:
                    turns = place == 4
                    shape = Qt.CursorShape.PointingHandCursor if turns else Qt.CursorShape.SizeFDiagCursor
                    return partial(self._begin_shaping, detail, column, row, turns), shape
        if marks.selected is not None:
            mark = marks.all[marks.selected]
            for place, handle in enumerate(mark.handles):
                if hypot(column - handle[0], row - handle[1]) <= reach:
                    return partial(self._begin_pulling, place), Qt.CursorShape.CrossCursor
        if detail is not None and not detail.hidden and on(detail, column, row, reach / 2):
            return partial(self._begin_moving, self.paint.selected, column, row), Qt.CursorShape.SizeAllCursor
        index = marks.at(column, row, reach)
        if index is None:
            return None
        return partial(self._begin_dragging, index, column, row), Qt.CursorShape.SizeAllCursor

    def click(self, column: float, row: float) -> None:
        """Select what is here; beside everything, nothing."""
        details = self.bridge.workbench.study.details
        painted = (k for k in reversed(range(len(details))) if not details[k].hidden and not details[k].erase)
        found = next((k for k in painted if on(details[k], column, row, self.hub.reach / 2)), None)
        if found is not None:
            self.paint.select(found)
            self.bridge.say(self.described())
        elif self.hub.marks.at(column, row, self.hub.reach) is None:
            self.let_go()
        else:
            self.hub.marks.select(self.hub.marks.at(column, row, self.hub.reach))

    def press(self, column: float, row: float) -> None:
        """Select what is here and take hold of it."""
        found = self._found(column, row)
        self._merging, self._pull, self._pressed = False, None, (column, row)
        if found is not None:
            found[0]()

    def move(self, column: float, row: float, pressed: bool) -> None:
        """Pull what is held."""
        if pressed and self._pull is not None and (self._merging or (column, row) != self._pressed):
            self._pull(column, row)  # a click alone changes nothing, not even by rounding

    def release(self, column: float, row: float) -> None:
        """Leave it there."""
        self.move(column, row, True)
        self._pull = None

    def cancel(self) -> None:
        """Let go of it where it is."""
        self._pull = None

    def open(self, column: float, row: float) -> None:
        """Write other words where some were double-clicked."""
        marks = self.hub.marks
        index = marks.at(column, row, self.hub.reach)
        if index is not None and marks.all[index].kind == WORDS:
            marks.select(index)
            marks.words_wanted.emit(*marks.all[index].start)

    def _begin_moving(self, index: int, column: float, row: float) -> None:
        self.paint.select(index)
        detail = self.detail
        self._pull = lambda c, r: self._put(shapes.moved(detail, c - column, r - row), f"move {detail.kind}")

    def _begin_shaping(self, detail: Detail, column: float, row: float, turns: bool) -> None:
        middle = shapes.centre(detail)
        size = max(hypot(column - middle[0], row - middle[1]), 1e-6)
        angle = atan2(row - middle[1], column - middle[0])

        def shape(c: float, r: float) -> None:
            if turns:
                by = degrees(atan2(r - middle[1], c - middle[0]) - angle)
                self._put(shapes.turned(detail, by), f"turn {detail.kind}")
            else:
                factor = hypot(c - middle[0], r - middle[1]) / size
                self._put(shapes.scaled(detail, factor), f"resize {detail.kind}")

        self._pull = shape

    def _begin_dragging(self, index: int, column: float, row: float) -> None:
        marks = self.hub.marks
        marks.select(index)
        mark = marks.all[index]
        self._pull = lambda c, r: self._put_mark(mark.moved(c - column, r - row))

    def _begin_pulling(self, place: int) -> None:
        mark = self.hub.marks.all[self.hub.marks.selected]
        end = "start" if mark.handles[place] == mark.start else "end"
        self._pull = lambda c, r: self._put_mark(replace(mark, **{end: (c, r)}))

    def _put(self, detail: Detail, label: str) -> None:
        details, index = self.bridge.workbench.study.details, self.paint.selected
        if index is None or index >= len(details):
            return
        if details[index] != detail:
            merge, self._merging = self._merging, True
            self.bridge.change(label, merge=merge, details=(*details[:index], detail, *details[index + 1 :]))
            self.refresh()

    def _put_mark(self, mark: object) -> None:
        merge, self._merging = self._merging, True
        self.hub.marks.put(self.hub.marks.selected, mark, merge=merge)

    # --- keys

    def next(self) -> None:
        """Select the next detail or mark, after the last one none."""
        details, marks = self.bridge.workbench.study.details, self.hub.marks
        things = [("detail", k) for k in range(len(details))] + [("mark", k) for k in range(len(marks.all))]
        now = ("detail", self.paint.selected) if self.detail is not None else ("mark", marks.selected)
        place = things.index(now) + 1 if now in things else 0
        self.let_go()
        if place < len(things):
            kind, index = things[place]
            self.paint.select(index) if kind == "detail" else marks.select(index)
        self.bridge.say(self.described())

    def described(self) -> str:
        """What is selected, in words."""
        if self.detail is not None:
            return f"Selected: {label_of(self.detail)}"
        marks = self.hub.marks
        if marks.selected is None:
            return "Nothing selected"
        return f"Selected: {KINDS[marks.all[marks.selected].kind]}"

    def let_go(self) -> None:
        """Select nothing."""
        self.paint.select(None)
        self.hub.marks.select(None)

    def nudge(self, columns: float, rows: float) -> None:
        """Move what is selected by so many pixels."""
        if self.detail is not None:
            self._key(shapes.moved(self.detail, columns, rows), "move")
        elif self.hub.marks.selected is not None:
            index = self.hub.marks.selected
            self.hub.marks.put(index, self.hub.marks.all[index].moved(columns, rows))

    def grow(self, factor: float) -> None:
        """Make the selected detail so many times larger."""
        if self.detail is not None:
            self._key(shapes.scaled(self.detail, factor), "resize")

    def turn(self, by: float) -> None:
        """Turn the selected detail clockwise by so many degrees."""
        if self.detail is not None:
            self._key(shapes.turned(self.detail, by), "turn")

    def _key(self, detail: Detail, word: str) -> None:
        self._merging = True  # a row of key presses is one step for undo
        self._put(detail, f"{word} {detail.kind}")

    def duplicate(self) -> None:
        """Copy what is selected, a little beside it, and select the copy."""
        detail, marks = self.detail, self.hub.marks
        if detail is not None:
            details = self.bridge.workbench.study.details
            copy = shapes.moved(detail, _COPY, _COPY)
            self.bridge.change(f"copy {detail.kind}", details=(*details, copy))
            self.paint.select(len(details))
        elif marks.selected is not None:
            marks.add(marks.all[marks.selected].moved(_COPY, _COPY))

    def remove(self) -> None:
        """Delete what is selected."""
        detail, marks = self.detail, self.hub.marks
        if detail is not None:
            details, index = self.bridge.workbench.study.details, self.paint.selected
            self.paint.select(None)
            self.bridge.change(f"delete {detail.kind}", details=details[:index] + details[index + 1 :])
        elif marks.selected is not None:
            marks.remove(marks.selected)


def on(detail: Detail, column: float, row: float, reach: float) -> bool:
    """Whether a point is on a detail."""
    if detail.kind == "stroke":
        return shapes.stroke_covers(detail, column, row, reach)
    return covers(detail, column, row)


def handles_of(detail: Detail) -> tuple[Point, ...]:
    """The corners of the box around a detail, and the point above it that turns it."""
    points = [point for line in outline(detail) for point in line] or [shapes.centre(detail)]
    across, down = [p[0] for p in points], [p[1] for p in points]
    half = detail.size / 2 if detail.kind == "stroke" else 0.0
    left, right = min(across) - half - _MARGIN, max(across) + half + _MARGIN
    top, bottom = min(down) - half - _MARGIN, max(down) + half + _MARGIN
    corners = ((left, top), (right, top), (left, bottom), (right, bottom))
    return (*corners, ((left + right) / 2, top - _STALK))
