"""About: what StabView is and is not, the versions it runs with, and the licences of what it is made of."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QWidget

from stabview import __version__, resources
from stabview.gui.dialogs.text_dialog import TextDialog

WARNING = "Research and education only. Not for diagnosis."
_PURPOSE = (
    "How stable is a learned reconstruction? Networks and sparse reconstruction side by side, under "
    "worst-case perturbations, painted details and changed sampling."
)


class AboutDialog(TextDialog):
    """Copyable facts for a bug report."""

    def __init__(self, device: str = "", parent: QWidget | None = None) -> None:
        super().__init__("About StabView", about_text(device), parent, name="about")


def about_text(device: str = "") -> str:
    """The text of the dialog as markdown. Nothing is imported to find the versions."""
    lines = [
        "# StabView",
        _PURPOSE,
        f"**{WARNING}**",
        "## Versions",
        "\n".join(f"- {name} {number}" for name, number in versions(device)),
        "## Licences",
        "\n".join(f"- {name}: {licence(name)}" for name in packages() if _version(name) != _MISSING),
        "- ffmpeg, of imageio-ffmpeg or the system, is a program of its own under the LGPL or GPL; MP4 films need it.",
        "- Qt is used under the LGPL, version 3; its libraries are separate files and may be replaced.",
        "- DejaVu fonts: the licence follows.",
        "```\n" + _font_licence() + "\n```",
    ]
    return "\n\n".join(lines)


def versions(device: str = "") -> list[tuple[str, str]]:
    """(what, version) of StabView, Python, Qt, the system and the packages."""
    rows = [
        ("StabView", __version__),
        ("Python", sys.version.split()[0]),
        ("Qt", qVersion()),
        ("System", platform.platform()),
        *((name, _version(name)) for name in packages()),
    ]
    return [*rows, ("Device:", device)] if device else rows


def packages() -> list[str]:
    """What StabView declares that it needs, in that order; packages for films and ONNX too."""
    try:
        declared = requires("stabview") or []
    except PackageNotFoundError:  # run from a folder that was never installed
        return ["torch", "numpy", "PySide6-Essentials", "pyqtgraph"]
    named = (re.match(r"[\w.-]+", line)[0] for line in declared if 'extra == "dev"' not in line.replace("'", '"'))
    return list(dict.fromkeys(named))


_MISSING = "not installed"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return _MISSING


def licence(package: str) -> str:
    """The licence a package declares of itself, in a few words."""
    facts = metadata(package)
    declared = facts.get("License-Expression") or facts.get("License") or ""
    if declared and len(declared) < 80 and "\n" not in declared:
        return declared
    named = [row.split("::")[-1].strip() for row in facts.get_all("Classifier") or () if row.startswith("License")]
    return ", ".join(named) or "see its own files"


def _font_licence() -> str:
    return resources.path("fonts", "LICENSE-DejaVu.txt").read_text(encoding="utf-8").strip()
