"""What the next painted detail will be and which one is selected; shared by the cards and the tools of one window."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from stabview.study.study import Detail

GLYPHS = {"spade": "♠", "heart": "♥", "diamond": "♦", "club": "♣"}
KINDS = (*GLYPHS, "text", "lesion", "brush", "eraser")
_FAMILY = {"text": "text", "lesion": "lesion", "brush": "brush", "eraser": "eraser"}
_SIZES = {"glyph": 12.0, "text": 12.0, "lesion": 10.0, "brush": 3.0, "eraser": 12.0}
EXAMPLE_TEXT = "CAN U SEE IT"


class PaintState(QObject):
    """Settings of the palette; `of` gives the one that belongs to a bridge.

    Attributes
    ----------
    kind : one of KINDS, or None while the mouse pans.
    size, contrast, text, angle : of what is painted next; every kind remembers its own size.
    edge, texture, aspect : of lesions.
    selected : index of the selected detail, or None.
    """

    changed = Signal()
    selected_changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.kind: str | None = None
        self._sizes = dict(_SIZES)
        self.contrast = 0.2
        self.text = EXAMPLE_TEXT
        self.angle = 0.0
        self.edge, self.texture, self.aspect = 1.0, 0.0, 1.0
        self.selected: int | None = None

    @classmethod
    def of(cls, bridge: QObject) -> PaintState:
        """The state all widgets of a bridge share."""
        return bridge.findChild(cls) or cls(bridge)

    @property
    def size(self) -> float:
        return self._sizes[_FAMILY.get(self.kind, "glyph")]

    def set(self, **values: object) -> None:
        """Set some of what the next detail will have."""
        for name, value in values.items():
            if name == "size":
                self._sizes[_FAMILY.get(self.kind, "glyph")] = value
            else:
                setattr(self, name, value)
        self.changed.emit()

    def select(self, index: int | None) -> None:
        """Select a detail, or none."""
        if index != self.selected:
            self.selected = index
            self.selected_changed.emit()

    def detail_at(self, column: float, row: float) -> Detail | None:
        """What a stamp would paint there, None for brushes and for an empty text."""
        place = (round(column, 1), round(row, 1))
        stamp = Detail("lesion", place, self.size, self.contrast)
        if self.kind in GLYPHS:
            return replace(stamp, kind="symbol", text=GLYPHS[self.kind], angle=self.angle)
        if self.kind == "text" and self.text.strip():
            return replace(stamp, kind="text", text=self.text, angle=self.angle)
        if self.kind != "lesion":
            return None
        turn = self.angle if self.aspect != 1 else 0.0
        return replace(stamp, angle=turn, edge=self.edge, texture=self.texture, aspect=self.aspect)

    def stroke(self, points: tuple[tuple[float, float], ...]) -> Detail:
        """What the brush or the eraser paints along these points."""
        erase = self.kind == "eraser"
        contrast = 0.0 if erase else self.contrast
        return Detail("stroke", points[0], self.size, contrast, points=points, erase=erase)


def label_of(detail: Detail) -> str:
    """A detail in a few words, for lists and undo."""
    if detail.kind == "stroke":
        return f"{'eraser' if detail.erase else 'brush'} {detail.size:g} px" + _contrast(detail)
    what = {"symbol": detail.text, "text": f"“{detail.text}”", "lesion": "lesion"}[detail.kind]
    column, row = detail.position
    return f"{what} {detail.size:g} px{_contrast(detail)} at ({column:.0f}, {row:.0f})"


def _contrast(detail: Detail) -> str:
    return "" if detail.erase else f", {100 * detail.contrast:+.0f} %".replace("-", "\u2212")
