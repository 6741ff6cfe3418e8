"""The card of the painted details: the palette, their size and contrast, and the list of what is painted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.details_list import DetailsList
from stabview.gui.cards.fields import SliderRow, Spin, tend
from stabview.gui.cards.paint_state import GLYPHS, KINDS, PaintState
from stabview.gui.cards.palette import PaletteButton
from stabview.gui.paint_tools import StampTool, StrokeTool, tool_for
from stabview.images.shapes import moved
from stabview.study.study import Detail, Study

_BESIDE = 6.0  # pixels by which a copy is moved


class DetailsCard(Card):
    """Shows and changes `study.details` and arms the painting tools."""

    title = "Details to paint"
    name = "details"

    def build(self) -> None:
        self.paint = PaintState.of(self.bridge)
        self._armed: str | None = None  # the kind of detail whose tool the hub has
        self.buttons = {kind: PaletteButton(kind) for kind in KINDS}
        palette = QWidget()
        palette.setObjectName("detailPalette")
        palette.setAccessibleName("Palette of details")
        grid = QGridLayout(palette)
        grid.setContentsMargins(0, 0, 0, 2)
        grid.setSpacing(4)
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, place // 4, place % 4)
            button.clicked.connect(lambda on, kind=button.kind: self._take_up(kind if on else None))
        self.wide(palette)
        tip = "Height of symbols and capitals, diameter of a lesion at half its height, width of the brush."
        self.size = self.row(
            "size",
            SliderRow("Size of the detail", tip, 1, 256, suffix=" px", logarithmic=True, object_name="detailSize"),
        )
        tip = "Brightness added, relative to the largest of the image; negative for dark details."
        self.contrast = self.row(
            "contrast",
            SliderRow("Contrast of the detail", tip, -100, 100, suffix=" %", object_name="detailContrast"),
        )
        self.text = QLineEdit()
        tend(self.text, "Text of the detail", "What the text tool paints.", "detailText")
        self.text.setMaxLength(200)
        self.row("text", self.text)
        self._build_shape()
        self.measures = self.wide(Note())
        self.list = self.wide(DetailsList())
        self.column = Spin("Column of the detail", "Its centre, counted from the left.", 0, 9999, step=1, decimals=1)
        self.column.setObjectName("detailColumn")
        self.line = Spin("Row of the detail", "Its centre, counted from the top.", 0, 9999, step=1, decimals=1)
        self.line.setObjectName("detailRow")
        self.place_row = QWidget()
        self.place_row.setToolTip("Centre of the chosen detail: column and row.")
        _across(self.place_row, self.column, self.line)
        self.row("centre", self.place_row)
        self.add = _button(
            "Add", "Add a detail", "Paint the chosen symbol, text or lesion in the middle.", "details.add"
        )
        self.delete = _button("Delete", "Delete the detail", "Remove the chosen detail.", "details.delete")
        self.copy = _button("Copy", "Copy the detail", "Paint the chosen detail once more.", "details.copy")
        self.fit = _button(
            "Fit to SoA",
            "Fit the contrast to the SoA limit",
            "The accuracy rule: the smallest contrast that the reference method just keeps, C = 0.5.",
            "details.fit",
        )
        self.undo = _button("↶", "Undo", "Nothing to undo.", "details.undo")
        self.redo = _button("↷", "Redo", "Nothing to redo.", "details.redo")
        row = QWidget()
        _across(row, self.add, self.undo, self.redo)
        row.layout().setStretch(0, 3)
        self.wide(row)
        self.doing = QWidget()
        _across(self.doing, self.copy, self.delete, self.fit)
        for place, share in enumerate((4, 5, 7)):  # as their words are long
            self.doing.layout().setStretch(place, share)
        self.wide(self.doing)
        self._connect()

    def _build_shape(self) -> None:
        """The angle, and what only lesions have, in per cent and as a ratio."""
        tip = "Turns it clockwise."
        self.angle = Spin("Angle of the detail", tip, -180, 180, step=5, suffix="°", object_name="detailAngle")
        tip = "Height over width of the lesion; the angle turns it."
        self.aspect = Spin("Shape of the lesion", tip, 0.2, 5, step=0.1, decimals=1, object_name="detailAspect")
        self.pair("angle", self.angle, ("shape", self.aspect))
        tip = "How soft the edge is: 100 % is a Gaussian, a few per cent nearly a disk; the size stays."
        self.edge = Spin("Edge of the lesion", tip, 5, 100, step=5, suffix=" %", object_name="detailEdge")
        tip = "How uneven the lesion is within, relative to its contrast."
        self.texture = Spin("Texture of the lesion", tip, 0, 100, step=10, suffix=" %", object_name="detailTexture")
        self.row("edge", self.edge)
        self.row("texture", self.texture)

    def _connect(self) -> None:
        self.edge.edited.connect(lambda value, follows: self._edit("edge", value / 100, follows))
        self.texture.edited.connect(lambda value, follows: self._edit("texture", value / 100, follows))
        self.aspect.edited.connect(lambda value, follows: self._edit("aspect", value, follows))
        self.size.edited.connect(lambda value, follows: self._edit("size", value, follows))
        self.contrast.edited.connect(lambda value, follows: self._edit("contrast", value / 100, follows))
        self.angle.edited.connect(lambda value, follows: self._edit("angle", value, follows))
        self.text.textEdited.connect(self._edit_text)
        self.column.edited.connect(lambda value, follows: self._edit_place(0, value, follows))
        self.line.edited.connect(lambda value, follows: self._edit_place(1, value, follows))
        self.list.chosen.connect(self.paint.select)
        self.list.hidden.connect(self._hide)
        self.list.removed.connect(self._delete)
        self.copy.clicked.connect(self._copy)
        self.fit.clicked.connect(self._fit)
        self.add.clicked.connect(self._add)
        self.delete.clicked.connect(self._delete)
        self.undo.clicked.connect(self.workbench.undo)
        self.redo.clicked.connect(self.workbench.redo)
        self.paint.changed.connect(self._show_paint)
        self.paint.selected_changed.connect(self._show_selected)
        self.bridge.hub.tool_changed.connect(self._tool_changed)

    # --- showing

    def show_study(self, study: Study) -> None:
        count, selected = len(study.details), self.paint.selected
        if selected is not None and selected >= count:
            selected = count - 1 if count else None
        self.list.show_details(study.details, selected)
        for painted in (self.list, self.doing):
            self.show_row(painted, count > 0)
        self.paint.select(selected)
        self._show_fields()
        for button, label, what in (
            (self.undo, self.workbench.undo_label, "Undo"),
            (self.redo, self.workbench.redo_label, "Redo"),
        ):
            button.setEnabled(label is not None)
            button.setToolTip(f"{what}: {label}" if label else f"Nothing to {what.lower()}.")

    def show_scene(self) -> None:
        scene = self.workbench.scene
        if scene is not None:
            height, width = scene.x.shape
            with QSignalBlocker(self.column), QSignalBlocker(self.line):
                self.column.setRange(-0.5, width - 0.5)
                self.line.setRange(-0.5, height - 0.5)
        self.measures.setText(self._in_units(scene))

    def summary(self) -> str:
        count = len(self.workbench.study.details)
        return f"{count} painted" if count else "none painted"

    def _selected(self) -> Detail | None:
        details, index = self.workbench.study.details, self.paint.selected
        return details[index] if index is not None and index < len(details) else None

    def _show_fields(self) -> None:
        """Size, contrast and so on of the selected detail, or of the next one."""
        showing, self._showing = self._showing, True
        detail, paint = self._selected(), self.paint
        self.size.show_value(detail.size if detail else paint.size)
        self.contrast.show_value(100 * (detail.contrast if detail else paint.contrast))
        self.contrast.setEnabled(not (detail.erase if detail else paint.kind == "eraser"))
        self.angle.show_value(detail.angle if detail else paint.angle)
        text = detail.text if detail and detail.kind == "text" else paint.text
        if text != self.text.text():
            self.text.setText(text)
        kind = detail.kind if detail else {"brush": "stroke", "eraser": "stroke"}.get(paint.kind, paint.kind)
        self.show_row(self.text, kind == "text" or paint.kind == "text")
        self.show_row(self.angle, kind in ("symbol", "text", "lesion", *GLYPHS))
        for name, scale in (("edge", 100), ("texture", 100), ("aspect", 1)):
            getattr(self, name).show_value(scale * getattr(detail or paint, name))
            show = self.show_half if name == "aspect" else self.show_row
            show(getattr(self, name), kind == "lesion")
        self.show_row(self.place_row, detail is not None and detail.kind != "stroke")
        if detail is not None and detail.kind != "stroke":
            self.column.show_value(detail.position[0])
            self.line.show_value(detail.position[1])
        self.delete.setEnabled(detail is not None)
        self.copy.setEnabled(detail is not None)
        self.fit.setEnabled(detail is not None and not detail.erase and not detail.hidden)
        self.add.setEnabled(paint.kind not in (None, "brush", "eraser"))
        self.measures.setText(self._in_units(self.workbench.scene))
        self._showing = showing

    def _in_units(self, scene: object) -> str:
        """The size in mm and the contrast in the file's units, where they are known."""
        if scene is None:
            return ""
        parts = []
        if scene.spacing is not None:
            parts.append(f"{self.size.value() * scene.spacing[0]:.1f} mm")
        if scene.units and scene.units != "a.u.":
            value = self.contrast.value() / 100 * scene.scale
            parts.append(f"{value:+.3g} {scene.units}")
        return "= " + ", ".join(parts) if parts else ""

    @Slot()
    def _show_paint(self) -> None:
        for kind, button in self.buttons.items():
            button.setChecked(kind == self.paint.kind)
        hub = self.bridge.hub
        if self.paint.kind != self._armed:
            self._armed = self.paint.kind
            if self._armed is not None or isinstance(hub.tool, StampTool | StrokeTool):
                hub.set_tool(tool_for(self.bridge, self.paint))
        self._show_fields()

    @Slot()
    def _tool_changed(self) -> None:
        """Another tool was taken up, or this one laid down."""
        if not isinstance(self.bridge.hub.tool, StampTool | StrokeTool):
            self.paint.set(kind=None)

    @Slot()
    def _show_selected(self) -> None:
        with QSignalBlocker(self.list):
            self.list.setCurrentRow(-1 if self.paint.selected is None else self.paint.selected)
        self._show_fields()

    # --- doing

    def _take_up(self, kind: str | None) -> None:
        """Take up a tool: the fields are its own now, no more those of a selected detail."""
        self.paint.select(None)
        self.paint.set(kind=kind)

    def _edit(self, field: str, value: float, follows: bool) -> None:
        if self._showing:
            return
        detail = self._selected()
        self.paint.set(**{field: value})
        if detail is not None:
            self._replace(replace(detail, **{field: value}), f"{field} of {detail.kind}", follows)

    def _edit_text(self, text: str) -> None:
        detail = self._selected()
        self.paint.set(text=text)
        if detail is not None and detail.kind == "text" and text.strip():
            self._replace(replace(detail, text=text), f"text of detail {self.paint.selected + 1}", True)

    def _edit_place(self, axis: int, value: float, follows: bool) -> None:
        detail = self._selected()
        if detail is not None:
            place = (value, detail.position[1]) if axis == 0 else (detail.position[0], value)
            self._replace(replace(detail, position=place), f"move {detail.kind}", follows)

    def _replace(self, detail: Detail, label: str, merge: bool) -> None:
        details = list(self.workbench.study.details)
        details[self.paint.selected] = detail
        self.change(label, merge=merge, details=tuple(details))

    @Slot(int, bool)
    def _hide(self, index: int, hidden: bool) -> None:
        details = self.workbench.study.details
        word = "hide" if hidden else "show"
        changed = replace(details[index], hidden=hidden)
        self.change(f"{word} {changed.kind}", details=(*details[:index], changed, *details[index + 1 :]))

    @Slot()
    def _copy(self) -> None:
        detail, details = self._selected(), self.workbench.study.details
        if detail is not None:
            self.change(f"copy {detail.kind}", details=(*details, moved(detail, _BESIDE, _BESIDE)))
            self.paint.select(len(details))

    @Slot()
    def _fit(self) -> None:
        if self._selected() is not None:
            self.tell("Looking for the smallest contrast that the reference method keeps …")
            self.workbench.fit_contrast(self.paint.selected)

    @Slot()
    def _add(self) -> None:
        height, width = self.bridge.hub.shape
        detail = self.paint.detail_at((width - 1) / 2, (height - 1) / 2)
        if detail is None:
            self.tell("Type the text to paint first.")
            return
        details = self.workbench.study.details
        self.change(f"paint {detail.kind}", details=(*details, detail))
        self.paint.select(len(details))

    @Slot()
    def _delete(self) -> None:
        details, index = self.workbench.study.details, self.paint.selected
        if index is not None and index < len(details):
            rest = details[:index] + details[index + 1 :]
            self.change(f"delete {details[index].kind}", details=rest)
            self.paint.select(min(index, len(rest) - 1) if rest else None)


def _button(text: str, name: str, tip: str, object_name: str) -> QPushButton:
    button = QPushButton(text)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return tend(button, name, tip, object_name)


def _across(holder: QWidget, *widgets: QWidget) -> None:
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget, 1)
