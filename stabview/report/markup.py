"""Small pieces of HTML: tables of facts, lists, figures held in the page itself; everything is escaped here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape

from stabview.report import wording

_COLUMN = 700  # width of a picture where style sheets are not understood


def figure(caption: str, kind: str, data: bytes) -> str:
    """A picture of MIME type `kind` within the page, with its caption."""
    source = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    width, height = _pixels(data) if kind == "image/png" else (0, 0)
    size = f' class="sheet" width="{_COLUMN}" height="{height * _COLUMN // width}"' if width else ""
    picture = f'<img src="{source}" alt="{escape(caption)}"{size}>'
    drawn = f'<p class="picture">{picture}</p>'
    return f"<figure>{drawn}<figcaption><p>{escape(caption)}</p></figcaption></figure>"


def _pixels(png: bytes) -> tuple[int, int]:
    """Width and height, from the header of a PNG file."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def facts_table(rows: Iterable[tuple[str, object]]) -> str:
    """A name and a value in each row; unknown values are left out."""
    known = [(str(name).replace("_", " "), cell_text(value)) for name, value in rows if value not in (None, "")]
    cells = "".join(
        f'<tr><th class="word">{escape(name)}</th><td class="word">{escape(value)}</td></tr>' for name, value in known
    )
    return f"<table>{cells}</table>" if cells else ""


def cell_text(value: object) -> str:
    """Any value of a result in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.8g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {cell_text(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(cell_text(entry) for entry in value)
    return str(value)


def bullets(lines: Iterable[str]) -> str:
    """A list of sentences."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def notices() -> str:
    """The notices, as they stand at the beginning and the end of a report."""
    return f'<p class="notice"><b>{escape(wording.NOTICES[0])}</b> {escape(" ".join(wording.NOTICES[1:]))}</p>'


def manifest_table(manifest: Mapping[str, tuple[int, str]]) -> str:
    """Files with their size and SHA-256."""
    if not manifest:
        return ""
    rows = "".join(
        f'<tr><td class="word">{escape(name)}</td><td>{size}</td><td class="word"><code>{digest}</code></td></tr>'
        for name, (size, digest) in manifest.items()
    )
    head = '<tr><th class="word">file</th><th>bytes</th><th class="word">SHA-256</th></tr>'
    return f"<table>{head}{rows}</table>"
