"""What Qt and OpenMP read once, before anything starts them: no display, one thread, waiting without spinning."""

from __future__ import annotations

import os

for name, value in {
    "QT_QPA_PLATFORM": "offscreen",
    "PYQTGRAPH_QT_LIB": "PySide6",
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
}.items():
    os.environ.setdefault(name, value)
