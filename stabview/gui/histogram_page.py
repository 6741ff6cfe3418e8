"""How often each value occurs in the images, with the grey window as two lines that can be dragged."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from stabview.gui.cards.card import Note
from stabview.gui.chart import Axes, Chart, MarkedLine, Series, nice_step
from stabview.gui.stage import Stage
from stabview.study.inspection import histograms

_TITLES = {"input": "input", "network": "network", "soa": "SoA"}
_REACH = 1.25  # of max|x|


class HistogramPage(QWidget):
    """A chart over the values from 0 to a little above max|x|; air, the most frequent value, may leave it."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.chart = Chart()
        self.chart.setObjectName("histogramChart")
        self.chart.setAccessibleName("Histogram of the images")
        self.chart.setToolTip("Drag near a line to move that end of the grey window (keys: [ ] { })")
        self.chart.setMinimumHeight(150)
        self.chart.pointed.connect(self._set_nearest)
        self.note = Note()
        self.note.setText("Drag the lines: the grey window of all image panels.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self.note)

    def refresh(self) -> None:
        """Count the values of the present frame."""
        hub, frame = self.stage.hub, self.stage.bridge.workbench.frame(ask=False)
        if frame is None or hub.component != "magnitude":
            message = "computing …" if frame is None else "Histograms are of magnitudes: choose View, Complex images."
            self.chart.set_data(Axes(), (), message=message)
            return
        top = _REACH * hub.peak
        series = []
        for name, shares in histograms(frame, 0.0, top).items():
            width = top / len(shares)
            x = tuple((k + 0.5) * width for k in range(len(shares)))
            series.append(Series(name, _TITLES[name], x, tuple(100 * float(share) for share in shares), markers=False))
        highest = max((value for one in series for value in one.y[3:]), default=1.0) or 1.0
        step, up = nice_step(top, 5), nice_step(highest, 3)
        x_ticks = tuple((k * step, f"{k * step:g}") for k in range(int(top / step) + 1))
        y_ticks = tuple((k * up, f"{k * up:g} %") for k in range(int(1.1 * highest / up) + 1))
        lines = [MarkedLine(value, f"{value:.2f}", dashed=False) for value in hub.window if 0 <= value <= top]
        self.chart.set_data(Axes((0.0, top), (0.0, 1.1 * highest), x_ticks, y_ticks), series, lines)

    def _set_nearest(self, value: float) -> None:
        low, high = self.stage.hub.window
        if abs(value - low) < abs(value - high):
            self.stage.hub.set_window(min(value, high - 1e-3), high)
        else:
            self.stage.hub.set_window(low, value)
