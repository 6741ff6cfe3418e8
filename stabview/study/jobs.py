"""The work on the workers' threads: one worker searches, the other answers everything else, the most urgent first.

Every job belongs to the generation of the study in which it was asked for; what comes late for an older one is
dropped. torch is imported by the jobs only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.engine.device import choose_device, device_label
from stabview.engine.pace import Pace
from stabview.engine.worker import Worker
from stabview.images.errors import InputError
from stabview.study.history import History
from stabview.study.others import is_other
from stabview.study.results import Results
from stabview.study.study import sweep_rates

if TYPE_CHECKING:
    from stabview.methods.sparse.solvers.iterate import WarmStart
    from stabview.perturbation.iterate import Iterate, SearchState
    from stabview.study.experiments import ExperimentRun
    from stabview.study.outcome import Write
    from stabview.study.problem import Parts, Problem
    from stabview.study.study import ExperimentChoice

QUESTIONS = {
    "scene": "reconstructing", "answer": "reconstructing this iterate", "details": "looking for the details",
    "fit": "fitting the contrast", "sweep": "sampling curve", "fill": "sparse reconstructions of the other iterates",
    "report": "writing the report",
}  # fmt: skip
"""What can be asked for, in the user's words; the most urgent first."""


_EXPOSURES = 200
"""How many details are remembered with what the samples see of them."""
NOTICEABLE = 0.05
"""Seconds; where a cold sparse solve takes longer, a warm-started picture stands in for it while the slider moves."""


class Jobs:
    """Computes the results of a study in the background.

    Parameters
    ----------
    history : has the present study.
    results : what is known; the answers go there.
    lock : a reentrant one around `results` and `generation`; whoever calls `outdate` holds it.
    tell : called with the names of what is new, from the workers' threads.
    failed : called with (key, exception) when a job fails, from the workers' threads.
    fitted : called with (detail, contrast) when a contrast was fitted, from a worker's thread.
    device, threads : see `stabview.engine.device`.
    write : the report layer's `write_outcome`.

    Attributes
    ----------
    generation : of the study; see `outdate`.
    search_pace, sweep_pace : of the newest search and sampling curve; None until they have begun.
    strength : what is known of the strength of the newest search, in words; proven : (parts done, all parts).
    report_folder : where the last report was written.
    """

    def __init__(
        self, history: History, results: Results, lock: threading.RLock, *, tell: Callable[..., None],
        failed: Callable[[str, BaseException], None], fitted: Callable[[int, float], None], device: str,
        threads: int | None, write: Write | None,
    ) -> None:  # fmt: skip
        self._history, self._results, self._lock, self._tell = history, results, lock, tell
        self._wanted_device, self._threads, self._write = device, threads, write
        self.generation = 0
        self.device_label = "starting ..."
        self.search_pace: Pace | None = None
        self.sweep_pace: Pace | None = None
        self.strength, self.proven = "", (0, 0)
        self.report_folder: Path | None = None
        self._asked, self._fitted = 0, fitted
        self._exposures: dict[object, float] = {}
        self._building = threading.Lock()
        self._device: str | None = None
        self._parts: Parts | None = None
        self._problem: tuple[int, Problem] | None = None
        self._warm: tuple[int, WarmStart, float] | None = None  # generation, newest state, seconds of a cold solve
        self._steps = {
            "scene": self._scene_steps, "answer": self._answer_steps, "details": self._detail_steps,
            "sweep": self._sweep_steps, "fill": self._fill_steps, "fit": self._fit_steps, "report": self._report_steps,
        }  # fmt: skip
        self.experiment_run: ExperimentRun | None = None
        self._answers, self._searcher, self._experimenter = (
            Worker(
                name, on_error=failed, on_idle=lambda: tell("progress", "search", "experiment"),
                on_report=lambda: tell("progress"),
            )
            for name in ("answers", "search", "experiments")
        )  # fmt: skip

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(self, question: str, *facts: object) -> None:
        """Queue one of `QUESTIONS` ("scene" with keep_search, "report" with folder, writer), in place of an older."""
        generation, steps = self.generation, self._steps[question]
        self._answers.submit(question, lambda: steps(generation, *facts), priority=tuple(QUESTIONS).index(question))

    def ask_for_frame(self, index: int) -> None:
        """Have what the frame of an iterate lacks computed, this one next."""
        self._asked = index
        if not self._answers.has("answer"):
            self.ask("answer")

    def search(self) -> None:
        """Search on from the last iterate, from the beginning when it has no state."""
        self.search_pace, self.strength = None, ""
        generation, iterates = self.generation, self._results.iterates
        state = iterates[-1].state if iterates else None
        self._searcher.submit("search", lambda: self._search_steps(generation, state))

    def experiment(self, choice: ExperimentChoice) -> None:
        """Run an experiment, in place of the one before; it has no part in the study."""
        self.experiment_run = None
        self._experimenter.submit("experiment", lambda: self._experiment_steps(choice))

    @property
    def experimenting(self) -> bool:
        return self._experimenter.has()

    def cancel_experiment(self) -> None:
        """Stop the experiment; what it found so far stays."""
        self._experimenter.cancel()

    @property
    def reported(self) -> tuple[str, int, int, float | None] | None:
        """(what, done, total, seconds left) of a long step in progress, such as the fit of an untrained network."""
        reports = [worker.reported for worker in (self._searcher, self._answers)]
        return max((one for one in reports if one is not None), key=lambda one: one[2], default=None)  # not who waits

    def has(self, *keys: str) -> bool:
        """Whether "search" or one of these questions waits or runs."""
        return self._searcher.has(*keys) or self._answers.has(*keys)

    def cancel(self, *keys: str) -> None:
        """Cancel "search" or these questions, all when none is given."""
        if not keys or "sweep" in keys:
            self.sweep_pace = None  # a point that is still being computed belongs to no curve any more
        self._searcher.cancel(*keys)
        self._answers.cancel(*keys)

    def outdate(self, *keys: str) -> None:
        """Begin a new generation, so that nothing comes from the jobs of now any more; `keys` as in `cancel`."""
        self.cancel(*keys)
        self.generation += 1

    def ready_problem(self) -> Problem | None:
        """The problem of the present study when it has been built."""
        if self._problem is None or self._problem[0] != self.generation:
            return None
        return self._problem[1]

    def settle(self, timeout: float | None) -> bool:
        """Wait until nothing is left to do; False when `timeout` seconds (for each worker) were not enough."""
        workers = (self._searcher, self._answers, self._searcher, self._experimenter)
        return all(worker.drain(timeout) for worker in workers)

    def close(self, timeout: float) -> bool:
        """End the workers. False when one was still in a step after `timeout` seconds."""
        with self._lock:
            self.generation += 1
        return self._searcher.close(timeout) & self._answers.close(timeout) & self._experimenter.close(timeout)

    # --- the work, on the workers' threads -----------------------------------------------------------------------

    def _problem_of(self, generation: int) -> Problem | None:
        """The problem of the present study, built once; None when the generation is over."""
        from stabview.study.problem import Parts, build_problem

        with self._building:
            if generation != self.generation:
                return None
            if self._device is None:
                self._device = choose_device(self._wanted_device, self._threads)
                self.device_label = device_label(self._device)
                self._parts = Parts()
            if self._problem is None or self._problem[0] != generation:
                study, restored = self._history.study, self._results.restored
                if restored is not None and study.sampling.finer == 1:  # no session holds the finer image
                    self._parts.put("image", (study.image, 1), restored.source)
                self._problem = (generation, build_problem(study, self._parts, device=self._device))
            return self._problem[1]

    def _experiment_steps(self, choice: ExperimentChoice) -> Iterator[None]:
        from stabview.study.experiments import experiment_runs

        device = choose_device(self._wanted_device, self._threads)
        for self.experiment_run in experiment_runs(choice, device=device):
            self._tell("experiment")
            yield

    def _scene_steps(self, generation: int, keep_search: bool) -> Iterator[None]:
        results = self._results
        problem = self._problem_of(generation)
        if problem is None:
            return
        scene = problem.scene()
        with self._lock:
            if generation != self.generation:
                return
            results.scene = scene
        self._tell("scene")
        yield
        yield from self._exposure_steps(generation, problem)
        if not keep_search or not results.iterates:
            yield from self._first_iterates(generation, problem)
        with self._lock:
            if generation != self.generation:
                return
            self.ask_for_frame(results.position)
            if problem.details:
                self.ask("details")
            self.ask("fill")
        self._tell("frame", "progress")

    def _exposure_steps(self, generation: int, problem: Problem) -> Iterator[None]:
        """How much of each painted detail the samples see: at once, also while it is dragged."""
        from stabview.measures.details import exposure

        study, known = problem.study, {}
        for number, (detail, picture) in enumerate(zip(study.details, problem.details, strict=True)):
            key = (study.image, study.sampling, replace(detail, contrast=1.0))
            if key not in self._exposures and bool(picture.any()):
                self._exposures[key] = exposure(problem.operator, picture)
                yield
            if key in self._exposures and not detail.hidden and not detail.erase:
                known[number] = self._exposures[key]
        while len(self._exposures) > _EXPOSURES:
            self._exposures.pop(next(iter(self._exposures)))
        with self._lock:
            if generation != self.generation:
                return
            self._results.exposures = known
        if known:
            self._tell("details")

    def _fit_steps(self, generation: int, number: int) -> Iterator[None]:
        """The contrast at which the reference method just keeps a detail."""
        from stabview.study.answers import fitted_contrast

        problem = self._problem_of(generation)
        if problem is None or number >= len(problem.details):
            return
        looks: dict[float, float] = {}
        while generation == self.generation:
            try:
                contrast = fitted_contrast(problem, number, looks, stopped=self._answers.outranked)
            except InterruptedError:
                yield  # to what is more urgent; what was looked at is remembered
                continue
            if generation == self.generation:
                self._fitted(number, contrast)
            return

    def _first_iterates(self, generation: int, problem: Problem) -> Iterator[None]:
        """The clean data, and what a session brought back."""
        from stabview.perturbation.iterate import clean_iterate

        results = self._results
        restored, results.restored = results.restored, None
        if restored is not None:
            for iterate in restored.iterates(problem):
                self._add_iterate(generation, problem, iterate)
                yield
            with self._lock:
                if generation != self.generation:
                    return
                results.plan, results.resumable = restored.planned, restored.resumable
                results.position = min(restored.position, results.count - 1)
                results.sweep_points, results.sweep_position = restored.sweep_points, restored.sweep_position
                results.soa_estimates.update(restored.soa)
                for k, measures in restored.measures.items():
                    results.measures.setdefault(k, {}).update(measures)
            self._tell("iterate", "sweep")
            return
        self._add_iterate(generation, problem, clean_iterate(problem.objective))
        yield

    def _search_steps(self, generation: int, state: SearchState | None) -> Iterator[None]:
        from stabview.study.answers import search

        results = self._results
        problem = self._problem_of(generation)
        if problem is None:
            return
        with self._lock:
            pace = self.search_pace = Pace(results.plan - max(1, results.count))
        for iterate in search(problem, state):
            if iterate.index >= results.count:
                self._add_iterate(generation, problem, iterate)
                if iterate.index > 0:
                    pace.step()
            yield
        with self._lock:
            if generation == self.generation:
                results.plan = results.count
        self._tell("search", "iterate", "progress")
        if generation == self.generation:
            self.ask("fill")
            self.prove()

    def prove(self) -> None:
        """Say what is known of the strength of the search; with a study that asks for it, prove it."""
        generation, problem = self.generation, self.ready_problem()
        if problem is not None:
            problem = replace(problem, study=self._history.study)
            self._searcher.submit("strength", lambda: self._strength_steps(generation, problem), priority=1)

    def _strength_steps(self, generation: int, problem: Problem) -> Iterator[None]:
        """The proof that the search is strong: the one that is kept, or where it is asked for, step by step."""
        from stabview.study.strength import known_strength, prove

        facts = known_strength(problem)
        self.strength = str(facts["strength"])
        self._tell("search")
        if "checks" in facts or not problem.study.perturbation.prove:
            return
        with self._lock:
            found = tuple(self._results.iterates)
        yield
        for proof in prove(problem, found):
            if generation != self.generation:
                return
            self.strength, self.proven = proof.strength, (proof.done, proof.total)
            self._tell("progress")
            yield
        self._tell("search", "progress")

    def _add_iterate(self, generation: int, problem: Problem, iterate: Iterate) -> None:
        from stabview.study.answers import network_part

        part = network_part(problem, iterate)
        with self._lock:
            if generation != self.generation or iterate.index != self._results.count:
                return
            self._results.add_iterate(iterate, part)
        self._tell("iterate", "progress")
        if iterate.index == self._results.position:
            self._tell("frame")

    def _answer_steps(self, generation: int) -> Iterator[None]:
        """Whatever the frame asked for last still lacks; the one asked for now, not when this began."""
        problem = self._problem_of(generation)
        while problem is not None:
            with self._lock:
                index = self._asked
                missing = self._results.missing(index) if generation == self.generation else ()
            if not missing:
                return
            if missing[0] == "soa" and self._show_stand_in(generation, problem, index):
                yield
            self._complete(generation, problem, index, missing[0], lambda now=index: self._asked != now)
            yield

    def _fill_steps(self, generation: int) -> Iterator[None]:
        """SoA for every iterate, for the curves and the report."""
        problem = self._problem_of(generation)
        k = 0
        while problem is not None and generation == self.generation and k < self._results.count:
            if "soa" not in self._results.measures.get(k, {}):
                if not self._complete(generation, problem, k, "soa"):
                    yield  # to what is more urgent; then the same one again
                    continue
                yield
            k += 1

    def _show_stand_in(self, generation: int, problem: Problem, index: int) -> bool:
        """Show what a warm-started solve gives, where a cold one would keep the eye waiting."""
        from stabview.study.answers import soa_stand_in

        results = self._results
        with self._lock:
            warm, clean = self._warm, results.soa_estimates.get(0)
            if generation != self.generation or warm is None or warm[0] != generation or clean is None:
                return False
            if warm[2] < NOTICEABLE or index >= results.count or index in results.soa_estimates:
                return False
            iterate = results.iterates[index]
        part = soa_stand_in(
            problem, iterate, clean, warm[1], stopped=lambda: self._asked != index or self._answers.outranked()
        )
        with self._lock:
            if part is None or generation != self.generation or index >= results.count:
                return False
            results.stand_in(index, part)
        if index == results.position:
            self._tell("frame")
        return True

    def _complete(
        self, generation: int, problem: Problem, index: int, name: str, unwanted: Callable[[], bool] = lambda: False,
        component: str | None = None,
    ) -> bool:  # fmt: skip
        """Compute one part of the frame of an iterate; False when something more urgent came, or it is `unwanted`."""
        from stabview.study.answers import network_part, other_part, soa_part, soa_pictures

        results = self._results
        with self._lock:
            if generation != self.generation or index >= results.count:
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
            answer = soa_part(problem, iterate, clean, stopped=lambda: unwanted() or self._answers.outranked())
            if answer is None:
                return False
            part, solution = answer
            component = "magnitude"
            if solution.start is not None:
                self._warm = (generation, solution.start, time.perf_counter() - began)
        with self._lock:
            if generation != self.generation or index >= results.count:
                return True
            if results.iterates[index].r is not iterate.r:
                return True  # a new search has taken its place
            if solution is not None:
                results.soa_estimates[index] = solution.x
            results.store(index, name, part, component)
        if index == results.position:
            self._tell("frame", "progress")
        if name == "soa":
            self._tell("iterate")
        return True

    def _detail_steps(self, generation: int) -> Iterator[None]:
        from stabview.study.answers import detail_reports

        results = self._results
        problem = self._problem_of(generation)
        with self._lock:
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
        with self._lock:
            if generation != self.generation:
                return
            results.detail_reports = tuple(reports)
        self._tell("details", "progress")

    def _sweep_steps(self, generation: int) -> Iterator[None]:
        from stabview.study.answers import sweep

        results = self._results
        problem = self._problem_of(generation)
        if problem is None or not results.iterates:
            return
        pace = self.sweep_pace = Pace(len(sweep_rates(problem.study)))
        iterate = results.iterates[min(results.sweep_position, results.count - 1)]
        for point in sweep(replace(problem, study=self._history.study), iterate):
            with self._lock:
                if generation != self.generation or pace is not self.sweep_pace:
                    return
                pace.step()
                results.sweep_points = tuple(sorted((*results.sweep_points, point), key=lambda p: p.rate))
            self._tell("sweep", "progress")
            yield

    def _report_steps(self, generation: int, folder: Path, write: Write | None) -> Iterator[None]:
        from stabview.study.outcome import write_report

        yield from self._fill_steps(generation)
        results = self._results
        problem = self._problem_of(generation)
        if problem is None:
            return
        with self._lock:
            kept, frames = results.kept(), []
        for k in range(len(kept.iterates)):
            for name in filter(lambda name: not is_other(name), results.missing(k, "magnitude")):
                while not self._complete(generation, problem, k, name, component="magnitude"):
                    yield
            with self._lock:
                if generation != self.generation:
                    return
                if k >= results.count or results.iterates[k].r is not kept.iterates[k].r:
                    raise InputError("A new search began while the report was being written; ask for it again.")
                frames.append(results.frame(k, "magnitude"))
            yield
        write_report(write or self._write, replace(problem, study=self._history.study), kept, frames, folder)
        self.report_folder = folder
        self._tell("report", "progress")
