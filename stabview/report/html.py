"""The report as one HTML file that needs nothing beside it: figures, definitions, provenance and limits included."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import fields
from html import escape
from pathlib import Path, PurePath

from stabview.images.errors import InputError
from stabview.report import wording
from stabview.report.markup import bullets, cell_text, facts_table, figure, manifest_table, notices
from stabview.report.outcome import summary
from stabview.report.pictures import percent
from stabview.report.result_tables import details_table, iterates_table, measures_table, sweep_table
from stabview.report.tables import METHODS
from stabview.study.fields import key_of, matters
from stabview.study.frames import Scene
from stabview.study.snippets import command_line
from stabview.study.study import FILES, Study, with_files
from stabview.study.toml_file import study_text

_STYLE = """
body { font-family: "DejaVu Sans", Verdana, sans-serif; font-size: 14px; line-height: 1.45; color: #16181c;
  background: #ffffff; max-width: 1120px; margin: 0 auto; padding: 16px 24px 48px; }
h1 { font-size: 24px; margin: 12px 0 4px; }
h2 { font-size: 18px; margin: 32px 0 8px; border-bottom: 1px solid #c3c8cf; }
h3 { font-size: 15px; margin: 20px 0 6px; }
.notice { border: 2px solid #a33a00; background: #fff4ec; padding: 8px 12px; margin: 8px 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: 6px 0 12px; font-size: 13px; }
th, td { border: 1px solid #c3c8cf; padding: 3px 8px; text-align: right; vertical-align: top; }
th { background: #eef0f3; } td.word, th.word { text-align: left; }
tr.marked td { background: #fff4ec; font-weight: bold; }
code, pre { font-family: "DejaVu Sans Mono", monospace; font-size: 12px; overflow-wrap: anywhere; }
pre { background: #f4f5f7; border: 1px solid #c3c8cf; padding: 8px; white-space: pre-wrap; }
img { max-width: 100%; height: auto; } img.sheet { width: 100%; } p.picture { line-height: 100%; margin: 0; }
figure { margin: 8px 0 20px; } figcaption { font-size: 13px; color: #4d5560; }
.pictures { display: flex; flex-wrap: wrap; gap: 12px; } .pictures figure { max-width: 340px; margin: 4px 0; }
.foot { display: none; }
@media print { body { max-width: none; padding: 0 0 28px; font-size: 11px; } h2 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .foot { display: block; position: fixed; bottom: 0; left: 0; right: 0; text-align: center; font-size: 9px;
    background: #ffffff; } }
"""


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
    stated = result.get("report", {})
    title = "Stability report" + (f": {scene.network_title} on {scene.title}" if scene is not None else "")
    title = stated.get("title") or title
    sections = [
        notices(),
        ("Identity", _identity(result)),
        ("Outcome", _outcome(result)),
        ("Notes", _notes(stated.get("notes", ""))),
        ("Item under test: the network", _method(result, "network", scene)),
        ("Comparator: the reference method", _method(result, "soa", scene)),
        ("Input data", _input(result, scene)),
        ("Forward model", _forward(result, scene)),
        ("Test protocol", _protocol(result, study)),
        ("Results", _results(result, pictures, svgs, scene)),
        ("Definitions and conventions", facts_table(({**_defined(result), **wording.OTHER_TERMS}).items())),
        ("Reproduction", _reproduction(result, study)),
        ("Deviations", _deviations(result, study)),
        ("Limitations", bullets(_limitations(result, study))),
        ("Files beside this report", manifest_table(manifest or {})),
    ]
    return page(title, sections)


def page(title: str, sections: Iterable[str | tuple[str, str]]) -> str:
    """A whole HTML page: sections with a heading are numbered, those without text left out."""
    body = [f"<h1>{escape(title)}</h1>"]
    number = 0
    for section in sections:
        if isinstance(section, str):
            body.append(section)
        elif section[1]:
            number += 1
            body.append(f"<h2>{number}. {escape(section[0])}</h2>\n{section[1]}")
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>\n<style>{_STYLE}</style>'
    body += [notices(), f'<div class="foot">{escape(" ".join(wording.NOTICES))}</div>']
    lines = ["<!DOCTYPE html>", f'<html lang="en"><head>{head}</head>', "<body>", *body, "</body></html>"]
    return "\n".join(lines) + "\n"


def _identity(result: Mapping) -> str:
    facts = result.get("provenance", {})
    version = result.get("stabview", "")
    source = f", source {facts['git']}" if "git" in facts else ""
    changed = " with local changes" if facts.get("dirty") else ""
    return facts_table(
        [
            ("report", facts.get("report") or str(uuid.uuid4())),
            ("written by", result.get("report", {}).get("author")),
            ("started (UTC)", facts.get("started")),
            ("program", f"StabView {version}{source}{changed}"),
            ("result format", f"version {result.get('version', 1)}"),
        ]
    )


def _notes(text: str) -> str:
    """What the author saw, a paragraph for each of its own."""
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())


def _outcome(result: Mapping) -> str:
    return bullets(summary(result)) + _strength(result.get("validity", {}))


def _strength(proof: Mapping) -> str:
    """What is known of the search's strength; without a proof, that there is none."""
    if "checks" not in proof:
        return f'<p class="notice"><b>{escape(wording.STRENGTH)}</b>: {escape(wording.STRENGTH_SENTENCE)}</p>'
    lines = [f"{'Passed' if check['passed'] else 'Not passed'}, {check['name']}: {check['sentence']}"
             for check in proof["checks"]]  # fmt: skip
    head = f"Strength of the search: {proof['strength']}. Outcome: {proof['outcome']} (proven on {proof['image']})."
    return f'<p class="notice"><b>{escape(head)}</b></p>{bullets(lines)}'


def _method(result: Mapping, method: str, scene: Scene | None) -> str:
    facts = dict(result.get("methods", {}).get(method, {}))
    if scene is not None and method == "network":
        facts |= {"title": scene.network_title, "file": scene.trust, "trained with": _trained(scene)}
    elif scene is not None:
        facts["title"] = scene.soa_title
    return facts_table(facts.items())


def _trained(scene: Scene) -> str:
    if scene.trained_rate is None:
        return "unknown"
    views = scene.angles is not None
    return f"{scene.trained_rate:g} views" if views else f"{percent(scene.trained_rate)} of the samples"


def _input(result: Mapping, scene: Scene | None) -> str:
    facts = dict(result.get("image", {}))
    if scene is None:
        return facts_table(facts.items())
    facts = {name: value for name, value in facts.items() if name not in ("steps", "scale", "offset")}
    facts["title"] = scene.title
    if scene.slice_count > 1:
        facts["slice"] = f"{scene.slice_index} of 0 to {scene.slice_count - 1}"
    facts["units"] = f"value = x × {scene.scale:.6g} + {scene.offset:.6g} {scene.units}"
    if scene.spacing is not None:
        facts["pixel spacing"] = " × ".join(f"{side:.4g}" for side in scene.spacing) + " mm"
    facts["ground truth"] = "x itself, painted details included: the data are computed from it"
    return facts_table(facts.items()) + (
        f"<h3>What was done to the pixels</h3>{bullets(scene.steps)}" if scene.steps else ""
    )


def _forward(result: Mapping, scene: Scene | None) -> str:
    facts = dict(result.get("sampling", {}))
    equation = wording.FORWARD.get(str(facts.get("operator")), "")
    if scene is not None:
        facts.setdefault("samples", scene.samples)
        if scene.angles is not None:
            facts.setdefault("views", len(scene.angles))
    return (f"<p>{escape(equation)}</p>" if equation else "") + facts_table(facts.items())


def _protocol(result: Mapping, study: Study | None) -> str:
    text = f"<p>{escape(wording.CRITERION)}</p>"
    if study is None:
        return text
    rows = []
    default = Study()
    for section in ("image", "sampling", "network", "soa", "perturbation", "sweep"):
        part, usual = getattr(study, section), getattr(default, section)
        for field in fields(part):
            value = getattr(part, field.name)
            if value in (None, ()) or not matters(part, field.name):
                continue
            shown = PurePath(value).name if (section, field.name) in FILES else value
            state = "default" if value == getattr(usual, field.name) else "changed"
            rows.append((f"[{section}] {key_of(field.name)}", cell_text(shown), state))
    head = '<tr><th class="word">parameter</th><th class="word">value</th><th class="word">default or changed</th></tr>'
    cells = "".join("<tr>" + "".join(f'<td class="word">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows)
    return f"{text}<table>{head}{cells}</table>"


def _results(result: Mapping, pictures: Mapping[str, bytes], svgs: Mapping[str, str], scene: Scene | None) -> str:
    titles = method_titles(scene)
    parts = []
    if result.get("clean"):
        parts += ["<h3>Clean data</h3>", measures_table(result["clean"], titles)]
    parts += [figure(caption, "image/png", picture) for caption, picture in pictures.items()]
    if result.get("iterates"):
        parts += ["<h3>Iterates of the search</h3>", iterates_table(result, titles)]
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


def _reproduction(result: Mapping, study: Study | None) -> str:
    text = "<p>The same numbers again, from the files beside this report; and a replay that compares every number:</p>"
    text += "<pre>stabview run study.toml --out AGAIN\nstabview verify result.json</pre>"
    if study is not None:
        bare = without_folders(study)
        text += f"<p>The same as one command line:</p><pre>{escape(command_line(bare))}</pre>"
        text += f"<h3>The study</h3><pre>{escape(study_text(bare))}</pre>"
    facts = {key: value for key, value in result.get("provenance", {}).items() if key != "report"}
    return text + "<h3>Where it ran</h3>" + facts_table(facts.items())


def without_folders(study: Study) -> Study:
    """The study with files by their names alone."""
    return with_files(study, lambda _part, path: PurePath(path).name)


def _deviations(result: Mapping, study: Study | None) -> str:
    lines = [str(line) for line in result.get("anomalies", ())]
    made = max((iterate["index"] for iterate in result.get("iterates", ())), default=0)
    if study is not None and made < study.perturbation.steps:
        budget = percent(study.perturbation.max_relative_norm)
        lines.append(
            f"The search made {made} of at most {study.perturbation.steps} iterates: it reached its budget of {budget} "
            "or was stopped."
        )
    return bullets(lines or ["None recorded."])


def _limitations(result: Mapping, study: Study | None) -> list[str]:
    finer = study is not None and study.sampling.finer > 1 and matters(study.sampling, "finer")
    lines = [*wording.LIMITATIONS, wording.FINER if finer else wording.SIMULATED]
    if study is not None and study.sampling.noise == 0:
        lines.append(wording.NOISELESS)
    return [*lines, wording.NAMES]
