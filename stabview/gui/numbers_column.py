"""The right column of the window: curves and numbers below each other; it scrolls where the window is low."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

USUAL, LEAST = 300, 286


class NumbersColumn(QScrollArea):
    """Holds these widgets."""

    def __init__(self, widgets: tuple[QWidget, ...]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Curves and numbers")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        inner.setProperty("column", True)
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        for widget in widgets:
            rows.addWidget(widget)
        rows.addStretch(1)
        self.setWidget(inner)
        self.setMinimumWidth(LEAST)

    def sizeHint(self) -> QSize:
        return QSize(USUAL, 600)
