"""What the window remembers from one run to the next: size, columns, theme, text size, recent files. A JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from stabview.gui.theme import DARK_NAME, FOLLOW, FONT_SIZE, FONT_SIZES, LIGHT_NAME

RECENT = 10


@dataclass(frozen=True)
class Setting:
    """One row of the dialog: an attribute of `Preferences`, what it is called, and the values it may have.

    values : (value, words) to choose from; else `range` of a number, with what is said of its least value; else a
        switch. restart : counts from the next start on.
    """

    name: str
    group: str
    title: str
    tooltip: str
    values: tuple[tuple[str, str], ...] = ()
    range: tuple[float, float] | None = None
    least: str = ""
    suffix: str = ""
    restart: bool = False

    def accepts(self, value: object) -> bool:
        """Whether a stored value is one that this setting may have."""
        if self.values:
            return value in [one for one, _ in self.values]
        if self.range is None:
            return isinstance(value, bool)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.range[0] <= value <= self.range[1]


SETTINGS = (
    Setting("theme", "Appearance", "Theme", "Colours of the window; pictures always stand on black.",
            ((FOLLOW, "as the system"), (DARK_NAME, "dark"), (LIGHT_NAME, "light"))),
    Setting("text_size", "Appearance", "Text size", "For projectors and high screens (Ctrl++ and Ctrl+-).",
            range=FONT_SIZES, suffix=" pt"),
    Setting("device", "Computing", "Device", "Where reconstructions are computed.",
            (("auto", "the fastest there is"), ("cpu", "processor"), ("cuda", "NVIDIA GPU"), ("mps", "Apple GPU")),
            restart=True),
    Setting("threads", "Computing", "Threads", "Processor cores for the mathematics.",
            range=(0, 256), least="all cores", restart=True),
    Setting("live_curve", "Computing", "Sampling curve follows",
            "PSNR against sampling is computed by itself while there is nothing else to do."),
    Setting("start", "At the start", "Begin with", "What the window shows when no file was given.",
            (("gallery", "the gallery"), ("workbench", "the workbench"))),
    Setting("tour", "At the start", "Offer the guided tour", "The gallery points at it until it was taken."),
    Setting("autosave", "Safety", "Autosave every", "A copy for after a crash; it is removed when the window closes.",
            range=(0, 60), least="never", suffix=" min"),
)  # fmt: skip
"""The dialog, the checks of the stored file and the documentation follow from these rows."""


@dataclass(frozen=True)
class Preferences:
    """Values that make sense on any screen; whatever a file says beyond their types and bounds is left out.

    theme, text_size, device, threads, live_curve, start, autosave, tour : what `SETTINGS` says.
    size : (width, height) of the window.
    maximised : whether it filled the screen.
    across, middle : sizes of the splitters, or ().
    recent : files opened last, newest first.
    windows : grey windows the user kept, (low, high) as shares of max|x|.
    """

    theme: str = FOLLOW
    text_size: float = FONT_SIZE
    device: str = "auto"
    threads: int = 0
    live_curve: bool = True
    start: str = "gallery"
    autosave: int = 2
    tour: bool = True
    size: tuple[int, int] = (1400, 860)
    maximised: bool = False
    across: tuple[int, ...] = ()
    middle: tuple[int, ...] = ()
    recent: tuple[str, ...] = ()
    windows: tuple[tuple[float, float], ...] = ()

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
    for setting in SETTINGS:
        if setting.name in stored and setting.accepts(stored[setting.name]):
            kept[setting.name] = type(getattr(usual, setting.name))(stored[setting.name])
    if isinstance(stored.get("maximised"), bool):
        kept["maximised"] = stored["maximised"]
    for name, count in (("size", 2), ("across", 3), ("middle", 2)):
        value = stored.get(name)
        if isinstance(value, list) and len(value) == count and all(isinstance(one, int) and one >= 0 for one in value):
            kept[name] = tuple(value)
    if isinstance(stored.get("recent"), list):
        kept["recent"] = tuple(one for one in stored["recent"] if isinstance(one, str))[:RECENT]
    if isinstance(stored.get("windows"), list):
        kept["windows"] = tuple(tuple(map(float, one)) for one in stored["windows"] if _is_window(one))
    return replace(usual, **kept)


def _is_window(one: object) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(isinstance(v, int | float) for v in one) and one[0] < one[1]
