"""The report as one HTML file that needs nothing beside it: outcome and pictures first, then numbers and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path, PurePath

from stabview.images.errors import InputError
from stabview.report import sections, wording
from stabview.report.markup import bullets, facts_table, figure, manifest_table, notices
from stabview.report.outcome import outcome, summary
from stabview.report.result_tables import (
    details_table,
    further_table,
    headline_table,
    iterates_table,
    measures_table,
    sizes_table,
    sweep_table,
)
from stabview.report.style import STYLE
from stabview.report.tables import METHODS
from stabview.study.frames import Scene
from stabview.study.study import Study, with_files


def write_html(
    result: Mapping,
    pictures: Mapping[str, bytes],
    svgs: Mapping[str, str],
    path: str | Path,
    *,
    study: Study | None = None,
    scene: Scene | None = None,
    manifest: Mapping[str, tuple[int, str]] | None = None,
) -> None:
    """Write the report of a result.

    Parameters
    ----------
    result : the content of result.json.
    pictures, svgs : caption -> PNG file; caption -> SVG file; in the order of the report.
    study, scene : as they may be told: titles and names of files, without folders, are printed as they stand.
    manifest : name -> (bytes, SHA-256) of the files beside the report.
    """
    text = html_text(result, pictures, svgs, study=study, scene=scene, manifest=manifest)
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"'{path}' cannot be written ({error.strerror or error}): choose another place.") from error


def html_text(
    result: Mapping,
    pictures: Mapping[str, bytes],
    svgs: Mapping[str, str],
    *,
    study: Study | None = None,
    scene: Scene | None = None,
    manifest: Mapping[str, tuple[int, str]] | None = None,
) -> str:
    """The report as text; see `write_html`."""
    stated, manifest = result.get("report", {}), manifest or {}
    study = without_folders(study) if study is not None else None
    title = "Stability report" + (f": {scene.network_title} on {scene.title}" if scene is not None else "")
    title = stated.get("title") or title
    shown = "".join(figure(caption, "image/png", picture) for caption, picture in pictures.items())
    shown += f'<p class="caption">{escape(wording.OTHER_TERMS["pictures"])}</p>' if shown else ""
    return page(
        title,
        [
            sections.meta(result, manifest),
            notices(),
            ("Outcome", _outcome(result, scene)),
            ("Notes", _notes(stated.get("notes", ""))),
            ("Pictures", shown),
            ("Numbers", _numbers(result, svgs, scene)),
            ("Test protocol", sections.protocol(result, study)),
            ("Item under test: the network", sections.method(result, "network", scene)),
            ("Comparator: the reference method", sections.method(result, "soa", scene)),
            ("Input data", sections.input_data(result, scene)),
            ("Forward model", sections.forward_model(result, study, scene)),
            ("Deviations and anomalies", sections.deviations(result)),
            ("Limitations", sections.limitations(result, study)),
            ("Identity and reproduction", sections.reproduction(result, study, manifest)),
            ("Definitions and conventions", facts_table(({**_defined(result), **wording.OTHER_TERMS}).items())),
            ("Files beside this report", manifest_table(manifest)),
        ],
        reference=str(result.get("provenance", {}).get("report", "")),
    )


def page(title: str, parts: Iterable[str | tuple[str, str]], *, reference: str = "") -> str:
    """A whole HTML page: parts with a heading are numbered, those without text left out.

    reference : what every page of it on paper is told by, beside its title.
    """
    body = [f"<h1>{escape(title)}</h1>"]
    number = 0
    for part in parts:
        if isinstance(part, str):
            body.append(part)
        elif part[1]:
            number += 1
            body.append(f"<h2>{number}. {escape(part[0])}</h2>\n{part[1]}")
    told = f'<meta name="report" content="{escape(reference)}">' if reference else ""
    head = f'<meta charset="utf-8">{told}<title>{escape(title)}</title>\n<style>{STYLE}</style>'
    body += [notices(), f'<div class="foot">{escape(wording.FOOT)}</div>']
    lines = ["<!DOCTYPE html>", f'<html lang="en"><head>{head}</head>', "<body>", *body, "</body></html>"]
    return "\n".join(lines) + "\n"


def _notes(text: str) -> str:
    """What the author saw, a paragraph for each of its own."""
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())


def _outcome(result: Mapping, scene: Scene | None) -> str:
    found, badge = outcome(result), ""
    if found is not None:
        kind = f"word-{found[0].split()[0].lower()}"
        badge = f'<p class="outcome"><span class="{kind}">&nbsp;{escape(found[0])}&nbsp;</span> '
        badge += f"Loss of {wording.LOSS:g} dB by the network, {escape(found[1])}.</p>"
    said = bullets(summary(result)) + _strength(result.get("validity", {}))
    return f"{badge}{headline_table(result, method_titles(scene))}{said}"


def _strength(proof: Mapping) -> str:
    """What is known of the search's strength; without a proof, that there is none."""
    if "checks" not in proof:
        return f'<p class="notice"><b>{escape(wording.STRENGTH)}</b>: {escape(wording.STRENGTH_SENTENCE)}</p>'
    lines = [f"{'Passed' if check['passed'] else 'Not passed'}, {check['name']}: {check['sentence']}"
             for check in proof["checks"]]  # fmt: skip
    head = f"Strength of the search: {proof['strength']}. Outcome: {proof['outcome']} (proven on {proof['image']})."
    return f'<p class="notice"><b>{escape(head)}</b></p>{bullets(lines)}'


def _numbers(result: Mapping, svgs: Mapping[str, str], scene: Scene | None) -> str:
    titles, parts = method_titles(scene), []
    if result.get("clean"):
        parts += ["<h3>Clean data</h3>", measures_table(result["clean"], titles)]
    if result.get("iterates"):
        parts += ["<h3>Iterates of the search</h3>", iterates_table(result, titles)]
        if further := further_table(result, titles):
            parts += ["<h3>Further measures of the iterates</h3>", further]
    if sized := sizes_table(result):
        parts += ["<h3>Sizes of the perturbations that are shown</h3>", sized]
    if result.get("details"):
        parts += ["<h3>Painted details</h3>", details_table(result["details"], titles)]
    if result.get("sweep"):
        at = f" for iterate {result['sweep_index']}" if "sweep_index" in result else ""
        parts += [f"<h3>Other numbers of samples{at}</h3>", sweep_table(result, titles)]
    parts += [figure(caption, "image/svg+xml", svg.encode()) for caption, svg in svgs.items() if svg]
    for name, facts in result.get("experiments", {}).items():
        parts += [f"<h3>Experiment: {escape(name)}</h3>", facts_table(facts.items())]
    return "\n".join(parts)


def method_titles(scene: Scene | None) -> dict[str, str]:
    """What to call the methods in headings."""
    if scene is None:
        return dict(wording.METHODS)
    names = {"network": scene.network_title, "soa": scene.soa_title, "quick": scene.quick_title}
    return {method: names[method] or wording.METHODS[method] for method in METHODS}


def _defined(result: Mapping) -> dict[str, str]:
    """The definitions of the measures that occur."""
    used = {name for facts in result.get("clean", {}).values() for name in facts}
    used |= {name for iterate in result.get("iterates", ()) for m in METHODS for name in iterate.get(m, {})}
    return {heading: text for name, (heading, text) in wording.MEASURES.items() if name in used}


def without_folders(study: Study) -> Study:
    """The study with files by their names alone."""
    return with_files(study, lambda _part, path: PurePath(path).name)
