"""Jobs that complete the frames of iterates: for the eye, for the curves, and for the report made of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.images.errors import InputError
from stabview.study.others import is_other
from stabview.study.present import Present

if TYPE_CHECKING:
    from stabview.methods.sparse.solvers.iterate import WarmStart
    from stabview.study.outcome import Write
    from stabview.study.problem import Problem

NOTICEABLE = 0.05
"""Seconds; where a cold sparse solve takes longer, a warm-started picture stands in for it while the slider moves."""


class FrameJobs:
    """Steps for a worker's thread. `outranked()` says whether something more urgent waits; `write` is the report
    layer's `write_outcome`.

    Attributes
    ----------
    asked : the iterate whose frame was asked for last. report_folder : where the last report was written.
    """

    def __init__(self, present: Present, *, outranked: Callable[[], bool], write: Write | None) -> None:
        self._present, self._outranked, self._write = present, outranked, write
        self.asked = 0
        self.report_folder: Path | None = None
        self._warm: tuple[int, WarmStart, float] | None = None  # generation, newest state, seconds of a cold solve

    def answer(self, generation: int) -> Iterator[None]:
        """Whatever the frame asked for last still lacks; the one asked for now, not when this began."""
        now = self._present
        problem = now.problem(generation)
        while problem is not None:
            with now.lock:
                index = self.asked
                missing = now.results.missing(index) if generation == now.generation else ()
            if not missing:
                return
            if missing[0] == "soa" and self._show_stand_in(generation, problem, index):
                yield
            self._complete(generation, problem, index, missing[0], lambda now=index: self.asked != now)
            yield

    def fill(self, generation: int) -> Iterator[None]:
        """SoA for every iterate, for the curves and the report."""
        now = self._present
        results, problem = now.results, now.problem(generation)
        k = 0
        while problem is not None and generation == now.generation and k < results.count:
            if "soa" not in results.measures.get(k, {}):
                if not self._complete(generation, problem, k, "soa"):
                    yield  # to what is more urgent; then the same one again
                    continue
                yield
            k += 1

    def report(self, generation: int, folder: Path, write: Write | None) -> Iterator[None]:
        """The report of all iterates, once their frames are complete."""
        from stabview.study.outcome import write_report

        yield from self.fill(generation)
        now = self._present
        results, problem = now.results, now.problem(generation)
        if problem is None:
            return
        with now.lock:
            kept, frames = results.kept(), []
        for k in range(len(kept.iterates)):
            for name in filter(lambda name: not is_other(name), results.missing(k, "magnitude")):
                while not self._complete(generation, problem, k, name, component="magnitude"):
                    yield
            with now.lock:
                if generation != now.generation:
                    return
                if k >= results.count or results.iterates[k].r is not kept.iterates[k].r:
                    raise InputError("A new search began while the report was being written; ask for it again.")
                frames.append(results.frame(k, "magnitude"))
            yield
        write_report(write or self._write, replace(problem, study=now.history.study), kept, frames, folder)
        self.report_folder = folder
        now.tell("report", "progress")

    def _show_stand_in(self, generation: int, problem: Problem, index: int) -> bool:
        """Show what a warm-started solve gives, where a cold one would keep the eye waiting."""
        from stabview.study.answers import soa_stand_in

        now = self._present
        results = now.results
        with now.lock:
            warm, clean = self._warm, results.soa_estimates.get(0)
            if generation != now.generation or warm is None or warm[0] != generation or clean is None:
                return False
            if warm[2] < NOTICEABLE or index >= results.count or index in results.soa_estimates:
                return False
            iterate = results.iterates[index]
        part = soa_stand_in(
            problem, iterate, clean, warm[1], stopped=lambda: self.asked != index or self._outranked()
        )
        with now.lock:
            if part is None or generation != now.generation or index >= results.count:
                return False
            results.stand_in(index, part)
        if index == results.position:
            now.tell("frame")
        return True

    def _complete(
        self, generation: int, problem: Problem, index: int, name: str, unwanted: Callable[[], bool] = lambda: False,
        component: str | None = None,
    ) -> bool:  # fmt: skip
        """Compute one part of the frame of an iterate; False when something more urgent came, or it is `unwanted`."""
        from stabview.study.answers import network_part, other_part, soa_part, soa_pictures

        now = self._present
        results = now.results
        with now.lock:
            if generation != now.generation or index >= results.count:
                return True
            iterate, component = results.iterates[index], component or results.component
            measured = name not in results.measures.get(index, {})
            known = None if measured else results.soa_estimates.get(index)
        solution = None
        if name == "network":
            part = network_part(problem, iterate, component=component, measured=measured)
        elif is_other(name):
            estimates = results.other_estimates
            if index > 0 and (name, 0) not in estimates and not self._complete(generation, problem, 0, name):
                return False
            if (name, index) not in estimates:
                estimates[name, index] = problem.other(name)(iterate.y, problem.operator)
            part = other_part(problem, iterate, name, estimates[name, index], estimates[name, 0], component)
        elif known is not None and 0 in results.soa_estimates:
            part = soa_pictures(problem, known, results.soa_estimates[0], component)
        else:
            if index > 0 and 0 not in results.soa_estimates and not self._complete(generation, problem, 0, "soa"):
                return False
            began, clean = time.perf_counter(), results.soa_estimates.get(0) if index > 0 else None
            answer = soa_part(problem, iterate, clean, stopped=lambda: unwanted() or self._outranked())
            if answer is None:
                return False
            part, solution = answer
            component = "magnitude"
            if solution.start is not None:
                self._warm = (generation, solution.start, time.perf_counter() - began)
        with now.lock:
            if generation != now.generation or index >= results.count:
                return True
            if results.iterates[index].r is not iterate.r:
                return True  # a new search has taken its place
            if solution is not None:
                results.soa_estimates[index] = solution.x
            results.store(index, name, part, component)
        if index == results.position:
            now.tell("frame", "progress")
        if name == "soa":
            now.tell("iterate")
        return True
