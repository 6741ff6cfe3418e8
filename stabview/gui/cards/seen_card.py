"""Can the samples see it? How much of a detail is measured, and how much of its contrast each method keeps."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from stabview.gui import theme
from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Elided, tend
from stabview.gui.cards.paint_state import PaintState, label_of
from stabview.study.frames import DetailReport
from stabview.study.study import Study

KEPT, LOST, OVERDONE = 0.75, 0.5, 1.25
_METHODS = {"network": "network", "soa": "SoA"}
_EXPOSURE_TIP = (
    "Exposure: the share of the detail's energy that the samples determine, ‖A⁺A d‖² / ‖d‖².\n"
    "The rest lies in the null space of A: no method can read it from the data, it can only guess."
)
_KEPT_TIP = (
    "Contrast kept: C = ⟨f(A x) − f(A (x − d)), d⟩ / ‖d‖², 1 when the detail d comes back unchanged.\n"
    f"kept: {KEPT:g} to {OVERDONE:g} · weakened: {LOST:g} to {KEPT:g} · lost: below {LOST:g} · "
    f"overdone: above {OVERDONE:g}."
)

_HIDE_TIP = "Search for a small perturbation that takes this detail out of the network's image (a false negative)."
_DRAW_TIP = (
    "Take this detail out of x and search for a small perturbation that makes the network draw it (a false positive)."
)


def verdict(kept: float) -> tuple[str, str, str]:
    """The word, the sign and the theme colour for a contrast ratio."""
    if kept < LOST:
        return "lost", "✗", "danger"
    if kept < KEPT:
        return "weakened", "~", "warning"
    if kept > OVERDONE:
        return "overdone", "!", "warning"
    return "kept", "✓", "good"


def drawing(shown: float) -> tuple[str, str, str]:
    """The same for a detail that is not in the image: to show it is wrong."""
    if shown < 1 - KEPT:
        return "not drawn", "✓", "good"
    return ("half drawn", "~", "warning") if shown < KEPT else ("drawn", "!", "danger")


class SeenCard(Card):
    """Shows `workbench.detail_reports` for the selected detail, or the last one."""

    title = "Can the samples see it?"
    name = "seen"

    def build(self) -> None:
        self.paint = PaintState.of(self.bridge)
        self.which = self.wide(Elided())
        self.exposure = QLabel()
        self.exposure.setObjectName("seen.exposure")
        self.exposure.setToolTip(_EXPOSURE_TIP)
        self.row("measured", self.exposure)
        self.kept: dict[str, QLabel] = {}
        for method, title in _METHODS.items():
            label = QLabel()
            label.setObjectName(f"seen.{method}")
            label.setToolTip(_KEPT_TIP)
            self.kept[method] = self.row(title, label)
        self.state = self.wide(Note())
        self.hide_it = _button("Hide it", "Search for what hides the detail", _HIDE_TIP, "seen.hide")
        self.draw_it = _button("Draw it", "Search for what draws the detail", _DRAW_TIP, "seen.draw")
        self.both = QWidget()
        row = QHBoxLayout(self.both)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(4)
        for button, goal in ((self.hide_it, "hide"), (self.draw_it, "draw")):
            row.addWidget(button, 1)
            button.clicked.connect(lambda _on=False, goal=goal: self._aim(goal))
        self.wide(self.both)
        self.paint.selected_changed.connect(self.refresh)
        self.bridge.details_changed.connect(self.refresh)
        self.bridge.search_changed.connect(self.refresh)
        self.bridge.frame_changed.connect(self.refresh)
        self.bridge.position_changed.connect(self.refresh)

    def show_study(self, study: Study) -> None:
        index = self._index(study)
        report = self._report(index)
        for field in (self.exposure, *self.kept.values()):
            self.show_row(field, index is not None and not study.details[index].erase)
        self.which.setVisible(index is not None)
        paints = index is not None and not study.details[index].erase
        self.show_row(self.both, paints)
        self.hide_it.setEnabled(paints and not self.workbench.searching)
        self.draw_it.setEnabled(paints and not self.workbench.searching)
        if index is None:
            self.state.setText("Paint a detail on the image to find out.")
            return
        detail = study.details[index]
        self.which.setText(label_of(detail))
        drawn = detail.hidden and study.perturbation.goal == "draw" and study.perturbation.detail == index
        if detail.hidden and not drawn:
            for label in self.kept.values():
                label.setText("–")
                label.setStyleSheet("")
            self.exposure.setText("–")
            self.state.setText("It is hidden, so it is not in the image.")
            return
        if detail.erase:
            self.state.setText("An eraser paints nothing itself.")
            return
        known = self.workbench.exposures
        seen = known.get(index, report.exposure if report is not None else None)
        self.exposure.setText("…" if seen is None else f"{100 * seen:.0f} % of its energy")
        for method, label in self.kept.items():
            self._show_kept(label, method, report, drawn=drawn)
        self.state.setText("It is not in the image: the perturbation draws it." if drawn else self._state(report))

    def summary(self) -> str:
        study = self.workbench.study
        report = self._report(self._index(study))
        if report is None:
            return ""
        return " · ".join(
            f"{_METHODS[method]} {verdict(value)[0]}" for method, value in report.captured.items() if method in _METHODS
        )

    def _aim(self, goal: str) -> None:
        """Search for a perturbation that hides the detail, or that draws it where it is not."""
        study = self.workbench.study
        index = self._index(study)
        details = study.details
        changed = replace(details[index], hidden=goal == "draw")
        aimed = replace(study.perturbation, goal=goal, detail=index)
        word = label_of(changed)
        self.change(
            f"{goal} {changed.kind}", perturbation=aimed, details=(*details[:index], changed, *details[index + 1 :])
        )
        self.bridge.search_wanted.emit()
        self.bridge.say(f"Searching for a perturbation that {'hides' if goal == 'hide' else 'draws'} {word}")

    def _index(self, study: Study) -> int | None:
        """The selected detail, or the last one that paints something."""
        if self.paint.selected is not None and self.paint.selected < len(study.details):
            return self.paint.selected
        painted = [index for index, detail in enumerate(study.details) if not detail.erase]
        return painted[-1] if painted else None

    def _report(self, index: int | None) -> DetailReport | None:
        return next((report for report in self.workbench.detail_reports if report.detail == index), None)

    def _show_kept(self, label: QLabel, method: str, report: DetailReport | None, *, drawn: bool) -> None:
        value = report.captured.get(method) if report is not None else None
        if value is None:
            label.setText("…")
            label.setStyleSheet("")
            return
        word, sign, colour = drawing(value) if drawn else verdict(value)
        number = f"{value:.2f}".replace("-", "\u2212")
        label.setText(f"{number}  {sign} {word}")
        label.setStyleSheet(f"color: {getattr(theme.current(), colour)}; font-weight: bold;")

    def _state(self, report: DetailReport | None) -> str:
        if report is None:
            return "being computed …"
        if report.index != self.workbench.position:
            return f"contrast kept at iterate {report.index}, not yet at {self.workbench.position}"
        return f"contrast kept at iterate {report.index}"

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "message"):
            self.refresh()


def _button(text: str, name: str, tip: str, object_name: str) -> QPushButton:
    button = QPushButton(text)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return tend(button, name, tip, object_name)
