"""The work on the workers' threads: one searches, one runs experiments, the third answers everything else, the most
urgent first. torch is imported by the jobs only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.engine.pace import Pace
from stabview.engine.worker import Worker
from stabview.study.curve import sweep_count
from stabview.study.detail_jobs import DetailJobs
from stabview.study.frame_jobs import FrameJobs
from stabview.study.history import History
from stabview.study.present import Present
from stabview.study.results import Results
from stabview.study.search_jobs import SearchJobs

if TYPE_CHECKING:
    from stabview.study.experiments import ExperimentRun
    from stabview.study.outcome import Write
    from stabview.study.problem import Problem
    from stabview.study.study import ExperimentChoice

QUESTIONS = {
    "scene": "reconstructing", "answer": "reconstructing this iterate", "details": "looking for the details",
    "fit": "fitting the contrast", "sweep": "sampling curve", "report": "writing the report",
    "fill": "sparse reconstructions of the other iterates", "curve": "sampling curve",
}  # fmt: skip
"""What can be asked for, in the user's words; the most urgent first. "curve" is the sampling curve nobody asked for."""


class Jobs:
    """Computes the results of a study in the background.

    Parameters
    ----------
    history : has the present study.
    results : what is known; the answers go there.
    lock : a reentrant one around `results` and the generation; whoever calls `outdate` holds it.
    tell : called with the names of what is new, from the workers' threads.
    failed : called with (key, exception) when a job fails, from the workers' threads.
    fitted : called with (detail, contrast) when a contrast was fitted, from a worker's thread.
    device, threads : see `stabview.engine.device`.
    write : the report layer's `write_outcome`.
    """

    def __init__(
        self, history: History, results: Results, lock: threading.RLock, *, tell: Callable[..., None],
        failed: Callable[[str, BaseException], None], fitted: Callable[[int, float], None], device: str,
        threads: int | None, write: Write | None,
    ) -> None:  # fmt: skip
        self._history, self._results, self._lock, self._tell = history, results, lock, tell
        self._present = Present(history, results, lock, tell=tell, failed=failed, device=device, threads=threads)
        self.experiment_run: ExperimentRun | None = None
        self.live_curve = False
        self._answers, self._searcher, self._experimenter = (
            Worker(
                name, on_error=failed, on_idle=lambda: tell("progress", "search", "experiment"),
                on_report=lambda: tell("progress"),
            )
            for name in ("answers", "search", "experiments")
        )  # fmt: skip
        self._frames = FrameJobs(self._present, outranked=self._answers.outranked, write=write)
        self._details = DetailJobs(self._present, fitted=fitted, outranked=self._answers.outranked)
        self._searches = SearchJobs(self._present, ended=self._search_ended)
        self._steps = {
            "scene": self._scene_steps, "answer": self._frames.answer, "details": self._details.reports,
            "sweep": self._searches.sweep, "curve": self._searches.sweep, "fill": self._frames.fill,
            "fit": self._details.fit, "report": self._frames.report,
        }  # fmt: skip

    # --- asking --------------------------------------------------------------------------------------------------

    def ask(self, question: str, *facts: object) -> None:
        """Queue one of `QUESTIONS` ("scene" with keep_search, "report" with folder, writer), in place of an older."""
        generation, steps = self._present.generation, self._steps[question]
        self._answers.submit(question, lambda: steps(generation, *facts), priority=tuple(QUESTIONS).index(question))

    def ask_for_frame(self, index: int) -> None:
        """Have what the frame of an iterate lacks computed, this one next."""
        self._frames.asked = index
        if not self._answers.has("answer"):
            self.ask("answer")

    def ask_for_sweep(self) -> None:
        """Have the sampling curve of the present iterate computed."""
        self.cancel("sweep", "curve")
        self.ask("sweep", self._results.position)

    def follow_curve(self, *, ending: bool = False) -> None:
        """Where the curve follows by itself, have what it lacks computed when there is nothing else to do.

        Not while a search runs, which would wait for it, unless it is about to end; nor of a network that is fitted
        anew for every point.
        """
        problem, searching = self._present.ready_problem(), self._searcher.has("search") and not ending
        if not self.live_curve or problem is None or searching or not self._results.count:
            return
        if self._answers.has("sweep") or (problem.network.untrained):
            return
        self.cancel("curve")
        if len(self._results.curves.get(self._results.position, ())) < sweep_count(self._history.study):
            self.ask("curve", self._results.position)
        else:
            self._results.sweep_position = self._results.position

    def search(self) -> None:
        """Search on from the last iterate, from the beginning when it has no state; the curve waits for its end."""
        self.cancel("curve")
        self._searches.pace, self._searches.strength = None, ""
        generation, iterates = self._present.generation, self._results.iterates
        state = iterates[-1].state if iterates else None
        self._searcher.submit("search", lambda: self._searches.search(generation, state))

    def prove(self) -> None:
        """Say what is known of the strength of the search; with a study that asks for it, prove it."""
        generation, problem = self._present.generation, self.ready_problem()
        if problem is not None:
            problem = replace(problem, study=self._history.study)
            self._searcher.submit("strength", lambda: self._searches.prove(generation, problem), priority=1)

    def experiment(self, choice: ExperimentChoice) -> None:
        """Run an experiment, in place of the one before; it has no part in the study."""
        self.experiment_run = None
        self._experimenter.submit("experiment", lambda: self._experiment_steps(choice))

    def cancel_experiment(self) -> None:
        """Stop the experiment; what it found so far stays."""
        self._experimenter.cancel()

    def cancel(self, *keys: str) -> None:
        """Cancel "search" or these questions, all when none is given."""
        if not keys or "sweep" in keys or "curve" in keys:
            self._searches.sweep_pace = None  # a point that is still being computed belongs to no curve any more
        self._searcher.cancel(*keys)
        self._answers.cancel(*keys)

    def outdate(self, *keys: str) -> None:
        """Begin a new generation, so that nothing comes from the jobs of now any more; `keys` as in `cancel`."""
        self.cancel(*keys)
        self._present.generation += 1

    def settle(self, timeout: float | None) -> bool:
        """Wait until nothing is left to do; False when `timeout` seconds (for each worker) were not enough."""
        workers = (self._searcher, self._answers, self._searcher, self._experimenter)
        return all(worker.drain(timeout) for worker in workers)

    def close(self, timeout: float) -> bool:
        """End the workers. False when one was still in a step after `timeout` seconds."""
        with self._lock:
            self._present.generation += 1
        return self._searcher.close(timeout) & self._answers.close(timeout) & self._experimenter.close(timeout)

    # --- how it stands -------------------------------------------------------------------------------------------

    def has(self, *keys: str) -> bool:
        """Whether "search" or one of these questions waits or runs."""
        return self._searcher.has(*keys) or self._answers.has(*keys)

    @property
    def experimenting(self) -> bool:
        return self._experimenter.has()

    @property
    def reported(self) -> tuple[str, int, int, float | None] | None:
        """(what, done, total, seconds left) of a long step in progress, such as the fit of an untrained network."""
        reports = [worker.reported for worker in (self._searcher, self._answers)]
        return max((one for one in reports if one is not None), key=lambda one: one[2], default=None)  # not who waits

    @property
    def search_pace(self) -> Pace | None:
        """Of the newest search; None until it has begun."""
        return self._searches.pace

    @property
    def sweep_pace(self) -> Pace | None:
        """Of the newest sampling curve; None until it has begun."""
        return self._searches.sweep_pace

    @property
    def strength(self) -> str:
        """What is known of the strength of the newest search, in words."""
        return self._searches.strength

    @property
    def proven(self) -> tuple[int, int]:
        """(parts done, all parts) of the proof of that strength."""
        return self._searches.proven

    @property
    def report_folder(self) -> Path | None:
        """Where the last report was written."""
        return self._frames.report_folder

    @property
    def device_label(self) -> str:
        return self._present.device_label

    def ready_problem(self) -> Problem | None:
        """The problem of the present study when it has been built."""
        return self._present.ready_problem()

    # --- the work that brings other work, on the workers' threads ------------------------------------------------

    def _scene_steps(self, generation: int, keep_search: bool) -> Iterator[None]:
        now, results = self._present, self._results
        problem = now.problem(generation)
        if problem is None:
            return
        scene = problem.scene()
        with self._lock:
            if generation != now.generation:
                return
            results.scene = scene
        self._tell("scene")
        yield
        yield from self._details.exposures(generation, problem)
        if not keep_search or not results.iterates:
            yield from self._searches.first(generation, problem)
        with self._lock:
            if generation != now.generation:
                return
            self.ask_for_frame(results.position)
            if problem.details:
                self.ask("details")
            self.ask("fill")
            self.follow_curve()
        self._tell("frame", "sweep", "progress")

    def _search_ended(self) -> None:
        self.ask("fill")
        self.prove()
        with self._lock:
            self.follow_curve(ending=True)

    def _experiment_steps(self, choice: ExperimentChoice) -> Iterator[None]:
        from stabview.study.experiments import experiment_runs

        for run in experiment_runs(choice, device=self._present.device()):
            self.experiment_run = run
            self._tell("experiment")
            yield
