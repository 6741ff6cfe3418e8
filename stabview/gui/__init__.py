"""The window: Qt and pyqtgraph arrange and paint here; nothing is computed, and torch is never imported."""

import os

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
