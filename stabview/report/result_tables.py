"""The numbers of a result as HTML tables: measures of every method for iterates, details and sweeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from stabview.report import wording
from stabview.report.markup import cell_text
from stabview.report.outcome import first_loss
from stabview.report.pictures import percent
from stabview.report.tables import METHODS, in_order
from stabview.study.study import COUNTING_VIEWS

_ROWS = 60  # a longer table of iterates is thinned out, the CSV file has them all


def number_text(measure: str, value: object) -> str:
    """A figure in a few digits, with its unit where it has one: 24.13, 0.7100, 34.0 %."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return cell_text(value)
    if measure == "psnr":
        return f"{value:.2f}"
    if measure in ("ssim", "captured", "exposure"):
        return f"{value:.4f}"
    if measure in ("relative_error", "change", "data_misfit", "relative_norm"):
        return percent(value)
    return f"{value:.4g}"


def measures_table(methods: Mapping[str, Mapping], titles: Mapping[str, str]) -> str:
    """A row for each method, a column for each measure."""
    names = in_order({name: None for facts in methods.values() for name in facts}, wording.MEASURES)
    head = "".join(f"<th>{escape(_heading(name))}</th>" for name in names)
    rows = [f'<tr><th class="word">method</th>{head}</tr>']
    for method in in_order(methods, METHODS):
        cells = "".join(f"<td>{_measured(methods[method], name)}</td>" for name in names)
        rows.append(f'<tr><td class="word">{escape(titles.get(method, method))}</td>{cells}</tr>')
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def iterates_table(result: Mapping, titles: Mapping[str, str]) -> str:
    """A row for each iterate with the figures of network and SoA, the first with a loss of 5 dB marked."""
    iterates = list(result["iterates"])
    methods = [method for method in ("network", "soa") if any(method in iterate for iterate in iterates)]
    columns = {
        method: in_order({name: None for iterate in iterates for name in iterate.get(method, {})}, wording.MEASURES)
        for method in methods
    }
    objective = any("objective" in iterate for iterate in iterates)
    spans = "".join(f'<th colspan="{len(columns[m])}">{escape(titles.get(m, m))}</th>' for m in methods)
    names = "".join(f"<th>{escape(_heading(name))}</th>" for method in methods for name in columns[method])
    norm = escape(wording.norm_name(result))
    left = f'<th rowspan="2">iterate</th><th rowspan="2">{norm}</th>' + ('<th rowspan="2">Q</th>' * objective)
    rows = [f"<tr>{left}{spans}</tr><tr>{names}</tr>"]
    loss = first_loss(result)
    shown = _thinned(iterates, loss)
    for iterate in shown:
        cells = [f"<td>{iterate['index']}</td><td>{number_text('relative_norm', iterate['relative_norm'])}</td>"]
        if objective:
            cells.append(f"<td>{_measured(iterate, 'objective')}</td>")
        cells += [f"<td>{_measured(iterate.get(m, {}), name)}</td>" for m in methods for name in columns[m]]
        marked = ' class="marked"' if loss is not None and iterate["index"] == loss["index"] else ""
        rows.append(f"<tr{marked}>{''.join(cells)}</tr>")
    said = ""
    if loss is not None:
        said = f"<p>Marked: the first iterate at which the network has lost {wording.LOSS:g} dB.</p>"
    if len(shown) < len(iterates):
        said += f"<p>{len(shown)} of {len(iterates)} iterates are shown; all are in iterates.csv.</p>"
    if any("quick" in iterate for iterate in iterates):
        said += f"<p>The figures of the method {escape(titles.get('quick', 'quick'))} are in iterates.csv.</p>"
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>{said}'


def _thinned(iterates: list[Mapping], loss: Mapping | None) -> list[Mapping]:
    every = -(-len(iterates) // _ROWS)
    last = len(iterates) - 1
    return [entry for place, entry in enumerate(iterates) if place % every == 0 or place == last or entry is loss]


def details_table(details: Iterable[Mapping], titles: Mapping[str, str]) -> str:
    """A row for each painted detail: how much of its contrast every method keeps."""
    details = list(details)
    methods = in_order({name: None for entry in details for name in entry.get("captured", {})}, METHODS)
    head = "".join(f"<th>contrast kept: {escape(titles.get(method, method))}</th>" for method in methods)
    head = f'<th>detail, from 0</th><th class="word">kind</th><th>at iterate</th><th>exposure</th>{head}'
    rows = [f"<tr>{head}</tr>"]
    for number, entry in enumerate(details):
        cells = "".join(f"<td>{_measured(entry.get('captured', {}), m, 'captured')}</td>" for m in methods)
        rows.append(
            f'<tr><td>{entry.get("detail", number)}</td><td class="word">{escape(str(entry.get("kind", "")))}</td>'
            f"<td>{entry.get('index', '')}</td>"
            f"<td>{_measured(entry, 'exposure')}</td>{cells}</tr>"
        )
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def sweep_table(result: Mapping, titles: Mapping[str, str]) -> str:
    """A row for each rate or number of views."""
    points = sorted(result["sweep"], key=lambda point: point["rate"])
    views = result.get("sampling", {}).get("operator") in COUNTING_VIEWS
    methods = in_order({name: None for point in points for name in point["psnr"]}, METHODS)
    head = "".join(f"<th>PSNR in dB: {escape(titles.get(method, method))}</th>" for method in methods)
    rows = [f"<tr><th>{'views' if views else 'rate'}</th>{head}</tr>"]
    for point in points:
        rate = f"{point['rate']:g}" if views else percent(point["rate"])
        cells = "".join(f"<td>{_measured(point['psnr'], m, 'psnr')}</td>" for m in methods)
        rows.append(f"<tr><td>{rate}</td>{cells}</tr>")
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def _measured(facts: Mapping, name: str, kind: str | None = None) -> str:
    return escape(number_text(kind or name, facts[name])) if name in facts else ""


def _heading(name: str) -> str:
    return wording.MEASURES[name][0] if name in wording.MEASURES else name.replace("_", " ")
