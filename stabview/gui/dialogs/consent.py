"""Asking before a network that can run code is opened: which file, which contents, why; nothing of it runs before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import tend
from stabview.methods.networks.consent import Consent, danger_of


class ConsentDialog(QDialog):
    """Names the file, its SHA-256 and the danger. "Do not open" is what Return and Escape do."""

    def __init__(
        self, path: str, sha256: str, danger: str, agree: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Trust this network?")
        self.setObjectName("dialog.consent")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QLabel(
            f"{Path(path).name} can run code on this computer when it is opened: {danger}.\n\n"
            "Open it only if you know where it comes from. Weights alone (safetensors), a plain .pt2 or ONNX need no"
            " trust.\n\n"
            f"{path}\nSHA-256 {sha256[:32]}\n{sha256[32:]}\n\n"
            "If you agree, this is remembered for these contents; a changed file is asked about again."
        )
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        tend(self.text, "What this is about", "The file, its contents and what it can do.", "consent.text")
        rows = QVBoxLayout(self)
        rows.addWidget(self.text)
        buttons = QDialogButtonBox()
        self.refuse = QPushButton("Do not open")
        self.agree = QPushButton("I trust it, open it")
        tend(self.refuse, "Do not open", "Leave the study as it is; nothing of the file is run.", "consent.refuse")
        tend(self.agree, "I trust it, open it", "Open the file, which may run code of its own.", "consent.agree")
        buttons.addButton(self.agree, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.refuse, QDialogButtonBox.ButtonRole.RejectRole)
        self.refuse.setDefault(True)
        self.agree.setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(agree)
        rows.addWidget(buttons)
        self.refuse.setFocus()


def with_consent(bridge: Bridge, parent: QWidget, path: Path | str, then: Callable[[], None]) -> None:
    """Call `then` once a network may be opened: at once where it cannot run code, else when the user has agreed."""
    found: list[tuple[str, str, bool]] = []

    def look() -> None:
        danger, sha256 = danger_of(path)
        found.append((danger, sha256, bool(danger) and Consent().given(sha256) is None))

    def ask() -> None:
        ((danger, sha256, asking),) = found
        if asking:
            ConsentDialog(str(path), sha256, danger, lambda: agreed(sha256), parent).open()
        else:
            then()

    def agreed(sha256: str) -> None:
        bridge.in_background(lambda: Consent().give(sha256, Path(path).name, "the window"), then)

    bridge.in_background(look, ask)
