"""The searches of a workbench beside the present one: kept, compared, gone back to, gone on with from any iterate."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from stabview.study.history import History
from stabview.study.jobs import Jobs
from stabview.study.kept_search import KeptSearch, SearchRow, compared, placed
from stabview.study.results import Results
from stabview.study.study import PerturbationChoice, Study

if TYPE_CHECKING:
    from stabview.study.problem import Problem

_REMEMBERED = 2
"""Searches that undo and redo can bring back; each holds its iterates in memory."""


class Searches:
    """Part of a workbench, whose history, results, jobs and lock it works on.

    Parameters
    ----------
    tell, complain : of the workbench. begin : has the present study computed anew.

    Attributes
    ----------
    kept : the oldest first. settings : those with which the present iterates were found; None: those of the study.
    """

    def __init__(
        self, history: History, results: Results, jobs: Jobs, lock: threading.RLock, *, tell: Callable[..., None],
        complain: Callable[[str], None], begin: Callable[[], None],
    ) -> None:  # fmt: skip
        self._history, self._results, self._jobs, self._lock = history, results, jobs, lock
        self._tell, self._complain, self._begin = tell, complain, begin
        self._numbered = 0
        self._thrown_away: tuple[KeptSearch, ...] = ()
        self.kept: tuple[KeptSearch, ...] = ()
        self.settings: PerturbationChoice | None = None

    def keep(self) -> None:
        """Keep what the present search has found, unless it is kept already."""
        with self._lock:
            now = self._present()
            if now is None:
                self._complain("There is no search to keep yet.")
                return
            if any(_same(search, now) for search in self.kept):
                return
            self._numbered += 1
            self.kept = (*self.kept, now)
        self._tell("search")

    def drop(self, number: int) -> None:
        """Forget a kept search."""
        self.kept = tuple(search for search in self.kept if search.number != number)
        self._tell("search")

    def show(self, number: int) -> None:
        """Go back to a kept search; the present one is kept in its turn."""
        found = next((search for search in self.kept if search.number == number), None)
        if found is None:
            return
        with self._lock:
            if self._results.count > 1 and not self._jobs.has("search"):
                self.keep()
            self._jobs.outdate()
            self._history.push(found.study, f"show search {number}")
            self.settings = found.study.perturbation
            self._results.forget()
            self._results.restored = found
        self._begin()
        self._tell("study", "search", "iterate", "frame")

    def resume_from(self, index: int) -> None:
        """Search on from an iterate with the settings of now; what was found is kept as a search of its own."""
        results, choice = self._results, self._history.study.perturbation
        with self._lock:
            if self._jobs.has("search") or self._present() is None or not 0 < index < results.count:
                self._complain("Choose an iterate that a search has found, and wait until the search has ended.")
                return
            if results.iterates[index].state is None:
                self._complain(f"The search cannot be resumed from iterate {index}: choose a later one.")
                return
            if index >= choice.steps:
                self._complain(f"The search has {choice.steps} steps: set more, then resume.")
                return
            self.keep()
            self._jobs.cancel("fill", "sweep", "curve", "details")
            results.keep_until(index)
            results.plan, results.resumable = choice.steps + 1, True
            self.settings = choice
            self._jobs.search()
        self._tell("search", "iterate", "frame", "progress")

    def growth(self, measure: str) -> list[tuple[str, list[tuple[float, float]]]]:
        """(title, points) of a measure of the network in every kept search; x is the iterate of equal norm here."""
        norms = [point[1] for point in self._results.curve]
        return [(search.title, placed(search.series("network", measure), norms)) for search in self.kept]

    def compared(self) -> tuple[SearchRow, ...]:
        """The kept searches and the present one, side by side."""
        with self._lock:
            now = self._present()
        others = tuple(search for search in self.kept if now is None or not _same(search, now))
        return compared(others if now is None else (*others, now))

    def bring_back(self, searches: tuple[KeptSearch, ...]) -> None:
        """Those of a session, in place of the ones there are; its present search was made with its study."""
        self.kept, self.settings = searches, None
        self._numbered = max((search.number for search in searches), default=0)

    def remember(self, study: Study) -> None:
        """The present search, of this study, is about to be thrown away; undo may want it back."""
        with self._lock:
            found = self._present(study)
        if found is not None:
            self._thrown_away = (found, *self._thrown_away)[:_REMEMBERED]

    def recalled(self, study: Study) -> KeptSearch | None:
        """One of the searches that were thrown away last, if it was one of this very study."""
        return next((found for found in self._thrown_away if found.study == study), None)

    def _present(self, study: Study | None = None) -> KeptSearch | None:
        """The present search as one to keep; None where nothing was found yet."""
        problem: Problem | None = self._jobs.ready_problem()
        if problem is None or self._results.count < 2:
            return None
        study = study or self._history.study
        if self.settings is not None:
            study = study.having(perturbation=self.settings)
        found = dict(self._results.soa_estimates)
        return KeptSearch(self._numbered + 1, study, problem.source, self._results.kept(), found)


def _same(one: KeptSearch, other: KeptSearch) -> bool:
    """Whether two searches found the same, also where one of them comes from a file."""
    found = ([(k.objective, k.relative_norm) for k in search.kept.iterates] for search in (one, other))
    return next(found) == next(found)
