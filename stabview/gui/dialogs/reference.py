"""The reference: every action, setting and key of a study, written from the tables they are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from stabview.gui.actions import ROWS, keys_of
from stabview.gui.dialogs.shortcuts import MOUSE
from stabview.gui.dialogs.text_dialog import TextDialog
from stabview.gui.preferences import SETTINGS, Setting
from stabview.study.schema import schema_text


class ReferenceDialog(TextDialog):
    """To read, search with the eyes, and copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Reference", reference_text(), parent, name="reference")
        self.resize(1040, 760)


def reference_text() -> str:
    """Everything as Markdown."""
    menus = dict.fromkeys(row.menu for row in ROWS)
    parts = ["# Actions"]
    for menu in menus:
        rows = [(row.text.replace("&", ""), keys_of(row), row.tooltip) for row in ROWS if row.menu == menu]
        parts.append(_table(f"{menu} menu", ("action", "keys", "what it does"), rows))
    parts.append(_table("Mouse", ("what you do", "what happens"), MOUSE))
    parts.append("# Preferences")
    rows = [(setting.title, _values(setting), setting.tooltip) for setting in SETTINGS]
    parts.append(_table("Settings", ("setting", "values", "what it is for"), rows))
    parts += ["# Study files", f"```\n{schema_text()}\n```"]
    return "\n\n".join(parts)


def _values(setting: Setting) -> str:
    if setting.values:
        return ", ".join(words for _, words in setting.values)
    if setting.range is None:
        return "yes, no"
    low, high = setting.range
    least = setting.least or f"{low:g}"
    return f"{least} to {high:g}{setting.suffix}"


def _table(title: str, head: tuple[str, ...], rows: object) -> str:
    lines = [" | ".join(str(cell).replace("|", "\\|") or " " for cell in row) for row in (head, *rows)]
    rule = " | ".join(":--" for _ in head)
    return f"## {title}\n\n| {lines[0]} |\n| {rule} |\n" + "\n".join(f"| {line} |" for line in lines[1:])
