"""The model card of a network: what it is, what it was trained on, its figures, and where it should not be used."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from stabview.gui.dialogs.text_dialog import TextDialog


class ModelCardDialog(TextDialog):
    """Shows the markdown of a card."""

    def __init__(self, title: str, markdown: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Model card: {title}", markdown, parent, name="modelCard")
