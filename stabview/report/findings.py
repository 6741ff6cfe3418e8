"""What experiments found, as a folder: result.json, tables as CSV, charts as SVG, pictures as PNG, one report."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from stabview.experiments.finding import Chart, Finding, Picture, Table
from stabview.report import plots
from stabview.report.html import page, without_folders
from stabview.report.markup import cell_text, facts_table, figure, notices
from stabview.report.pictures import diverging, grey, png
from stabview.report.write import complete, json_text, manifest_file, written
from stabview.study.experiments import ExperimentRun, result_of_runs, run_names
from stabview.study.study import Study
from stabview.study.toml_file import study_text, study_to_dict


def write_findings(
    runs: Sequence[ExperimentRun], study: Study, folder: str | Path, *, provenance: Mapping[str, object]
) -> list[Path]:
    """Write what the experiments of a study found; returns the files, report.html last.

    Raises InputError when the folder or a file in it cannot be written.
    """
    stored = study_to_dict(without_folders(study))
    result = complete({**result_of_runs(list(runs)), "study": stored, "provenance": dict(provenance)})
    files = {"result.json": json_text(result).encode(), "study.toml": study_text(study).encode()}
    body = [notices()]
    for name, run in zip(run_names(list(runs)), runs, strict=True):
        files |= finding_files(run.finding, name)
        body.append((run.experiment.title, _section(run)))
    files |= manifest_file(files)
    again = "<pre>stabview run study.toml --out AGAIN\nstabview verify result.json</pre>"
    body.append(("Reproduction", again + facts_table(result["provenance"].items())))
    titles = ", ".join(dict.fromkeys(run.experiment.title for run in runs))
    files["report.html"] = page(f"Experiments: {titles}", body).encode()
    return written(Path(folder), files)


def finding_files(finding: Finding, name: str) -> dict[str, bytes]:
    """The files of one experiment: NAME/table-1.csv, chart-1.svg, picture-1.png and so on."""
    files = {f"{name}/table-{k}.csv": table_csv(table).encode() for k, table in enumerate(finding.tables, 1)}
    charts = (chart_svg(chart) for chart in finding.charts)
    files |= {f"{name}/chart-{k}.svg": svg.encode() for k, svg in enumerate(charts, 1) if svg}
    pictures = zip(finding.pictures, picture_pngs(finding.pictures), strict=True)
    return files | {f"{name}/picture-{k}.png": data for k, (_, data) in enumerate(pictures, 1)}


def table_csv(table: Table, *, separator: str = ",") -> str:
    """A table as CSV; numbers in full."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return stream.getvalue()


def chart_svg(chart: Chart) -> str:
    """A chart as an SVG file; "" without a point."""
    lines = [plots.Line(line.name, line.name, line.x, line.y, joined=line.joined) for line in chart.finite.lines]
    return plots.line_plot(
        chart.title, chart.x_label, chart.y_label, [line for line in lines if line.x],
        log_x=chart.log_x, log_y=chart.log_y,
    )  # fmt: skip


def picture_pngs(pictures: Sequence[Picture]) -> list[bytes]:
    """One PNG each: unsigned ones share one window from 0, signed ones one symmetric range."""
    peak = max((float(np.nanmax(p.pixels)) for p in pictures if not p.signed), default=1.0) or 1.0
    limit = max((float(np.nanmax(np.abs(p.pixels))) for p in pictures if p.signed), default=1.0) or 1.0
    return [
        png(diverging(picture.pixels, limit), f"{picture.title}; blue {-limit:g}, orange {limit:g}.")
        if picture.signed
        else png(grey(picture.pixels, (0.0, peak)), f"{picture.title}; black 0, white {peak:g}.")
        for picture in pictures
    ]


def _section(run: ExperimentRun) -> str:
    found, entry = run.finding, run.experiment
    agrees = {True: "yes", False: "no", None: None}[found.agrees]
    state = "finished" if run.finished else f"stopped at {found.done} of {found.total}"
    parts = [
        f"<p>{escape(entry.sentence)}</p>",
        f'<p class="notice"><b>{escape(found.verdict)}</b></p>' if found.verdict else "",
        facts_table([("source", entry.source), ("as published", agrees), ("state", state),
                     ("seconds", round(run.seconds, 1)), *run.shown_parameters.items()]),
        facts_table(found.figures.items()),
    ]  # fmt: skip
    parts += [_table(table) for table in found.tables]
    parts += [figure(c.title, "image/svg+xml", svg.encode()) for c in found.charts if (svg := chart_svg(c))]
    pictures = zip(found.pictures, picture_pngs(found.pictures), strict=True)
    shown = "".join(figure(_words(picture), "image/png", data) for picture, data in pictures)
    return "\n".join(part for part in (*parts, f'<div class="pictures">{shown}</div>' if shown else "") if part)


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    cells = ("".join(f"<td>{escape(cell_words(cell))}</td>" for cell in row) for row in table.rows)
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    return f'<h3>{escape(table.title)}</h3><div class="scroll"><table><tr>{head}</tr>{rows}</table></div>'


def cell_words(value: object) -> str:
    """A cell of a table as people read it."""
    return f"{value:.5g}" if isinstance(value, float) else "" if value is None else cell_text(value)


def _words(picture: Picture) -> str:
    return f"{picture.title}. {picture.caption}".rstrip(". ") + "."
