"""The sections of a report about what was tested and how: item, comparator, data, forward model, protocol, replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from html import escape

from stabview.report import wording
from stabview.report.markup import bullets, cell_text, facts_table, markdown, table
from stabview.report.names import AGREED
from stabview.report.outcome import stopped_early
from stabview.report.pictures import percent
from stabview.study.fields import key_of, matters
from stabview.study.frames import Scene
from stabview.study.snippets import command_line
from stabview.study.study import Study
from stabview.study.toml_file import study_text

_OF_CARD = ("Training", "Differences from the published network", "Known limits")
"""The parts of a model card that a reviewer of a result needs; `stabview networks card` prints all of it."""


def identity(result: Mapping, manifest: Mapping[str, tuple[int, str]]) -> str:
    """Which report this is, of which program, when."""
    facts, version = result.get("provenance", {}), result.get("stabview", "")
    source = f", commit {facts['git']}" if "git" in facts else ""
    state = " with local changes" if facts.get("dirty") else " without local changes" if "dirty" in facts else ""
    return facts_table(
        [
            ("report", facts.get("report")), ("supersedes", facts.get("supersedes")),
            ("written by", result.get("report", {}).get("author")),
            ("started (UTC)", facts.get("started")), ("written (UTC)", facts.get("written")),
            ("zone of the local clock", facts.get("zone")), ("program", f"StabView {version}{source}{state}"),
            ("result format", f"version {result.get('version', 1)}"), ("SHA-256 of the manifest", _manifest(manifest)),
        ]
    )  # fmt: skip


def meta(result: Mapping, manifest: Mapping[str, tuple[int, str]]) -> str:
    """Below the title: report, time, program and manifest in two lines."""
    facts = result.get("provenance", {})
    git = f", commit {facts['git'][:12]}{' with local changes' if facts.get('dirty') else ''}" if "git" in facts else ""
    author = result.get("report", {}).get("author")
    first = [f"Report {facts['report']}" if "report" in facts else "", f"by {author}" if author else ""]
    second = [f"StabView {result.get('stabview', '')}{git}", f"started {_time(facts['started'])}" if "started" in facts
              else "", f"on {facts['device']}" if "device" in facts else ""]  # fmt: skip
    third = f"Manifest SHA-256 {_manifest(manifest)}" if _manifest(manifest) else ""
    lines = [" · ".join(word for word in words if word) for words in (first, second, [third])]
    return f'<p class="meta">{"<br>".join(escape(line) for line in lines if line)}</p>'


def _manifest(manifest: Mapping[str, tuple[int, str]]) -> str | None:
    return manifest["manifest.json"][1] if "manifest.json" in manifest else None


def _time(text: str) -> str:
    return text.replace("T", " ").replace("+00:00", " UTC")


def method(result: Mapping, name: str, scene: Scene | None) -> str:
    """The item under test ("network") or the comparator ("soa")."""
    facts = dict(result.get("methods", {}).get(name, {}))
    title, sha256 = facts.pop("title", None), facts.pop("sha256", None)
    if scene is not None:
        title = scene.network_title if name == "network" else scene.soa_title
    rows = [("title", title), ("name", facts.pop("name", None))]
    if name == "network":
        rows += [("SHA-256 of the weights", sha256)]
        rows += [("file", result.get("files", {}).get("network.path", {}).get("name"))]
        rows += [("kind of file", scene.trust), ("trained with", _trained(scene))] if scene is not None else []
        return facts_table([*rows, *facts.items()]) + _card(scene)
    return facts_table([*rows, *facts.items()]) + _convergence(result)


def _trained(scene: Scene) -> str:
    if scene.trained_rate is None:
        return "unknown"
    views = scene.angles is not None
    return f"{scene.trained_rate:g} views" if views else f"{percent(scene.trained_rate)} of the samples"


def _card(scene: Scene | None) -> str:
    """Training, limits and departures as the model card states them."""
    chapters = (scene.network_card if scene is not None else "").split("\n## ")[1:]
    kept = [chapter.splitlines() for chapter in chapters if chapter.splitlines()[0].strip() in _OF_CARD]
    if not kept:
        return "<p>Training data, as far as the file says: unknown.</p>"
    lines = [line for head, *rest in kept for line in (f"## {head}", *(one for one in rest if one.startswith("- ")))]
    return "<h3>From its model card</h3>" + markdown("\n".join(lines))


def _convergence(result: Mapping) -> str:
    """How the solves ended, of clean and perturbed data."""
    solves = [entry["soa"] for entry in result.get("iterates", ()) if "converged" in entry.get("soa", {})]
    if not solves:
        return ""
    rows = []
    for words, some in (("clean data", solves[:1]), ("perturbed data", solves[1:])):
        if some:
            steps = [facts["iterations"] for facts in some if "iterations" in facts]
            gaps = [facts["gap"] for facts in some if "gap" in facts]
            reached = sum(bool(facts["converged"]) for facts in some)
            between = f"{min(steps)} to {max(steps)}" if steps else ""
            rows.append(f'<td class="word">{words}</td><td>{len(some)}</td><td>{reached}</td><td>{between}</td>'
                        f"<td>{f'{max(gaps):.2g}' if gaps else ''}</td>")  # fmt: skip
    head = ('<th class="word">solves of</th><th>solves</th><th>reached tolerance</th><th>iterations</th>'
            "<th>largest relative gap</th>")  # fmt: skip
    return "<h3>How its solves ended</h3>" + table([head], rows)


def input_data(result: Mapping, scene: Scene | None) -> str:
    """The image: hash, units, ground truth, and what was done to its pixels."""
    facts = dict(result.get("image", {}))
    if scene is None:
        return facts_table(facts.items())
    rows = [("title", scene.title)]
    rows += [(f"file, {key}", _file(known)) for key, known in result.get("files", {}).items()]
    rows += [("matrix", " × ".join(str(side) for side in scene.x.shape)), ("SHA-256 of x", facts.get("sha256")),
             ("‖x‖", facts.get("norm"))]  # fmt: skip
    if scene.slice_count > 1:
        rows.append(("slice", f"{scene.slice_index} of 0 to {scene.slice_count - 1}"))
    rows.append(("units", f"value = x × {scene.scale:.6g} + {scene.offset:.6g} {scene.units}"))
    rows.append(("range of |x|", f"{float(scene.x.min()):.4g} to {float(scene.x.max()):.4g}"))
    if scene.spacing is not None:
        rows.append(("pixel spacing", " × ".join(f"{side:.4g}" for side in scene.spacing) + " mm"))
    if scene.orientation is not None:
        rows.append(("orientation", "left {}, right {}, top {}, bottom {}".format(*scene.orientation)))
    rows.append(("ground truth", "x itself, painted details included: the data are computed from it"))
    done = f"<h3>What was done to the pixels</h3>{bullets(scene.steps)}" if scene.steps else ""
    return facts_table(rows) + done


def _file(facts: Mapping) -> str:
    """ "image-3f2a9c1b.png, 1234 bytes, SHA-256 3f2a..." """
    words = [str(facts["name"]), f"{facts['bytes']} bytes" if "bytes" in facts else "",
             f"SHA-256 {facts['sha256']}" if "sha256" in facts else "no file, or not there any more"]  # fmt: skip
    return ", ".join(word for word in words if word)


def forward_model(result: Mapping, study: Study | None, scene: Scene | None) -> str:
    """Equation, conventions, samples, coils, ||A|| and noise."""
    facts = dict(result.get("sampling", {}))
    kind = str(facts.get("operator"))
    equation, convention = wording.FORWARD.get(kind, ""), wording.CONVENTIONS.get(kind)
    rows = [("convention", convention)]
    if "norm" in facts:
        rows.append(("‖A‖, exact or by power iteration (60 steps)", facts.pop("norm")))
    if scene is not None:
        facts.setdefault("samples", scene.samples)
        if scene.angles is not None:
            facts.setdefault("views", len(scene.angles))
    rows += [("realised rate" if key == "rate" else key, value) for key, value in facts.items()]
    if study is not None:
        if kind == "multicoil":
            given = study.sampling.maps or study.sampling.calibration
            made = "estimated from" if study.sampling.maps is None else "read from"
            rows.append(("coil sensitivities", f"{made} {given}" if given else "birdcage, simulated"))
        noise = study.sampling.noise
        words = f"Gaussian, ‖e‖/‖A x‖ = {percent(noise)}, simulated" if noise else "none"
        rows.append(("noise", words))
        if matters(study.sampling, "finer"):
            finer = study.sampling.finer
            rows.append(("grid of the data", "that of x" if finer == 1 else f"{finer} times finer"))
    return (f"<p>{escape(equation)}</p>" if equation else "") + facts_table(rows)


def protocol(result: Mapping, study: Study | None) -> str:
    """Every parameter, and whether it is the default."""
    text = f"<p>{escape(wording.CRITERION)}</p>"
    chosen = ("search", "goal", "against", "domain")
    search = {key: value for key, value in result.get("search", {}).items() if key not in chosen}
    head = [("budget is a bound of", wording.norm_name(result)), ("iterates made", _ended(result))]
    facts = facts_table([*head, *search.items()]) if search else ""
    if study is None:
        return text + facts
    rows, default = [], Study()
    for section in ("image", "sampling", "network", "soa", "perturbation", "sweep"):
        part, usual = getattr(study, section), getattr(default, section)
        for field in fields(part):
            value = getattr(part, field.name)
            if value in (None, ()) or not matters(part, field.name):
                continue
            state = "default" if value == getattr(usual, field.name) else "changed"
            row = (f"[{section}] {key_of(field.name)}", cell_text(value), state)
            cells = "".join(f'<td class="word">{escape(cell)}</td>' for cell in row)
            rows.append(f'<tr class="marked">{cells}</tr>' if state == "changed" else cells)
    head = '<th class="word">parameter</th><th class="word">value</th><th class="word">default or changed</th>'
    return text + facts + table([head], rows)


def _ended(result: Mapping) -> str:
    """ "12 of at most 20, up to 5 %; at the end of its steps" """
    iterates, choice = result.get("iterates", ()), result.get("study", {}).get("perturbation", {})
    if not iterates or "steps" not in choice:
        return ""
    made, last = iterates[-1]["index"], percent(iterates[-1]["relative_norm"])
    if made >= choice["steps"]:
        why = "it made all its steps"
    else:
        why = "it was stopped" if stopped_early(result) else "it came to its budget or goal"
    return f"{made} of at most {choice['steps']}, up to {last}: {why}"


def reproduction(result: Mapping, study: Study | None, manifest: Mapping[str, tuple[int, str]]) -> str:
    """The lines that give the same numbers, the study, the machine and its libraries."""
    facts = result.get("provenance", {})
    options = f" --threads {facts['threads']}" if "threads" in facts else ""
    options += " --device cpu" if str(facts.get("device", "")).startswith("CPU") else ""
    text = "<p>The same numbers again, from the files beside this report; and a replay that compares every number:</p>"
    text += f"<pre>stabview run study.toml --out AGAIN{options}\nstabview verify result.json{options}</pre>"
    text += f"<p>{escape(wording.REPLAY)}</p>"
    if study is not None:
        line = command_line(study) + options
        text += f"<p>The same as one command line:</p><pre>{escape(line)}</pre>"
        text += f"<h3>The study</h3><pre>{escape(study_text(study))}</pre>"
    named = ("report", "supersedes", "started", "written", "zone", "git", "dirty", "stabview")
    where = {key: value for key, value in facts.items() if key not in named}
    return f"{identity(result, manifest)}{text}<h3>Where it ran</h3>{facts_table(where.items())}"


def deviations(result: Mapping) -> str:
    """What went otherwise than a reader would take for granted."""
    return bullets(result.get("anomalies") or ["None recorded."])


def limitations(result: Mapping, study: Study | None) -> str:
    """The fixed sentences, and those that this study asks for."""
    lines = list(wording.LIMITATIONS)
    if study is not None:
        finer = study.sampling.finer > 1 and matters(study.sampling, "finer")
        lines.append(wording.FINER if finer else wording.SIMULATED)
        lines += [wording.NOISELESS] if study.sampling.noise == 0 else []
        lines.append(wording.BY_RULE if study.soa.lambda_ is None else wording.BY_HAND)
    else:
        lines.append(wording.SIMULATED)
    lines += [wording.MAGNITUDE] if result.get("magnitude_image") else []
    random = any("noise" in str(check.get("name", "")) for check in result.get("validity", {}).get("checks", ()))
    lines += [] if random else [wording.CONTROL]
    return bullets([*lines, wording.AGREED if result.get("report", {}).get(AGREED) else wording.PRIVATE])
