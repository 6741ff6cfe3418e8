"""A card of the left column: a titled, foldable box that shows a part of the study and changes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from stabview.gui.cards.fields import Elided, Fold
from stabview.study.study import Study


class Note(QLabel):
    """A line or a few of secondary text; hidden while empty. As high as its text needs at its present width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setProperty("muted", True)
        self.hide()

    def hasHeightForWidth(self) -> bool:
        return False  # layouts would ask for the height at their smallest width, and leave gaps

    def sizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setVisible(bool(text))


class Card(QFrame):
    """Base of the cards.

    A subclass builds its fields in `build`, shows a study in `show_study` and what the scene knows in `show_scene`,
    and calls `change` for what the user does. While a card shows something, `change` does nothing: no loops.
    """

    title = ""
    name = ""
    folded_at_first = False

    def __init__(self, bridge: object, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.workbench = bridge.workbench
        self._showing = False
        self.setObjectName(f"card.{self.name}")
        self.setProperty("card", True)
        self.setAccessibleName(self.title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 4, 8, 7)
        outer.setSpacing(3)
        self._head = Fold(self.title, "Fold or unfold this card.", f"card.{self.name}.fold", bold=True)
        self._head.toggled.connect(self._fold)
        outer.addWidget(self._head)
        self._summary = Elided()
        self._summary.setProperty("muted", True)
        outer.addWidget(self._summary)
        self.body = QWidget()
        outer.addWidget(self.body)
        self.form = QFormLayout(self.body)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(6)
        self.form.setVerticalSpacing(3)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._labels: dict[QWidget, QLabel] = {}
        self._pairs: dict[QWidget, QWidget] = {}
        self.build()
        self.message = Note()
        self.message.setObjectName(f"card.{self.name}.message")
        self.form.addRow(self.message)
        self._head.setChecked(not self.folded_at_first)
        self._fold(not self.folded_at_first)
        bridge.study_changed.connect(self.refresh)
        bridge.scene_changed.connect(self.refresh_scene)
        bridge.error_raised.connect(self.refresh)  # a refused value goes back to the one that holds
        self.refresh()

    # --- for the subclasses

    def build(self) -> None:
        """Make the fields."""
        raise NotImplementedError

    def show_study(self, study: Study) -> None:
        """Put the values of a study into the fields."""
        raise NotImplementedError

    def show_scene(self) -> None:
        """Show what `workbench.scene` knows; it may be None."""

    def summary(self) -> str:
        """One line for the folded card."""
        return ""

    def row(self, label: str, field: QWidget) -> QWidget:
        """Add a labelled row; returns the field."""
        self.form.addRow(self._caption(label, field), field)
        return field

    def pair(self, label: str, field: QWidget, *others: tuple[str, QWidget]) -> None:
        """Add a labelled field and others, each with its label, in one row; hide any of them with `show_half`."""
        holder = QWidget()
        across = QHBoxLayout(holder)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(5)
        across.addWidget(field, 1)
        for other_label, other in others:
            across.addWidget(self._caption(other_label, other))
            across.addWidget(other, 1)
        self.form.addRow(self._caption(label, field), holder)
        for one in (field, *(other for _, other in others)):
            self._pairs[one] = holder

    def wide(self, field: QWidget | QLayout) -> QWidget | QLayout:
        """Add a row without a label; returns the field."""
        self.form.addRow(field)
        return field

    def caption(self, field: QWidget) -> QLabel:
        """The label of a row."""
        return self._labels[field]

    def show_half(self, field: QWidget, visible: bool) -> None:
        """Show or hide one field of a row with its label."""
        field.setVisible(visible)
        self._labels[field].setVisible(visible)

    def show_row(self, field: QWidget, visible: bool) -> None:
        """Show or hide the row of a field, with all fields in it."""
        self.form.setRowVisible(self._pairs.get(field, field), visible)

    def change(self, label: str, *, merge: bool = False, **parts: object) -> None:
        """Hand a study with these parts replaced to the workbench, unless nothing is new."""
        study = self.workbench.study
        if self._showing or study.having(**parts) == study:
            return
        self.message.setText("")
        self.bridge.change(label, merge=merge, **parts)

    def tell(self, sentence: str) -> None:
        """Say what else happened, in the card until the next change and in the status bar."""
        self.message.setText(sentence)
        self.bridge.say(sentence)

    # --- keeping up

    @Slot()
    def refresh(self) -> None:
        """Show the present study."""
        self._showing = True
        try:
            self.show_study(self.workbench.study)
            self.show_scene()
        finally:
            self._showing = False
        self._summary.setText(self.summary())

    @Slot()
    def refresh_scene(self) -> None:
        """Show the present scene."""
        self._showing = True
        try:
            self.show_scene()
        finally:
            self._showing = False
        self._summary.setText(self.summary())

    def _caption(self, label: str, field: QWidget) -> QLabel:
        caption = QLabel(label)
        caption.setProperty("muted", True)
        caption.setToolTip(field.toolTip())
        self._labels[field] = caption
        return caption

    @property
    def folded(self) -> bool:
        """Whether only the title and the summary are shown."""
        return not self._head.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Fold or unfold the card."""
        self._head.setChecked(not folded)

    def _fold(self, open_: bool) -> None:
        self._summary.setVisible(not open_)
        self.body.setVisible(open_)
