"""A study without a window: the same answers as the workbench's, one after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from stabview.engine.device import choose_device, device_label
from stabview.engine.pace import Pace
from stabview.images.errors import InputError
from stabview.study.answers import detail_reports, network_part, search, soa_part, sweep
from stabview.study.checks import check_study
from stabview.study.experiments import ExperimentRun, experiment_runs
from stabview.study.frames import Frame
from stabview.study.outcome import Kept, Write, write_report
from stabview.study.problem import Parts, build_problem
from stabview.study.study import Study, sweep_rates

Tell = Callable[[str, int, int, float | None], None]
"""tell(what, done, total, seconds left)"""


def run_study(
    study: Study, folder: Path, write: Write, *, device: str = "auto", threads: int | None = None,
    tell: Tell = lambda *news: None,
) -> list[Path]:  # fmt: skip
    """Run a study and write its outcome; returns the files.

    Interrupted (KeyboardInterrupt), it writes what was finished and raises again.
    """
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    check_study(study)
    problem = build_problem(study, Parts(), device=choose_device(device, threads))
    _make(folder)
    iterates, frames, reports, points, clean = [], [], [], [], None

    def finish() -> list[Path]:
        kept = Kept(
            tuple(iterates[: len(frames)]), {k: frame.measures for k, frame in enumerate(frames)}, tuple(reports),
            tuple(sorted(points, key=lambda point: point.rate)),
        )  # fmt: skip
        seconds = time.monotonic() - clock
        return write_report(write, problem, kept, frames, folder, started=started, seconds=seconds)

    try:
        pace = Pace(study.perturbation.steps + 1)
        for iterate in search(problem):
            iterates.append(iterate)
            network = network_part(problem, iterate)
            soa, solution = soa_part(problem, iterate, clean)
            clean = solution.x if clean is None else clean
            panels, measures = {**network.panels, **soa.panels}, {**network.measures, **soa.measures}
            frames.append(Frame(iterate.index, iterate.relative_norm, iterate.objective, panels, measures))
            pace.step()
            tell("worst-case search", pace.done, pace.total, pace.seconds_left)
        estimates = {"network": iterates[0].reconstruction, "soa": clean}
        for report in detail_reports(problem, iterates[0], estimates):
            reports.append(report)
            tell("details", len(reports), len(problem.details), None)
        pace = Pace(len(sweep_rates(study)))
        for point in sweep(problem, iterates[0]):
            points.append(point)
            pace.step()
            tell("sampling curve", pace.done, pace.total, pace.seconds_left)
    except KeyboardInterrupt:
        if frames:
            finish()
        raise
    return finish()


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
