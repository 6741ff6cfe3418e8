"""Small pieces of HTML: tables, lists, notices, figures held in the page itself; everything is escaped here."""

from __future__ import annotations

import base64
import re
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
    return f'<figure>{drawn}<figcaption><p class="caption">{escape(caption)}</p></figcaption></figure>'


def _pixels(png: bytes) -> tuple[int, int]:
    """Width and height, from the header of a PNG file."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def table(head: Iterable[str], rows: Iterable[str], *, kind: str = "numbers") -> str:
    """A table of rows that are HTML already; its head is repeated on every page."""
    head = "".join(f"<tr>{row}</tr>" for row in head)
    body = "".join(row if row.startswith("<tr") else f"<tr>{row}</tr>" for row in rows)
    whole = f'<table class="{kind}">{f"<thead>{head}</thead>" if head else ""}<tbody>{body}</tbody></table>'
    return f'<div class="scroll">{whole}</div>'


def facts_table(rows: Iterable[tuple[str, object]]) -> str:
    """A name and a value in each row; unknown values are left out."""
    known = [(_fact(str(name)), cell_text(value)) for name, value in rows if value not in (None, "", (), [], {})]
    cells = [
        f'<th class="word">{escape(name)}</th><td class="word">{_hash(value)}</td>' for name, value in known
    ]  # fmt: skip
    return table((), cells, kind="facts") if cells else ""


def _fact(name: str) -> str:
    return wording.FACTS.get(name, name.replace("_", " "))


def _hash(value: str) -> str:
    """A value; hashes in the letters of code."""
    return f"<code>{value}</code>" if re.fullmatch(r"[0-9a-f]{16,64}|[0-9a-f-]{36}", value) else escape(value)


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


def markdown(text: str) -> str:
    """Headings, lists, **bold** and `code` of a model card; the other lines as paragraphs."""
    parts: list[str] = []
    for line in text.splitlines():
        words = re.sub(r"`(.+?)`", r"<code>\1</code>", re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(line.strip())))
        if line.startswith("#"):
            parts.append(f"<h4>{words.lstrip('# ')}</h4>")
        elif line.startswith("- "):
            closed = bool(parts) and parts[-1].endswith("</ul>")
            head = parts.pop().removesuffix("</ul>") if closed else "<ul>"
            parts.append(f"{head}<li>{words[2:]}</li></ul>")
        elif words:
            parts.append(f"<p>{words}</p>")
    return "".join(parts)


def manifest_table(manifest: Mapping[str, tuple[int, str]]) -> str:
    """Files with their size and SHA-256."""
    if not manifest:
        return ""
    rows = (
        f'<td class="word">{escape(name)}</td><td>{size}</td><td class="word"><code>{digest}</code></td>'
        for name, (size, digest) in manifest.items()
    )
    return table(['<th class="word">file</th><th>bytes</th><th class="word">SHA-256</th>'], rows, kind="files")
