"""The values along the selected line in all images, with those of the clean data as dotted curves."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from stabview.gui import marks
from stabview.gui.cards.card import Note
from stabview.gui.chart import Axes, Chart, Series, nice_step
from stabview.gui.stage import Stage
from stabview.study.inspection import ProfileCurve, profile_curves

_TITLES = {"input": "input", "network": "network", "soa": "SoA"}


class ProfilePage(QWidget):
    """A chart, and in words how far each image moved along the line."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self._curves: tuple[ProfileCurve, ...] = ()
        self._unit: float | None = None
        self.chart = Chart()
        self.chart.setObjectName("profileChart")
        self.chart.setAccessibleName("Line profile")
        self.chart.setToolTip("Values along the line from its dot to its tick; dotted: of the clean data (r = 0)")
        self.chart.setMinimumHeight(150)
        self.note = Note()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self.note)

    def csv(self) -> str:
        """The curves with all their digits; empty without a line."""
        return _csv(self._curves, self._unit or 1.0, "mm" if self._unit else "pixels") if self._curves else ""

    def refresh(self) -> None:
        """Read the present frame along the line."""
        self._curves = ()
        workbench = self.stage.bridge.workbench
        line, frame = self.stage.hub.marks.current((marks.LINE,)), workbench.frame(ask=False)
        if line is None or frame is None or workbench.scene is None:
            message = "Draw a line (P) on a picture: all of them are read along it." if line is None else "computing …"
            self.chart.set_data(Axes(), (), message=message)
            self.note.setText("")
            return
        clean = workbench.frame(0, ask=False) if frame.index > 0 else None
        curves = profile_curves(frame, clean, line.start, line.end)
        spacing = workbench.scene.spacing
        unit = spacing[1] if spacing is not None and spacing[0] == spacing[1] else None
        series = [one for curve in curves for one in _series(curve, unit or 1.0)]
        self._curves, self._unit = curves, unit
        self.chart.set_data(_axes(series, "mm" if unit else "pixels"), series)
        moved = [(curve.name, curve.largest_change) for curve in curves if curve.name != "input"]
        said = [f"{_TITLES[name]} {change:.3f}" for name, change in moved if change is not None]
        self.note.setText(f"largest change from the clean data: {', '.join(said)}" if said else "")


def _csv(curves: tuple[ProfileCurve, ...], unit: float, name: str) -> str:
    columns = {name: unit * curves[0].positions}
    for curve in curves:
        columns[_TITLES[curve.name]] = curve.now
        if curve.clean is not None:
            columns[f"{_TITLES[curve.name]}, clean"] = curve.clean
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(f'"{title}"' for title in columns)]
    return "\n".join((*lines, *(",".join(f"{value:.7g}" for value in row) for row in rows))) + "\n"


def _series(curve: ProfileCurve, unit: float) -> list[Series]:
    x = tuple(float(position) * unit for position in curve.positions)
    finite = [(a, float(b)) for a, b in zip(x, curve.now, strict=True) if math.isfinite(b)]
    names = tuple(f"{_TITLES[curve.name]} at {a:.1f}: {b:.3f}" for a, b in finite)
    now = Series(
        curve.name, _TITLES[curve.name], tuple(a for a, _ in finite), tuple(b for _, b in finite), names, markers=False
    )
    if not finite or curve.clean is None or curve.name == "input":
        return [now] if finite else []
    before = [(a, float(b)) for a, b in zip(x, curve.clean, strict=True) if math.isfinite(b)]
    clean = replace(
        now, label="", x=tuple(a for a, _ in before), y=tuple(b for _, b in before), names=(), dash=Qt.PenStyle.DotLine
    )
    return [clean, now]


def _axes(series: list[Series], unit: str) -> Axes:
    values = [value for one in series for value in one.y] or [0.0, 1.0]
    low, high = min(*values, 0.0), max(values)
    step = nice_step(high - low, 4)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    length = max((one.x[-1] for one in series), default=1.0) or 1.0
    across = nice_step(length, 5)
    x_ticks = tuple((k * across, f"{k * across:g}") for k in range(int(length / across) + 1))
    y_ticks = tuple((low + k * step, f"{low + k * step:.3g}") for k in range(round((high - low) / step) + 1))
    return Axes((0.0, length), (low, high), x_ticks, y_ticks, x_name=unit)
