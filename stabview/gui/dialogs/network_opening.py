"""What a network file does not say, asked once: the best guess to correct, what the checks found, and Open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from stabview.gui.bridge import Bridge
from stabview.gui.cards.fields import Choice, tend
from stabview.gui.dialogs.consent import with_consent
from stabview.images.errors import InputError
from stabview.methods.networks.formats.entry_point import is_entry_point
from stabview.methods.networks.wiring import CHOICES, Wiring, wiring_path

if TYPE_CHECKING:
    from stabview.methods.networks.examination import Examination

_TITLES = {
    "operator": "Data", "input": "It is fed with", "channels": "Numbers", "layout": "Axes", "centring": "k-space",
    "scaling": "Scaling", "output": "It gives",
}  # fmt: skip


class NetworkOpening(QDialog):
    """Shows an examination; `again(wiring)` is called to look with another wiring, `take` when it is to be opened."""

    def __init__(
        self, examination: Examination, again: Callable[[NetworkOpening, Wiring], None], take: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(f"Open {Path(examination.path).name}")
        self.setObjectName("dialog.networkOpening")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._again = again
        rows = QVBoxLayout(self)
        asked = QLabel("The file does not say how the network is connected. This was tried on a phantom and worked "
                       "best; correct it if you know better.")  # fmt: skip
        asked.setWordWrap(True)
        rows.addWidget(asked)
        form = QFormLayout()
        rows.addLayout(form)
        self.choices = {name: Choice(title, "How the network is connected.", f"wiring.{name}")
                        for name, title in _TITLES.items()}  # fmt: skip
        for name, choice in self.choices.items():
            choice.fill([(key, f"{key}: {words}", words) for key, words in CHOICES[name].items()])
            choice.chosen.connect(self._changed)
            form.addRow(_TITLES[name], choice)
        self.multiple = QSpinBox(minimum=1, maximum=1024)
        tend(self.multiple, "Multiple", "Rows and columns are padded to a multiple of this.", "wiring.multiple")
        self.multiple.valueChanged.connect(self._changed)
        form.addRow("Multiple of", self.multiple)
        self.found = QLabel()
        self.found.setWordWrap(True)
        self.found.setTextFormat(Qt.TextFormat.PlainText)
        self.found.setAlignment(Qt.AlignmentFlag.AlignTop)
        tend(self.found, "What was found", "The network on a phantom, and the checks.", "wiring.found")
        rows.addWidget(self.found, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.retry, self.open_button = QPushButton("Try again"), QPushButton("Open")
        tend(self.retry, "Try again", "Try the network connected like this.", "wiring.retry")
        tend(self.open_button, "Open", "Take the network into the study and store this beside it.", "wiring.open")
        buttons.addButton(self.retry, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.retry.clicked.connect(self._try)
        self.accepted.connect(take)
        rows.addWidget(buttons)
        self.resize(560, 540)
        self.show_examination(examination)

    def show_examination(self, examination: Examination) -> None:
        """Show a wiring and what was found with it; it can be opened only where it can be searched."""
        self.examination = examination
        for name, choice in self.choices.items():
            choice.show_key(getattr(examination.wiring, name))
        self.multiple.blockSignals(True)
        self.multiple.setValue(examination.wiring.multiple)
        self.multiple.blockSignals(False)
        self.say("\n".join((examination.opened.trust, *examination.lines)))
        self.open_button.setEnabled(examination.can_be_searched)
        self.retry.setEnabled(False)

    def say(self, text: str) -> None:
        """Show text in place of what was found."""
        self.found.setText(text)

    def _changed(self) -> None:
        self.open_button.setEnabled(False)
        self.retry.setEnabled(True)

    def _try(self) -> None:
        values = {name: choice.key() for name, choice in self.choices.items()}
        try:
            wiring = replace(self.examination.wiring, multiple=self.multiple.value(), **values)
        except InputError as error:
            self.say(str(error))
            return
        self.retry.setEnabled(False)
        self.say("Trying …")
        self._again(self, wiring)


def open_network(
    bridge: Bridge, parent: QWidget, path: Path | str, prefer: str, then: Callable[[str | None], None]
) -> None:
    """Call `then` once a network may be taken: agreed to where it can run code, connected where its file is silent.

    prefer : the operator of the study. then : gets the operator whose data the network takes, None where not asked.
    """

    def examine() -> None:
        if _says_it_all(path):
            then(None)
        else:
            bridge.say(f"Trying {Path(path).name} on a phantom …")
            _in_background(bridge, lambda: _examination(path, prefer), show)

    def show(examination: Examination) -> None:
        if examination.guesses == 0 and examination.can_be_searched:
            then(_operator(examination))
            return
        box = [examination]

        def again(dialog: NetworkOpening, wiring: Wiring) -> None:
            def done(fresh: Examination) -> None:
                if isValid(dialog):  # it may have been dismissed meanwhile
                    box[0] = fresh
                    dialog.show_examination(fresh)

            _in_background(bridge, lambda: _examined_again(box[0], wiring), done)

        def take() -> None:
            _in_background(bridge, lambda: _keep(box[0]), lambda _: then(_operator(box[0])))

        NetworkOpening(examination, again, take, parent).open()

    with_consent(bridge, parent, path, examine)


def _operator(examination: Examination) -> str | None:
    operator = examination.wiring.operator
    return None if operator == "any" else operator


def _says_it_all(path: Path | str) -> bool:
    """Whether a wiring or a card is beside the file, so that there is nothing to ask."""
    if is_entry_point(str(path)):
        return False
    path = Path(path)
    return wiring_path(path).is_file() or (path.suffix == ".safetensors" and _has_card(path))


def _has_card(path: Path) -> bool:
    from safetensors import SafetensorError, safe_open

    if path.with_suffix(".json").is_file():
        return True
    try:
        with safe_open(path, framework="np") as file:
            return "stabview" in (file.metadata() or {})
    except (SafetensorError, OSError):
        return True  # loading it will say what is wrong with it


def _in_background(bridge: Bridge, work: Callable[[], object], then: Callable[[object], None]) -> None:
    """Do file work beside the window and hand its result to `then`."""
    made: list[object] = []
    bridge.in_background(lambda: made.append(work()), lambda: then(made[0]))


def _examination(path: Path | str, prefer: str) -> Examination:
    from stabview.methods.networks.examination import examine

    return examine(path, prefer=prefer)


def _examined_again(examination: Examination, wiring: Wiring) -> Examination:
    from stabview.methods.networks.examination import examine_again

    return examine_again(examination, wiring)


def _keep(examination: Examination) -> None:
    from stabview.methods.networks.examination import keep

    keep(examination)
