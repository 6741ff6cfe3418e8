"""The button of the kept searches: keep this one, show another one, compare them in a table."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QToolButton

from stabview.gui import text
from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import tend
from stabview.gui.dialogs.text_dialog import TextDialog
from stabview.study.kept_search import SearchRow


class SearchMenu(QToolButton):
    """Says how many searches are kept.

    Signals
    -------
    resume_wanted : the search is to go on from the iterate in sight.
    """

    resume_wanted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        tend(self, "Kept searches", "Keep this search, go back to a kept one, compare them (K keeps)", "searchMenu")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.fill(menu))
        self.setMenu(menu)
        bridge.search_changed.connect(self.refresh)
        bridge.iterate_added.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the number of kept searches."""
        count = len(self.bridge.workbench.searches.kept)
        self.setText(f"{count} kept ▾" if count else "keep search ▾")
        self.setEnabled(count > 0 or self.bridge.workbench.count > 1)

    def fill(self, menu: QMenu) -> None:
        """Make the entries anew."""
        workbench = self.bridge.workbench
        menu.clear()
        keep = menu.addAction("Keep this search")
        keep.setEnabled(workbench.count > 1)
        keep.triggered.connect(lambda _on=False: workbench.searches.keep())
        resume = menu.addAction("Resume from this iterate")
        resume.setToolTip("With the settings of now; what was found is kept (Ctrl+F5)")
        resume.setEnabled(workbench.position > 0 and not workbench.searching)
        resume.triggered.connect(lambda _on=False: self.resume_wanted.emit())
        if not workbench.searches.kept:
            return
        menu.addAction("Compare…").triggered.connect(lambda _on=False: self.compare())
        menu.addSection("Go back to")
        for search in workbench.searches.kept:
            action = menu.addAction(search.title)
            action.setToolTip("The present search is kept in its place")
            action.triggered.connect(lambda _on=False, number=search.number: workbench.searches.show(number))
        forget = menu.addMenu("Forget")
        for search in workbench.searches.kept:
            action = forget.addAction(search.title)
            action.triggered.connect(lambda _on=False, number=search.number: workbench.searches.drop(number))

    def compare(self) -> TextDialog:
        """All searches in one table."""
        rows = self.bridge.workbench.searches.compared()
        dialog = TextDialog("Searches compared", compared_text(rows), self.window(), name="searches")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resize(860, 320)
        dialog.show()
        return dialog


def compared_text(rows: tuple[SearchRow, ...]) -> str:
    """A table in Markdown."""
    norm = text.per_cent(rows[0].at_norm) if rows else ""
    head = f"| search | ‖r‖/‖x‖ | network PSNR | network change | SoA change | network change within {norm} |"
    lines = [head, "| :-- | --: | --: | --: | --: | --: |"]
    for row in rows:
        cells = (
            row.title,
            text.per_cent(row.norm),
            "" if row.psnr is None else text.decibel(row.psnr),
            *("" if value is None else text.per_cent(value) for value in (row.change, row.soa_change, row.change_at)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    note = (
        "Every search bounds the harm from below: at the same norm, the larger change is the better search."
    )
    return "\n".join(lines) + f"\n\n{note}"
