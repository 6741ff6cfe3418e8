"""What experiments found, as a folder: result.json, tables as CSV, charts as SVG, pictures as PNG, one report."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from stabview.experiments.finding import Chart, Finding, Picture, Table
from stabview.report.html import page, without_folders
from stabview.report.line_plot import PAPER, Line, LinePlot, Look, NothingToDraw
from stabview.report.markup import cell_text, facts_table, figure, notices
from stabview.report.pictures import diverging, grey, png
from stabview.report.wording import METHODS
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


def chart_plot(chart: Chart, look: Look = PAPER) -> LinePlot | None:
    """A chart laid out for a page or a window; None without a point."""
    lines = [Line(line.name, METHODS.get(line.name, line.name), line.x, line.y, joined=line.joined)
             for line in chart.finite.lines]  # fmt: skip
    try:
        return LinePlot(
            chart.title, chart.x_label, chart.y_label, lines, log_x=chart.log_x, log_y=chart.log_y, look=look
        )
    except NothingToDraw:
        return None


def chart_svg(chart: Chart) -> str:
    """A chart as an SVG file, on white; "" without a point."""
    plot = chart_plot(chart)
    return "" if plot is None else plot.svg


def picture_pixels(pictures: Sequence[Picture]) -> list[tuple[np.ndarray, float]]:
    """uint8 pixels of each, (H, W) or (H, W, 3), and the value of white, or of orange.

    Unsigned ones share one window from 0, signed ones one symmetric range.
    """
    peak = max((float(np.nanmax(p.pixels)) for p in pictures if not p.signed), default=1.0) or 1.0
    limit = max((float(np.nanmax(np.abs(p.pixels))) for p in pictures if p.signed), default=1.0) or 1.0
    return [
        (diverging(picture.pixels, limit), limit) if picture.signed else (grey(picture.pixels, (0.0, peak)), peak)
        for picture in pictures
    ]


def scale_words(picture: Picture, limit: float, *, digits: int = 6) -> str:
    """What black and white, or the two colours, stand for."""
    value = f"{limit:.{digits}g}"
    return f"blue -{value}, orange {value}" if picture.signed else f"black 0, white {value}"


def picture_pngs(pictures: Sequence[Picture]) -> list[bytes]:
    """One PNG file each; see `picture_pixels`."""
    shown = zip(pictures, picture_pixels(pictures), strict=True)
    return [png(pixels, f"{picture.title}; {scale_words(picture, limit)}.") for picture, (pixels, limit) in shown]


def _section(run: ExperimentRun) -> str:
    found, entry = run.finding, run.experiment
    state = "finished" if run.finished else f"stopped at {found.done} of {found.total}"
    parts = [
        f"<p>{escape(entry.sentence)}</p>",
        f'<p class="notice"><b>{escape(found.verdict)}</b></p>' if found.verdict else "",
        facts_table([("source", entry.source), ("outcome", entry.outcome(found.agrees)), ("state", state),
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
