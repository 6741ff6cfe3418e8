"""Rows and columns of panels: layouts, one panel alone, other pictures in their places, pinned pictures."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from stabview.gui.image_panel import ImagePanel
from stabview.gui.looks import Look
from stabview.gui.pictures import LAYOUTS, MOST_PINNED, PICTURES, Picture, Pin
from stabview.gui.view_hub import ViewHub

_HANDS = (
    "Wheel: zoom. Left drag: move (or paint). Right drag: {range}. Right click: menu. "
    "Double click: this panel alone. Caption: another picture. Shift and arrows: cursor."
)
_RANGES = {Look.IMAGE: "window and level", Look.SIGNED: "colour range", Look.AMPLIFIED: "amplification"}
_GAP = 6


class PanelGrid(QWidget):
    """The panels in sight; what they show is filled in by `refresh` of a subclass.

    Attributes
    ----------
    panels : every panel there can be, by the name of its picture; those in `shown` are in sight.
    pictures : what the panels show, by the same names; pins : those that stay as they are.
    layout_name : one of `LAYOUTS`. shown : the names of its panels, row by row.
    enlarged : the panel that has the whole stage, or None.

    Signals
    -------
    menu_requested(name, place), choose_requested(name, place) : a panel's menu, or that of its caption.
    arranged : other panels are in sight.
    """

    menu_requested = Signal(str, object)
    choose_requested = Signal(str, object)
    arranged = Signal()

    def __init__(self, hub: ViewHub) -> None:
        super().__init__()
        self.hub = hub
        self.panels: dict[str, ImagePanel] = {}
        self.pictures: dict[str, Picture] = {}
        self.pins: dict[str, Pin] = {}
        self.enlarged: str | None = None
        self.layout_name = "six"
        self._pinned = 0
        self._shown = {name: layout.shows for name, layout in LAYOUTS.items()}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for picture in PICTURES.values():
            self._add_panel(picture)

    def refresh(self) -> None:
        """Fill the panels in sight."""
        raise NotImplementedError

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
        """Forget a pinned picture."""
        del self.pins[name]
        self._forget_panel(name)

    def _forget_panel(self, name: str) -> None:
        """Take a panel away; layouts that showed it are as at first."""
        for layout, shown in self._shown.items():
            if name in shown:
                self._shown[layout] = LAYOUTS[layout].shows
        self.enlarged = None if self.enlarged == name else self.enlarged
        del self.pictures[name]
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
