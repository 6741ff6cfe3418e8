"""The cheat sheet: what every key does and what the mouse does."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from stabview.gui.dialogs.text_dialog import TextDialog

MOUSE = (
    ("Left drag", "Move the picture; with a tool of the palette, paint"),
    ("Middle drag", "Move the picture, with any tool"),
    ("Right drag", "Grey window: right and left for its width, up and down for its level"),
    ("Wheel", "Zoom about the mouse"),
    ("Double click", "This panel alone, or all panels; on words: write others"),
    ("Right click", "What a panel offers"),
    ("Click on a caption", "Show another picture in this place"),
    ("Click on a painted detail", "Select it: a drag moves it then, its corners resize it, the handle above turns it"),
    ("Left drag on an arrow, words, region or line", "Move it; its ends reshape it"),
    ("Left drag, in a swipe", "Move the divider"),
    ("Left drag, in the histogram", "Move the nearer end of the grey window"),
    ("Shift + arrows, on a picture", "Move the cross"),
    ("Ctrl + arrows, on a picture", "Move the picture"),
    ("Enter, with a tool", "Use it at the cross; tools that are dragged, once at either end"),
    ("Delete, in the list of details", "Remove the chosen detail"),
)


class ShortcutsDialog(TextDialog):
    """A table for the mouse and one for each menu; `keys` as of `stabview.gui.actions.keys_text`."""

    def __init__(self, keys: Iterable[tuple[str, Iterable[tuple[str, str]]]], parent: QWidget | None = None) -> None:
        text = "\n\n".join(_table(title, rows) for title, rows in (("Mouse and painting", MOUSE), *keys))
        super().__init__("Keys and mouse", text, parent, name="shortcuts")
        self.resize(760, 680)


def _table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    body = "\n".join(f"| **{left}** | {right.replace('|', chr(92) + '|')} |" for left, right in rows)
    return f"| {title} | |\n| :-- | :-- |\n{body}"
