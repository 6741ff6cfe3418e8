"""After a crash: what was saved by itself can be taken up again, and what is known of the crash can be copied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from stabview.gui.cards.fields import tend
from stabview.gui.dialogs.text_dialog import TextDialog

_MOST = 12_000  # characters of the crash log


class RecoveryDialog(TextDialog):
    """`restore(path)` opens the newest copy, `discard()` removes all; closing leaves them for the next start."""

    def __init__(
        self, copies: list[Path], crash: str, restore: Callable[[Path], None], discard: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        newest = copies[0]
        when = datetime.fromtimestamp(newest.stat().st_mtime).astimezone()
        text = (
            f"# StabView did not end as it should\n\nYour work of {when:%d %B, %H:%M} was saved by itself: study, "
            "iterates, numbers and view.\n\n"
        )
        if crash:
            text += f"What is known of the crash:\n\n```\n{crash[-_MOST:]}\n```\n"
        super().__init__("Take up the work again?", text, parent, name="recovery")
        buttons = self.findChild(QDialogButtonBox)
        take = tend(QPushButton("Restore"), "Restore", "Open what was saved by itself.", "recovery.restore")
        drop = tend(QPushButton("Discard"), "Discard", "Remove what was saved by itself.", "recovery.discard")
        take.setProperty("primary", True)
        for button, does in ((take, lambda: restore(newest)), (drop, discard)):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
            button.clicked.connect(does)
            button.clicked.connect(self.reject)
        take.setDefault(True)
        self.resize(560, 240 if not crash else 480)
