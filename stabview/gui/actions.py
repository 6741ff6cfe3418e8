"""The actions of the window as rows of a table; menus, toolbar, shortcuts and the list of keys all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


@dataclass(frozen=True)
class Row:
    """One action. `id` is its object name without "action."; `group` makes it a choice of one in its group."""

    id: str
    menu: str
    text: str
    tooltip: str
    keys: tuple[str, ...] = ()
    group: str = ""
    checkable: bool = False


ROWS = (
    Row("openImage", "File", "Open &image…", "Open a DICOM, NIfTI, PNG or NumPy image", ("Ctrl+O",)),
    Row("openNetwork", "File", "Open &network…", "Open a network from a file", ("Ctrl+Shift+O",)),
    Row("openSession", "File", "Open s&ession…", "Open a saved session or study", ("Ctrl+E",)),
    Row("saveSession", "File", "&Save session…", "Save study, results and view to one file", ("Ctrl+S",)),
    Row("exportReport", "File", "&Report…", "Write figures, numbers and an HTML report", ("Ctrl+R",)),
    Row("quit", "File", "&Quit", "Close StabView", ("Ctrl+Q",)),
    Row("undo", "Edit", "&Undo", "Undo the last change of the study", ("Ctrl+Z",)),
    Row("redo", "Edit", "&Redo", "Do again what was undone", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Row("copyPicture", "Edit", "&Copy", "Copy the panel or table with the focus, or all panels", ("Ctrl+C",)),
    Row("run", "Search", "&Run", "Start the search for the worst perturbation, or go on with it", ("F5",)),
    Row("stop", "Search", "&Stop", "Stop the search and keep its iterates", ("Shift+F5",)),
    Row(
        "cancel",
        "Search",
        "&Cancel",
        "Lay the tool down, leave the enlarged panel, or cancel what is computed",
        ("Esc",),
    ),
    Row("play", "Search", "&Play or pause", "Play the iterates", ("Space",)),
    Row("next", "Search", "&Next iterate", "One iterate on", ("Right",)),
    Row("previous", "Search", "Pre&vious iterate", "One iterate back", ("Left",)),
    Row("fit", "View", "&Fit", "Show the whole image in every panel", ("F",)),
    Row("oneToOne", "View", "&1:1", "One image pixel as one screen pixel", ("1",)),
    Row("zoomIn", "View", "Zoom &in", "Enlarge", ("+", "=")),
    Row("zoomOut", "View", "Zoom &out", "Reduce", ("-",)),
    Row(
        "enlarge",
        "View",
        "This panel &alone",
        "Give the panel the whole stage, or all panels their places",
        ("Return",),
    ),
    Row("sides", "View", "Hide si&de columns", "Leave the room to the pictures", ("F9",), checkable=True),
    Row("windowReset", "Window", "&Reset window", "Back to [0, max|x|]", ("W",)),
    Row("largerText", "View", "&Larger text", "Larger text in the whole window", ("Ctrl++",)),
    Row("smallerText", "View", "&Smaller text", "Smaller text in the whole window", ("Ctrl+-",)),
    Row("theme.system", "Theme", "As the &system", "Dark or light as the system", group="theme"),
    Row("theme.dark", "Theme", "&Dark", "Dark theme", group="theme"),
    Row("theme.light", "Theme", "&Light", "Light theme", group="theme"),
    Row(
        "difference.own",
        "Differences",
        "Minus &own reconstruction of Ax",
        "What the perturbation changed",
        ("D",),
        "difference",
    ),
    Row("difference.x", "Differences", "Minus &x", "The error of the reconstruction", ("X",), "difference"),
    Row("keys", "Help", "&Keys and mouse", "All keys and what the mouse does", ("F1",)),
    Row("about", "Help", "&About StabView", "Version and licences"),
)
# Spin boxes, tables and buttons need these keys themselves: the window handles them where nobody else did.
PLAIN_KEYS = {"play", "next", "previous", "enlarge"}
MENUS = ("File", "Edit", "Search", "Experiments", "View", "Window", "Differences", "Help")


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
            if row.id not in PLAIN_KEYS:
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
        menus["Theme"] = menus["View"].addMenu("&Theme")
        for row in ROWS:
            menus[row.menu].addAction(self._actions[row.id])
        return menus


def keys_text() -> list[tuple[str, str]]:
    """(keys, what they do) of all actions that have keys."""
    rows = []
    for row in ROWS:
        if row.keys:
            keys = ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys)
            rows.append((keys, row.tooltip))
    return rows
