"""The outcome of a study as a folder: result.json, study, arrays, figures, tables and report, each file whole."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from stabview.images.errors import InputError
from stabview.report import plots, tables
from stabview.report.anomalies import anomalies, unknown_numbers
from stabview.report.html import html_text, method_titles
from stabview.report.names import AGREED, Naming
from stabview.report.outcome import first_loss, outcome
from stabview.report.pictures import SHEET, contact_sheet, panel_png, percent, shared_ranges
from stabview.report.provenance import arithmetic, now, stabview_version, versions, zone
from stabview.report.sizes import sizes
from stabview.report.wording import LOSS, norm_name
from stabview.study.frames import Frame, Scene
from stabview.study.study import Study

VERSION = 1
MANIFEST = "manifest.json"
_OPTIONAL = re.compile(r"(sweep|details)\.csv|figures/(iterate-\d+-[A-Za-z]+\.png|sampling\.svg|growth\.svg)")


def write_outcome(
    result: Mapping,
    frames: Sequence[Frame],
    scene: Scene,
    study: Study,
    folder: str | Path,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> list[Path]:
    """Write everything there is to say of a study's run, and return the files, report.html last.

    Every file is written beside its place first and then renamed, so that none is ever half there. Figures of an
    earlier outcome in the same folder that this one does not have are taken away. Files of the user's data are named
    by their hash in everything but study.toml (`names`), unless `result["report"]["names"]` says that names are agreed.

    Parameters
    ----------
    result : as in result.json; version, program and software are filled in, what is None or not finite is left out.
        Added are outcome, sizes, files, magnitude_image, anomalies and left_out, where there is something to say.
    frames : iterates with their panels; shown are the clean data, the first with a loss of 5 dB, and the last.
    arrays : name -> array for arrays.npz, beside the x and mask (or angles) of the scene.

    Raises
    ------
    InputError : the folder or a file in it cannot be written.
    """
    folder = Path(folder)
    naming = Naming(study, agreed=AGREED in result.get("report", {}))
    scene = naming.scene(scene)
    left_out = unknown_numbers(result)
    result = complete({**naming.result(result), **({"left_out": left_out} if left_out else {})})
    shown = frames_to_show(result, frames)
    result = _with_conclusions(result, study, scene, arrays or {}, [frame.index for frame in shown], folder)
    ranges = shared_ranges(scene, shown)
    titles = method_titles(scene)
    sheets = {frame.index: contact_sheet(frame, scene, ranges) for frame in shown}
    svgs = {
        "sampling": plots.sampling_plot(
            result, views=scene.angles is not None, trained=scene.trained_rate, titles=titles
        ),
        "growth": plots.growth_plot(result, titles=titles),
    }
    files = {
        "result.json": json_text(result).encode(),
        "study.toml": naming.private_text.encode(),
        "arrays.npz": _npz(scene, arrays or {}),
        "iterates.csv": tables.iterates_csv(result).encode(),
    }
    files |= {"sweep.csv": tables.sweep_csv(result).encode()} if result.get("sweep") else {}
    files |= {"details.csv": tables.details_csv(result).encode()} if result.get("details") else {}
    for frame in shown:
        files[f"figures/iterate-{frame.index:03d}-sheet.png"] = sheets[frame.index]
        for name in (name for row in SHEET for name in row if name in frame.panels):
            files[f"figures/iterate-{frame.index:03d}-{name}.png"] = panel_png(frame, name, ranges)
    files |= {f"figures/{name}.svg": svg.encode() for name, svg in svgs.items() if svg}
    files |= manifest_file(files)
    manifest = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()}
    captions = {
        "sampling": "PSNR against sampling.",
        "growth": "Change of each method's image against the size of the perturbation.",
    }
    report = html_text(
        result,
        {_caption(frame, result): sheets[frame.index] for frame in shown},
        {captions[name]: svg for name, svg in svgs.items()},
        study=naming.study,
        scene=scene,
        manifest=manifest,
    )
    files["report.html"] = report.encode()
    return written(folder, files)


def _with_conclusions(
    result: Mapping, study: Study, scene: Scene, arrays: Mapping[str, np.ndarray], shown: Sequence[int], folder: Path
) -> dict:
    """The result with what can be said of it: its outcome, the sizes of what was found, and what went otherwise."""
    result = dict(result)
    result["provenance"] = {**result["provenance"], "written": now(), "zone": zone(), **arithmetic()}
    if earlier := _report_in(folder):
        result["provenance"]["supersedes"] = earlier
    if (found := outcome(result)) is not None:
        result["outcome"] = {"word": found[0], "reason": found[1], "of": f"loss of {LOSS:g} dB by the network"}
    if measured := sizes(result, study, arrays, shown):
        result["sizes"] = measured
    x = (arrays or {}).get("x")
    if np.iscomplexobj(x) and not x.imag.any():
        result["magnitude_image"] = True
    if lines := anomalies(result, scene):
        result["anomalies"] = lines
    return result


def _report_in(folder: Path) -> str | None:
    """The id of the report that this one takes the place of."""
    try:
        found = json.loads((folder / "result.json").read_text(encoding="utf-8"))["provenance"]["report"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and len(found) <= 64 else None


def manifest_file(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """manifest.json: size and SHA-256 of every file, which `stabview verify` looks at first."""
    facts = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    return {MANIFEST: (json.dumps({"files": facts}, indent=1, ensure_ascii=False) + "\n").encode()}


def complete(result: Mapping) -> dict:
    """A copy of a result fit for JSON: plain values, nothing that is None or not finite, provenance filled in."""
    known = plain(result)
    provenance = {**versions(), "report": str(uuid.uuid4()), "started": now(), **known.get("provenance", {})}
    head = {"version": VERSION, "stabview": stabview_version()}
    return {**head, **known, "version": VERSION, "provenance": provenance}


def plain(value: object) -> object:
    """Plain values; what is None, NaN, infinite, or a table of nothing else, is left out of the table it is in."""
    if isinstance(value, Mapping):
        entries = {str(key): plain(inner) for key, inner in value.items()}
        known = {key: inner for key, inner in entries.items() if inner is not None}
        return known if known or not value else None
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [entry for entry in map(plain, value) if entry is not None]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def json_text(result: Mapping) -> str:
    """result.json; refuses NaN and infinity."""
    return json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def frames_to_show(result: Mapping, frames: Sequence[Frame]) -> list[Frame]:
    """The clean data, the first iterate at which the network lost 5 dB, and the last; each once, those with panels."""
    known = {frame.index: frame for frame in frames if frame.panels}
    if not known:
        return []
    loss = first_loss(result)
    wanted = [min(known), loss["index"] if loss is not None else None, max(known)]
    return [known[index] for index in dict.fromkeys(wanted) if index in known]


def _caption(frame: Frame, result: Mapping) -> str:
    if frame.index == 0:
        return "Clean data, iterate 0."
    loss = first_loss(result)
    words = f"Iterate {frame.index}, {norm_name(result)} = {percent(frame.relative_norm)}"
    if loss is not None and loss["index"] == frame.index:
        words += f", the first at which the network has lost {LOSS:g} dB"
    return words + "."


def _npz(scene: Scene, arrays: Mapping[str, np.ndarray]) -> bytes:
    kept = {"x": scene.x}
    if scene.mask is not None:
        kept["mask"] = scene.mask
    if scene.angles is not None:
        kept["angles"] = scene.angles
    kept |= {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in kept.items():
        if array.dtype.hasobject:
            raise TypeError(f"array {name} holds objects, not numbers")
    stream = io.BytesIO()
    np.savez_compressed(stream, **kept)
    return stream.getvalue()


def written(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files by name into a folder, each whole; optional ones of an earlier outcome are taken away."""
    paths = []
    try:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, data)
            paths.append(path)
        for old in sorted(folder.glob("**/*")):
            name = old.relative_to(folder).as_posix()
            if name not in files and _OPTIONAL.fullmatch(name) and old.is_file():
                old.unlink()
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"'{folder}' cannot be written to ({reason}): choose another folder.") from error
    return paths


def _write_whole(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
