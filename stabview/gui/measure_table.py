"""The measures at the present iterate: one row a measure, one column a method."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QHeaderView, QLabel, QTableView, QVBoxLayout

from stabview.gui import text, theme
from stabview.gui.bridge import Bridge
from stabview.gui.captions import NORMS
from stabview.gui.cards.fields import Elided

_COLUMNS = ("network", "soa", "quick")
_ROWS = (
    ("psnr", "PSNR, dB", text.bare_decibel, "10 log10(max|x|² / mean|f − x|²), complex difference"),
    ("ssim", "SSIM", lambda value: f"{value:.3f}", "Structural similarity of the moduli, 7 × 7, data range max|x|"),
    ("relative_error", "error", text.per_cent, "‖f − x‖ / ‖x‖"),
    ("change", "change", text.per_cent, "‖f(A(x + r)) − f(Ax)‖ / ‖f(Ax)‖: how far the reconstruction moved"),
    ("amplification", "amplified", text.factor, "‖f(A(x + r)) − f(Ax)‖ / ‖r‖"),
    (
        "lipschitz",
        "Lipschitz",
        text.factor,
        "‖f(A(x + r)) − f(Ax)‖ / ‖A r‖, a lower bound of the Lipschitz constant",
    ),
    ("data_misfit", "misfit", text.per_cent, "‖A f(y) − y‖ / ‖y‖: how badly the reconstruction explains the data"),
)
_Index = QModelIndex | QPersistentModelIndex


class MeasureModel(QAbstractTableModel):
    """Texts of the measures; an empty cell is a measure that was not computed or means nothing here."""

    def __init__(self) -> None:
        super().__init__()
        self.measures: dict[str, dict[str, float]] = {}
        self.titles = {"network": "network", "soa": "SoA", "quick": "quick"}

    def set_measures(self, measures: dict[str, dict[str, float]]) -> None:
        """Show other numbers."""
        if measures != self.measures:
            self.measures = measures
            self.dataChanged.emit(self.index(0, 0), self.index(len(_ROWS) - 1, len(_COLUMNS) - 1))

    def set_quick_title(self, title: str) -> None:
        """Name of the quick method: zero-filled, FBP; what is in brackets does not fit."""
        title = title.split(" (")[0]
        if title != self.titles["quick"]:
            self.titles["quick"] = title
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 2, 2)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (signature of Qt)
        return 0 if parent.isValid() else len(_ROWS)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        name, title, form, meaning = _ROWS[index.row()]
        method = _COLUMNS[index.column()]
        value = self.measures.get(method, {}).get(name)
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if value is None else form(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.method_colour(method)
        if role == Qt.ItemDataRole.ToolTipRole:
            return meaning
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title}, {self.titles[method]}: " + ("not computed" if value is None else form(value))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[_COLUMNS[section]] if orientation == Qt.Orientation.Horizontal else _ROWS[section][1]
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Vertical:
            return _ROWS[section][3]
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


class _Table(QTableView):
    """A table that can be copied into a spreadsheet and leaves the keys of the slider to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def as_text(self) -> str:
        """The whole table, tabs between columns."""
        model = self.model()
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        rows = [["", *(str(model.headerData(column, across)) for column in range(model.columnCount()))]]
        for row in range(model.rowCount()):
            cells = [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
            rows.append([str(model.headerData(row, down)), *cells])
        return "\n".join("\t".join(row) for row in rows)


class MeasureTable(QFrame):
    """The card with the table (named `measureTable`) and the number of the iterate that it speaks of."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.setProperty("card", True)
        heading = QLabel("Numbers")
        heading.setProperty("heading", True)
        self.which = Elided()
        self.which.setProperty("muted", True)
        self.which.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.model = MeasureModel()
        self.table = _Table()
        self.table.setObjectName("measureTable")
        self.table.setAccessibleName("Measures at this iterate")
        self.table.setToolTip("PSNR, SSIM, change and amplification of every method; Ctrl+C copies the table")
        self.table.setModel(self.model)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setMinimumSectionSize(30)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.verticalHeader().setHighlightSections(False)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setAccessibleName("Names of methods and measures")
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addWidget(self.which, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.table)
        self.table.setMinimumWidth(100)
        self._fit_height()
        bridge.study_changed.connect(self.refresh)
        bridge.frame_changed.connect(self.refresh)
        bridge.iterate_added.connect(self.refresh)
        bridge.position_changed.connect(self.refresh)
        bridge.scene_changed.connect(self.refresh)
        self.refresh()

    def _fit_height(self) -> None:
        row = self.fontMetrics().height() + 6
        self.table.verticalHeader().setDefaultSectionSize(row)
        header = max(self.table.horizontalHeader().sizeHint().height(), row)
        self.table.setFixedHeight(header + row * len(_ROWS) + 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "table"):
            self._fit_height()

    @Slot()
    def refresh(self) -> None:
        """Read the present frame."""
        workbench = self.bridge.workbench
        frame = workbench.frame()
        if workbench.scene is not None:
            self.model.set_quick_title(workbench.scene.quick_title)
        self.model.set_measures(frame.measures if frame is not None else {})
        norm = NORMS[workbench.study.perturbation.domain]
        self.which.setText(
            "" if frame is None else f"iterate {frame.index}, {norm} {text.per_cent(frame.relative_norm)}"
        )
