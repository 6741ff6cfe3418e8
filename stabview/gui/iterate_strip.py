"""The slider over the iterates r_0, r_1, ... with the growth curves under it: where the search may be stopped early."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
)

from stabview.gui import icons, text, theme
from stabview.gui.bridge import Bridge
from stabview.gui.captions import NORMS
from stabview.gui.cards.fields import Choice, Elided, tend
from stabview.gui.chart import Axes, Chart, MarkedLine, Series
from stabview.gui.iterate_slider import SIDE, IterateSlider
from stabview.gui.search_menu import SearchMenu
from stabview.gui.view_hub import TO_X

SPEEDS = (2, 5, 10, 20, 40)
"""Iterates a second."""
LOST = 3.0
"""Decibels of PSNR that count as lost."""
_PLAY_WIDTH = 34


class IterateStrip(QFrame):
    """Slider, play button, read-out and growth curves.

    Over the iterate the chart shows, on a logarithmic axis, ||r_j||/||x|| and the relative change of network and SoA:
    the distance of a curve from that of r is the method's amplification. Where the differences are errors, so are the
    curves. Kept searches are drawn at the iterate of equal norm.
    """

    looped = Signal(bool)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.setProperty("card", True)
        heading = Elided("Worst-case iterates")
        heading.setProperty("heading", True)
        self.read_out = QLabel()
        self.read_out.setObjectName("iterateReadOut")
        self.read_out.setAccessibleName("Iterate and norm of the perturbation")
        self.play_button = QPushButton()
        self.play_button.setObjectName("playButton")
        self.play_button.setAccessibleName("Play the iterates")
        self.play_button.setToolTip("Play the iterates (Space)")
        self.play_button.clicked.connect(self.toggle_play)
        self.slider = IterateSlider()
        self.chart = Chart(sides=(SIDE, SIDE))
        self.chart.setObjectName("growthChart")
        self.chart.setAccessibleName("Growth of the change of network and SoA over the iterates")
        self.chart.setToolTip("Relative change of the reconstructions and norm of r; click to go to an iterate")
        self.chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.loop = QToolButton()
        self.loop.setCheckable(True)
        tend(self.loop, "Play in a loop", "Begin again at the end (Ctrl+L)", "loopButton")
        self.loop.clicked.connect(self.set_loop)
        self.speed = Choice("Iterates a second", "How fast the iterates are played (Ctrl+, and Ctrl+.)", "playSpeed")
        self.speed.fill([(str(speed), f"{speed} / s", "") for speed in SPEEDS])
        self.speed.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.speed.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.speed.chosen.connect(lambda key: self.set_speed(int(key)))
        self.lost_button = QPushButton("first 3 dB lost")
        tip = "Go to the first iterate where the network has lost 3 dB of PSNR (L)"
        tend(self.lost_button, "Go to the first 3 dB lost", tip, "lostButton")
        self.lost_button.clicked.connect(self.go_to_lost)
        self.searches = SearchMenu(bridge)
        self.searches.resume_wanted.connect(self.resume_here)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(heading, 1)
        top.addWidget(self.read_out)
        for widget in (self.lost_button, self.searches, self.speed, self.loop):
            top.addWidget(widget)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 6, 10, 4)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        grid.addLayout(top, 0, 0, 1, 2)
        grid.addWidget(self.play_button, 1, 0)
        grid.addWidget(self.slider, 1, 1)
        grid.addWidget(self.chart, 2, 0, 1, 2)
        grid.setRowStretch(2, 1)
        self._timer = QTimer(self)
        self.set_speed(SPEEDS[2])
        self._timer.timeout.connect(self._step)
        self._following = True
        self._searched = False  # a search began; it may be over before the window hears of it
        self._show_playing()
        self._fit_to_text()
        self.slider.valueChanged.connect(self._moved)
        self.chart.pointed.connect(lambda x: self.slider.setValue(min(round(x), self.slider.available)))
        bridge.hub.signed_changed.connect(self.refresh_curves)
        for signal in (bridge.iterate_added, bridge.scene_changed, bridge.search_changed, bridge.study_changed):
            signal.connect(self.refresh)
        bridge.frame_changed.connect(self.refresh_curves)
        bridge.frame_changed.connect(self._show_position)
        bridge.position_changed.connect(self._show_position)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(500, 150)

    # --- reading

    @Slot()
    def refresh(self) -> None:
        """Extent, position and curves; follows the newest iterate while the slider stands at the end."""
        workbench = self.bridge.workbench
        last = workbench.count - 1
        if self._following and last > 0 and (workbench.searching or self._searched):
            self.bridge.move_to(last)
        self._searched = workbench.searching or (self._searched and last <= 0)
        blocked = self.slider.blockSignals(True)
        self.slider.set_extent(last, max(workbench.planned - 1, last))
        self.slider.setValue(workbench.position)
        self.slider.blockSignals(blocked)
        self.play_button.setEnabled(last > 0)
        self.refresh_curves()
        self._show_position()

    @Slot()
    def refresh_curves(self) -> None:
        """The growth curves there are."""
        workbench = self.bridge.workbench
        errors = self.bridge.hub.difference == TO_X
        measure, word = ("relative_error", "error") if errors else ("change", "change")
        curve = [point for point in workbench.curve if point[1] > 0]
        lines = [
            ("network", f"network {word}", list(enumerate(workbench.series("network", measure)))),
            ("soa", f"SoA {word}", list(enumerate(workbench.series("soa", measure)))),
            ("r", NORMS[workbench.study.perturbation.domain], [(point[0], point[1]) for point in curve]),
        ]
        series = [_series(key, label, points) for key, label, points in lines] if curve else []
        for title, points in workbench.searches.growth(measure):
            kept = _series("kept", f"search {title.split(':')[0]}", points, title)
            series.append(replace(kept, tone="network", dash=Qt.PenStyle.DotLine))
        series = [one for one in series if one.x]
        message = "" if series else "Run the search: the change of both reconstructions grows here"
        lost = workbench.first_lost(LOST)
        marked = [MarkedLine(float(lost), f"{LOST:g} dB lost")] if lost else []
        self.chart.set_data(self._axes(series, curve), series, marked, message=message)
        self.slider.set_marks(workbench.ready, lost)
        self.lost_button.setEnabled(lost is not None)

    def _axes(self, series: list[Series], curve: list[tuple]) -> Axes:
        values = [y for one in series for y in one.y] or [0.001, 1.0]
        low = 10.0 ** math.floor(math.log10(min(values)) + 1e-3)
        high = 10.0 ** math.ceil(math.log10(max(*values, low * 1.01)) - 1e-3)
        decades = round(math.log10(high / low))
        every = 1 if decades <= 3 else 2
        y_ticks = tuple((low * 10.0**k, _decade(low * 10.0**k)) for k in range(0, decades + 1, every))
        shown = max(len(curve) // 6, 1)
        x_ticks = [(float(point[0]), text.per_cent(point[1])) for point in curve[::-shown]][::-1]
        return Axes((0.0, float(self.slider.maximum())), (low, high), ((0.0, "r = 0"), *x_ticks), y_ticks, log_y=True)

    @Slot()
    def _show_position(self, *_: object) -> None:
        workbench = self.bridge.workbench
        if self.slider.value() != workbench.position:
            blocked = self.slider.blockSignals(True)
            self.slider.setValue(workbench.position)
            self.slider.blockSignals(blocked)
        self.chart.set_cursor(float(workbench.position))
        norms = {point[0]: point[1] for point in workbench.curve}
        norm = norms.get(workbench.position)
        parts = []
        if workbench.planned > 1:
            parts.append(f"iterate {workbench.position} of {self.slider.maximum()}")
        if norm is not None:
            parts.append(f"{NORMS[workbench.study.perturbation.domain]} {text.per_cent(norm)}")
        if workbench.searching:
            parts.append("still searching")
        self.read_out.setText("  ·  ".join(parts))

    # --- doing

    def go_to_lost(self) -> None:
        """Go to the first iterate where the network has lost 3 dB."""
        lost = self.bridge.workbench.first_lost(LOST)
        if lost is None:
            self.bridge.say(f"The network has not lost {LOST:g} dB at any iterate found so far")
        else:
            self.slider.setValue(lost)

    def set_loop(self, on: bool) -> None:
        """Whether to begin again at the end."""
        self.loop.setChecked(on)
        self.looped.emit(on)

    def set_speed(self, speed: int) -> None:
        """Play so many iterates a second."""
        self.speed.show_key(str(speed))
        self._timer.setInterval(1000 // speed)

    def change_speed(self, by: int) -> None:
        """Play faster or slower."""
        place = SPEEDS.index(int(self.speed.key())) + by
        self.set_speed(SPEEDS[min(max(place, 0), len(SPEEDS) - 1)])

    @Slot(int)
    def _moved(self, value: int) -> None:
        self._following = value >= self.slider.available
        self.bridge.move_to(value)

    def expect_search(self) -> None:
        """A search is about to begin: follow its iterates."""
        self._following = self._searched = True

    @Slot()
    def resume_here(self) -> None:
        """Search on from the iterate in sight; what the search had found is kept beside it."""
        self.expect_search()
        self.bridge.workbench.searches.resume_from(self.bridge.workbench.position)

    def step(self, by: int) -> None:
        """Move the slider by so many iterates."""
        self.slider.setValue(min(max(self.slider.value() + by, 0), self.slider.available))

    @property
    def playing(self) -> bool:
        """Whether the iterates are being played."""
        return self._timer.isActive()

    @Slot()
    def toggle_play(self) -> None:
        """Play from here, from the start when at the end; or pause."""
        if self.playing:
            self._timer.stop()
        elif self.slider.available > 0:
            if self.slider.value() >= self.slider.available:
                self.slider.setValue(0)
            self._timer.start()
        self._show_playing()

    def pause(self) -> None:
        """Stop playing."""
        if self.playing:
            self.toggle_play()

    def _step(self) -> None:
        if self.slider.value() < self.slider.available:
            self.slider.setValue(self.slider.value() + 1)
        elif self.loop.isChecked():
            self.slider.setValue(0)
        elif not self.bridge.workbench.searching:
            self.pause()

    def _show_playing(self) -> None:
        self.play_button.setIcon(icons.icon("pause" if self.playing else "play"))
        self.play_button.setAccessibleName("Pause the iterates" if self.playing else "Play the iterates")
        self.loop.setIcon(icons.icon("loop"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_timer"):
            self._show_playing()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_timer"):
            self._fit_to_text()

    def _fit_to_text(self) -> None:
        """The play button as wide as the words of the chart's axis, so that slider and chart begin together."""
        wide = theme.scaled(_PLAY_WIDTH)
        self.play_button.setFixedSize(wide, theme.scaled(28))
        self.chart.set_sides(wide + 4 + SIDE, SIDE)
        self.chart.setMinimumHeight(theme.scaled(54))


def _decade(value: float) -> str:
    """A power of ten as per cent, short."""
    return f"{100 * value:g} %"


def _series(key: str, label: str, points: list[tuple[float, float | None]], title: str = "") -> Series:
    """A curve of what is known and can be drawn on a logarithmic axis."""
    known = [(float(a), float(b)) for a, b in points if b]
    said = tuple(f"{title or f'iterate {a:.0f}'}: {label} {text.per_cent(b)}" for a, b in known)
    return Series(key, label, tuple(a for a, _ in known), tuple(b for _, b in known), said, markers=False)
