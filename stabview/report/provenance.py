"""Where numbers come from: versions, machine, time and the state of the source. Nothing about persons."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from stabview.machine import processor_name

_PACKAGES = ("torch", "numpy", "scipy", "scikit-image", "pillow", "pydicom", "nibabel", "PySide6-Essentials")
_ROOT = Path(__file__).resolve().parents[2]


def now() -> str:
    """The time, UTC, as in 2026-03-04T12:34:56+00:00."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def stabview_version() -> str:
    """The version of the program, from its package or from the installed distribution."""
    import stabview

    return getattr(stabview, "__version__", None) or _installed("stabview") or "unknown"


def versions() -> dict[str, object]:
    """Versions, platform and source state, for the `provenance` of a result; what is unknown is left out."""
    facts: dict[str, object] = {"stabview": stabview_version(), "python": platform.python_version()}
    facts |= {name.lower(): version for name in _PACKAGES if (version := _installed(name)) is not None}
    facts["platform"] = platform.platform()
    if processor := processor_name():
        facts["processor"] = processor
    facts["cores"] = os.cpu_count() or 1
    return facts | source_state()


@lru_cache(maxsize=1)
def source_state() -> dict[str, object]:
    """`git` and `dirty` (files differ from the commit) when this is a checkout, otherwise nothing."""
    if not (_ROOT / ".git").exists():
        return {}
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return {}
    changes = _git("status", "--porcelain", "--untracked-files=no")
    return {"git": commit} if changes is None else {"git": commit, "dirty": bool(changes)}


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _git(*words: str) -> str | None:
    """What git prints, or None where there is no git or it refuses."""
    try:
        run = subprocess.run(["git", "-C", str(_ROOT), *words], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip()
