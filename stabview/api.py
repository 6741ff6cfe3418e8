"""StabView from Python: everything the window can do, with the same numbers.

    import stabview

    image = stabview.open_image("slice.dcm")                      # a file, looked at alone
    study = stabview.load_study("hallucination")                  # an example by name, or a .toml file
    study = stabview.Study(image=stabview.ImageChoice(path="slice.dcm", size=256))

    run = stabview.Run(study)                                     # image, operator, data and methods are there
    for frame in run.search():                                    # the worst-case search, one iterate at a time
        print(frame.index, frame.measures["network"]["psnr"], frame.panels["network"].shape)
    for report in run.look_for_details(): ...                     # what is left of painted details
    for point in run.sweep(): ...                                 # PSNR over the sampling rate
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
from pathlib import Path

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.images.errors import InputError
from stabview.images.readers import open_image
from stabview.report.animation import write_animation
from stabview.report.findings import write_findings
from stabview.report.verify import Verification, verify
from stabview.report.write import write_outcome
from stabview.study.examples import EXAMPLES
from stabview.study.experiments import ExperimentRun, experiment_runs
from stabview.study.named import named_study
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
    "EXAMPLES", "EXPERIMENTS", "Detail", "ExperimentChoice", "ExperimentRun", "ImageChoice", "InputError",
    "NetworkChoice", "PerturbationChoice", "Run", "SamplingChoice", "SoaChoice", "Study", "SweepChoice",
    "Verification", "load_study", "open_image", "run_experiment", "verify", "with_settings", "write_study",
]  # fmt: skip


class Run(StudyRun):
    """A study that is run step by step; see `StudyRun` for its attributes.

    Parameters
    ----------
    study : what to run. device : "auto", "cpu", "cuda" or "mps". threads : for the mathematics; None for all cores.
    """

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
