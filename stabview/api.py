"""StabView from Python: everything the window can do, with the same numbers.

    import stabview

    image = stabview.open_image("slice.dcm")                      # a file, looked at alone
    study = stabview.load_study("hallucination")                  # an example by name, or a .toml file
    study = stabview.Study(image=stabview.ImageChoice(path="slice.dcm", size=256))

    run = stabview.Run(study)                                     # image, operator, data and methods are there
    for frame in run.search():                                    # the worst-case search, one iterate at a time
        print(frame.index, frame.measures["network"]["psnr"], frame.panels["network"].shape)
    for report in run.look_for_details(): ...                     # what is left of painted details
    for point in run.sweep(): ...                                 # PSNR over the sampling rate, with its range
    run.panels(5, "phase")["network"]                             # phase, real or imaginary part of complex images
    run.region(5, (90, 140), (110, 160), ellipse=True)            # statistics and change, in every image
    run.profile(5, (60, 128), (200, 128))                         # the values along a line, now and clean
    run.other("shearlet", 5).measures["other:shearlet"]["psnr"]   # a method beside the study's own
    run.fit_contrast(0)                                           # the contrast that the reference method just keeps
    for trial in run.reader_trials(stabview.ReaderPlan()): ...    # pictures for observers; `stabview.sensitivity`
    run.save("out")                                               # result.json, arrays, figures and report.html
    run.save_animation("iterates.gif")                            # or .mp4

    found = stabview.run_experiment("radial-lines", size=128, out="out")
    stabview.verify("out/result.json")                            # replays it and compares every number

Everything here is also in `stabview` itself. Pictures are float32 arrays (H, W) on the scale of x, whose largest
modulus is 1; `run.problem` has x, y, the operator and the methods as tensors. Input that cannot be used raises
`InputError`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.images.errors import InputError
from stabview.images.readers import open_image
from stabview.report.animation import write_animation
from stabview.report.findings import write_findings
from stabview.report.verify import Verification, verify
from stabview.report.write import write_outcome
from stabview.study.answers import fitted_contrast, network_part, other_part, soa_pictures
from stabview.study.checks import suggestion
from stabview.study.examples import EXAMPLES
from stabview.study.experiments import ExperimentRun, experiment_runs
from stabview.study.frames import COMPONENTS, FramePart
from stabview.study.inspection import Point, ProfileCurve, RegionRow, profile_curves, region_rows
from stabview.study.named import named_study
from stabview.study.others import other_methods
from stabview.study.reader_study import LESION, Answer, Trial, lesion_trials, perturbed_trials, sensitivity
from stabview.study.reader_study import Plan as ReaderPlan
from stabview.study.runner import StudyRun
from stabview.study.settings import with_settings
from stabview.study.study import (
    Detail,
    ExperimentChoice,
    ImageChoice,
    NetworkChoice,
    PerturbationChoice,
    SamplingChoice,
    SoaChoice,
    Study,
    SweepChoice,
)
from stabview.study.toml_file import read_study, write_study

__all__ = [
    "COMPONENTS", "EXAMPLES", "EXPERIMENTS", "Answer", "Detail", "ExperimentChoice", "ExperimentRun", "ImageChoice",
    "InputError", "NetworkChoice", "PerturbationChoice", "ReaderPlan", "Run", "SamplingChoice", "SoaChoice", "Study",
    "SweepChoice", "Verification", "load_study", "open_image", "other_methods", "run_experiment", "sensitivity",
    "verify", "with_settings", "write_study",
]  # fmt: skip


class Run(StudyRun):
    """A study that is run step by step; see `StudyRun` for its attributes.

    Parameters
    ----------
    study : what to run. device : "auto", "cpu", "cuda" or "mps". threads : for the mathematics; None for all cores.
    """

    def panels(self, index: int, component: str = "magnitude") -> dict[str, np.ndarray]:
        """The pictures of an iterate by panel, of one part of complex images: a key of `COMPONENTS`."""
        iterate = self._iterate(index)
        parts = (
            network_part(self.problem, iterate, component=component, measured=False),
            soa_pictures(self.problem, self._soa[index], self._soa[0], component),
        )
        return {name: picture for part in parts for name, picture in part.panels.items()}

    def region(self, index: int, start: Point, end: Point, *, ellipse: bool = False) -> tuple[RegionRow, ...]:
        """Statistics of every image in a region with these corners (column, row), and its change from r = 0."""
        self._iterate(index)
        return region_rows(self.frames[index], self.frames[0], start, end, ellipse=ellipse)

    def profile(self, index: int, start: Point, end: Point) -> tuple[ProfileCurve, ...]:
        """The values of image, network and reference method along a line from (column, row) to another place."""
        self._iterate(index)
        return profile_curves(self.frames[index], self.frames[0], start, end)

    def other(self, name: str, index: int = 0) -> FramePart:
        """What another method makes of an iterate: panels and measures "other:NAME". Names as in `other_methods`."""
        if name not in (known := other_methods(self.study)):
            raise InputError(f"No other method of this study is called '{name}'; {suggestion(name, known)}")
        part, iterate, clean = f"other:{name}", self._iterate(index), self._iterate(0)
        method = self.problem.other(part)
        with torch.no_grad():
            estimates = [method(one.y, self.problem.operator) for one in (iterate, clean)]
        return other_part(self.problem, iterate, part, *estimates, "magnitude")

    def fit_contrast(self, detail: int) -> float:
        """The contrast at which the reference method just keeps a painted detail (accuracy rule, C = 0.5)."""
        if not 0 <= detail < len(self.study.details):
            raise InputError(f"There is no detail {detail}; the study has {len(self.study.details)}, counted from 0.")
        return fitted_contrast(self.problem, detail, {}, stopped=lambda: False)

    def reader_trials(self, plan: ReaderPlan) -> Iterator[Trial]:
        """The trials of a reader study, one after another; answers go to `sensitivity`."""
        if plan.question == LESION:
            return lesion_trials(plan, self.study, device=self.problem.device)
        self._iterate(plan.iterate)
        return perturbed_trials(plan, self.frames[0], self.frames[plan.iterate])

    def save(self, folder: str | Path) -> list[Path]:
        """Write what was computed so far: result.json, study, arrays, figures, tables and report.html."""
        return self.write(write_outcome, Path(folder))

    def save_animation(self, path: str | Path, *, seconds: float = 0.15) -> Path:
        """Write the iterates as a GIF or MP4 film, by the ending; `seconds` for each."""
        return write_animation(self.frames, self.problem.scene(), Path(path), seconds=seconds)


def load_study(name: str | Path) -> Study:
    """The study in a .toml file, or of an example or experiment by its name."""
    path = Path(name)
    return read_study(path) if path.exists() or path.suffix else named_study(str(name))


def run_experiment(
    name: str, *, out: str | Path | None = None, device: str = "cpu", **parameters: bool | float | str
) -> ExperimentRun:
    """Run an experiment of `EXPERIMENTS` to its end; `out` is a folder for its result, figures and report."""
    choice = ExperimentChoice(name, parameters)
    run = deque(experiment_runs(choice, device=device), maxlen=1)[0]
    if out is not None:
        write_findings([run], Study(experiments=(choice,)), Path(out), provenance={"device": device})
    return run
