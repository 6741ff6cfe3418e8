"""What all panels share of the view: place and zoom, window, colours, cursor, tool. One owner, no linked axes.

Coordinates are (column, row) in pixels of x as floats; the centre of pixel (0, 0) is at (0.0, 0.0), as in an array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from stabview.gui.marks import Marks
from stabview.study.frames import COMPONENTS

Point = tuple[float, float]

MOST_WINDOWS = 8
MAX_ZOOM, MIN_ZOOM = 64.0, 0.5
SIGNED_FRACTIONS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of max|x|
AMPLIFICATIONS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
DEFAULT_FRACTION = 0.2
OWN, TO_X = "own", "x"


class Tool(Protocol):
    """What the left button does on a panel while it is `hub.tool` (panning otherwise).

    drags : it goes from one place to another; by keys with Enter at either, otherwise Enter is a click.
    """

    cursor: Qt.CursorShape
    drags: bool

    def press(self, column: float, row: float) -> None:
        """The button went down at this place."""

    def move(self, column: float, row: float, pressed: bool) -> None:
        """The mouse moved, with the button down or not; `hub.cursor` None means that it has left."""

    def release(self, column: float, row: float) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """Forget what was begun with `press`: Escape was pressed or another tool chosen."""


class Pointer(Tool, Protocol):
    """What the left button does without a tool, where there is something to take hold of."""

    def takes(self, column: float, row: float) -> bool:
        """Whether there is something at this place; otherwise the left button pans."""

    def open(self, column: float, row: float) -> None:
        """What is here was double-clicked."""

    def click(self, column: float, row: float) -> None:
        """There was a click on what it does not take hold of: perhaps to select it."""


@dataclass(frozen=True)
class View:
    """Which part of the image every panel shows.

    column, row : the point in the middle of a panel.
    zoom : relative to "the whole image fits".
    exact : one image pixel is one screen pixel; `zoom` does not count then.
    """

    column: float = 0.0
    row: float = 0.0
    zoom: float = 1.0
    exact: bool = False


class ViewHub(QObject):
    """The view state. Widgets read the attributes, change them through the methods and repaint on the signals.

    Attributes
    ----------
    shape : (H, W) of the image, (1, 1) before there is one.
    peak : max|x|.
    view : `View`; fitted when the image takes another shape, otherwise changed by the user only.
    window : (low, high) grey window of the three image panels; [0, peak] at first, changed by the user only.
    own_windows : windows the user kept, as shares of `peak`.
    fraction : signed panels show -fraction * peak ... +fraction * peak.
    amplification : r is multiplied by this in its panel; `amplification_chosen` when the user set it.
    difference : OWN ("own": minus the method's own reconstruction of Ax) or TO_X ("x": minus x).
    grey_map, signed_map : names of colour maps.
    cursor : the pixel (column, row) under the mouse or the keyboard cursor, or None.
    tool : the active `Tool`, or None. pointer : the `Pointer` that is used without one.
    reach : image pixels within which a tool takes hold of something, set by the panel under the mouse.
    outlines : closed or open polylines ((column, row), ...) drawn over the image panels (previews of details).
    handles : points ((column, row), ...) drawn with them, by which the outlined detail is resized and turned.
    component : one of `COMPONENTS`, what is shown of complex images.
    marks : arrows, words, regions and lines drawn over every panel.
    """

    view_changed = Signal()
    window_changed = Signal()
    signed_changed = Signal()
    colours_changed = Signal()
    cursor_changed = Signal()
    tool_changed = Signal()
    outlines_changed = Signal()
    component_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shape: tuple[int, int] = (1, 1)
        self.peak = 1.0
        self.view = View()
        self.window: tuple[float, float] = (0.0, 1.0)
        self.window_chosen = False
        self.own_windows: tuple[tuple[float, float], ...] = ()
        self.fraction = DEFAULT_FRACTION
        self.amplification = 1.0
        self.amplification_chosen = False
        self.difference = OWN
        self.grey_map = "grey"
        self.signed_map = "blue-orange"
        self.cursor: tuple[int, int] | None = None
        self.tool: Tool | None = None
        self.pointer: Pointer | None = None
        self.reach = 3.0
        self.outlines: tuple[tuple[Point, ...], ...] = ()
        self.handles: tuple[Point, ...] = ()
        self.component = "magnitude"
        self.marks = Marks(self)

    # --- the image

    def set_image(self, shape: tuple[int, int], peak: float, *, same: bool = False) -> None:
        """Tell the size and max|x| of the image. `same`: only details on it changed, so the window stays as it is."""
        if shape != self.shape:
            self.shape = shape
            self.cursor = None
            self.fit()
        self.peak = peak if peak > 0 else 1.0
        if not (same or self.window_chosen):
            self._set_window((0.0, self.peak))
        self.signed_changed.emit()

    # --- place and zoom

    def fit(self) -> None:
        """Show the whole image."""
        height, width = self.shape
        self.set_view(View((width - 1) / 2, (height - 1) / 2))

    def one_to_one(self) -> None:
        """Show one image pixel as one screen pixel."""
        self.set_view(replace(self.view, exact=True))

    def set_view(self, view: View) -> None:
        """Show another part; the middle stays on the image and the zoom within its limits."""
        height, width = self.shape
        view = View(
            min(max(view.column, -0.5), width - 0.5),
            min(max(view.row, -0.5), height - 0.5),
            min(max(view.zoom, MIN_ZOOM), MAX_ZOOM),
            view.exact,
        )
        if view != self.view:
            self.view = view
            self.view_changed.emit()

    def pan(self, columns: float, rows: float) -> None:
        """Move the part that is shown by so many image pixels."""
        self.set_view(replace(self.view, column=self.view.column + columns, row=self.view.row + rows))

    def zoom_by(self, factor: float, zoom: float, about: Point | None = None) -> None:
        """Zoom, keeping the point `about` in its place on the screen. `zoom`: what the panel has now, see `zoom_of`."""
        target = min(max(zoom * factor, MIN_ZOOM), MAX_ZOOM)
        column, row = self.view.column, self.view.row
        if about is not None:
            column = about[0] + (column - about[0]) * zoom / target
            row = about[1] + (row - about[1]) * zoom / target
        self.set_view(View(column, row, target))

    def fit_scale(self, width: float, height: float) -> float:
        """Screen pixels per image pixel at which the image just fits a panel of this size."""
        return max(min(width / self.shape[1], height / self.shape[0]), 1e-6)

    def scale(self, width: float, height: float, ratio: float = 1.0) -> float:
        """Screen pixels per image pixel of a panel of this size; `ratio` is the screen's device pixel ratio."""
        return 1.0 / ratio if self.view.exact else self.fit_scale(width, height) * self.view.zoom

    def zoom_of(self, width: float, height: float, ratio: float = 1.0) -> float:
        """The zoom relative to fit of a panel of this size."""
        return self.scale(width, height, ratio) / self.fit_scale(width, height)

    # --- window, signed range, colours

    def set_window(self, low: float, high: float) -> None:
        """The user's grey window; `high` is kept above `low`."""
        smallest = 1e-3 * self.peak
        self.window_chosen = True
        self._set_window((low, max(high, low + smallest)))

    def keep_window(self) -> None:
        """Put this window on the user's own list, relative to max|x|."""
        kept = (round(self.window[0] / self.peak, 4), round(self.window[1] / self.peak, 4))
        self.own_windows = (*(one for one in self.own_windows if one != kept), kept)[-MOST_WINDOWS:]

    def forget_windows(self) -> None:
        """Empty that list."""
        self.own_windows = ()

    def reset_window(self) -> None:
        """Back to [0, max|x|]."""
        self.window_chosen = False
        self._set_window((0.0, self.peak))

    def drag_window(self, right: float, up: float) -> None:
        """Change the window by a drag over these fractions of a panel: right widens it, up brightens the picture."""
        low, high = self.window
        width = (high - low) * math.exp(1.5 * right)
        level = (low + high) / 2 - up * self.peak
        level = min(max(level, -0.5 * self.peak), 1.5 * self.peak)
        self.set_window(level - width / 2, level + width / 2)

    def _set_window(self, window: tuple[float, float]) -> None:
        if window != self.window:
            self.window = window
            self.window_changed.emit()

    def set_fraction(self, fraction: float) -> None:
        """Show the signed panels between -fraction and +fraction of max|x|."""
        if fraction != self.fraction:
            self.fraction = fraction
            self.signed_changed.emit()

    @property
    def signed_limit(self) -> float:
        """The value at the end of the signed colour bar, on the scale of x."""
        return self.fraction * self.peak

    def set_amplification(self, factor: float, *, chosen: bool = True) -> None:
        """Show r times `factor`. With `chosen=False` it is a proposal, which a choice of the user outlives."""
        if not chosen and self.amplification_chosen:
            return
        self.amplification_chosen = chosen
        if factor != self.amplification:
            self.amplification = factor
            self.signed_changed.emit()

    def set_difference(self, difference: str) -> None:
        """What is subtracted in both difference panels: OWN or TO_X."""
        if difference not in (OWN, TO_X):
            raise ValueError(f"difference is {OWN!r} or {TO_X!r}, not {difference!r}")
        if difference != self.difference:
            self.difference = difference
            self.signed_changed.emit()

    def set_colours(self, *, grey_map: str | None = None, signed_map: str | None = None) -> None:
        """Choose colour maps by name."""
        self.grey_map = grey_map or self.grey_map
        self.signed_map = signed_map or self.signed_map
        self.colours_changed.emit()

    def set_component(self, component: str) -> None:
        """Show another part of complex images, one of `COMPONENTS`."""
        if component != self.component and component in COMPONENTS:
            self.component = component
            self.colours_changed.emit()
            self.component_changed.emit()

    # --- cursor and tool

    def pixel_at(self, column: float, row: float) -> tuple[int, int] | None:
        """The pixel that contains a point, or None outside the image."""
        pixel = math.floor(column + 0.5), math.floor(row + 0.5)
        height, width = self.shape
        return pixel if 0 <= pixel[0] < width and 0 <= pixel[1] < height else None

    def set_cursor(self, pixel: tuple[int, int] | None) -> None:
        """Put the cross of every panel on a pixel, or take it away."""
        if pixel != self.cursor:
            self.cursor = pixel
            self.cursor_changed.emit()

    def set_tool(self, tool: Tool | None) -> None:
        """Take up a tool or, with None, lay it down; what the old one had begun is cancelled."""
        if tool is self.tool:
            return
        if self.tool is not None:
            self.tool.cancel()
        self.tool = tool
        self.set_outlines(())
        self.tool_changed.emit()

    def set_outlines(self, outlines: Sequence[Sequence[Point]], handles: Sequence[Point] = ()) -> None:
        """Draw these polylines over the image panels until told otherwise."""
        frozen = tuple(tuple((float(column), float(row)) for column, row in line) for line in outlines)
        if (frozen, tuple(handles)) != (self.outlines, self.handles):
            self.outlines, self.handles = frozen, tuple(handles)
            self.outlines_changed.emit()

    # --- for the session file

    def state(self) -> dict[str, object]:
        """What a session keeps of the view, as plain values."""
        return {
            "view": asdict(self.view),
            "window": list(self.window) if self.window_chosen else None,
            "fraction": self.fraction,
            "amplification": self.amplification if self.amplification_chosen else None,
            "difference": self.difference,
            "grey_map": self.grey_map,
            "signed_map": self.signed_map,
            "component": self.component,
            "marks": self.marks.state(),
        }

    def restore(self, state: dict[str, object]) -> None:
        """Take up what `state` gave; what is missing stays as it is."""
        if state.get("window"):
            self.set_window(*state["window"])
        if state.get("fraction"):
            self.set_fraction(float(state["fraction"]))
        if state.get("amplification"):
            self.set_amplification(float(state["amplification"]))
        if state.get("difference"):
            self.set_difference(str(state["difference"]))
        self.set_colours(grey_map=state.get("grey_map"), signed_map=state.get("signed_map"))
        self.set_component(str(state.get("component", self.component)))
        if "marks" in state:
            self.marks.restore(state["marks"])
        if state.get("view"):
            self.set_view(View(**state["view"]))
