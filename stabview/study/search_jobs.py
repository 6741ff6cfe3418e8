"""Jobs of the worst-case search: first iterates, the search, the proof of its strength, the curve of rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from stabview.engine.pace import Pace
from stabview.study.curve import sweep_count
from stabview.study.present import Present

if TYPE_CHECKING:
    from stabview.perturbation.iterate import Iterate, SearchState
    from stabview.study.problem import Problem


class SearchJobs:
    """Steps for the workers' threads; `ended` is called when a search has ended.

    Attributes
    ----------
    pace, sweep_pace : of the newest search and sampling curve; None until they have begun.
    strength : what is known of the strength of the newest search, in words; proven : (parts done, all parts).
    """

    def __init__(self, present: Present, *, ended: Callable[[], None]) -> None:
        self._present, self._ended = present, ended
        self.pace: Pace | None = None
        self.sweep_pace: Pace | None = None
        self.strength, self.proven = "", (0, 0)

    def first(self, generation: int, problem: Problem) -> Iterator[None]:
        """The clean data, and what a session brought back."""
        from stabview.perturbation.iterate import clean_iterate

        now = self._present
        results = now.results
        restored, results.restored = results.restored, None
        if restored is not None:
            for iterate in restored.iterates(problem):
                self._add_iterate(generation, problem, iterate)
                yield
            with now.lock:
                if generation != now.generation:
                    return
                results.plan, results.resumable = restored.planned, restored.resumable
                results.position = min(restored.position, results.count - 1)
                results.curves[restored.sweep_position] = restored.draws
                results.sweep_position = restored.sweep_position
                results.soa_estimates.update(restored.soa)
                for k, measures in restored.measures.items():
                    results.measures.setdefault(k, {}).update(measures)
            now.tell("iterate", "sweep")
            return
        self._add_iterate(generation, problem, clean_iterate(problem.objective))
        yield

    def search(self, generation: int, state: SearchState | None) -> Iterator[None]:
        """The search, from a state or from the beginning."""
        from stabview.study.answers import search

        now = self._present
        results, problem = now.results, now.problem(generation)
        if problem is None:
            return
        with now.lock:
            pace = self.pace = Pace(results.plan - max(1, results.count))
        for iterate in search(problem, state):
            if iterate.index >= results.count:
                self._add_iterate(generation, problem, iterate)
                if iterate.index > 0:
                    pace.step()
            yield
        with now.lock:
            if generation == now.generation:
                results.plan = results.count
        now.tell("search", "iterate", "progress")
        if generation == now.generation:
            self._ended()

    def prove(self, generation: int, problem: Problem) -> Iterator[None]:
        """The proof that the search is strong: the one that is kept, or where it is asked for, step by step."""
        from stabview.study.strength import known_strength, prove

        now = self._present
        facts = known_strength(problem)
        self.strength = str(facts["strength"])
        now.tell("search")
        if "checks" in facts or not problem.study.perturbation.prove:
            return
        with now.lock:
            found = tuple(now.results.iterates)
        yield
        for proof in prove(problem, found):
            if generation != now.generation:
                return
            self.strength, self.proven = proof.strength, (proof.done, proof.total)
            now.tell("progress")
            yield
        now.tell("search", "progress")

    def sweep(self, generation: int, index: int) -> Iterator[None]:
        """What the curve of the PSNR over the sampling rate still lacks at an iterate."""
        from stabview.study.answers import sweep

        now = self._present
        results, problem = now.results, now.problem(generation)
        with now.lock:
            if problem is None or index >= results.count:
                return
            study, iterate, known = now.history.study, results.iterates[index], results.curves.get(index, ())
            results.sweep_position = index
            pace = self.sweep_pace = Pace(sweep_count(study) - len(known))
        now.tell("sweep", "progress")
        for draw in sweep(replace(problem, study=study), iterate, known):
            with now.lock:
                if generation != now.generation or pace is not self.sweep_pace:
                    return
                pace.step()
                results.curves[index] = (*results.curves.get(index, ()), draw)
            now.tell("sweep", "progress")
            yield

    def _add_iterate(self, generation: int, problem: Problem, iterate: Iterate) -> None:
        from stabview.study.answers import network_part

        now = self._present
        part = network_part(problem, iterate)
        with now.lock:
            if generation != now.generation or iterate.index != now.results.count:
                return
            now.results.add_iterate(iterate, part)
        now.tell("iterate", "progress")
        if iterate.index == now.results.position:
            now.tell("frame")
