"""What the actions of looking and drawing do: layouts, comparison, tools, marks, the selected object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QLineEdit, QMenu, QStackedWidget

from stabview.gui import marks
from stabview.gui.actions import Actions
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import tend
from stabview.gui.comparison import MODES, Comparison
from stabview.gui.mark_tools import MarkTool, WordsTool, mark_tool
from stabview.gui.marks import Mark
from stabview.gui.panel_view import PanelView
from stabview.gui.pictures import LAYOUTS
from stabview.gui.pointer import Pointer
from stabview.gui.stage import Stage
from stabview.study.frames import COMPONENTS
from stabview.study.others import other_methods
from stabview.study.study import COMPLEX

TOOLS = (marks.ARROW, marks.WORDS, marks.RECTANGLE, marks.ELLIPSE, marks.LINE)
_MOVES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_WINDOW_STEP = 0.05  # of a panel's height or width that one key stands for
_GROWTH, _TURN = 1.1, 5.0


class Looking(QObject):
    """Owns the stage, the comparison that may stand in its place, and the pointer.

    Attributes
    ----------
    place : the widget that shows the stage or the comparison.
    """

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.bridge, self.hub = bridge, bridge.hub
        self.stage = Stage(bridge)
        self.comparison = Comparison(self.stage)
        self.pointer = Pointer(bridge, self)
        self.place = QStackedWidget()
        self.place.addWidget(self.stage)
        self.place.addWidget(self.comparison)
        self._marks_newer = False  # the last thing to undo is a mark
        self._words: QLineEdit | None = None
        self.comparison.toggled.connect(lambda on: self.place.setCurrentIndex(int(on)))
        self.hub.component_changed.connect(lambda: bridge.workbench.show_component(self.hub.component))
        self.hub.marks.words_wanted.connect(self._write)
        self.hub.marks.changed.connect(self._mark_changed)
        bridge.study_changed.connect(self._study_changed)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the actions of `stabview.gui.actions` do that are about looking."""
        hub, pointer, comparison = self.hub, self.pointer, self.comparison
        return {
            **{f"layout.{name}": lambda name=name: self.choose_layout(name) for name in LAYOUTS},
            **{f"component.{name}": lambda name=name: hub.set_component(name) for name in COMPONENTS},
            **{f"compare.{mode}": lambda mode=mode: comparison.toggle(mode) for mode in MODES},
            **{f"tool.{kind}": lambda kind=kind: self.take_up(kind) for kind in TOOLS},
            **{f"move.{way}": lambda by=by: pointer.nudge(*by) for way, by in _MOVES.items()},
            "compare.first": lambda: comparison.step(-1),
            "compare.second": lambda: comparison.step(1),
            "pin": self.pin,
            "clearMarks": hub.marks.clear,
            "nextObject": pointer.next,
            "grow": lambda: pointer.grow(_GROWTH),
            "shrink": lambda: pointer.grow(1 / _GROWTH),
            "turn.right": lambda: pointer.turn(_TURN),
            "turn.left": lambda: pointer.turn(-_TURN),
            "duplicate": pointer.duplicate,
            "deleteObject": pointer.remove,
            "hideDetails": self.hide_details,
            "window.brighter": lambda: hub.drag_window(0, _WINDOW_STEP),
            "window.darker": lambda: hub.drag_window(0, -_WINDOW_STEP),
            "window.narrower": lambda: hub.drag_window(-_WINDOW_STEP, 0),
            "window.wider": lambda: hub.drag_window(_WINDOW_STEP, 0),
        }

    def follow(self, actions: Actions) -> None:
        """Keep the checkmarks of the actions what they are."""

        def show() -> None:
            tool = self.hub.tool
            kind = tool.kind if isinstance(tool, MarkTool) else marks.WORDS if isinstance(tool, WordsTool) else None
            for name in TOOLS:
                actions[f"tool.{name}"].setChecked(name == kind)
            for mode in MODES:
                actions[f"compare.{mode}"].setChecked(mode == self.comparison.mode)
            actions[f"layout.{self.stage.layout_name}"].setChecked(True)
            actions[f"component.{self.hub.component}"].setChecked(True)
            details = self.bridge.workbench.study.details
            actions["hideDetails"].setChecked(bool(details) and all(detail.hidden for detail in details))
            actions["hideDetails"].setEnabled(bool(details))

        for signal in (
            self.hub.tool_changed,
            self.hub.component_changed,
            self.comparison.toggled,
            self.stage.arranged,
            self.bridge.study_changed,
        ):
            signal.connect(show)
        show()

    # --- doing

    def choose_layout(self, name: str) -> None:
        """Show so many panels."""
        self.comparison.leave()
        self.stage.choose_layout(name)

    def take_up(self, kind: str) -> None:
        """Take up the tool of a kind of mark; chosen again, lay it down."""
        tool = self.hub.tool
        same = (isinstance(tool, MarkTool) and tool.kind == kind) or (
            isinstance(tool, WordsTool) and kind == marks.WORDS
        )
        self.hub.set_tool(None if same else mark_tool(self.bridge, kind))
        if self.hub.tool is not None and self._view() is not None and self.hub.cursor is None:
            self._view().setFocus()

    def hide_details(self) -> None:
        """Take all painted details out of the image, or put them back: one step for undo."""
        details = self.bridge.workbench.study.details
        hide = not all(detail.hidden for detail in details)
        word = "hide the details" if hide else "show the details"
        self.bridge.change(word, details=tuple(replace(detail, hidden=hide) for detail in details))

    def cancel(self) -> bool:
        """Escape: lay the tool down, let go, leave the comparison, leave the enlarged panel; False: nothing to do."""
        if self.hub.tool is not None:
            self.hub.set_tool(None)
        elif self.pointer.selected:
            self.pointer.let_go()
        elif self.comparison.mode is not None:
            self.comparison.leave()
        elif self.stage.enlarged is not None:
            self.stage.toggle_enlarged(self.stage.enlarged)
        else:
            return False
        return True

    @property
    def undo_label(self) -> str | None:
        """What `undo` would take back; None where the study is newer than every mark."""
        return "mark" if self._marks_newer and self.hub.marks.undoable else None

    def undo(self) -> bool:
        """Take back the last mark, if it is newer than the last change of the study."""
        if self._marks_newer and self.hub.marks.undo():
            return True
        self._marks_newer = False
        return False

    @Slot()
    def _mark_changed(self) -> None:
        self._marks_newer = True

    @Slot()
    def _study_changed(self) -> None:
        self._marks_newer = False
        if self.bridge.workbench.study.sampling.operator not in COMPLEX:
            self.hub.set_component("magnitude")

    def pin(self) -> None:
        """Keep the picture of the active panel as it is."""
        name = self.stage.pin(self.stage.active_panel().name)
        if name is not None:
            self.bridge.say(f"{self.stage.pictures[name].title}: choose it in the caption of a panel, or compare it")

    # --- words on the pictures

    def _view(self) -> PanelView | None:
        return self.comparison.panel.view if self.comparison.mode is not None else self.stage.active_panel().view

    @Slot(float, float)
    def _write(self, column: float, row: float) -> None:
        """Open a field at this place of the active panel; Enter or a click elsewhere takes its words."""
        view = self._view()
        self._close_words()
        field = self._words = QLineEdit(view.viewport())
        tend(field, "Words on the pictures", "Enter: write them; Esc: not", "markWords")
        field.setMaxLength(80)
        old = self._words_at(column, row)
        field.setText("" if old is None else self.hub.marks.all[old].text)
        field.selectAll()
        place = view.to_screen(column, row).toPoint()
        width = min(180, view.viewport().width())
        left = min(max(place.x(), 0), view.viewport().width() - width)
        field.setGeometry(left, max(place.y() - 12, 0), width, 24)
        field.returnPressed.connect(lambda: self._written(field, column, row))
        field.editingFinished.connect(lambda: self._written(field, column, row))
        field.show()
        field.setFocus()

    def _written(self, field: QLineEdit, column: float, row: float) -> None:
        if field is not self._words:
            return
        words, old = field.text().strip(), self._words_at(column, row)
        self._close_words()
        mark = Mark(marks.WORDS, (column, row), (column, row), words)
        if old is not None:
            self.hub.marks.put(old, mark) if words else self.hub.marks.remove(old)
        elif words:
            self.hub.marks.add(mark)

    def _words_at(self, column: float, row: float) -> int | None:
        """The words that stand exactly there, which are written anew."""
        found = (k for k, mark in enumerate(self.hub.marks.all) if mark.kind == marks.WORDS)
        return next((k for k in found if self.hub.marks.all[k].start == (column, row)), None)

    def _close_words(self) -> None:
        field, self._words = self._words, None
        if field is not None:
            view = self._view()
            field.hide()
            field.setObjectName("")  # it is not there any more, though Qt deletes it later
            field.deleteLater()
            view.setFocus()

    # --- menus

    def fill_other_menu(self, menu: QMenu) -> None:
        """Methods to show beside the network and the reference method."""
        workbench = self.bridge.workbench
        menu.clear()
        for name, title in other_methods(workbench.study).items():
            action = menu.addAction(title)
            action.setToolTip("Reconstruct the same data with it, at every iterate that is looked at")
            action.setCheckable(True)
            action.setChecked(f"other:{name}" in workbench.others)
            action.triggered.connect(lambda on, name=name: self.show_other(name, on))

    def show_other(self, name: str, shown: bool) -> None:
        """Show another method in the layout of three methods, or no more."""
        self.bridge.workbench.show_other(name, shown)
        self.comparison.leave()
        self.stage.place_other(name) if shown else self.stage.refresh()

    def fill_choose_menu(self, menu: QMenu, name: str) -> None:
        """What a panel could show instead."""
        for other, picture in self.stage.pictures.items():
            action = menu.addAction(picture.title)
            action.setToolTip(picture.accessible)
            action.setCheckable(True)
            action.setChecked(other == name)
            action.triggered.connect(lambda _on=False, other=other: self.stage.show_instead(name, other))
