"""What the window remembers from one run to the next: size, columns, theme, text size, recent files. A JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from stabview.gui.theme import DARK_NAME, FOLLOW, FONT_SIZE, FONT_SIZES, LIGHT_NAME

RECENT = 10


@dataclass(frozen=True)
class Preferences:
    """Values that make sense on any screen; whatever a file says beyond their types and bounds is left out.

    theme : "system", "dark" or "light".
    text_size : points.
    size : (width, height) of the window.
    maximised : whether it filled the screen.
    across, middle : sizes of the splitters, or ().
    recent : files opened last, newest first.
    """

    theme: str = FOLLOW
    text_size: float = FONT_SIZE
    size: tuple[int, int] = (1400, 860)
    maximised: bool = False
    across: tuple[int, ...] = ()
    middle: tuple[int, ...] = ()
    recent: tuple[str, ...] = ()

    def opened(self, path: Path) -> Preferences:
        """With a file at the top of the recent ones."""
        name = str(path.resolve())
        return replace(self, recent=(name, *(other for other in self.recent if other != name))[:RECENT])


def default_path() -> Path:
    """Where the preferences of this user are kept."""
    from platformdirs import user_config_path

    return user_config_path("StabView", appauthor=False) / "preferences.json"


def load(path: Path) -> Preferences:
    """The preferences in a file; the usual ones where there is no file, or none that can be read."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    return _checked(stored) if isinstance(stored, dict) else Preferences()


def save(preferences: Preferences, path: Path) -> None:
    """Write the preferences; raises OSError where that is not possible."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(asdict(preferences), indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def _checked(stored: dict[str, object]) -> Preferences:
    usual, kept = Preferences(), {}
    if stored.get("theme") in (FOLLOW, DARK_NAME, LIGHT_NAME):
        kept["theme"] = stored["theme"]
    if isinstance(stored.get("text_size"), int | float) and FONT_SIZES[0] <= stored["text_size"] <= FONT_SIZES[1]:
        kept["text_size"] = float(stored["text_size"])
    if isinstance(stored.get("maximised"), bool):
        kept["maximised"] = stored["maximised"]
    for name, count in (("size", 2), ("across", 3), ("middle", 2)):
        value = stored.get(name)
        if isinstance(value, list) and len(value) == count and all(isinstance(one, int) and one >= 0 for one in value):
            kept[name] = tuple(value)
    if isinstance(stored.get("recent"), list):
        kept["recent"] = tuple(one for one in stored["recent"] if isinstance(one, str))[:RECENT]
    return replace(usual, **kept)
