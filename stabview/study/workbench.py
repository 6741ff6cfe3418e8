"""The Qt-free heart of the window: what it shows, what the user does, and what a changed study makes wrong.

The results are kept in `results`, the work is done on the threads of `jobs`; a listener is told what is new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.experiments.catalogue import experiment
from stabview.images.errors import InputError
from stabview.study.checks import check_study
from stabview.study.failures import in_words
from stabview.study.frames import COMPONENTS
from stabview.study.history import History
from stabview.study.jobs import Jobs
from stabview.study.others import MOST, other_methods
from stabview.study.results import Results
from stabview.study.searches import Searches
from stabview.study.shown import Shown
from stabview.study.study import ExperimentChoice, Study, sweep_rates

if TYPE_CHECKING:
    from stabview.study.outcome import Write


class Workbench(Shown):
    """Everything the window shows and does, without a window.

    Properties are cheap and safe from any thread; actions return at once. `listener(event)` is called from the
    workers' threads with "study", "scene", "frame", "iterate", "details", "sweep", "progress", "search", "error",
    "report" or "experiment": re-read the property of that name.

    Parameters
    ----------
    study : what to start with.
    device, threads : see `stabview.engine.device`.
    write : the report layer's `write_outcome`, for `report_to`.

    Attributes
    ----------
    searches : those beside the present one (`Searches`).
    """

    def __init__(
        self, study: Study, *, device: str = "auto", threads: int | None = None,
        listener: Callable[[str], None] = lambda event: None, write: Write | None = None,
    ) -> None:  # fmt: skip
        self._listener = listener
        self._lock = threading.RLock()
        self._history = History(study)
        self._results = Results()
        self._last_error: tuple[str, str] | None = None
        self._view: dict[str, object] | None = None
        self._jobs = Jobs(
            self._history, self._results, self._lock, tell=self._tell, failed=self._failed, fitted=self._fitted,
            device=device, threads=threads, write=write,
        )  # fmt: skip
        self.searches = Searches(
            self._history, self._results, self._jobs, self._lock, tell=self._tell, complain=self._complain,
            begin=self._begin,
        )  # fmt: skip
        self._begin()

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

    def show_component(self, component: str) -> None:
        """Show other parts of complex images; they are computed for the iterate where the slider stands."""
        with self._lock:
            if component not in COMPONENTS or component == self._results.component:
                return
            self._results.component = component
            self.frame()
        self._tell("frame", "progress")

    def show_other(self, name: str, shown: bool) -> None:
        """Have another method's pictures in every frame, or no more; see `stabview.study.others.other_methods`."""
        part = f"other:{name}"
        with self._lock:
            rest = tuple(other for other in self._results.others if other != part)
            self._results.others = (*rest, part)[-MOST:] if shown else rest
            self.frame()
        self._tell("frame", "progress")

    def fit_contrast(self, detail: int) -> None:
        """Set the contrast of a painted detail to the smallest that the reference method keeps (C = 0.5)."""
        self._jobs.ask("fit", detail)
        self._tell("progress")

    def _fitted(self, number: int, contrast: float) -> None:
        details = self.study.details
        changed = replace(details[number], contrast=contrast)
        study = self.study.having(details=(*details[:number], changed, *details[number + 1 :]))
        self.change(study, "fit to the SoA limit")

    def move_to(self, index: int) -> None:
        """Put the slider at an iterate."""
        with self._lock:
            index = max(0, min(index, self.count - 1))
            if index == self.position:
                return
            self._results.position = index
            self.frame(index)
            if self.study.details:
                self._jobs.ask("details")
            self._jobs.follow_curve()
        self._listener("frame")
        if self.live_curve:
            self._listener("sweep")

    def run_search(self) -> None:
        """Start the worst-case search, or go on with a stopped one."""
        with self._lock:
            if self.searching:
                return
            if not self.can_resume:
                self._drop_search()
            self._results.plan = self.study.perturbation.steps + 1
            self._results.resumable = True
            self.searches.settings = self.study.perturbation
            self._jobs.search()
        self._tell("search", "iterate", "frame", "details", "sweep", "progress")

    def stop_search(self) -> None:
        """Stop; the iterates stay and `run_search` goes on from the last."""
        self._jobs.cancel("search")
        self._jobs.ask("fill")
        with self._lock:
            self._jobs.follow_curve()
        self._tell("search", "progress")

    def cancel(self) -> None:
        """Stop everything in flight; of what every study needs only what takes long, such as a fit."""
        scene = ("scene",) if self._jobs.reported is not None else ()
        self._jobs.cancel("search", "sweep", "curve", "fill", "report", "details", "answer", *scene)
        self._tell("search", "progress")

    def run_sweep(self) -> None:
        """Compute the PSNR curve over the sampling rate at the present image, details and iterate."""
        with self._lock:
            self._jobs.ask_for_sweep()
        self._tell("sweep", "progress")

    def stop_sweep(self) -> None:
        """Stop; the points stay, and the rest comes when it is asked for, or when image or slider have changed."""
        self._jobs.cancel("sweep", "curve")
        self._tell("sweep", "progress")

    def follow_curve(self, live: bool) -> None:
        """Whether the PSNR curve is to follow image and slider by itself."""
        with self._lock:
            self._jobs.live_curve = live
            self._jobs.follow_curve()
            if not live:
                self._jobs.cancel("curve")
        self._tell("sweep", "progress")

    def run_experiment(self, choice: ExperimentChoice) -> None:
        """Run an experiment of the catalogue in the background; "experiment" is told whenever more is known."""
        experiment(choice.name).values(choice.parameters)
        self._jobs.experiment(choice)
        self._tell("experiment")

    def cancel_experiment(self) -> None:
        """Stop it; what it found so far stays."""
        self._jobs.cancel_experiment()
        self._tell("experiment")

    def report_to(self, folder: Path, write: Write | None = None) -> None:
        """Write numbers, figures and the report of the present state; "report" is told when they are there.

        With `write` this is called in place of the report layer's `write_outcome`, with all that it would get.
        """
        self._jobs.ask("report", Path(folder), write)
        self._tell("progress")

    def save_session(self, path: Path, view: dict[str, object]) -> None:
        """Write the session: study, image, iterates, numbers and whatever the window wants to find again."""
        self.session_as_it_stands(view)(Path(path))

    def session_as_it_stands(self, view: dict[str, object]) -> Callable[[Path], None]:
        """The session of this moment, as a function that writes it to a path, later and from any thread."""
        from stabview.study.session import save_session

        with self._lock:
            problem = self._jobs.ready_problem()
            if problem is None:
                raise InputError("The image is still being prepared; save the session in a moment.")
            problem, kept = replace(problem, study=self.study), self._results.kept()
            searches = self.searches.kept
        return lambda path: save_session(path, problem, kept, view, searches)

    def open_session(self, path: Path) -> dict[str, object]:
        """Open a session and return what the window stored in it (`take_view` gives it too)."""
        from stabview.study.session import open_session

        stored = open_session(Path(path))
        with self._lock:
            self._jobs.outdate()
            before = self.study
            self._history.push(stored.study, "Open session")
            self.searches.bring_back(stored.searches)
            self._results.forget()
            self._results.restored, self._view = stored, stored.view
            if stored.study == before:
                self._results.scene = None
        self._begin()
        self._tell("study", "search")
        return stored.view

    def take_view(self) -> dict[str, object] | None:
        """What the window stored in the session opened last; once only."""
        view, self._view = self._view, None
        return view

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do; False when `timeout` seconds (for each worker) were not enough."""
        return self._jobs.settle(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """End the workers. False when one was still in a step after `timeout` seconds."""
        self._listener = lambda event: None
        return self._jobs.close(timeout)

    # --- following the study -------------------------------------------------------------------------------------

    def _step_history(self, step: Callable[[], Study], label: str | None) -> None:
        if label is None:
            return
        with self._lock:
            before = self.study
            self._follow(before, step())

    def _follow(self, before: Study, after: Study) -> None:
        """Throw away what the change made wrong, and begin what it needs."""
        if self._results.others:
            known = other_methods(after)
            self._results.others = tuple(
                part for part in self._results.others if part.removeprefix("other:") in known
            )  # fmt: skip
        told = ["study"]
        if replace(after, perturbation=before.perturbation, sweep=before.sweep, soa=before.soa) != before:
            self.searches.remember(before)
            clean = self._results.curves.get(0, ()) if _same_but_for_the_rate(before, after) else ()
            self._jobs.outdate()
            self._results.forget()
            self._results.curves = {0: clean}
            self._results.restored = self.searches.recalled(after)
            self._begin()
        elif after.soa != before.soa:
            searching = self.searching
            self._jobs.outdate()
            self._results.forget_soa()
            self._begin(keep_search=True)
            if searching:
                self.run_search()
        elif replace(after.perturbation, prove=before.perturbation.prove) == before.perturbation != after.perturbation:
            if self.count > 1 and not self.searching:
                self._jobs.prove()
        elif after.perturbation != before.perturbation:
            self._jobs.outdate("search")
            self._results.resumable = False
            self._begin(keep_search=True)
            told.append("search")
        elif after.sweep != before.sweep:
            self._jobs.cancel("sweep", "curve")
            known = set(sweep_rates(after))
            self._results.curves = {
                k: tuple(draw for draw in draws if draw.planned in known and draw.number < after.sweep.masks)
                for k, draws in self._results.curves.items()
            }
            self._jobs.follow_curve()
            told.append("sweep")
        self._tell(*told, "progress")

    def _drop_search(self) -> None:
        """Back to the clean data alone, to begin a new search."""
        results, jobs = self._results, self._jobs
        if results.sweep_position > 0:
            jobs.cancel("sweep", "curve")
        results.drop_search()
        if any(report.index > 0 for report in results.detail_reports) or jobs.has("details"):
            results.detail_reports = ()
            jobs.ask("details")

    def _begin(self, *, keep_search: bool = False) -> None:
        self._jobs.ask("scene", keep_search)
        self._tell("progress")

    # --- telling -------------------------------------------------------------------------------------------------

    def _tell(self, *events: str) -> None:
        for event in events:
            self._listener(event)

    def _complain(self, sentence: str, details: str = "") -> None:
        self._last_error = (sentence, details)
        self._tell("error", "progress")

    def _failed(self, key: str, error: BaseException) -> None:
        if key == "answer":
            self._results.others = ()  # one of them may be what failed, and would do so again
        self._complain(*in_words(key, error))


def _same_but_for_the_rate(one: Study, other: Study) -> bool:
    """Whether two studies have one clean sampling curve, which does not depend on where on it they stand."""
    here = replace(other.sampling, rate=one.sampling.rate, views=one.sampling.views)
    return other.having(sampling=here) == one
