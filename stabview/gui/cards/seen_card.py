"""Can the samples see it? How much of a detail is measured, and how much of its contrast each method keeps."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel

from stabview.gui import theme
from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Elided
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


def verdict(kept: float) -> tuple[str, str, str]:
    """The word, the sign and the theme colour for a contrast ratio."""
    if kept < LOST:
        return "lost", "✗", "danger"
    if kept < KEPT:
        return "weakened", "~", "warning"
    if kept > OVERDONE:
        return "overdone", "!", "warning"
    return "kept", "✓", "good"


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
        self.paint.selected_changed.connect(self.refresh)
        self.bridge.details_changed.connect(self.refresh)
        self.bridge.frame_changed.connect(self.refresh)
        self.bridge.position_changed.connect(self.refresh)

    def show_study(self, study: Study) -> None:
        index = self._index(study)
        report = self._report(index)
        for field in (self.exposure, *self.kept.values()):
            self.show_row(field, index is not None and not study.details[index].erase)
        self.which.setVisible(index is not None)
        if index is None:
            self.state.setText("Paint a detail on the image to find out.")
            return
        detail = study.details[index]
        self.which.setText(label_of(detail))
        if detail.hidden:
            self.state.setText("It is hidden, so it is not in the image.")
            return
        if detail.erase:
            self.state.setText("An eraser paints nothing itself.")
            return
        known = self.workbench.exposures
        seen = known.get(index, report.exposure if report is not None else None)
        self.exposure.setText("…" if seen is None else f"{100 * seen:.0f} % of its energy")
        for method, label in self.kept.items():
            self._show_kept(label, method, report)
        self.state.setText(self._state(report))

    def summary(self) -> str:
        study = self.workbench.study
        report = self._report(self._index(study))
        if report is None:
            return ""
        return " · ".join(
            f"{_METHODS[method]} {verdict(value)[0]}" for method, value in report.captured.items() if method in _METHODS
        )

    def _index(self, study: Study) -> int | None:
        """The selected detail, or the last one that paints something."""
        if self.paint.selected is not None and self.paint.selected < len(study.details):
            return self.paint.selected
        painted = [index for index, detail in enumerate(study.details) if not detail.erase]
        return painted[-1] if painted else None

    def _report(self, index: int | None) -> DetailReport | None:
        return next((report for report in self.workbench.detail_reports if report.detail == index), None)

    def _show_kept(self, label: QLabel, method: str, report: DetailReport | None) -> None:
        value = report.captured.get(method) if report is not None else None
        if value is None:
            label.setText("…")
            label.setStyleSheet("")
            return
        word, sign, colour = verdict(value)
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
