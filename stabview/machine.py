"""What this machine is, in words, for cards and reports."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def processor_name() -> str:
    """The processor's name where the system tells it."""
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def draw_offscreen_without_display() -> None:
    """On Linux without a display, have Qt draw into memory; what the user set stays. Call before Qt is imported."""
    shown = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and not shown:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
