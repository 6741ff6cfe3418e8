"""PSNR of every method over the sampling rate or the number of views, drawn while the sweep runs."""

from __future__ import annotations

import math

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from stabview.gui import text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import Elided
from stabview.gui.chart import Axes, Chart, MarkedLine, Series, nice_step

_CEILING = 60.0  # dB; exact reconstructions (all samples, no noise) are shown by an arrow at the top
_METHODS = ("network", "soa", "quick")


class SamplingPlot(QFrame):
    """The card with the chart (named `samplingPlot`) and the button that starts and stops the sweep."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.setProperty("card", True)
        self.heading = Elided()
        self.heading.setProperty("heading", True)
        self.button = QPushButton("Compute")
        self.button.setObjectName("sweepButton")
        self.button.setAccessibleName("Compute or stop the PSNR curve")
        self.button.setToolTip("Reconstruct the image at every rate and draw PSNR against sampling")
        self.button.clicked.connect(self._start_or_stop)
        self.chart = Chart()
        self.chart.setObjectName("samplingPlot")
        self.chart.setAccessibleName("PSNR versus sampling")
        self.chart.setToolTip(
            "PSNR of network, SoA and quick reconstruction against sampling; hover a point to read it"
        )
        self.chart.setMinimumHeight(150)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.chart, 1)
        self._sweeping = False
        bridge.sweep_changed.connect(self.refresh)
        bridge.scene_changed.connect(self.refresh)
        bridge.progress_changed.connect(self._show_state)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Draw the points there are."""
        workbench = self.bridge.workbench
        at = f" at r{text.subscript(workbench.sweep_position)}" if workbench.sweep_points else ""
        self.heading.setText(f"PSNR and sampling{at}")
        points, scene = workbench.sweep_points, workbench.scene
        views = workbench.study.sampling.counts_views
        planned = tuple(workbench.sweep_planned) or tuple(point.rate for point in points)
        names = {"network": "network", "soa": "SoA", "quick": scene.quick_title.split(" (")[0] if scene else "quick"}
        series = []
        for method in _METHODS:
            known = [(point.rate, point.psnr[method]) for point in points if method in point.psnr]
            if known:
                x, y = zip(*known, strict=True)
                said = tuple(f"{names[method]}: {text.decibel(b)} at {_rate(a, views)}" for a, b in known)
                series.append(Series(method, names[method], x, y, said))
        finite = [y for one in series for y in one.y if math.isfinite(y) and y <= _CEILING]
        lines = self._lines(scene, views)
        axes = _axes(planned, finite, views, [line.x for line in lines])
        message = "" if series else "Compute: network, SoA and quick reconstruction at every rate"
        self.chart.set_data(axes, series, lines, message)
        self.chart.setAccessibleDescription("; ".join(name for one in series for name in one.names) or message)
        self._show_state()

    def _lines(self, scene: object, views: bool) -> list[MarkedLine]:
        sampling = self.bridge.workbench.study.sampling
        lines = []
        if scene is None:
            return lines
        if scene.trained_rate is not None:
            lines.append(MarkedLine(scene.trained_rate, "trained here"))
        here = sampling.views if views else scene.rate
        span = 180.0 if views else 1.0
        if here is not None and abs(here - (scene.trained_rate or -span)) > 0.01 * span:
            lines.append(MarkedLine(here, "now", dashed=False))
        return lines

    @Slot()
    def _show_state(self) -> None:
        workbench = self.bridge.workbench
        done, planned = len(workbench.sweep_points), len(workbench.sweep_planned)
        self._sweeping = self._sweeping and workbench.progress.busy and done < planned
        self.button.setText(f"Stop ({done}/{planned})" if self._sweeping else "Compute")
        self.button.setEnabled(workbench.scene is not None)

    @Slot()
    def _start_or_stop(self) -> None:
        if self._sweeping:
            self.bridge.workbench.stop_sweep()
        else:
            self._sweeping = True
            self.bridge.workbench.run_sweep()


def _rate(value: float, views: bool) -> str:
    return f"{value:g} views" if views else text.per_cent(value)


def _axes(planned: tuple[float, ...], psnr: list[float], views: bool, marked: list[float]) -> Axes:
    if views:
        last = max((*planned, *marked), default=180.0)
        step = nice_step(last, 5)
        x, x_ticks = (0.0, last * 1.03), tuple((k * step, f"{k * step:g}") for k in range(int(last / step) + 1))
    else:
        x, x_ticks = (0.0, 1.02), tuple((k / 4, f"{25 * k} %") for k in range(5))
    low, high = (min(psnr), max(psnr)) if psnr else (10.0, 40.0)
    step = nice_step(max(high - low, 10.0) * 1.1, 4)
    first, last = math.floor((low - 0.5) / step), math.ceil((high + 0.5) / step)
    y_ticks = tuple((k * step, f"{k * step:g}") for k in range(first, last + 1))
    name = "views" if views else "sampling rate"
    return Axes(x, (first * step, last * step), x_ticks, y_ticks, x_name=name, y_name="PSNR in dB")
