"""Statistics of the selected region in every image, and how they changed from those of the clean data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from stabview.gui import marks, theme
from stabview.gui.cards.card import Note
from stabview.gui.cards.fields import tend
from stabview.gui.marks import Mark
from stabview.gui.stage import Stage
from stabview.study.frames import Scene
from stabview.study.inspection import RegionRow, region_rows

_COLUMNS = (
    ("mean ± sd", "Mean and standard deviation in the region"),
    ("Δ mean", "Mean minus the mean of the clean reconstruction (r = 0)"),
    ("rms Δ", "Root mean square of the difference to the clean reconstruction"),
)
_TITLES = {"input": "input", "network": "network", "soa": "SoA", "quick": "quick"}


class RegionPage(QWidget):
    """A table with a row for each image."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self._rows: tuple[RegionRow, ...] = ()
        self.note = Note()
        self.table = _Table(len(_TITLES), len(_COLUMNS))
        tend(self.table, "Statistics of the region", "Values on the scale of x; Ctrl+C copies them", "regionTable")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setHorizontalHeaderLabels([title for title, _ in _COLUMNS])
        self.table.setVerticalHeaderLabels(list(_TITLES.values()))
        for column, (_, meaning) in enumerate(_COLUMNS):
            self.table.horizontalHeaderItem(column).setToolTip(meaning)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight)
        height = self.fontMetrics().height() + 8
        self.table.verticalHeader().setDefaultSectionSize(height)
        self.table.setFixedHeight((len(_TITLES) + 1) * height + 4)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.note)
        layout.addWidget(self.table)
        layout.addStretch(1)

    def refresh(self) -> None:
        """Measure the region in the present frame."""
        workbench = self.stage.bridge.workbench
        region, frame = self.stage.hub.marks.current(marks.REGIONS), workbench.frame(ask=False)
        if region is None:
            self.note.setText("Draw a rectangle (R) or an ellipse (E) on a picture: it is measured in all of them.")
        elif frame is None or workbench.scene is None:
            self.note.setText("computing …")
        self._rows = ()
        self.table.setVisible(region is not None and frame is not None)
        if region is None or frame is None or workbench.scene is None:
            return
        clean = workbench.frame(0, ask=False) if frame.index > 0 else None
        ellipse = region.kind == marks.ELLIPSE
        self._rows = region_rows(frame, clean, region.start, region.end, ellipse=ellipse)
        rows = {row.name: row for row in self._rows}
        pixels = max((row.now.pixels for row in rows.values()), default=0)
        self.note.setText(_described(region, pixels, workbench.scene))
        for place, name in enumerate(_TITLES):
            self._show(place, name, rows.get(name))

    def csv(self) -> str:
        """The numbers, with all their digits; empty without a region."""
        if not self._rows:
            return ""
        lines = ["image,mean,deviation,low,high,pixels,shift of the mean,rms change"]
        for row in self._rows:
            now = row.now
            cells = (now.mean, now.deviation, now.low, now.high, now.pixels, row.shift, row.change)
            lines.append(",".join((_TITLES[row.name], *("" if cell is None else f"{cell:.7g}" for cell in cells))))
        return "\n".join(lines) + "\n"

    def _show(self, place: int, name: str, row: RegionRow | None) -> None:
        texts = ("…", "", "")
        if row is not None:
            shift = "" if row.shift is None else f"{row.shift:+.3f}".replace("-", "−")
            texts = (
                f"{row.now.mean:.3f} ± {row.now.deviation:.3f}",
                shift,
                "" if row.change is None else f"{row.change:.3f}",
            )
        colour = theme.method_colour(name) if name in theme.METHOD_MARKERS else QColor(theme.current().text)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(colour)
            item.setToolTip(_COLUMNS[column][1])
            self.table.setItem(place, column, item)


class _Table(QTableWidget):
    """Can be copied into a spreadsheet, and leaves the keys of the slider to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def as_text(self) -> str:
        """Tab-separated, with the titles."""
        columns, rows = range(self.columnCount()), range(self.rowCount())
        lines = [["", *(self.horizontalHeaderItem(column).text() for column in columns)]]
        lines += [
            [self.verticalHeaderItem(row).text(), *(self.item(row, column).text() for column in columns)]
            for row in rows
        ]
        return "\n".join("\t".join(line) for line in lines)


def _described(region: Mark, pixels: int, scene: Scene) -> str:
    wide, high = abs(region.end[0] - region.start[0]), abs(region.end[1] - region.start[1])
    column, row = (region.start[0] + region.end[0]) / 2, (region.start[1] + region.end[1]) / 2
    area = ""
    if scene.spacing is not None:
        square = pixels * scene.spacing[0] * scene.spacing[1]
        area = f", {square:.3g} mm²" if square < 1000 else f", {square / 100:.3g} cm²"
    kind = marks.KINDS[region.kind]
    return f"{kind} {wide:.0f} × {high:.0f} px at ({column:.0f}, {row:.0f}): {pixels} pixels{area}"
