"""A study without a window: the same answers as the workbench's, one after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stabview.engine.device import choose_device, device_label
from stabview.engine.pace import Pace, timed
from stabview.images.errors import InputError
from stabview.methods.waiting import watched
from stabview.perturbation.iterate import Iterate, clean_iterate
from stabview.study.answers import detail_reports, network_part, search, soa_part, sweep
from stabview.study.checks import check_study
from stabview.study.curve import Draw, SweepPoint, sweep_count, sweep_points
from stabview.study.experiments import ExperimentRun, experiment_runs
from stabview.study.frames import DetailReport, Frame
from stabview.study.outcome import Kept, Write, result_of, write_report
from stabview.study.problem import Parts, build_problem
from stabview.study.strength import prove
from stabview.study.study import Study

if TYPE_CHECKING:
    import torch

    from stabview.perturbation.validity import Validity

Tell = Callable[[str, int, int, float | None], None]
"""tell(what, done, total, seconds left)"""


class StudyRun:
    """A study that is run step by step; what was computed so far is kept and can be written at any time.

    Attributes
    ----------
    problem : image, operator, data and methods.
    frames : one `Frame` for each iterate found so far, the clean data first, pictures and measures complete.
    details, draws : what `look_for_details` and `sweep` found last.
    """

    def __init__(self, study: Study, *, device: str = "auto", threads: int | None = None) -> None:
        self._started, self._clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
        check_study(study)
        self.study = study
        self.problem = build_problem(study, Parts(), device=choose_device(device, threads))
        self.frames: list[Frame] = []
        self.details: list[DetailReport] = []
        self.draws: list[Draw] = []
        self._iterates: list[Iterate] = []
        self._sweep_index = 0
        self._soa: list[torch.Tensor] = []  # what the sparse method makes of each iterate

    def search(self) -> Iterator[Frame]:
        """The iterates of the worst-case search, the clean data first; goes on where it was left."""
        state = self._iterates[-1].state if self._iterates else None
        if len(self.frames) > 1 and (state is None or state.step >= self.study.perturbation.steps):
            return
        for iterate in search(self.problem, state):
            if iterate.index >= len(self.frames):
                yield self._add(iterate)

    def prove(self) -> Iterator[Validity]:
        """The proof that the search is strong, part by part; it is kept for every later run."""
        yield from prove(self.problem, tuple(self._iterates))

    def look_for_details(self, index: int = 0) -> Iterator[DetailReport]:
        """What each method keeps of each painted detail, at an iterate that was found."""
        iterate, self.details = self._iterate(index), []
        estimates = {"network": iterate.reconstruction, "soa": self._soa[index]}
        clean = {"network": self.problem.objective.clean, "soa": self._soa[0]}
        for report in detail_reports(self.problem, iterate, estimates, clean):
            self.details.append(report)
            yield report

    def sweep(self, index: int = 0) -> Iterator[SweepPoint]:
        """PSNR of every method over the sampling rate or the number of views, at an iterate that was found.

        A point comes again, with its range, for every further mask that the study asks for.
        """
        iterate, self.draws, self._sweep_index = self._iterate(index), [], index
        for draw in sweep(self.problem, iterate):
            self.draws.append(draw)
            yield sweep_points(known for known in self.draws if known.planned == draw.planned)[0]

    @property
    def kept(self) -> Kept:
        """Everything that was computed."""
        measures = {k: frame.measures for k, frame in enumerate(self.frames)}
        return Kept(tuple(self._iterates), measures, tuple(self.details), tuple(self.draws), self._sweep_index)

    @property
    def result(self) -> dict[str, object]:
        """result.json as it stands."""
        return result_of(self.problem, self.kept, started=self._started, seconds=time.monotonic() - self._clock)

    def write(self, write: Write, folder: Path) -> list[Path]:
        """Hand everything to the report layer's `write_outcome`; returns the files."""
        self._iterate(0)
        seconds = time.monotonic() - self._clock
        return write_report(
            write, self.problem, self.kept, self.frames, folder, started=self._started, seconds=seconds
        )  # fmt: skip

    def _iterate(self, index: int) -> Iterate:
        if not self.frames:
            self._add(clean_iterate(self.problem.objective))
        return self._iterates[index]

    def _add(self, iterate: Iterate) -> Frame:
        network = network_part(self.problem, iterate)
        soa, solution = soa_part(self.problem, iterate, self._soa[0] if self._soa else None)
        self._soa.append(solution.x)
        panels, measures = {**network.panels, **soa.panels}, {**network.measures, **soa.measures}
        self._iterates.append(iterate)
        self.frames.append(Frame(iterate.index, iterate.relative_norm, iterate.objective, panels, measures))
        return self.frames[-1]


def run_study(
    study: Study, folder: Path, write: Write, *, device: str = "auto", threads: int | None = None,
    tell: Tell = lambda *news: None,
) -> list[Path]:  # fmt: skip
    """Run a study and write its outcome; returns the files.

    Interrupted (KeyboardInterrupt), it writes what was finished and raises again.
    """
    run = StudyRun(study, device=device, threads=threads)
    _make(folder)
    try:
        with watched(timed(tell)):
            run_all(run, tell)
    except KeyboardInterrupt:
        if run.frames:
            run.write(write, folder)
        raise
    return run.write(write, folder)


def run_all(run: StudyRun, tell: Tell = lambda *news: None) -> None:
    """Search, details and sampling curve of a study, one after another."""
    study = run.study
    pace = Pace(study.perturbation.steps + 1)
    for _ in run.search():
        pace.step()
        tell("worst-case search", pace.done, pace.total, pace.seconds_left)
    if study.perturbation.prove:
        for proof in run.prove():
            tell("proof of strength", proof.done, proof.total, None)
    for number, _ in enumerate(run.look_for_details(), 1):
        tell("details", number, len(study.details), None)
    pace = Pace(sweep_count(study))
    for _ in run.sweep():
        pace.step()
        tell("sampling curve", pace.done, pace.total, pace.seconds_left)


def run_experiments(
    study: Study, folder: Path, write: Callable[..., list[Path]], *, device: str = "auto", threads: int | None = None,
    tell: Tell = lambda *news: None,
) -> list[Path]:  # fmt: skip
    """Run the experiments of a study and write what they found; returns the files.

    write : the report layer's `write_findings`. Interrupted, it writes what was found and raises again.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    check_study(study)
    device = choose_device(device, threads)
    _make(folder)
    runs: dict[int, ExperimentRun] = {}
    provenance = {"device": device_label(device), "started": started}
    try:
        for number, choice in enumerate(study.experiments):
            with watched(timed(tell)):
                for run in experiment_runs(choice, device=device):
                    runs[number] = run
                    tell(run.experiment.title, run.finding.done, run.finding.total, run.seconds_left)
    except KeyboardInterrupt:
        if runs:
            write(list(runs.values()), study, folder, provenance=provenance)
        raise
    return write(list(runs.values()), study, folder, provenance=provenance)


def _make(folder: Path) -> None:
    """The folder of the results, before anything is computed for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made ({error.strerror}); choose another place.") from error
