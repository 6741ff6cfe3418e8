"""The six panels in the middle: reads the present frame and scene and says in every panel what it shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from stabview.gui import text, theme
from stabview.gui.bridge import Bridge
from stabview.gui.image_panel import ImagePanel
from stabview.gui.overlays import SceneFacts
from stabview.gui.view_hub import AMPLIFICATIONS, TO_X
from stabview.study import reading
from stabview.study.frames import Frame, Scene

NAMES = ("input", "network", "soa", "perturbation", "networkDifference", "soaDifference")
_ACCESSIBLE = {
    "input": "Input image with perturbation",
    "network": "Network reconstruction",
    "soa": "SoA reconstruction",
    "perturbation": "Real part of the perturbation",
    "networkDifference": "Difference of the network reconstruction",
    "soaDifference": "Difference of the SoA reconstruction",
}
_METHOD = {"network": "network", "networkDifference": "network", "soa": "soa", "soaDifference": "soa"}
_HANDS = (
    "Wheel: zoom. Left drag: move (or paint). Right drag: {range}. Right click: menu. "
    "Double click: this panel alone. Shift and arrows: cursor."
)


class Stage(QWidget):
    """Two rows of three panels; one of them may take the whole stage.

    Signals
    -------
    menu_requested(name, place) : a panel's menu, at a place of the screen.
    painted : the pictures are other ones.
    """

    menu_requested = Signal(str, object)
    painted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.hub = bridge.hub
        self.panels: dict[str, ImagePanel] = {}
        self.enlarged: str | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)
        for place, name in enumerate(NAMES):
            signed = place >= 3
            panel = ImagePanel(name, self.hub, signed=signed, scaled=name == "perturbation", parent=self)
            used = "amplification" if name == "perturbation" else "colour range" if signed else "window and level"
            panel.set_names(_ACCESSIBLE[name], _HANDS.format(range=used))
            panel.enlarge_requested.connect(self.toggle_enlarged)
            panel.menu_requested.connect(self.menu_requested)
            self.panels[name] = panel
            self._grid.addWidget(panel, place // 3, place % 3)
        for line in range(2):
            self._grid.setRowStretch(line, 1)
        for column in range(3):
            self._grid.setColumnStretch(column, 1)
        self._image: tuple[object, ...] = ()
        bridge.scene_changed.connect(self.refresh_scene)
        bridge.search_changed.connect(self._propose_amplification)
        bridge.progress_changed.connect(self._refresh_marks)
        for signal in (bridge.study_changed, bridge.frame_changed, bridge.iterate_added, bridge.position_changed):
            signal.connect(self.refresh)
        self.hub.signed_changed.connect(self.refresh)
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
            for panel in self.panels.values():
                panel.clear()
        self.hub.set_image(scene.x.shape, float(np.max(scene.x)), same=same)
        facts = SceneFacts(scene.orientation, scene.spacing)
        for panel in self.panels.values():
            panel.view.set_scene_facts(facts)
            panel.shown_index = None  # what is still shown belongs to the scene before
        self._propose_amplification()
        self.refresh()

    @Slot()
    def refresh(self, *_: object) -> None:
        """Show the present frame; what is not there yet keeps its old picture and is marked."""
        workbench = self.bridge.workbench
        scene, frame = workbench.scene, workbench.frame()
        if scene is None:
            return
        for name, panel in self.panels.items():
            key = self._key(name)
            picture = frame.panels.get(key) if frame is not None else None
            index = frame.index if frame is not None else None
            if name == "input" and picture is None:
                picture, index = scene.x, 0
            awaited = frame is None or key in frame.pending or key not in frame.panels or index != workbench.position
            if name == "input":  # x is there long before the rest, unless it could not be prepared
                awaited = frame is None and not workbench.progress.busy
            mark = self._awaiting(panel, index, picture) if awaited else ""
            if frame is not None and key in frame.provisional:
                mark = "being refined …"
            panel.set_picture(picture, index, mark)
        self._show_names()
        self._show_footers()
        self.painted.emit()

    @Slot()
    def _refresh_marks(self) -> None:
        """What is awaited may have been given up."""
        if any(panel.view.pending for panel in self.panels.values()):
            self.refresh()

    def _key(self, name: str) -> str:
        """Which picture of the frame a panel shows: the switch makes errors of differences."""
        return name.replace("Difference", "Error") if self.hub.difference == TO_X else name

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
        scene, j = workbench.scene, workbench.position
        r = f"r{text.subscript(j)}"
        place = f"A(x + {r})" if workbench.study.perturbation.domain == "image" else f"Ax + e{text.subscript(j)}"
        if scene is None:
            return
        low, high = self.hub.window
        window = f"{low:.2f} – {high:.2f}"
        to_x = self.hub.difference == TO_X
        amplified = f" × {self.hub.amplification:g}" if self.hub.amplification != 1 else ""
        right_of_r = () if workbench.study.perturbation.domain == "image" else ("minimum-norm image of e",)
        forms = {
            "input": ((f"Input  x + {r}", "Input"), (scene.title, window)),
            "network": ((f"Network  f({place})", "Network"), (f"{scene.network_title}   {window}", window)),
            "soa": ((f"SoA  Φ({place})", "SoA"), (f"{scene.soa_title}   {window}", window)),
            "perturbation": ((f"Perturbation  {r}{amplified}", f"{r}{amplified}"), right_of_r),
            "networkDifference": (_difference("Network", to_x), ()),
            "soaDifference": (_difference("SoA", to_x), ()),
        }
        for name, (left, right) in forms.items():
            method = _METHOD.get(name)
            colour = theme.method_colour(method, on_stage=True) if method else None
            self.panels[name].header.set_text(left, right, colour)

    @Slot()
    def _show_footers(self) -> None:
        workbench = self.bridge.workbench
        scene, frame = workbench.scene, workbench.frame()
        if scene is None:
            return
        for name, panel in self.panels.items():
            method = _METHOD.get(name)
            colour = theme.method_colour(method, on_stage=True) if method else None
            figures = _figures(name, scene, frame, self.hub.difference == TO_X)
            panel.footer.set_text(figures, self._reading(panel, scene), colour)

    def _reading(self, panel: ImagePanel, scene: Scene) -> tuple[str, ...]:
        """The value at the cursor, longest form first."""
        value = panel.value_at_cursor()
        if value is None:
            return ()
        shown = reading.value_text(value, signed=panel.signed)
        column, row = self.hub.cursor
        units = "" if panel.signed else reading.units_text(scene, value)
        forms = [f"({column}, {row})  {shown}", shown]
        return (f"({column}, {row})  {shown}  {units}", *forms) if units else tuple(forms)

    # --- one panel alone

    @Slot(str)
    def toggle_enlarged(self, name: str) -> None:
        """Give a panel the whole stage, or all six their places back."""
        self.enlarged = None if self.enlarged == name else name
        for other, panel in self.panels.items():
            panel.setVisible(self.enlarged in (None, other))
        for line in range(2):
            self._grid.setRowStretch(line, int(self.enlarged is None or NAMES.index(self.enlarged) // 3 == line))
        for column in range(3):
            self._grid.setColumnStretch(column, int(self.enlarged is None or NAMES.index(self.enlarged) % 3 == column))
        self._grid.setSpacing(6 if self.enlarged is None else 0)

    def active_panel(self) -> ImagePanel:
        """The panel that keys of the view work on: enlarged, focused, or the first."""
        if self.enlarged is not None:
            return self.panels[self.enlarged]
        return next((panel for panel in self.panels.values() if panel.view.hasFocus()), self.panels["input"])


def _difference(method: str, to_x: bool) -> tuple[str, ...]:
    own = "own f(Ax)" if method == "Network" else "own Φ(Ax)"
    return (f"{method} − {'x' if to_x else own}",)


def _figures(name: str, scene: Scene, frame: Frame | None, to_x: bool) -> tuple[str, ...]:
    """The footer's left: the figures of the picture above it, in a long and a short form."""
    if frame is None:
        return ("",)
    if name == "input":
        height, width = scene.x.shape
        spacing = f", {scene.spacing[1]:.2g} mm" if scene.spacing else ""
        return f"{width} × {height}{spacing}", ""
    if name == "perturbation":
        return (f"‖r‖/‖x‖ {text.per_cent(frame.relative_norm)}",)
    measures: Mapping[str, float] = frame.measures.get(_METHOD[name], {})
    if name in ("network", "soa"):
        parts = []
        if "psnr" in measures:
            parts.append(f"PSNR {text.decibel(measures['psnr'])}")
        if "ssim" in measures:
            parts.append(f"SSIM {measures['ssim']:.3f}")
        return " · ".join(parts), parts[0] if parts else ""
    key, word = ("relative_error", "error") if to_x else ("change", "change")
    if key not in measures:
        return ("no perturbation yet" if frame.index == 0 and not to_x else "",)
    long = f"{word} {text.per_cent(measures[key])}"
    if not to_x and "amplification" in measures:
        return f"{long} · {text.times(measures['amplification'])}", long
    return (long,)
