"""What an experiment found so far: verdict, figures, tables, charts and pictures, one below the other."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stabview.experiments.finding import Chart, Finding, Picture, Table
from stabview.gui.cards.fields import tend
from stabview.gui.copying import offer_copy
from stabview.gui.export.figures import picture
from stabview.report.findings import cell_words, chart_svg, picture_pngs, table_csv

_CHART = QSize(720, 400)
_PICTURE = 240  # pixels of the screen
_COLUMNS = 3
_MARKS = {True: "As published. ", False: "Not as published. ", None: ""}


class FindingView(QScrollArea):
    """Shows a `Finding`; parts that did not change are not made again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        tend(self, "What was found", "Verdict, figures, tables, charts and pictures of the experiment.", "finding")
        inner = QWidget()
        self._rows = QVBoxLayout(inner)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self.verdict = QLabel()
        self.verdict.setObjectName("finding.verdict")
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = self.verdict.font()
        font.setBold(True)
        self.verdict.setFont(font)
        self._rows.addWidget(self.verdict)
        self._parts = QVBoxLayout()
        self._rows.addLayout(self._parts)
        self._rows.addStretch(1)
        self.setWidget(inner)
        self._shown: tuple[object, ...] = ()
        self._widgets: list[QWidget] = []

    def show_finding(self, finding: Finding | None, message: str = "") -> None:
        """Show what is known, or a message while there is nothing."""
        if finding is None:
            self.verdict.setText(message)
            self._replace(())
            return
        self.verdict.setText(_MARKS[finding.agrees] + finding.verdict)
        figures = _figures(finding)
        pictures = (finding.pictures,) if finding.pictures else ()
        self._replace((*figures, *finding.tables, *finding.charts, *pictures))

    def _replace(self, parts: tuple[object, ...]) -> None:
        for place, part in enumerate(parts):
            if place < len(self._shown) and _same(part, self._shown[place]):
                continue
            widget = _widget(part)
            if place < len(self._widgets):
                self._parts.replaceWidget(self._widgets[place], widget)
                self._widgets[place].deleteLater()
                self._widgets[place] = widget
            else:
                self._parts.addWidget(widget)
                self._widgets.append(widget)
        for widget in self._widgets[len(parts) :]:
            self._parts.removeWidget(widget)
            widget.deleteLater()
        del self._widgets[len(parts) :]
        self._shown = parts


def _figures(finding: Finding) -> tuple[Table, ...]:
    if not finding.figures:
        return ()
    return (Table("Figures", ("", "value"), tuple(finding.figures.items())),)


def _same(part: object, shown: object) -> bool:
    if isinstance(part, (Table, Chart)):
        return part == shown
    same = isinstance(shown, tuple) and len(part) == len(shown)
    return same and all(a.pixels is b.pixels and a.title == b.title for a, b in zip(part, shown, strict=True))


def _widget(part: object) -> QWidget:
    if isinstance(part, Table):
        return _titled(part.title, _table(part))
    if isinstance(part, Chart):
        return _titled("", _chart(part))
    return _pictures(part)


def _titled(title: str, widget: QWidget) -> QWidget:
    holder = QWidget()
    rows = QVBoxLayout(holder)
    rows.setContentsMargins(0, 8, 0, 0)
    if title:
        heading = QLabel(title)
        heading.setProperty("muted", True)
        rows.addWidget(heading)
    rows.addWidget(widget)
    return holder


def _table(table: Table) -> QTableWidget:
    widget = QTableWidget(len(table.rows), len(table.columns))
    tend(widget, table.title, "Right click to copy the whole table, with all digits.")
    offer_copy(widget, lambda: table_csv(table, separator="\t"))
    widget.setHorizontalHeaderLabels(list(table.columns))
    widget.verticalHeader().hide()
    widget.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    for row, cells in enumerate(table.rows):
        for column, cell in enumerate(cells):
            item = QTableWidgetItem(cell_words(cell))
            number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            widget.setItem(row, column, item)
    widget.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    widget.resizeRowsToContents()
    height = widget.horizontalHeader().sizeHint().height() + widget.verticalHeader().length() + 4
    across = widget.horizontalHeader().length() + 4
    bar = widget.horizontalScrollBar().sizeHint().height() if across > _CHART.width() else 0
    widget.setFixedHeight(min(height + bar, 420))
    return widget


def _chart(chart: Chart) -> QWidget:
    widget = QSvgWidget()
    widget.load(QByteArray(chart_svg(chart).encode()))
    widget.setFixedSize(_CHART)
    widget.setAccessibleName(chart.title)
    widget.setToolTip("Right click to copy the chart.")
    offer_copy(widget, lambda: picture(widget))
    return widget


def _pictures(pictures: tuple[Picture, ...]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 8, 0, 0)
    for number, (one, data) in enumerate(zip(pictures, picture_pngs(pictures), strict=True)):
        label = QLabel()
        smooth = Qt.TransformationMode.SmoothTransformation if max(one.pixels.shape) > _PICTURE else (
            Qt.TransformationMode.FastTransformation
        )  # fmt: skip
        pixmap = QPixmap.fromImage(QImage.fromData(data))
        label.setToolTip("Right click to copy the picture, with all of its own pixels.")
        offer_copy(label, partial(QPixmap, pixmap))
        label.setPixmap(pixmap.scaled(_PICTURE, _PICTURE, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        label.setAccessibleName(f"{one.title}. {one.caption}")
        words = QLabel(f"<b>{one.title}</b><br>{one.caption}")
        words.setWordWrap(True)
        words.setFixedWidth(_PICTURE)
        row, column = 2 * (number // _COLUMNS), number % _COLUMNS
        grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, row + 1, column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(_COLUMNS, 1)
    return holder
