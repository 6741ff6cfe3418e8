"""Results of slow experiments that are shipped, made by `stabview run NAME ... --out resources/stored/NAME`.

Only what that command wrote is read: result.json with study, hashes, versions and date, and grey pictures beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from stabview import resources
from stabview.experiments.catalogue import experiment
from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.study.experiments import ExperimentRun


@dataclass(frozen=True, eq=False)
class Stored:
    """A finished run, the day it was made (ISO), parameters that are not defaults, and the networks' SHA-256."""

    run: ExperimentRun
    day: str
    changed: dict[str, object]
    networks: dict[str, str]

    @property
    def words(self) -> str:
        """Where it comes from, for people."""
        values = ", ".join(f"{name} {value}" for name, value in self.changed.items())
        return f"Stored result of {self.day}{f', with {values}' if values else ''}. Run computes it again."


def stored_names() -> list[str]:
    """The experiments with a stored result."""
    return sorted(file.parent.name for file in resources.path("stored").glob("*/result.json"))


def stored(name: str) -> Stored | None:
    """The stored result of an experiment, None where there is none."""
    folder = resources.path("stored", name)
    if not (folder / "result.json").is_file():
        return None
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    facts, entry = result["experiments"][name], experiment(name)
    tables = tuple(Table(t["title"], tuple(t["columns"]), tuple(map(tuple, t["rows"]))) for t in facts["tables"])
    pictures = tuple(
        Picture(one["title"], _grey(folder / name / f"picture-{k}.png"), one["caption"])
        for k, one in enumerate(facts["pictures"], 1) if not one["signed"]
    )  # fmt: skip
    charts = tuple(map(_chart, facts["charts"]))
    finding = Finding(1, 1, facts["verdict"], facts.get("agrees"), facts["figures"], tables, charts, pictures)
    values = entry.values(facts["parameters"])
    changed = {one.name: values[one.name] for one in entry.parameters if values[one.name] != one.default}
    run = ExperimentRun(entry, values, finding, facts["seconds"], 0.0, finished=True)
    return Stored(run, result["provenance"]["started"][:10], changed, facts["networks"])


def _chart(facts: dict) -> Chart:
    lines = tuple(Line(one["name"], tuple(one["x"]), tuple(one["y"]), one["joined"]) for one in facts["lines"])
    return Chart(**{**facts, "lines": lines})


def _grey(file: Path) -> np.ndarray:
    """(H, W) between 0 and 1, the window in which it was written."""
    with Image.open(file) as picture:
        return np.asarray(picture.convert("L"), np.float32) / 255
