"""The numbers of a result as HTML tables: measures of every method for iterates, details and sweeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from stabview.report import wording
from stabview.report.markup import cell_text, table
from stabview.report.outcome import clean_psnr, first_loss, lost
from stabview.report.pictures import percent
from stabview.report.tables import METHODS, in_order
from stabview.study.study import COUNTING_VIEWS

MAIN = ("psnr", "ssim", "change", "amplification")
_ROWS = 40  # a longer table of iterates is thinned out, the CSV file has them all


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
    return f"{value:.3g}" if measure == "gap" else f"{value:.4g}"


def headline_table(result: Mapping, titles: Mapping[str, str]) -> str:
    """What a reader looks for first: the clean data, the first loss of 5 dB, and the last iterate, side by side."""
    iterates, loss = list(result.get("iterates", ())), first_loss(result)
    if not iterates:
        return measures_table(result["clean"], titles) if result.get("clean") else ""
    rows, places = [], [("clean data", iterates[0])]
    places += [(f"first loss of {wording.LOSS:g} dB", loss)] if loss is not None else []
    places += [("last iterate", iterates[-1])] if len(iterates) > 1 and iterates[-1] is not loss else []
    clean = {method: clean_psnr(result, method) for method in ("network", "soa")}
    for words, iterate in places:
        cells = [f'<td class="word">{words}</td><td>{iterate["index"]}</td>',
                 f"<td>{number_text('relative_norm', iterate['relative_norm'])}</td>"]  # fmt: skip
        for method in ("network", "soa"):
            facts = iterate.get(method, {})
            change = lost(facts, clean[method]) if iterate["index"] else ""
            cells.append(f"<td>{_measured(facts, 'psnr')}</td><td>{change}</td>")
            cells.append("".join(f"<td>{_measured(facts, name)}</td>" for name in MAIN[1:]))
        rows.append("".join(cells))
    left = f'<th rowspan="2" class="word">data</th><th rowspan="2">iterate</th><th rowspan="2">{_norm(result)}</th>'
    heads = "".join(_method_head(m, titles, len(MAIN) + 1) for m in ("network", "soa"))
    names = ("<th>PSNR dB</th><th>lost</th>" + "".join(f"<th>{_heading(name)}</th>" for name in MAIN[1:])) * 2
    return table([left + heads, names], rows)


def measures_table(methods: Mapping[str, Mapping], titles: Mapping[str, str]) -> str:
    """A row for each method, a column for each measure."""
    names = in_order({name: None for facts in methods.values() for name in facts}, wording.MEASURES)
    head = '<th class="word">method</th>' + "".join(f"<th>{_heading(name)}</th>" for name in names)
    rows = []
    for method in in_order(methods, METHODS):
        cells = "".join(f"<td>{_measured(methods[method], name)}</td>" for name in names)
        rows.append(f'<td class="word">{escape(titles.get(method, method))}</td>{cells}')
    return table([head], rows)


def iterates_table(result: Mapping, titles: Mapping[str, str]) -> str:
    """A row for each iterate: the main measures of network and SoA, the first with a loss of 5 dB marked."""
    iterates, loss = list(result["iterates"]), first_loss(result)
    shown = _thinned(iterates, loss)
    said = []
    if loss is not None:
        said.append(f"Marked: the first iterate at which the network has lost {wording.LOSS:g} dB.")
    if len(shown) < len(iterates):
        said.append(f"{len(shown)} of {len(iterates)} iterates are shown; all are in iterates.csv.")
    if any("quick" in iterate for iterate in iterates):
        said.append(f"The figures of the method {titles.get('quick', 'quick')} are in iterates.csv.")
    words = f'<p class="caption">{escape(" ".join(said))}</p>' if said else ""
    return words + _iterates(result, titles, shown, loss, MAIN, objective=True)


def further_table(result: Mapping, titles: Mapping[str, str]) -> str:
    """The other measures of the same iterates, and how the reference method's solves ended; "" without any."""
    iterates = list(result["iterates"])
    names = {name for iterate in iterates for m in ("network", "soa") for name in iterate.get(m, {})}
    others = tuple(in_order(names - set(MAIN), (*wording.MEASURES, "iterations", "gap", "converged")))
    loss = first_loss(result)
    return _iterates(result, titles, _thinned(iterates, loss), loss, others, objective=False) if others else ""


def _iterates(
    result: Mapping, titles: Mapping[str, str], shown: Sequence[Mapping], loss: Mapping | None, names: Sequence[str],
    *, objective: bool,
) -> str:  # fmt: skip
    methods = [method for method in ("network", "soa") if any(method in iterate for iterate in shown)]
    columns = {m: [name for name in names if any(name in entry.get(m, {}) for entry in shown)] for m in methods}
    objective = objective and any("objective" in iterate for iterate in shown)
    left = f'<th rowspan="2">iterate</th><th rowspan="2">{_norm(result)}</th>' + '<th rowspan="2">Q</th>' * objective
    heads = "".join(_method_head(method, titles, len(columns[method])) for method in methods if columns[method])
    names = "".join(f"<th>{_heading(name)}</th>" for method in methods for name in columns[method])
    rows = []
    for iterate in shown:
        cells = [f"<td>{iterate['index']}</td><td>{number_text('relative_norm', iterate['relative_norm'])}</td>"]
        cells += [f"<td>{_measured(iterate, 'objective')}</td>"] * objective
        cells += [f"<td>{_measured(iterate.get(m, {}), name)}</td>" for m in methods for name in columns[m]]
        marked = ' class="marked"' if loss is not None and iterate["index"] == loss["index"] else ""
        rows.append(f"<tr{marked}>{''.join(cells)}</tr>")
    return table([left + heads, names], rows)


def sizes_table(result: Mapping) -> str:
    """How large the perturbations that are shown are, a row for each of them; "" where that is not known."""
    entries = result.get("sizes", ())
    names = [name for name in wording.SIZES if any(name in entry for entry in entries)]
    if not names:
        return ""
    head = "<th>iterate</th>" + "".join(f"<th>{escape(wording.SIZES[name])}</th>" for name in names)
    shares = ("relative_data_norm", "largest_pixel", "null_space_share")
    rows = []
    for entry in entries:
        texts = [percent(entry[name]) if name in shares else f"{entry[name]:.4g}" if name in entry else ""
                 for name in names]  # fmt: skip
        rows.append(f"<td>{entry['index']}</td>" + "".join(f"<td>{text}</td>" for text in texts))
    return table([head], rows)


def _thinned(iterates: list[Mapping], loss: Mapping | None) -> list[Mapping]:
    every = -(-len(iterates) // _ROWS)
    last = len(iterates) - 1
    return [entry for place, entry in enumerate(iterates) if place % every == 0 or place == last or entry is loss]


def details_table(details: Iterable[Mapping], titles: Mapping[str, str]) -> str:
    """A row for each painted detail: how much of its contrast every method keeps."""
    details = list(details)
    methods = in_order({name: None for entry in details for name in entry.get("captured", {})}, METHODS)
    heads = "".join(f"<th>contrast kept: {escape(titles.get(method, method))}</th>" for method in methods)
    head = f'<th>detail, from 0</th><th class="word">kind</th><th>at iterate</th><th>exposure</th>{heads}'
    rows = []
    for number, entry in enumerate(details):
        cells = "".join(f"<td>{_measured(entry.get('captured', {}), m, 'captured')}</td>" for m in methods)
        rows.append(
            f'<td>{entry.get("detail", number)}</td><td class="word">{escape(str(entry.get("kind", "")))}</td>'
            f"<td>{entry.get('index', '')}</td><td>{_measured(entry, 'exposure')}</td>{cells}"
        )
    return table([head], rows)


def sweep_table(result: Mapping, titles: Mapping[str, str]) -> str:
    """A row for each rate or number of views; of several masks also the lowest and the highest PSNR."""
    points = sorted(result["sweep"], key=lambda point: point["rate"])
    views = result.get("sampling", {}).get("operator") in COUNTING_VIEWS
    methods = in_order({name: None for point in points for name in point["psnr"]}, METHODS)
    several = any("masks" in point for point in points)
    heads = "".join(f"<th>{escape(titles.get(method, method))}</th>" for method in methods)
    head = f"<th>{'views' if views else 'rate'}</th>{'<th>masks</th>' * several}{heads}"
    rows = []
    for point in points:
        rate = f"{point['rate']:g}" if views else percent(point["rate"])
        cells = "".join(f"<td>{_swept(point, method)}</td>" for method in methods)
        masks = f"<td>{point.get('masks', 1)}</td>" * several
        rows.append(f"<td>{rate}</td>{masks}{cells}")
    words = " with the mask of the study, and the lowest to highest over all masks drawn" if several else ""
    return f'<p class="caption">PSNR in dB{words}.</p>' + table([head], rows)


def _swept(point: Mapping, method: str) -> str:
    text = _measured(point["psnr"], method, "psnr")
    low, high = point.get("psnr_low", {}).get(method), point.get("psnr_high", {}).get(method)
    return text if low is None or high is None or not text else f"{text} ({low:.1f} to {high:.1f})"


def _method_head(method: str, titles: Mapping[str, str], columns: int) -> str:
    return f'<th class="{method}" colspan="{columns}">{escape(titles.get(method, method))}</th>'


def _norm(result: Mapping) -> str:
    return escape(wording.norm_name(result))


def _measured(facts: Mapping, name: str, kind: str | None = None) -> str:
    return escape(number_text(kind or name, facts[name])) if name in facts else ""


def _heading(name: str) -> str:
    known = wording.SHORT.get(name) or wording.MEASURES.get(name, ("",))[0]
    return escape(known or name.replace("_", " "))
