"""Jobs about painted details: what the samples see of them, what the methods keep, the contrast that is just kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from stabview.study.present import Present

if TYPE_CHECKING:
    from stabview.study.problem import Problem

_EXPOSURES = 200
"""How many details are remembered with what the samples see of them."""


class DetailJobs:
    """Steps for a worker's thread. `fitted(detail, contrast)` is told a fitted contrast; `outranked()` says whether
    something more urgent waits."""

    def __init__(
        self, present: Present, *, fitted: Callable[[int, float], None], outranked: Callable[[], bool]
    ) -> None:
        self._present, self._fitted, self._outranked = present, fitted, outranked
        self._exposures: dict[object, float] = {}

    def exposures(self, generation: int, problem: Problem) -> Iterator[None]:
        """How much of each painted detail the samples see: at once, also while it is dragged."""
        from stabview.measures.details import exposure

        study, known, now = problem.study, {}, self._present
        for number, (detail, picture) in enumerate(zip(study.details, problem.details, strict=True)):
            key = (study.image, study.sampling, replace(detail, contrast=1.0))
            if key not in self._exposures and bool(picture.any()):
                self._exposures[key] = exposure(problem.operator, picture)
                yield
            if key in self._exposures and not detail.hidden and not detail.erase:
                known[number] = self._exposures[key]
        while len(self._exposures) > _EXPOSURES:
            self._exposures.pop(next(iter(self._exposures)))
        with now.lock:
            if generation != now.generation:
                return
            now.results.exposures = known
        if known:
            now.tell("details")

    def fit(self, generation: int, number: int) -> Iterator[None]:
        """The contrast at which the reference method just keeps a detail."""
        from stabview.study.answers import fitted_contrast

        now = self._present
        problem = now.problem(generation)
        if problem is None or number >= len(problem.details):
            return
        looks: dict[float, float] = {}
        while generation == now.generation:
            try:
                contrast = fitted_contrast(problem, number, looks, stopped=self._outranked)
            except InterruptedError:
                yield  # to what is more urgent; what was looked at is remembered
                continue
            if generation == now.generation:
                self._fitted(number, contrast)
            return

    def reports(self, generation: int) -> Iterator[None]:
        """What became of every detail at the iterate where the slider stands."""
        from stabview.study.answers import detail_reports

        now = self._present
        results, problem = now.results, now.problem(generation)
        with now.lock:
            if problem is None or not results.iterates:
                return
            iterate = results.iterates[results.position]
        soa = results.soa_estimates.get(iterate.index)
        if soa is None:
            soa = problem.soa(iterate.y, problem.operator)
            yield
        estimates, reports = {"network": iterate.reconstruction, "soa": soa}, []
        clean = {"network": problem.objective.clean}
        if 0 in results.soa_estimates:
            clean["soa"] = results.soa_estimates[0]
        for report in detail_reports(problem, iterate, estimates, clean):
            reports.append(report)
            yield
        with now.lock:
            if generation != now.generation:
                return
            results.detail_reports = tuple(reports)
        now.tell("details", "progress")
