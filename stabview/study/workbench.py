"""The Qt-free heart of the window: it holds the study, asks the workers, keeps the answers and tells a listener.

Two workers: one runs the search, the other answers everything else, the newest question first. Every answer belongs
to a generation of the study; what comes late for an older one is dropped. torch is imported by the workers only.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.engine.cache import BoundedCache
from stabview.engine.device import choose_device, device_label
from stabview.engine.pace import Pace
from stabview.engine.worker import Worker
from stabview.images.errors import InputError
from stabview.study.checks import check_study
from stabview.study.frames import (
    IMAGE_PANELS,
    SIGNED_PANELS,
    DetailReport,
    Frame,
    FramePart,
    Progress,
    Scene,
    SweepPoint,
)
from stabview.study.history import History
from stabview.study.study import Study, sweep_rates

if TYPE_CHECKING:
    import torch

    from stabview.perturbation.iterate import Iterate
    from stabview.study.outcome import Write
    from stabview.study.problem import Parts, Problem

PICTURE_MEMORY = 1 << 29
SCENE, ANSWER, DETAILS, SWEEP, FILL, REPORT = range(6)
"""Priorities of the questions, the most urgent first."""

_DOING = {
    "scene": "reconstructing", "answer": "reconstructing this iterate", "details": "looking for the details",
    "sweep": "sampling curve", "fill": "sparse reconstructions of the other iterates", "report": "writing the report",
}  # fmt: skip


class Workbench:
    """Everything the window shows and does, without a window.

    Properties are cheap and safe from any thread; actions return at once. `listener(event)` is called from the
    workers' threads with "study", "scene", "frame", "iterate", "details", "sweep", "progress", "search", "error" or
    "report": re-read the property of that name.

    Parameters
    ----------
    study : what to start with.
    device, threads : see `stabview.engine.device`.
    write : the report layer's `write_outcome`, for `report_to`.
    """

    def __init__(
        self, study: Study, *, device: str = "auto", threads: int | None = None,
        listener: Callable[[str], None] = lambda event: None, write: Write | None = None,
    ) -> None:  # fmt: skip
        self._listener = listener
        self._write = write
        self._wanted_device, self._threads = device, threads
        self._lock = threading.RLock()
        self._building = threading.Lock()
        self._history = History(study)
        self._generation = 0
        self._parts: Parts | None = None
        self._device: str | None = None
        self._device_label = "starting ..."
        self._problem: tuple[int, Problem] | None = None
        self._pictures: BoundedCache[FramePart] = BoundedCache(PICTURE_MEMORY)
        self._sweep_pace: Pace | None = None
        self._last_error: tuple[str, str] | None = None
        self._report_folder: Path | None = None
        self._view: dict[str, object] | None = None
        self._forget()
        self._scene: Scene | None = None
        self._answers = Worker("answers", on_error=self._failed, on_idle=self._idle)
        self._searcher = Worker("search", on_error=self._failed, on_idle=self._idle)
        self._begin()

    # --- what there is -------------------------------------------------------------------------------------------

    @property
    def study(self) -> Study:
        return self._history.study

    @property
    def scene(self) -> Scene | None:
        return self._scene

    @property
    def count(self) -> int:
        """How many iterates there are, r_0 = 0 included."""
        return len(self._iterates)

    @property
    def planned(self) -> int:
        """How many there will be when the search has ended, r_0 = 0 included."""
        return max(self.count, self._planned)

    @property
    def position(self) -> int:
        return self._position

    @property
    def searching(self) -> bool:
        return self._searcher.has("search")

    @property
    def can_resume(self) -> bool:
        """Whether `run_search` would go on from the last iterate."""
        return not self.searching and self._resumable and 1 < self.count < self._planned

    @property
    def curve(self) -> list[tuple[int, float, float | None, float | None]]:
        """(index, relative norm, change of the network, change of SoA) of every iterate; None while unknown."""
        with self._lock:
            return [
                (iterate.index, iterate.relative_norm, self._change(k, "network"), self._change(k, "soa"))
                for k, iterate in enumerate(self._iterates)
            ]

    @property
    def detail_reports(self) -> tuple[DetailReport, ...]:
        return self._detail_reports

    @property
    def sweep_points(self) -> tuple[SweepPoint, ...]:
        return self._sweep_points

    @property
    def sweep_position(self) -> int:
        """The iterate at which the points of the PSNR curve were computed."""
        return self._sweep_position

    @property
    def sweep_planned(self) -> tuple[float, ...]:
        return sweep_rates(self.study)

    @property
    def device_label(self) -> str:
        return self._device_label

    @property
    def last_error(self) -> tuple[str, str] | None:
        """(sentence for the user, details to copy) of the last thing that went wrong."""
        return self._last_error

    @property
    def report_folder(self) -> Path | None:
        """Where the last report was written."""
        return self._report_folder

    @property
    def undo_label(self) -> str | None:
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        return self._history.redo_label

    @property
    def progress(self) -> Progress:
        with self._lock:
            if self.searching:
                if self._search_pace is None:
                    return Progress("preparing the search", 0, self._planned, None, busy=True, searching=True)
                done = max(0, self.count - 1)
                text = f"searching, iterate {done} of {self._planned - 1}"
                return Progress(text, done, self._planned - 1, self._search_pace.seconds_left, True, True)
            for key, text in _DOING.items():
                if self._answers.has(key):
                    pace = self._sweep_pace if key == "sweep" else None
                    if pace is not None:
                        return Progress(text, pace.done, pace.total, pace.seconds_left, busy=True)
                    return Progress(text, busy=True)
            return Progress()

    def frame(self, index: int | None = None) -> Frame | None:
        """All that is known of an iterate (where the slider stands by default); what is missing is asked for."""
        with self._lock:
            index = self._position if index is None else index
            if not 0 <= index < len(self._iterates):
                return None
            iterate = self._iterates[index]
            parts = [self._pictures.get((index, name)) for name in ("network", "soa")]
            if None in parts:
                self._ask_for(index)
            panels, measures = {}, dict(self._measures.get(index, {}))
            for part in parts:
                if part is not None:
                    panels.update(part.panels)
            pending = frozenset(name for name in (*IMAGE_PANELS, *SIGNED_PANELS) if name not in panels)
            return Frame(index, iterate.relative_norm, iterate.objective, panels, measures, pending)

    # --- what the user does --------------------------------------------------------------------------------------

    def change(self, study: Study, label: str, *, merge: bool = False) -> None:
        """Take a new study; with `merge` the change joins the last one of the same label (drags)."""
        try:
            check_study(study)
        except InputError as error:
            self._complain(str(error))
            return
        with self._lock:
            before = self.study
            self._history.push(study, label, merge=merge)
            self._follow(before, study)

    def undo(self) -> None:
        self._step_history(self._history.undo, self._history.undo_label)

    def redo(self) -> None:
        self._step_history(self._history.redo, self._history.redo_label)

    def move_to(self, index: int) -> None:
        """Put the slider at an iterate."""
        with self._lock:
            index = max(0, min(index, len(self._iterates) - 1))
            if index == self._position:
                return
            self._position = index
            self.frame(index)
            if self.study.details:
                self._submit("details", self._detail_steps, DETAILS)
        self._listener("frame")

    def run_search(self) -> None:
        """Start the worst-case search, or go on with a stopped one."""
        with self._lock:
            if self.searching:
                return
            if not self.can_resume:
                self._drop_search()
            self._planned = self.study.perturbation.steps + 1
            self._resumable = True
            self._search_pace = None
            generation, last = self._generation, self._iterates[-1] if self._iterates else None
            state = last.state if last is not None else None
            self._searcher.submit("search", lambda: self._search_steps(generation, state))
        self._tell("search", "iterate", "frame", "details", "sweep", "progress")

    def stop_search(self) -> None:
        """Stop; the iterates stay and `run_search` goes on from the last."""
        self._searcher.cancel("search")
        self._submit("fill", self._fill_steps, FILL)
        self._tell("search", "progress")

    def cancel(self) -> None:
        """Stop everything in flight."""
        self._searcher.cancel()
        self._answers.cancel("sweep", "fill", "report", "details", "answer")
        self._tell("search", "progress")

    def run_sweep(self) -> None:
        """Compute the PSNR curve over the sampling rate at the present image, details and iterate."""
        with self._lock:
            self._sweep_points, self._sweep_pace = (), None
            self._sweep_position = self._position
            self._submit("sweep", self._sweep_steps, SWEEP)
        self._tell("sweep", "progress")

    def stop_sweep(self) -> None:
        self._answers.cancel("sweep")
        self._tell("progress")

    def report_to(self, folder: Path) -> None:
        """Write numbers, figures and the report of the present state; "report" is told when they are there."""
        self._submit("report", lambda generation: self._report_steps(generation, Path(folder)), REPORT)
        self._tell("progress")

    def save_session(self, path: Path, view: dict[str, object]) -> None:
        """Write the session: study, image, iterates, numbers and whatever the window wants to find again."""
        self.session_as_it_stands(view)(Path(path))

    def session_as_it_stands(self, view: dict[str, object]) -> Callable[[Path], None]:
        """The session of this moment, as a function that writes it to a path, later and from any thread."""
        from stabview.study.session import save_session

        with self._lock:
            problem = self._ready_problem()
            if problem is None:
                raise InputError("The image is still being prepared; save the session in a moment.")
            problem, kept = replace(problem, study=self.study), self._kept()
        return lambda path: save_session(path, problem, kept, view)

    def open_session(self, path: Path) -> dict[str, object]:
        """Open a session and return what the window stored in it (`take_view` gives it too)."""
        from stabview.study.session import open_session

        stored = open_session(Path(path))
        with self._lock:
            self._cancel_all()
            before = self.study
            self._history.push(stored.study, "Open session")
            self._generation += 1
            self._forget()
            self._restored, self._view = stored, stored.view
            if stored.study == before:
                self._scene = None
        self._begin()
        self._tell("study")
        return stored.view

    def take_view(self) -> dict[str, object] | None:
        """What the window stored in the session opened last; once only."""
        view, self._view = self._view, None
        return view

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do; False when `timeout` seconds (for each worker) were not enough."""
        return self._searcher.drain(timeout) and self._answers.drain(timeout) and self._searcher.drain(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """End the workers. False when one was still in a step after `timeout` seconds."""
        with self._lock:
            self._generation += 1
        self._listener = lambda event: None
        return self._searcher.close(timeout) & self._answers.close(timeout)

    # --- following the study -------------------------------------------------------------------------------------

    def _step_history(self, step: Callable[[], Study], label: str | None) -> None:
        if label is None:
            return
        with self._lock:
            before = self.study
            self._follow(before, step())

    def _follow(self, before: Study, after: Study) -> None:
        """Throw away what the change made wrong, and begin what it needs."""
        told = ["study"]
        if replace(after, perturbation=before.perturbation, sweep=before.sweep, soa=before.soa) != before:
            self._cancel_all()
            self._generation += 1
            self._forget()
            self._begin()
        elif after.soa != before.soa:
            searching = self.searching
            self._cancel_all()
            self._generation += 1
            self._forget_soa()
            self._begin(keep_search=True)
            if searching:
                self.run_search()
        elif after.perturbation != before.perturbation:
            self._searcher.cancel("search")
            self._resumable = False
            self._generation += 1
            self._begin(keep_search=True)
            told.append("search")
        elif after.sweep != before.sweep:
            self._answers.cancel("sweep")
            self._sweep_points = ()
            told.append("sweep")
        self._tell(*told, "progress")

    def _forget(self) -> None:
        self._iterates: list[Iterate] = []
        self._measures: dict[int, dict[str, dict[str, float]]] = {}
        self._soa_estimates: dict[int, torch.Tensor] = {}
        self._detail_reports: tuple[DetailReport, ...] = ()
        self._sweep_points: tuple[SweepPoint, ...] = ()
        self._sweep_position = 0
        self._position = 0
        self._planned = 0
        self._resumable = False
        self._search_pace: Pace | None = None
        self._restored = None
        self._pictures.clear()

    def _forget_soa(self) -> None:
        network = {k: self._pictures.get((k, "network")) for k in range(len(self._iterates))}
        self._pictures.clear()
        for k, part in network.items():
            if part is not None:
                self._pictures.put((k, "network"), part, part.size)
        for measures in self._measures.values():
            measures.pop("soa", None)
        self._soa_estimates, self._detail_reports, self._sweep_points = {}, (), ()

    def _drop_search(self) -> None:
        """Back to the clean data alone, to begin a new search."""
        del self._iterates[1:]
        kept = {name: self._pictures.get((0, name)) for name in ("network", "soa")}
        self._pictures.clear()
        for name, part in kept.items():
            if part is not None:
                self._pictures.put((0, name), part, part.size)
        self._measures = {0: self._measures[0]} if 0 in self._measures else {}
        self._soa_estimates = {k: estimate for k, estimate in self._soa_estimates.items() if k == 0}
        self._position = 0
        if self._sweep_position > 0:
            self._answers.cancel("sweep")
            self._sweep_points, self._sweep_position = (), 0
        if any(report.index > 0 for report in self._detail_reports) or self._answers.has("details"):
            self._detail_reports = ()
            self._submit("details", self._detail_steps, DETAILS)

    def _begin(self, *, keep_search: bool = False) -> None:
        self._submit("scene", lambda generation: self._scene_steps(generation, keep_search=keep_search), SCENE)
        self._tell("progress")

    def _cancel_all(self) -> None:
        self._answers.cancel()
        self._searcher.cancel()

    # --- the work, on the workers' threads -----------------------------------------------------------------------

    def _scene_steps(self, generation: int, *, keep_search: bool) -> Iterator[None]:
        problem = self._problem_of(generation)
        if problem is None:
            return
        scene = problem.scene()
        with self._lock:
            if generation != self._generation:
                return
            self._scene = scene
        self._tell("scene")
        yield
        if not keep_search or not self._iterates:
            yield from self._first_iterates(generation, problem)
        with self._lock:
            if generation != self._generation:
                return
            self._ask_for(self._position)
            if problem.details:
                self._submit("details", self._detail_steps, DETAILS)
            self._submit("fill", self._fill_steps, FILL)
        self._tell("frame", "progress")

    def _first_iterates(self, generation: int, problem: Problem) -> Iterator[None]:
        """The clean data, and what a session brought back."""
        from stabview.perturbation.iterate import clean_iterate

        restored, self._restored = self._restored, None
        if restored is not None:
            for iterate in restored.iterates(problem):
                self._add_iterate(generation, problem, iterate)
                yield
            with self._lock:
                if generation != self._generation:
                    return
                self._planned, self._resumable = restored.planned, restored.resumable
                self._position = min(restored.position, len(self._iterates) - 1)
                self._sweep_points, self._sweep_position = restored.sweep_points, restored.sweep_position
            self._tell("iterate", "sweep")
            return
        self._add_iterate(generation, problem, clean_iterate(problem.objective))
        yield

    def _search_steps(self, generation: int, state) -> Iterator[None]:
        from stabview.study.answers import search

        problem = self._problem_of(generation)
        if problem is None:
            return
        with self._lock:
            self._search_pace = Pace(self._planned - max(1, len(self._iterates)))
        for iterate in search(problem, state):
            if iterate.index >= len(self._iterates):
                self._add_iterate(generation, problem, iterate)
                if iterate.index > 0:
                    self._search_pace.step()
            yield
        with self._lock:
            if generation == self._generation:
                self._planned = len(self._iterates)
        self._tell("search", "iterate", "progress")
        if generation == self._generation:
            self._submit("fill", self._fill_steps, FILL)

    def _add_iterate(self, generation: int, problem: Problem, iterate: Iterate) -> None:
        from stabview.study.answers import network_part

        part = network_part(problem, iterate)
        with self._lock:
            if generation != self._generation or iterate.index != len(self._iterates):
                return
            if self._iterates and self._iterates[-1].state is not None:
                self._iterates[-1] = replace(self._iterates[-1], state=None)
            self._iterates.append(iterate)
            self._store(iterate.index, "network", part)
        self._tell("iterate", "progress")
        if iterate.index == self._position:
            self._tell("frame")

    def _answer_steps(self, generation: int) -> Iterator[None]:
        """Whatever the frame at the slider still lacks; where it stands now, not where it stood when asked."""
        problem = self._problem_of(generation)
        while problem is not None and (missing := self._missing_at(generation, self._asked)) is not None:
            self._complete(generation, problem, *missing)
            yield

    def _fill_steps(self, generation: int) -> Iterator[None]:
        """SoA for every iterate, for the curves and the report."""
        problem = self._problem_of(generation)
        k = 0
        while problem is not None and generation == self._generation and k < len(self._iterates):
            if "soa" not in self._measures.get(k, {}):
                self._complete(generation, problem, k, "soa")
                yield
            k += 1

    def _detail_steps(self, generation: int) -> Iterator[None]:
        from stabview.study.answers import detail_reports

        problem = self._problem_of(generation)
        with self._lock:
            if problem is None or not self._iterates:
                return
            iterate = self._iterates[self._position]
        soa = self._soa_estimates.get(iterate.index)
        if soa is None:
            soa = problem.soa(iterate.y, problem.operator)
            yield
        estimates, reports = {"network": iterate.reconstruction, "soa": soa}, []
        for report in detail_reports(problem, iterate, estimates):
            reports.append(report)
            yield
        with self._lock:
            if generation != self._generation:
                return
            self._detail_reports = tuple(reports)
        self._tell("details", "progress")

    def _sweep_steps(self, generation: int) -> Iterator[None]:
        from stabview.study.answers import sweep

        problem = self._problem_of(generation)
        if problem is None or not self._iterates:
            return
        pace = self._sweep_pace = Pace(len(sweep_rates(problem.study)))
        iterate = self._iterates[min(self._sweep_position, len(self._iterates) - 1)]
        for point in sweep(replace(problem, study=self.study), iterate):
            with self._lock:
                if generation != self._generation:
                    return
                pace.step()
                self._sweep_points = tuple(sorted((*self._sweep_points, point), key=lambda p: p.rate))
            self._tell("sweep", "progress")
            yield

    def _report_steps(self, generation: int, folder: Path) -> Iterator[None]:
        from stabview.study.outcome import write_report

        yield from self._fill_steps(generation)
        problem = self._problem_of(generation)
        if problem is None:
            return
        with self._lock:
            kept, frames = self._kept(), [self._whole_frame(problem, k) for k in range(len(self._iterates))]
        write_report(self._write, replace(problem, study=self.study), kept, frames, folder)
        self._report_folder = folder
        self._tell("report", "progress")

    # --- smaller pieces ------------------------------------------------------------------------------------------

    def _problem_of(self, generation: int) -> Problem | None:
        """The problem of the present study, built once; None when the generation is over."""
        from stabview.study.problem import Parts, build_problem

        with self._building:
            if generation != self._generation:
                return None
            if self._device is None:
                self._device = choose_device(self._wanted_device, self._threads)
                self._device_label = device_label(self._device)
                self._parts = Parts()
            if self._problem is None or self._problem[0] != generation:
                study, restored = self.study, self._restored
                if restored is not None:
                    self._parts.put("image", study.image, restored.source)
                self._problem = (generation, build_problem(study, self._parts, device=self._device))
            return self._problem[1]

    def _ready_problem(self) -> Problem | None:
        if self._problem is None or self._problem[0] != self._generation:
            return None
        return self._problem[1]

    def _submit(self, key: str, steps: Callable[[int], Iterator[None]], priority: int) -> None:
        generation = self._generation
        self._answers.submit(key, lambda: steps(generation), priority=priority)

    def _ask_for(self, index: int) -> None:
        self._asked = index
        if not self._answers.has("answer"):
            self._submit("answer", self._answer_steps, ANSWER)

    def _missing_at(self, generation: int, index: int) -> tuple[int, str] | None:
        with self._lock:
            if generation != self._generation or index >= len(self._iterates):
                return None
            for name in ("network", "soa"):
                if self._pictures.get((index, name)) is None:
                    return index, name
            return None

    def _complete(self, generation: int, problem: Problem, index: int, name: str) -> None:
        from stabview.study.answers import network_part, soa_part

        with self._lock:
            if generation != self._generation or index >= len(self._iterates):
                return
            iterate = self._iterates[index]
        if name == "network":
            part = network_part(problem, iterate)
        else:
            if index > 0 and 0 not in self._soa_estimates:
                self._complete(generation, problem, 0, "soa")
            part, estimate = soa_part(problem, iterate, self._soa_estimates.get(0) if index > 0 else None)
        with self._lock:
            if generation != self._generation or index >= len(self._iterates):
                return
            if self._iterates[index].r is not iterate.r:
                return  # a new search has taken its place
            if name == "soa":
                self._soa_estimates[index] = estimate
            self._store(index, name, part)
        if index == self._position:
            self._tell("frame", "progress")
        if name == "soa":
            self._tell("iterate")

    def _store(self, index: int, name: str, part: FramePart) -> None:
        self._pictures.put((index, name), part, part.size)
        self._measures.setdefault(index, {}).update(part.measures)

    def _whole_frame(self, problem: Problem, index: int) -> Frame:
        """A frame with nothing pending, for the report."""
        for name in ("network", "soa"):
            if self._pictures.get((index, name)) is None:
                self._complete(self._generation, problem, index, name)
        return self.frame(index)

    def _change(self, index: int, method: str) -> float | None:
        measures = self._measures.get(index, {}).get(method)
        if measures is None:
            return None
        return measures.get("change", 0.0)

    def _kept(self):
        from stabview.study.outcome import Kept

        return Kept(
            tuple(self._iterates), {k: dict(v) for k, v in self._measures.items()}, self._detail_reports,
            self._sweep_points, self._sweep_position, self._position, self.planned, self._resumable,
        )  # fmt: skip

    def _tell(self, *events: str) -> None:
        for event in events:
            self._listener(event)

    def _idle(self) -> None:
        self._tell("progress", "search")

    def _complain(self, sentence: str, details: str = "") -> None:
        self._last_error = (sentence, details)
        self._tell("error", "progress")

    def _failed(self, key: str, error: BaseException) -> None:
        if isinstance(error, InputError):
            self._complain(str(error))
            return
        details = "".join(traceback.format_exception(error))
        if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
            sentence = "There is not enough memory for this; choose a smaller image or fewer views."
        else:
            sentence = f"Something went wrong in StabView while {_DOING.get(key, 'searching')}: {error}"
        self._complain(sentence, details)
