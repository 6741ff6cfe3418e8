"""What a window shows of a workbench: properties that are cheap and safe to read from any thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.study.curve import SweepPoint, sweep_count, sweep_points
from stabview.study.frames import DetailReport, Frame, Progress, Scene
from stabview.study.history import History
from stabview.study.jobs import QUESTIONS, Jobs
from stabview.study.reading import first_lost
from stabview.study.results import Results
from stabview.study.study import Study, sweep_rates

if TYPE_CHECKING:
    from stabview.study.experiments import ExperimentRun


class Shown:
    """The part of a workbench that is read only; `Workbench` makes what it reads."""

    _history: History
    _results: Results
    _jobs: Jobs
    _lock: threading.RLock
    _last_error: tuple[str, str] | None

    @property
    def study(self) -> Study:
        return self._history.study

    @property
    def scene(self) -> Scene | None:
        return self._results.scene

    @property
    def count(self) -> int:
        """How many iterates there are, r_0 = 0 included."""
        return self._results.count

    @property
    def planned(self) -> int:
        """How many there will be when the search has ended, r_0 = 0 included."""
        return self._results.planned

    @property
    def position(self) -> int:
        return self._results.position

    @property
    def searching(self) -> bool:
        return self._jobs.has("search")

    @property
    def strength(self) -> str:
        """What is known of the strength of the newest search, in words; empty before it has ended."""
        return self._jobs.strength

    @property
    def can_resume(self) -> bool:
        """Whether `run_search` would go on from the last iterate."""
        return not self.searching and self._results.resumable and 1 < self.count < self.planned

    @property
    def curve(self) -> list[tuple[int, float, float | None, float | None]]:
        """(index, relative norm, change of the network, change of SoA) of every iterate; None while unknown."""
        with self._lock:
            return self._results.curve

    @property
    def ready(self) -> tuple[bool, ...]:
        """Of every iterate, whether its pictures are there."""
        with self._lock:
            return self._results.ready

    def series(self, method: str, measure: str) -> list[float | None]:
        """A measure ("psnr", "change", "relative_error", ...) of a method at every iterate; None while unknown."""
        with self._lock:
            return self._results.series(method, measure)

    def first_lost(self, decibel: float, method: str = "network") -> int | None:
        """The first iterate at which a method has lost so many dB of PSNR; None where it has not."""
        return first_lost(self.series(method, "psnr"), decibel)

    @property
    def detail_reports(self) -> tuple[DetailReport, ...]:
        return self._results.detail_reports

    @property
    def exposures(self) -> dict[int, float]:
        """Detail -> share of its energy that the samples determine; there as soon as the image is."""
        return self._results.exposures

    @property
    def sweep_points(self) -> tuple[SweepPoint, ...]:
        return self._results.sweep_points

    @property
    def sweep_position(self) -> int:
        """The iterate at which the points of the PSNR curve were computed."""
        return self._results.sweep_position

    @property
    def clean_curve(self) -> tuple[SweepPoint, ...]:
        """The PSNR curve of the image without a perturbation, to compare with."""
        with self._lock:
            return sweep_points(self._results.curves.get(0, ()))

    @property
    def sweep_planned(self) -> tuple[float, ...]:
        return sweep_rates(self.study)

    @property
    def sweep_draws(self) -> tuple[int, int]:
        """(masks measured, all masks) of the curve in sight."""
        with self._lock:
            return len(self._results.curves.get(self.sweep_position, ())), sweep_count(self.study)

    @property
    def sweeping(self) -> bool:
        """Whether a PSNR curve waits or is being computed."""
        return self._jobs.has("sweep", "curve")

    @property
    def live_curve(self) -> bool:
        """Whether the PSNR curve follows image and slider by itself, whenever there is nothing more urgent."""
        return self._jobs.live_curve

    @property
    def device_label(self) -> str:
        return self._jobs.device_label

    @property
    def last_error(self) -> tuple[str, str] | None:
        """(sentence for the user, details to copy) of the last thing that went wrong."""
        return self._last_error

    @property
    def report_folder(self) -> Path | None:
        """Where the last report was written."""
        return self._jobs.report_folder

    @property
    def undo_label(self) -> str | None:
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        return self._history.redo_label

    @property
    def progress(self) -> Progress:
        reported = self._jobs.reported
        if reported is not None:
            return Progress(*reported, busy=True)
        with self._lock:
            if self.searching:
                total, pace = self._results.plan, self._jobs.search_pace
                if pace is None:
                    return Progress("preparing the search", 0, total, None, busy=True, searching=True)
                done, steps = max(0, self.count - 1), total - 1
                text = f"searching, iterate {done} of {steps}"
                return Progress(text, done, steps, pace.seconds_left, busy=True, searching=True)
            for key, text in QUESTIONS.items():
                if self._jobs.has(key):
                    pace = self._jobs.sweep_pace if key in ("sweep", "curve") else None
                    steps = (pace.done, pace.total, pace.seconds_left) if pace is not None else ()
                    return Progress(text, *steps, busy=True)
            if self._jobs.has("strength"):
                return Progress("proving the strength of the search", *self._jobs.proven, busy=True)
            return Progress()

    def frame(self, index: int | None = None, *, ask: bool = True) -> Frame | None:
        """All that is known of an iterate (where the slider stands by default); with `ask` the rest is asked for."""
        with self._lock:
            index = self.position if index is None else index
            frame = self._results.frame(index)
            if ask and frame is not None and (frame.pending or frame.provisional):
                self._jobs.ask_for_frame(index)
            return frame

    @property
    def component(self) -> str:
        """What pictures of complex images show, one of `COMPONENTS`."""
        return self._results.component

    @property
    def others(self) -> tuple[str, ...]:
        """The parts "other:NAME" of methods that are shown beside the study's own."""
        return self._results.others

    @property
    def experiment_run(self) -> ExperimentRun | None:
        """Where the experiment begun last stands; None before its first finding."""
        return self._jobs.experiment_run

    @property
    def experimenting(self) -> bool:
        return self._jobs.experimenting
