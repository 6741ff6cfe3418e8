"""Two pictures in one place: in turn (blink), either side of a divider (swipe), or subtracted."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from stabview.gui import text
from stabview.gui.cards.fields import Choice, tend
from stabview.gui.image_panel import ImagePanel
from stabview.gui.looks import Look
from stabview.gui.stage import Stage
from stabview.study import reading

BLINK, SWIPE, DIFFERENCE = "blink", "swipe", "difference"
MODES = {
    BLINK: ("Blink", "One picture after the other in the same place"),
    SWIPE: ("Swipe", "The first picture left of a divider, the second right of it; drag the divider"),
    DIFFERENCE: ("Difference", "The first picture minus the second, in the colours and range of the signed panels"),
}
RATES = (1, 2, 3, 5)
"""Pictures a second: fewer than three flashes, which is safe for everybody's eyes (WCAG 2.3.1)."""
_STEP = 0.05  # of the width, for one key
_PARTNERS = {
    "network": "soa",
    "soa": "network",
    "perturbation": "networkDifference",
    "networkDifference": "soaDifference",
    "soaDifference": "networkDifference",
    "quickDifference": "networkDifference",
}


def _partner(name: str) -> str:
    """What a picture is usually compared with."""
    return _PARTNERS.get(name, "network")


class Comparison(QWidget):
    """Takes the place of the stage while two of its pictures are compared; both are ready, so that nothing flashes.

    Attributes
    ----------
    first, second : names of pictures. mode : BLINK, SWIPE, DIFFERENCE, or None while nothing is compared.

    Signals
    -------
    toggled(on) : the comparison began or ended.
    """

    toggled = Signal(bool)

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage, self.hub, self.bridge = stage, stage.hub, stage.bridge
        self.first, self.second = "network", "soa"
        self.mode: str | None = None
        self.setObjectName("comparison")
        self.panel = ImagePanel("comparison", self.hub, parent=self)
        self.panel.set_names("Comparison of two pictures", "Wheel: zoom. Left drag: move, or the divider of a swipe.")
        self.panel.enlarge_requested.connect(self.leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._bar())
        layout.addWidget(self.panel, 1)
        self._timer = QTimer(self, interval=1000 // RATES[1])
        self._timer.timeout.connect(self._flip)
        self._second_shown = False
        self._share: float | None = None  # ||first - second|| / ||second||
        stage.painted.connect(self.refresh)
        self.hub.window_changed.connect(self._show_words)
        self.hub.cursor_changed.connect(self._show_words)

    def _bar(self) -> QHBoxLayout:
        self.first_box = Choice("First picture", "The picture that comes first, or lies left", "compareFirst")
        self.second_box = Choice("Second picture", "The picture that comes second, or lies right", "compareSecond")
        for box, is_first in ((self.first_box, True), (self.second_box, False)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.chosen.connect(lambda name, is_first=is_first: self._choose(name, is_first))
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.first_box)
        for mode, (title, tip) in MODES.items():
            button = QToolButton()
            button.setText(title)
            button.setCheckable(True)
            button.setProperty("segment", True)
            tend(button, title, tip, f"compare.{mode}")
            button.clicked.connect(lambda _on, mode=mode: self.start(mode, self.first, self.second))
            group.addButton(button)
            self.buttons[mode] = button
            row.addWidget(button)
        row.addWidget(self.second_box)
        self.rate = Choice("Blinks in a second", "How fast the two pictures alternate", "compareRate")
        self.rate.fill([(str(rate), f"{rate} / s", "") for rate in RATES])
        self.rate.show_key(str(RATES[1]))
        self.rate.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.rate.chosen.connect(lambda key: self._timer.setInterval(1000 // int(key)))
        row.addWidget(self.rate)
        row.addStretch(1)
        self.hint = QLabel()
        self.hint.setProperty("muted", True)
        row.addWidget(self.hint)
        close = QToolButton()
        close.setText("Close")
        tend(close, "Close the comparison", "Back to the panels (Esc)", "compareClose")
        close.clicked.connect(self.leave)
        row.addWidget(close)
        return row

    # --- doing

    def start(self, mode: str, first: str | None = None, second: str | None = None) -> None:
        """Compare two pictures; by default the active panel's with the one it is usually compared with."""
        if first is None:
            first = self.stage.active_panel().name if self.mode is None else self.first
            second = _partner(first) if self.mode is None else self.second
        began = self.mode is None
        self.first, self.second, self.mode = first, second or _partner(first), mode
        self.stage.also_wanted = (self.first, self.second)
        self.stage.refresh()
        for key, button in self.buttons.items():
            button.setChecked(key == mode)
        names = [(name, picture.title, picture.accessible) for name, picture in self.stage.pictures.items()]
        self.first_box.fill(names)
        self.second_box.fill(names)
        self.first_box.show_key(self.first)
        self.second_box.show_key(self.second)
        self.rate.setVisible(mode == BLINK)
        self.hint.setText({BLINK: "<  and  > : show one of them", SWIPE: "<  and  > : move the divider"}.get(mode, ""))
        self.panel.view.set_divider(0.5 if mode == SWIPE else None)
        self._timer.start() if mode == BLINK else self._timer.stop()
        self.show_second(mode == SWIPE)
        if began:
            self.toggled.emit(True)
        self.panel.setFocus()

    def toggle(self, mode: str) -> None:
        """Begin, change to another mode, or end when it is this one already."""
        self.leave() if self.mode == mode else self.start(mode)

    @Slot()
    def leave(self, *_: object) -> None:
        """Back to the panels."""
        if self.mode is not None:
            self.mode = None
            self._timer.stop()
            self.stage.also_wanted = ()
            self.toggled.emit(False)

    def step(self, by: int) -> None:
        """Move the divider of a swipe, or stop a blink at its first (-1) or second (+1) picture."""
        view = self.panel.view
        if self.mode == SWIPE:
            view.set_divider((0.5 if view.divider is None else view.divider) + by * _STEP)
        elif self.mode == BLINK:
            self._timer.stop()
            self.show_second(by > 0)

    def show_second(self, shown: bool) -> None:
        """Whether the second picture is in sight."""
        self._second_shown = shown
        self.refresh()

    def _flip(self) -> None:
        self.show_second(not self._second_shown)

    def _choose(self, name: str, is_first: bool) -> None:
        self.start(self.mode or BLINK, name if is_first else self.first, self.second if is_first else name)

    # --- showing

    @Slot()
    def refresh(self) -> None:
        """Show what the stage knows of the two pictures."""
        if self.mode is None:
            return
        if not {self.first, self.second} <= set(self.stage.panels):  # a pinned picture of another size is gone
            self.leave()
            return
        one, other = (self.stage.panels[name] for name in (self.first, self.second))
        view = self.panel.view
        view.set_scene_facts(one.view.scene_facts)
        if one.picture is None or other.picture is None or one.picture.shape != other.picture.shape:
            self.panel.clear("computing")
            return
        pending = one.view.pending or other.view.pending
        if self.mode == DIFFERENCE:
            view.set_look(Look.SIGNED)
            view.set_over(None)
            self._share = reading.relative_difference(one.picture, other.picture)
            self.panel.set_picture(reading.difference(one.picture, other.picture), one.shown_index, pending)
        else:
            view.set_look(one.view.look)
            view.set_over(other.picture, other.view.look)
            view.show_over(self.mode == SWIPE or self._second_shown)
            self.panel.set_picture(one.picture, one.shown_index, pending)
        self._show_words()

    @Slot()
    def _show_words(self) -> None:
        workbench = self.bridge.workbench
        scene = workbench.scene
        if self.mode is None or scene is None:
            return
        names = (self.first, self.second)
        says = [self.stage.caption(name)[0][0] for name in names]
        figures = [self.stage.figures(name)[0] for name in names]
        readings = self.stage.reading(self.panel, scene)
        panel = self.panel
        if self.mode == DIFFERENCE:
            said = "" if self._share is None else f"‖first − second‖ / ‖second‖ {text.per_cent(self._share)}"
            titles = [self.stage.pictures[name].title for name in names]
            panel.header.set_text(f"{titles[0]} − {titles[1]}")
            panel.footer.set_text(said, readings)
        elif self.mode == SWIPE:
            colours = [self.stage.colour_of(name) for name in names]
            panel.header.set_text(says[0], (says[1],), *colours)
            panel.footer.set_text(figures[0], (figures[1],), *colours)
        else:
            now = int(self._second_shown)
            panel.header.set_text(says[now], (f"{now + 1} of 2",), self.stage.colour_of(names[now]))
            readings = self.stage.reading(self.stage.panels[names[now]], scene)
            panel.footer.set_text(figures[now], readings, self.stage.colour_of(names[now]))
