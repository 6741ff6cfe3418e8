"""The start of the program: settings that the numerical libraries and Qt read only once, then the command line."""

from __future__ import annotations

import os
import sys

SETTINGS = {
    "OMP_WAIT_POLICY": "passive",  # threads that spin while they wait starve the window
    "PYQTGRAPH_QT_LIB": "PySide6",
}


def main() -> int:
    """Run `stabview` with the arguments of this process; returns its exit code."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    if sys.platform == "win32":
        import torch  # noqa: F401  (its libraries do not load any more once Qt's are there)

    from stabview.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
