"""The experiments of a study, one after another; window and command line run them here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePath

from stabview.engine.pace import Pace
from stabview.experiments.catalogue import Experiment, experiment, run
from stabview.experiments.finding import Finding
from stabview.methods.networks.cards import shipped_cards
from stabview.study.study import ExperimentChoice


@dataclass(frozen=True, eq=False)
class ExperimentRun:
    """Where one experiment stands.

    Attributes
    ----------
    parameters : all of them, defaults included. finding : all that is known so far.
    seconds : since it began. seconds_left : None while unknown. finished : whether this is the result.
    """

    experiment: Experiment
    parameters: Mapping[str, object]
    finding: Finding
    seconds: float
    seconds_left: float | None
    finished: bool

    @property
    def shown_parameters(self) -> dict[str, object]:
        """The parameters with files by their names alone, for reports."""
        return self.experiment.with_files(self.parameters, lambda path: PurePath(path).name)

    @property
    def networks(self) -> dict[str, str]:
        """SHA-256 of the weights of the shipped networks that the parameters name."""
        return {card.name: card.weights_sha256 for card in shipped_cards() if card.name in self.parameters.values()}

    @property
    def facts(self) -> dict[str, object]:
        """Its entry in result.json."""
        found = self.finding
        return {
            "title": self.experiment.title, "source": self.experiment.source, "parameters": self.shown_parameters,
            "networks": self.networks,
            "verdict": found.verdict, "agrees": found.agrees, "figures": dict(found.figures),
            "tables": [asdict(table) for table in found.tables],
            "charts": [asdict(chart.finite) for chart in found.charts],
            "pictures": [{"title": p.title, "caption": p.caption, "signed": p.signed} for p in found.pictures],
            "seconds": self.seconds, "finished": self.finished,
        }  # fmt: skip


def experiment_runs(choice: ExperimentChoice, *, device: str = "cpu") -> Iterator[ExperimentRun]:
    """Run one experiment; each yield is where it stands, the last one is its result."""
    entry = experiment(choice.name)
    values = entry.values(choice.parameters)
    began, pace, finding = time.monotonic(), Pace(0), None
    for finding in run(choice.name, choice.parameters, device=device):
        pace.total = finding.total
        while pace.done < finding.done:
            pace.step()
        seconds = time.monotonic() - began
        yield ExperimentRun(entry, values, finding, seconds, pace.seconds_left, finished=False)
    if finding is not None:
        yield ExperimentRun(entry, values, finding, time.monotonic() - began, 0.0, finished=True)


def result_of_runs(runs: list[ExperimentRun]) -> dict[str, object]:
    """result.json of experiments; an experiment that was run more than once is numbered."""
    return {"experiments": dict(zip(run_names(runs), (run.facts for run in runs), strict=True))}


def run_names(runs: list[ExperimentRun]) -> list[str]:
    """A name for each run, numbered where an experiment was run more than once."""
    names: list[str] = []
    for one in runs:
        name, again = one.experiment.name, 2
        while name in names:
            name, again = f"{one.experiment.name}-{again}", again + 1
        names.append(name)
    return names
