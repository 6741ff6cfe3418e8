"""The actions of the window as rows of a table; menus, toolbar, shortcuts and the list of keys all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


@dataclass(frozen=True)
class Row:
    """One action. `id` is its object name without "action."; `group` makes it a choice of one in its group; `apart`
    puts a line above it in its menu."""

    id: str
    menu: str
    text: str
    tooltip: str
    keys: tuple[str, ...] = ()
    group: str = ""
    checkable: bool = False
    apart: bool = False


ROWS = (
    Row("openImage", "File", "Open &image…", "Open a DICOM, NIfTI, PNG or NumPy image", ("Ctrl+O",)),
    Row("openFolder", "File", "Open &folder…", "Open a folder of slices, such as a DICOM series"),
    Row("openNetwork", "File", "Open &network…", "Open a network from a file", ("Ctrl+Shift+O",)),
    Row("openSession", "File", "Open s&ession…", "Open a saved session or study", ("Ctrl+E",)),
    Row("saveSession", "File", "&Save session…", "Save study, results and view to one file", ("Ctrl+S",)),
    Row("openDetails", "File", "Open &details…", "Paint the details of a file in addition", apart=True),
    Row("saveDetails", "File", "Save de&tails…", "Save what is painted to a file of its own"),
    Row("exportReport", "File", "&Report…", "Write figures, numbers and an HTML report", ("Ctrl+R",), apart=True),
    Row("export", "File", "&Export…", "Write a panel, plot, table or film to a file", ("Ctrl+Shift+E",)),
    Row(
        "readerStudy", "File", "Reader s&tudy…", "Trials for observers: which one is perturbed?",
        ("Ctrl+Shift+R",), apart=True,
    ),
    Row("gallery", "File", "&Gallery", "Examples and experiments as pictures", ("Ctrl+G",)),
    Row("quit", "File", "&Quit", "Close StabView", ("Ctrl+Q",), apart=True),
    Row("undo", "Edit", "&Undo", "Undo the last change of the study", ("Ctrl+Z",)),
    Row("redo", "Edit", "&Redo", "Do again what was undone", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Row(
        "copyPicture", "Edit", "&Copy", "Copy the panel, plot or table with the focus, or all panels",
        ("Ctrl+C",), apart=True,
    ),
    Row("copyCommand", "Edit", "Copy as command &line", "What gives these numbers in a terminal", ("Ctrl+Shift+C",)),
    Row("copyPython", "Edit", "Copy as P&ython", "A script that gives these numbers", ("Ctrl+Shift+P",)),
    Row("nextObject", "Object", "&Next", "Select the next detail or mark", ("N",), apart=True),
    Row("move.left", "Object", "Move &left", "Move what is selected a pixel to the left", ("Alt+Left",)),
    Row("move.right", "Object", "Move &right", "Move what is selected a pixel to the right", ("Alt+Right",)),
    Row("move.up", "Object", "Move &up", "Move what is selected a pixel up", ("Alt+Up",)),
    Row("move.down", "Object", "Move &down", "Move what is selected a pixel down", ("Alt+Down",)),
    Row("grow", "Object", "Lar&ger", "Make the selected detail larger", ("Alt++", "Alt+="), apart=True),
    Row("shrink", "Object", "&Smaller", "Make the selected detail smaller", ("Alt+-",)),
    Row("turn.right", "Object", "Turn &clockwise", "Turn the selected detail by 5 degrees", ("Alt+.",)),
    Row("turn.left", "Object", "Turn c&ounterclockwise", "Turn the selected detail by 5 degrees", ("Alt+,",)),
    Row("duplicate", "Object", "Dupl&icate", "Copy what is selected", ("Ctrl+D",), apart=True),
    Row("deleteObject", "Object", "D&elete", "Delete what is selected", ("Del",)),
    Row(
        "hideDetails", "Object", "&Hide all details", "Take the painted details out of the image, or put them back",
        ("H",), checkable=True,
    ),
    Row(
        "preferences", "Edit", "Pre&ferences…", "Theme, text size, device and what happens at the start",
        ("F4",), apart=True,
    ),
    Row("run", "Search", "&Run", "Start the search for the worst perturbation, or go on with it", ("F5",)),
    Row("stop", "Search", "&Stop", "Stop the search and keep its iterates", ("Shift+F5",)),
    Row(
        "cancel", "Search", "&Cancel", "Lay the tool down, leave the enlarged panel, or cancel what is computed",
        ("Esc",),
    ),
    Row("play", "Search", "&Play or pause", "Play the iterates", ("Space",), apart=True),
    Row("next", "Search", "&Next iterate", "One iterate on", ("Right",)),
    Row("previous", "Search", "Pre&vious iterate", "One iterate back", ("Left",)),
    Row("lost", "Search", "First 3 dB &lost", "Go to the first iterate where the network has lost 3 dB", ("L",)),
    Row("loop", "Search", "Play in a l&oop", "Begin again at the end", ("Ctrl+L",), checkable=True),
    Row("faster", "Search", "Play &faster", "More iterates a second", ("Ctrl+.",)),
    Row("slower", "Search", "Play slo&wer", "Fewer iterates a second", ("Ctrl+,",)),
    Row("keepSearch", "Search", "&Keep this search", "Keep it beside the next one, to compare", ("K",), apart=True),
    Row(
        "resumeHere", "Search", "Resume from this i&terate",
        "Search on from the iterate in sight, with the settings of now; the old search is kept", ("Ctrl+F5",),
    ),
    Row("layout.one", "Layout", "&One panel", "One panel", ("Ctrl+1",), "layout"),
    Row("layout.two", "Layout", "&Two panels", "Network and SoA side by side", ("Ctrl+2",), "layout"),
    Row("layout.four", "Layout", "&Four panels", "Two methods and their differences", ("Ctrl+4",), "layout"),
    Row(
        "layout.six", "Layout", "&Six panels", "Input, perturbation, two methods and differences",
        ("Ctrl+6",), "layout",
    ),
    Row(
        "layout.methods", "Layout", "Three &methods", "Network, SoA and quick inverse side by side",
        ("Ctrl+3",), "layout",
    ),
    Row(
        "enlarge", "View", "This panel &alone", "Give the panel the whole stage, or all panels their places",
        ("Return",),
    ),
    Row("sides", "View", "Hide si&de columns", "Leave the room to the pictures", ("F9",), checkable=True),
    Row("fullScreen", "View", "F&ull screen", "The whole screen for the window, for a class", ("F11",), checkable=True),
    Row("fit", "View", "&Fit", "Show the whole image in every panel", ("F",), apart=True),
    Row("oneToOne", "View", "&1:1", "One image pixel as one screen pixel", ("1",)),
    Row("zoomIn", "View", "Zoom &in", "Enlarge", ("+", "=")),
    Row("zoomOut", "View", "Zoom &out", "Reduce", ("-",)),
    Row(
        "component.magnitude", "Complex", "&Magnitude", "The magnitude of complex images",
        ("Shift+M",), "component", apart=True,
    ),
    Row("component.phase", "Complex", "&Phase", "The phase of complex images", ("Shift+P",), "component"),
    Row("component.real", "Complex", "&Real part", "The real part of complex images", ("Shift+R",), "component"),
    Row(
        "component.imaginary", "Complex", "&Imaginary part", "The imaginary part, also of differences",
        ("Shift+I",), "component",
    ),
    Row("theme.system", "Theme", "As the &system", "Dark or light as the system", group="theme"),
    Row("theme.dark", "Theme", "&Dark", "Dark theme", group="theme"),
    Row("theme.light", "Theme", "&Light", "Light theme", group="theme"),
    Row("largerText", "View", "&Larger text", "Larger text in the whole window", ("Ctrl++",)),
    Row("smallerText", "View", "&Smaller text", "Smaller text in the whole window", ("Ctrl+-",)),
    Row("windowReset", "Window", "&Reset window", "Back to [0, max|x|]", ("W",)),
    Row("window.brighter", "Window", "&Brighter", "Lower the level of the grey window", ("]",)),
    Row("window.darker", "Window", "&Darker", "Raise the level of the grey window", ("[",)),
    Row("window.narrower", "Window", "&More contrast", "Narrow the grey window", ("}",)),
    Row("window.wider", "Window", "&Less contrast", "Widen the grey window", ("{",)),
    Row("compare.blink", "Compare", "&Blink", "Two pictures in turn in one place", ("B",), checkable=True),
    Row("compare.swipe", "Compare", "&Swipe", "Two pictures either side of a divider", ("S",), checkable=True),
    Row("compare.difference", "Compare", "&Difference", "One picture minus another", ("M",), checkable=True),
    Row("compare.first", "Compare", "To the &first", "Show the first picture, or move the divider left", (",",)),
    Row("compare.second", "Compare", "To the s&econd", "Show the second picture, or move the divider right", (".",)),
    Row(
        "pin", "Compare", "&Pin this picture", "Keep the picture of the panel as it is, to compare it later",
        ("I",), apart=True,
    ),
    Row(
        "difference.own", "Compare", "Minus &own reconstruction of Ax", "What the perturbation changed",
        ("D",), "difference", apart=True,
    ),
    Row("difference.x", "Compare", "Minus &x", "The error of the reconstruction", ("X",), "difference"),
    Row("tool.arrow", "Draw", "&Arrow", "Point at something with a red arrow", ("A",), checkable=True),
    Row("tool.words", "Draw", "&Words", "Write on the pictures", ("T",), checkable=True),
    Row("tool.rectangle", "Draw", "&Rectangle", "Measure a rectangle in all panels", ("R",), checkable=True),
    Row("tool.ellipse", "Draw", "&Ellipse", "Measure an ellipse in all panels", ("E",), checkable=True),
    Row("tool.line", "Draw", "Line &profile", "The values along a line in all panels", ("P",), checkable=True),
    Row("clearMarks", "Draw", "&Clear", "Take all arrows, words, regions and lines away", apart=True),
    Row("tour", "Help", "&Guided tour", "What there is in the window, step by step", ("F2",)),
    Row("keys", "Help", "&Keys and mouse", "All keys and what the mouse does", ("F1",)),
    Row("reference", "Help", "&Reference", "Every action, setting and key of a study, to read and to copy"),
    Row("about", "Help", "&About StabView", "Version and licences", apart=True),
)
# Spin boxes, tables and buttons need these keys themselves: the window handles them where nobody else did.
PLAIN_KEYS = {"play", "next", "previous", "enlarge", "deleteObject"}
MENUS = ("File", "Edit", "Search", "Experiments", "View", "Window", "Compare", "Draw", "Help")
SUBMENUS = {
    "Object": ("Edit", "&Selected object"),
    "Layout": ("View", "&Panels"),
    "Complex": ("View", "&Complex images"),
    "Theme": ("View", "&Theme"),
}
"""Menus within others; each stands where its first action comes in `ROWS`."""


class Actions:
    """The QActions by id, made from the rows and owned by the window."""

    def __init__(self, window: QWidget, handlers: dict[str, Callable[[], None]]) -> None:
        missing = {row.id for row in ROWS} ^ set(handlers)
        if missing:
            raise ValueError(f"actions and handlers differ: {sorted(missing)}")
        self._actions: dict[str, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for row in ROWS:
            action = QAction(row.text, window)
            action.setObjectName(f"action.{row.id}")
            keys = " / ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys)
            action.setToolTip(f"{row.tooltip} ({keys})" if keys else row.tooltip)
            action.setStatusTip(row.tooltip)
            if row.id in PLAIN_KEYS:
                action.setText(f"{row.text}\t{keys}")  # the menu names the key, though the window handles it
            else:
                action.setShortcuts([QKeySequence(key) for key in row.keys])
            if row.checkable or row.group:
                action.setCheckable(True)
            if row.group:
                groups.setdefault(row.group, QActionGroup(window)).addAction(action)
            action.triggered.connect(lambda _checked=False, handle=handlers[row.id]: handle())
            window.addAction(action)
            self._actions[row.id] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by name, for entries that are not in the table."""
        menus: dict[str, QMenu] = {}
        for name in MENUS:
            menus[name] = bar.addMenu(f"&{name}" if name != "Window" else "&Window")
            menus[name].setToolTipsVisible(True)
        for row in ROWS:
            if row.menu not in menus:
                parent, title = SUBMENUS[row.menu]
                menus[parent].addSeparator()
                menus[row.menu] = menus[parent].addMenu(title)
                menus[row.menu].setToolTipsVisible(True)
            if row.apart:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(self._actions[row.id])
        return menus


def keys_of(row: Row) -> str:
    """The keys of an action as they stand on the keyboard of this system."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys)


def keys_text() -> list[tuple[str, list[tuple[str, str]]]]:
    """(menu, [(keys, what they do)]) of all actions that have keys."""
    menus: dict[str, list[tuple[str, str]]] = {}
    for row in ROWS:
        if row.keys:
            title = SUBMENUS[row.menu][1].replace("&", "") if row.menu in SUBMENUS else row.menu
            menus.setdefault(title, []).append((keys_of(row), row.tooltip))
    return list(menus.items())
