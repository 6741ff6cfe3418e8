"""The panels in the middle: reads the present frame and scene and says in every panel what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal, Slot

from stabview.gui import captions, text, theme
from stabview.gui.bridge import Bridge
from stabview.gui.image_panel import ImagePanel
from stabview.gui.looks import Look
from stabview.gui.overlays import SceneFacts
from stabview.gui.panel_grid import PanelGrid
from stabview.gui.pictures import Picture
from stabview.gui.view_hub import AMPLIFICATIONS, TO_X
from stabview.study import reading
from stabview.study.frames import Frame, Scene
from stabview.study.others import is_other, other_methods


@dataclass(frozen=True, eq=False)
class Shown:
    """What a panel is to show: the picture (None: keep the old one), of which iterate, and what is still awaited."""

    picture: np.ndarray | None
    index: int | None
    mark: str


class Stage(PanelGrid):
    """Shows the workbench in the panels in sight.

    Attributes
    ----------
    also_wanted : pictures that others look at, for whom they are kept up to date out of sight.

    Signals
    -------
    painted : the pictures are other ones.
    """

    painted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge.hub)
        self.bridge = bridge
        self.also_wanted: tuple[str, ...] = ()
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
        self._follow_others()
        frame = self.bridge.workbench.frame()
        for name in self.wanted():
            panel = self.panels[name]
            shown = self._look_up(name, panel, frame)
            panel.set_picture(shown.picture, shown.index, shown.mark)
        self._show_names()
        self._show_footers()
        self.painted.emit()

    def _follow_others(self) -> None:
        """Have a panel for each method beside the study's own, and one for its difference."""
        workbench = self.bridge.workbench
        known = {name for name in self.pictures if is_other(name) and not name.endswith("Difference")}
        if known == set(workbench.others):
            return
        for part in known - set(workbench.others):
            self._forget_panel(part)
            self._forget_panel(f"{part}Difference")
        titles = other_methods(workbench.study)
        for part in (part for part in workbench.others if part not in known):
            title = titles[part.removeprefix("other:")]
            for picture in (
                Picture(part, title, f"{title} reconstruction", Look.IMAGE, part),
                Picture(f"{part}Difference", f"{title} difference", f"Difference of {title}", Look.SIGNED, part),
            ):
                panel = self._add_panel(picture)
                panel.view.set_scene_facts(self.panels["input"].view.scene_facts)
                panel.hide()
        self._arrange()

    def place_other(self, name: str) -> None:
        """Show another method beside network and SoA."""
        self.refresh()
        part = f"other:{name}"
        if part in self.panels:
            self.choose_layout("methods")
            third = len(self.shown) // 2 - 1
            self.show_instead(self.shown[third], part)
            self.show_instead(self.shown[-1], f"{part}Difference")

    def wanted(self) -> Sequence[str]:
        """The pictures that are looked at somewhere: in sight here or, out of sight, in the magnifier."""
        return tuple(dict.fromkeys((*self.shown, "input", "network", "soa", *self.also_wanted)))

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
        return captions.caption(self.pictures[name], workbench.scene, workbench.study, workbench.position, self.hub)

    def figures(self, name: str) -> tuple[str, ...]:
        """The figures below a picture."""
        workbench = self.bridge.workbench
        if name in self.pins:
            return (self.pins[name].figures,)
        domain = workbench.study.perturbation.domain
        return captions.figures(
            self.pictures[name], workbench.scene, workbench.frame(), to_x=self.hub.difference == TO_X, domain=domain
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
        return theme.method_colour(method, on_stage=True) if method in theme.METHOD_MARKERS else None

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
