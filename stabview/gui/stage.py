"""The panels in the middle: reads the present frame and scene and says in every panel what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from stabview.gui import captions, text, theme
from stabview.gui.bridge import Bridge
from stabview.gui.image_panel import ImagePanel
from stabview.gui.looks import Look
from stabview.gui.overlays import SceneFacts
from stabview.gui.pictures import LAYOUTS, MOST_PINNED, NAMES, PICTURES, Picture, Pin
from stabview.gui.view_hub import AMPLIFICATIONS, TO_X
from stabview.study import reading
from stabview.study.frames import Frame, Scene

__all__ = ["NAMES", "Shown", "Stage"]
_HANDS = (
    "Wheel: zoom. Left drag: move (or paint). Right drag: {range}. Right click: menu. "
    "Double click: this panel alone. Caption: another picture. Shift and arrows: cursor."
)
_RANGES = {Look.IMAGE: "window and level", Look.SIGNED: "colour range", Look.AMPLIFIED: "amplification"}
_GAP = 6


@dataclass(frozen=True, eq=False)
class Shown:
    """What a panel is to show: the picture (None: keep the old one), of which iterate, and what is still awaited."""

    picture: np.ndarray | None
    index: int | None
    mark: str


class Stage(QWidget):
    """Rows and columns of panels after a layout; one of them may take the whole stage.

    Attributes
    ----------
    panels : every panel there can be, by the name of its picture; those in `shown` are in sight.
    pictures : what the panels show, by the same names; pins : those that stay as they are.
    layout_name : one of `LAYOUTS`. shown : the names of its panels, row by row.
    enlarged : the panel that has the whole stage, or None.

    Signals
    -------
    menu_requested(name, place), choose_requested(name, place) : a panel's menu, or that of its caption.
    painted : the pictures are other ones. arranged : other panels are in sight.
    """

    menu_requested = Signal(str, object)
    choose_requested = Signal(str, object)
    painted = Signal()
    arranged = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.hub = bridge.hub
        self.panels: dict[str, ImagePanel] = {}
        self.enlarged: str | None = None
        self.layout_name = "six"
        self._shown = {name: layout.shows for name, layout in LAYOUTS.items()}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.pictures: dict[str, Picture] = {}
        self.pins: dict[str, Pin] = {}
        self._pinned = 0
        for picture in PICTURES.values():
            self._add_panel(picture)
        self._image: tuple[object, ...] = ()
        self._arrange()
        bridge.scene_changed.connect(self.refresh_scene)
        bridge.search_changed.connect(self._propose_amplification)
        bridge.progress_changed.connect(self._refresh_marks)
        for signal in (bridge.study_changed, bridge.frame_changed, bridge.iterate_added, bridge.position_changed):
            signal.connect(self.refresh)
        self.hub.signed_changed.connect(self.refresh)
        self.hub.component_changed.connect(self.refresh)
        self.hub.window_changed.connect(self._show_names)
        self.hub.cursor_changed.connect(self._show_footers)
        self.refresh_scene()

    def _add_panel(self, picture: Picture) -> ImagePanel:
        panel = ImagePanel(picture.name, self.hub, look=picture.look, parent=self)
        panel.set_names(picture.accessible, _HANDS.format(range=_RANGES[picture.look]))
        panel.enlarge_requested.connect(self.toggle_enlarged)
        panel.menu_requested.connect(self.menu_requested)
        panel.choose_requested.connect(self.choose_requested)
        self.panels[picture.name], self.pictures[picture.name] = panel, picture
        return panel

    # --- pinned pictures

    def pin(self, name: str) -> str | None:
        """Keep the picture of a panel as it is, to compare it with later ones; gives the name of the pinned one."""
        panel = self.panels[name]
        if panel.picture is None:
            return None
        if len(self.pins) >= MOST_PINNED:
            self._unpin(next(iter(self.pins)))
        self._pinned += 1
        known, pinned = self.pictures[name], f"pinned{self._pinned}"
        words = [text for text in (panel.header.left[0], *panel.header.right[:1]) if text]
        caption = f"Pin {self._pinned}: {' · '.join(words)}"
        self.pins[pinned] = Pin(panel.picture, caption, panel.footer.left[0])
        new = self._add_panel(replace(known, name=pinned, title=caption, accessible=f"Pinned: {known.accessible}"))
        new.view.set_scene_facts(panel.view.scene_facts)
        new.hide()
        return pinned

    def _unpin(self, name: str) -> None:
        """Forget a pinned picture; layouts that showed it are as at first."""
        for layout, shown in self._shown.items():
            if name in shown:
                self._shown[layout] = LAYOUTS[layout].shows
        self.enlarged = None if self.enlarged == name else self.enlarged
        del self.pins[name], self.pictures[name]
        panel = self.panels.pop(name)
        self._grid.removeWidget(panel)
        panel.hide()
        panel.deleteLater()

    # --- which panels are in sight

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the panels in sight, row by row."""
        return self._shown[self.layout_name] if self.enlarged is None else (self.enlarged,)

    def choose_layout(self, name: str) -> None:
        """Show one, two, four or six panels."""
        self.enlarged = None
        self.layout_name = name
        self._arrange()

    def show_instead(self, old: str, new: str) -> None:
        """Put another picture in the place of a panel; where it is in sight already, the two change places."""
        swap = {old: new, new: old}
        self._shown[self.layout_name] = tuple(swap.get(name, name) for name in self._shown[self.layout_name])
        if self.enlarged == old:
            self.enlarged = new
        self._arrange()
        self.panels[new].setFocus()

    @Slot(str)
    def toggle_enlarged(self, name: str) -> None:
        """Give a panel the whole stage, or all panels their places back."""
        self.enlarged = None if self.enlarged == name else name
        self._arrange()

    def _arrange(self) -> None:
        layout = LAYOUTS[self.layout_name]
        rows, columns = (layout.rows, layout.columns) if self.enlarged is None else (1, 1)
        names = self.shown
        for panel in self.panels.values():
            self._grid.removeWidget(panel)
        for place, name in enumerate(names):
            self._grid.addWidget(self.panels[name], place // columns, place % columns)
        for name, panel in self.panels.items():
            panel.setVisible(name in names)
        for line in range(2):
            self._grid.setRowStretch(line, int(line < rows))
        for column in range(3):
            self._grid.setColumnStretch(column, int(column < columns))
        self._grid.setSpacing(_GAP if len(names) > 1 else 0)
        for before, after in pairwise(names):
            self.setTabOrder(self.panels[before].view, self.panels[after].view)
        self.refresh()
        self.arranged.emit()

    def active_panel(self) -> ImagePanel:
        """The panel that keys of the view work on: enlarged, focused, or the first."""
        if self.enlarged is not None:
            return self.panels[self.enlarged]
        focused = (panel for panel in self.panels.values() if panel.view.hasFocus() and panel.isVisible())
        return next(focused, self.panels[self.shown[0]])

    def state(self) -> dict[str, object]:
        """What a session keeps."""
        kept = {name: list(shown) for name, shown in self._shown.items() if set(shown) <= set(PICTURES)}
        return {"layout": self.layout_name, "shown": kept, "enlarged": self.enlarged}

    def restore(self, state: dict[str, object]) -> None:
        """Take up what `state` gave; what makes no sense is left out."""
        for name, shown in dict(state.get("shown", {})).items():
            if name in LAYOUTS and len(shown) == len(LAYOUTS[name].shows) and set(shown) <= set(PICTURES):
                self._shown[name] = tuple(shown)
        if state.get("layout") in LAYOUTS:
            self.layout_name = state["layout"]
        self.enlarged = state["enlarged"] if state.get("enlarged") in PICTURES else None
        self._arrange()

    # --- reading

    @Slot()
    def refresh_scene(self) -> None:
        """Another scene: its size and facts; pictures of the same size stay until the new ones come."""
        scene = self.bridge.workbench.scene
        if scene is None:
            for panel in self.panels.values():
                panel.clear("preparing the image")
            self._show_names()
            return
        image = (scene.title, scene.slice_index, scene.x.shape, scene.scale, scene.offset)
        same, self._image = image == self._image, image
        if scene.x.shape != self.hub.shape:
            for name in tuple(self.pins):
                self._unpin(name)
            for panel in self.panels.values():
                panel.clear()
            self._arrange()
        self.hub.set_image(scene.x.shape, float(np.max(scene.x)), same=same)
        facts = SceneFacts(scene.orientation, scene.spacing)
        for panel in self.panels.values():
            panel.view.set_scene_facts(facts)
            panel.shown_index = None  # what is still shown belongs to the scene before
        self._propose_amplification()
        self.refresh()

    @Slot()
    def refresh(self, *_: object) -> None:
        """Show the present frame in the panels in sight; what is not there yet keeps its old picture and is marked."""
        if self.bridge.workbench.scene is None:
            return
        frame = self.bridge.workbench.frame()
        for name in self.wanted():
            panel = self.panels[name]
            shown = self._look_up(name, panel, frame)
            panel.set_picture(shown.picture, shown.index, shown.mark)
        self._show_names()
        self._show_footers()
        self.painted.emit()

    def wanted(self) -> Sequence[str]:
        """The pictures that are looked at somewhere: in sight here or, out of sight, in the magnifier."""
        return tuple(dict.fromkeys((*self.shown, "input", "network", "soa", *self.also_wanted)))

    also_wanted: tuple[str, ...] = ()
    """Pictures that others look at, for whom they are kept up to date out of sight."""

    def _look_up(self, name: str, panel: ImagePanel, frame: Frame | None) -> Shown:
        workbench = self.bridge.workbench
        if name in self.pins:
            return Shown(self.pins[name].picture, None, "")
        key = name.replace("Difference", "Error") if self.hub.difference == TO_X else name
        picture = frame.panels.get(key) if frame is not None else None
        index = frame.index if frame is not None else None
        if name == "input" and picture is None and self.hub.component == "magnitude":
            picture, index = workbench.scene.x, 0
        awaited = frame is None or key in frame.pending or key not in frame.panels or index != workbench.position
        if name == "input" and self.hub.component == "magnitude":  # x is there long before the rest, unless ...
            awaited = frame is None and not workbench.progress.busy  # ... it could not be prepared
        mark = self._awaiting(panel, index, picture) if awaited else ""
        if frame is not None and key in frame.provisional:
            mark = "being refined …"
        return Shown(picture, index, mark)

    @Slot()
    def _refresh_marks(self) -> None:
        """What is awaited may have been given up."""
        if any(self.panels[name].view.pending for name in self.shown):
            self.refresh()

    def _awaiting(self, panel: ImagePanel, index: int | None, picture: np.ndarray | None) -> str:
        """What the mark says: that something is computed, or that nothing is, and which iterate is shown instead."""
        busy = self.bridge.workbench.progress.busy
        shown = panel.shown_index if picture is None else index
        if picture is None and panel.picture is not None and self.bridge.workbench.count == 0:
            return "computing; the picture is older" if busy else "not of this study"
        said = "computing" if busy else "not computed"
        return said if shown is None else f"{said}; shown: r{text.subscript(shown)}"

    @Slot()
    def _propose_amplification(self) -> None:
        """r times 1, 2, 5, ...: by the norm the search goes to, or that of its last iterate once it is done."""
        workbench = self.bridge.workbench
        if workbench.scene is None:
            return
        norm = workbench.study.perturbation.max_relative_norm
        if not workbench.searching and len(workbench.curve) > 1:
            norm = workbench.curve[-1][1]
        if norm > 0:
            factor = reading.amplification_for(workbench.scene.x, norm, self.hub.signed_limit, AMPLIFICATIONS)
            self.hub.set_amplification(factor, chosen=False)

    # --- words

    @Slot()
    def _show_names(self) -> None:
        workbench = self.bridge.workbench
        if workbench.scene is None:
            return
        for name in self.wanted():
            self.panels[name].header.set_text(*self.caption(name), self.colour_of(name))

    def caption(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(left, right) of the line above a picture."""
        workbench = self.bridge.workbench
        if name in self.pins:
            return (self.pins[name].caption,), ()
        return captions.caption(name, workbench.scene, workbench.study, workbench.position, self.hub)

    def figures(self, name: str) -> tuple[str, ...]:
        """The figures below a picture."""
        workbench = self.bridge.workbench
        if name in self.pins:
            return (self.pins[name].figures,)
        domain = workbench.study.perturbation.domain
        return captions.figures(
            name, workbench.scene, workbench.frame(), to_x=self.hub.difference == TO_X, domain=domain
        )

    @Slot()
    def _show_footers(self) -> None:
        scene = self.bridge.workbench.scene
        if scene is None:
            return
        for name in self.shown:
            panel = self.panels[name]
            panel.footer.set_text(self.figures(name), self.reading(panel, scene), self.colour_of(name))

    def colour_of(self, name: str) -> object:
        """The colour of a panel's words: that of its method."""
        method = self.pictures[name].method
        return theme.method_colour(method, on_stage=True) if method else None

    def reading(self, panel: ImagePanel, scene: Scene) -> tuple[str, ...]:
        """The value at the cursor, longest form first."""
        value = panel.value_at_cursor()
        if value is None:
            return ()
        shown = reading.value_text(value, signed=panel.signed)
        column, row = self.hub.cursor
        units = "" if panel.signed or self.hub.component != "magnitude" else reading.units_text(scene, value)
        forms = [f"({column}, {row})  {shown}", shown]
        return (f"({column}, {row})  {shown}  {units}", *forms) if units else tuple(forms)
