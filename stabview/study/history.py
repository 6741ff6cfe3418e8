"""Undo and redo: studies are immutable values, so history is a list of them, each with the name of the change."""

from __future__ import annotations

from dataclasses import dataclass

from stabview.study.study import Study

DEPTH = 200


@dataclass(frozen=True)
class _Change:
    label: str
    before: Study
    after: Study


class History:
    """The studies one can go back to and forward to.

    Parameters
    ----------
    study : where it starts.
    depth : how many changes can be undone; older ones are forgotten.
    """

    def __init__(self, study: Study, *, depth: int = DEPTH) -> None:
        self._study = study
        self._depth = depth
        self._done: list[_Change] = []
        self._undone: list[_Change] = []
        self._open = False  # the last thing that happened was a change, so that a merge may join it

    @property
    def study(self) -> Study:
        """The study as it stands."""
        return self._study

    @property
    def undo_label(self) -> str | None:
        """What `undo` would take back, or None."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again, or None."""
        return self._undone[-1].label if self._undone else None

    def push(self, study: Study, label: str, merge: bool = False) -> None:
        """A change of the study. With `merge` it joins the change before, if that has the same label and is the last
        thing that happened: a drag is one change. What was undone before can no longer be done again.
        """
        joins = merge and self._open and bool(self._done) and self._done[-1].label == label
        if study == self._study and not joins:
            return
        before = self._done.pop().before if joins else self._study
        self._done.append(_Change(label, before, study))
        del self._done[: -self._depth]
        self._undone.clear()
        self._study = study
        self._open = True

    def undo(self) -> Study:
        """Takes the last change back and returns the study as it stands then; the same study if there is no change."""
        if self._done:
            change = self._done.pop()
            self._undone.append(change)
            self._study = change.before
        self._open = False
        return self._study

    def redo(self) -> Study:
        """Does the last undone change again and returns the study; the same study if there is none."""
        if self._undone:
            change = self._undone.pop()
            self._done.append(change)
            self._study = change.after
        self._open = False
        return self._study

    def reset(self, study: Study) -> None:
        """Start anew, as when a session is opened."""
        self._study = study
        self._done.clear()
        self._undone.clear()
        self._open = False
