"""Replaying a report: the study is run again and every number of its result.json is compared."""

from __future__ import annotations

import hashlib
import json
import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stabview.engine.device import choose_device
from stabview.images.errors import InputError
from stabview.report.names import AGREED, PRIVATE, Naming
from stabview.report.write import MANIFEST, VERSION, plain
from stabview.study.curve import Draw, sweep_count
from stabview.study.experiments import experiment_runs, result_of_runs
from stabview.study.runner import StudyRun, Tell
from stabview.study.study import Study
from stabview.study.toml_file import read_study, study_from_dict

TOLERANCE = 1e-3
"""Relative. The same machine gives 1e-5 or better; another one rounds differently, which a search makes grow."""
FLOOR = 1e-6
"""Absolute: data misfits of exact methods are nothing but rounding."""
LEFT_OUT = (
    "provenance", "report", "stabview", "study", "seconds", "finished", "iterations", "gap", "converged", "validity",
)  # fmt: skip
"""Where and when it ran, and how the solver got there: these may differ without the result being another."""
DERIVED = ("outcome", "sizes", "anomalies", "left_out", "magnitude_image")
"""What the report layer says of the numbers and arrays that are compared."""
_LARGEST = 64 << 20


@dataclass(frozen=True)
class Verification:
    """What a replay found.

    Attributes
    ----------
    compared : how many numbers and words. differences : one sentence each, what is other than it was.
    tolerance : relative, for numbers. largest : the largest relative difference among numbers that agree.
    """

    compared: int
    differences: tuple[str, ...]
    tolerance: float
    largest: float

    @property
    def agrees(self) -> bool:
        return not self.differences

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        if self.differences:
            return f"NOT REPRODUCED: {len(self.differences)} of {self.compared} values differ."
        return (
            f"REPRODUCED: {self.compared} values agree within {self.tolerance:g} (relative); "
            f"the largest difference is {self.largest:.1e}."
        )


def verify(
    path: str | Path, *, tolerance: float = TOLERANCE, device: str = "auto", threads: int | None = None,
    tell: Tell = lambda *news: None,
) -> Verification:  # fmt: skip
    """Run the study of a result.json (or of the folder it is in) again and compare.

    Files beside it are compared with manifest.json first. Raises InputError for a file that is no result.
    """
    path = Path(path)
    path = path / "result.json" if path.is_dir() else path
    result = _read(path)
    damaged = tuple(damaged_files(path.parent))
    study = _study_of(result, path)
    options = (study, device, threads, tell)
    again = _experiments(*options) if study.experiments else _search(result, *options)
    naming = Naming(study, agreed=AGREED in result.get("report", {}))
    again = {**plain(again), "files": naming.files}
    result = {key: value for key, value in result.items() if key not in DERIVED}
    if naming.files.get("image.path"):  # its title may be a name, which reports of other versions treat otherwise
        result["image"] = {key: value for key, value in result.get("image", {}).items() if key != "title"}
    compared, differences, largest = 0, list(damaged), 0.0
    for sentence, gap in differing(result, again, tolerance):
        compared += 1
        if sentence:
            differences.append(sentence)
        else:
            largest = max(largest, gap)
    return Verification(compared, tuple(differences), tolerance, largest)


def damaged_files(folder: Path) -> Iterator[str]:
    """What is not any more as the manifest of a report says; nothing where there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"{MANIFEST} cannot be read ({error})"
        return
    for name, facts in manifest.items():
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            if name != PRIVATE:  # left out where a report was passed on
                yield f"{name} is missing"
        elif hashlib.sha256(file.read_bytes()).hexdigest() != facts["sha256"]:
            yield f"{name} was changed: its SHA-256 is another"


def differing(was: object, now: object, tolerance: float, where: str = "") -> Iterator[tuple[str, float]]:
    """One entry for each value of `was`: a sentence where `now` has another, else "", and the relative difference."""
    if isinstance(was, Mapping):
        for key, value in was.items():
            if key not in LEFT_OUT and not _is_time(key):
                inner = now.get(key) if isinstance(now, Mapping) else None
                yield from differing(value, inner, tolerance, f"{where}.{key}" if where else key)
    elif isinstance(was, list):
        others = now if isinstance(now, list) else []
        if len(was) != len(others):
            yield f"{where} has {len(others)} entries, not {len(was)}", math.inf
            return
        for number, (one, other) in enumerate(zip(was, others, strict=True)):
            yield from differing(one, other, tolerance, f"{where}[{number}]")
    elif isinstance(was, (int, float)) and not isinstance(was, bool):
        yield _numbers(float(was), now, tolerance, where)
    else:
        yield ("" if was == now else f"{where} is {_shown(now)}, not {_shown(was)}"), 0.0


def _numbers(was: float, now: object, tolerance: float, where: str) -> tuple[str, float]:
    if not isinstance(now, (int, float)) or isinstance(now, bool):
        return f"{where} is {_shown(now)}, not {was:.8g}", math.inf
    size, apart = max(abs(was), abs(float(now))), abs(was - float(now))
    relative = apart / size if size else 0.0
    if apart > tolerance * size + FLOOR:
        return f"{where} is {float(now):.8g}, not {was:.8g}", relative
    return "", relative if apart > FLOOR else 0.0


def _is_time(key: str) -> bool:
    return key.endswith(("seconds", "_ms", " s"))


def _shown(value: object) -> str:
    text = "missing" if value is None else str(value)
    return text if len(text) < 60 else text[:57] + "..."


def _read(path: Path) -> dict:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"'{path.name}' is larger than any result StabView writes; give a result.json.")
        result = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no result '{path}'; give the result.json of a report, or its folder.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"'{path.name}' cannot be read as JSON ({error}); give a result.json.") from error
    if not isinstance(result, dict) or not ("iterates" in result or "experiments" in result):
        raise InputError(f"'{path.name}' is no result of StabView; give the result.json of a report.")
    return result


def _study_of(result: Mapping, path: Path) -> Study:
    """The study beside the result, or the one in it."""
    beside = path.with_name("study.toml")
    if beside.is_file():
        return read_study(beside)
    if "study" not in result:
        raise InputError(f"'{path.name}' holds no study and there is no study.toml beside it: nothing can be replayed.")
    return study_from_dict(result["study"], folder=path.parent)


def _search(result: Mapping, study: Study, device: str, threads: int | None, tell: Tell) -> dict:
    """As much of the study as the result has: iterates, details and curve at the iterates they were computed at."""
    points = result.get("sweep", ())
    masks = max((point.get("masks", 1) for point in points), default=1)
    study = study.having(sweep=replace(study.sweep, masks=masks))
    run, last = StudyRun(study, device=device, threads=threads), len(result["iterates"]) - 1
    for frame in run.search():
        tell("worst-case search", frame.index, last, None)
        if frame.index >= last:
            break
    found = len(run.frames) - 1
    if details := result.get("details"):
        deque(run.look_for_details(min(details[0].get("index", 0), found)), maxlen=0)
    if points:
        for number, _ in enumerate(run.sweep(min(result.get("sweep_index", 0), found)), 1):
            tell("sampling curve", number, sweep_count(study), None)
        run.draws = _as_many(run.draws, points)
    return run.result


def _as_many(draws: Iterable[Draw], points: Iterable[Mapping]) -> list[Draw]:
    """Those draws that a curve has points of: one that was stopped lacks rates, or masks at some of them."""
    own = {draw.planned: draw.rate for draw in draws if draw.number == 0}
    masks = {point["rate"]: point.get("masks", 1) for point in points}
    return [
        draw for draw in draws
        if any(abs(own[draw.planned] - rate) < 1e-9 and draw.number < count for rate, count in masks.items())
    ]  # fmt: skip


def _experiments(study: Study, device: str, threads: int | None, tell: Tell) -> dict:
    device, runs = choose_device(device, threads), []
    for choice in study.experiments:
        run = None
        for run in experiment_runs(choice, device=device):
            tell(run.experiment.title, run.finding.done, run.finding.total, run.seconds_left)
        runs.append(run)
    return {"version": VERSION, **result_of_runs(runs)}
