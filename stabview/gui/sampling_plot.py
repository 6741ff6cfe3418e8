"""PSNR of every method over the sampling rate or the number of views, drawn while it is computed."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout

from stabview.gui import text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import Elided, tend
from stabview.gui.chart import Axes, Chart, MarkedLine, Series, nice_step
from stabview.study.curve import SweepPoint

_CEILING = 60.0  # dB; exact reconstructions (all samples, no noise) are shown by an arrow at the top
_METHODS = ("network", "soa", "quick")
MASKS = (1, 3, 5, 10, 20)


class SamplingPlot(QFrame):
    """The card with the chart (named `samplingPlot`), the button that computes or stops, and the menu beside it.

    Signals
    -------
    follow_wanted(on) : the curve is to follow image and slider by itself, or no more.
    """

    follow_wanted = Signal(bool)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.setProperty("card", True)
        self.heading = Elided()
        self.heading.setProperty("heading", True)
        self.button = tend(
            QPushButton("Compute"), "Compute or stop the PSNR curve",
            "Reconstruct the image at every rate and draw PSNR against sampling", "sweepButton",
        )  # fmt: skip
        self.button.clicked.connect(self._start_or_stop)
        self.options = tend(
            QToolButton(), "Options of the PSNR curve", "Live or on demand, and the masks behind the error bars",
            "sweepOptions",
        )  # fmt: skip
        self.options.setText("▾")
        self.options.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.options)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.fill(menu))
        self.options.setMenu(menu)
        self.chart = Chart()
        self.chart.setObjectName("samplingPlot")
        self.chart.setAccessibleName("PSNR versus sampling")
        self.chart.setToolTip(
            "PSNR of network, SoA and quick reconstruction against sampling; faint: without the perturbation. Bars: "
            "from the least to the largest of several masks. Hover a point to read it"
        )
        self.chart.setMinimumHeight(150)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.heading, 1)
        top.addWidget(self.button)
        top.addWidget(self.options)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.chart, 1)
        bridge.sweep_changed.connect(self.refresh)
        bridge.scene_changed.connect(self.refresh)
        bridge.progress_changed.connect(self._show_state)
        bridge.position_changed.connect(self._show_state)
        self.refresh()

    def fill(self, menu: QMenu) -> None:
        """Make the entries of the options anew."""
        workbench = self.bridge.workbench
        menu.clear()
        live = menu.addAction("Follow image and slider")
        live.setToolTip("The curve is computed by itself, whenever there is nothing more urgent to do")
        live.setCheckable(True)
        live.setChecked(workbench.live_curve)
        live.triggered.connect(self.follow_wanted)
        menu.addSection("Masks at each rate, for the error bars")
        group = QActionGroup(menu)
        for count in sorted({*MASKS, workbench.study.sweep.masks}):
            action = menu.addAction("1 mask, no bars" if count == 1 else f"{count} masks")
            action.setCheckable(True)
            action.setChecked(count == workbench.study.sweep.masks)
            action.triggered.connect(lambda _on=False, count=count: self._choose_masks(count))
            group.addAction(action)

    @Slot()
    def refresh(self) -> None:
        """Draw the points there are."""
        workbench = self.bridge.workbench
        points, scene, at = workbench.sweep_points, workbench.scene, workbench.sweep_position
        self.heading.setText(f"PSNR at r{text.subscript(at)}" if points else "PSNR and sampling")
        views = workbench.study.sampling.counts_views
        planned = tuple(workbench.sweep_planned)
        names = {"network": "network", "soa": "SoA", "quick": scene.quick_title.split(" (")[0] if scene else "quick"}
        clean = workbench.clean_curve if at > 0 or not points else ()
        series = [*_curves(clean, names, views, faint=True), *_curves(points, names, views)]
        finite = [y for one in series for y in (*one.y, *one.low, *one.high) if math.isfinite(y) and y <= _CEILING]
        lines = self._lines(scene, views)
        axes = _axes(planned, finite, views, [line.x for line in lines])
        message = "" if series else "Compute: network, SoA and quick reconstruction at every rate"
        self.chart.set_data(axes, series, lines, message)
        said = "; ".join(name for one in series if not one.faint for name in one.names)
        self.chart.setAccessibleDescription(said or message)
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
        done, planned = workbench.sweep_draws
        complete = done >= planned and workbench.sweep_position == workbench.position
        if workbench.sweeping:
            self.button.setText(f"Stop ({done}/{planned})")
        else:
            self.button.setText("Up to date" if complete else "Compute")
        self.button.setEnabled(workbench.scene is not None and (workbench.sweeping or not complete))

    @Slot()
    def _start_or_stop(self) -> None:
        workbench = self.bridge.workbench
        workbench.stop_sweep() if workbench.sweeping else workbench.run_sweep()

    def _choose_masks(self, count: int) -> None:
        sweep = self.bridge.workbench.study.sweep
        self.bridge.change("masks of the curve", sweep=replace(sweep, masks=count))


def _curves(
    points: tuple[SweepPoint, ...], names: dict[str, str], views: bool, *, faint: bool = False
) -> list[Series]:  # fmt: skip
    """One curve a method; the faint ones have neither legend nor bars."""
    series = []
    for method in _METHODS:
        known = [point for point in points if method in point.psnr]
        if not known:
            continue
        x, y = (tuple(values) for values in zip(*((p.rate, p.psnr[method]) for p in known), strict=True))
        if faint:
            series.append(Series(method, "", x, y, markers=False, faint=True))
            continue
        low, high = (tuple(getattr(p, end).get(method, p.psnr[method]) for p in known) for end in ("low", "high"))
        said = tuple(_said(names[method], method, point, views) for point in known)
        bars = (low, high) if any(point.masks > 1 for point in known) else ((), ())
        series.append(Series(method, names[method], x, y, said, low=bars[0], high=bars[1]))
    return series


def _said(name: str, method: str, point: SweepPoint, views: bool) -> str:
    """ "SoA: 34.2 dB at 33 % (33.8 to 34.6 over 3 masks)"."""
    words = f"{name}: {text.decibel(point.psnr[method])} at {_rate(point.rate, views)}"
    if point.masks == 1:
        return words
    low, high = text.decibel(point.low[method]).removesuffix(" dB"), text.decibel(point.high[method])
    return f"{words} ({low} to {high} over {point.masks} masks)"


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
