"""What to export, as what: any panel, plot or table as a figure or as numbers, the iterates as a film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stabview.gui.cards.fields import Choice, tend


@dataclass(frozen=True)
class Subject:
    """One thing that can be exported: what it is called, and the endings of the files it can become."""

    key: str
    title: str
    endings: tuple[str, ...]


FORMATS = {
    ".png": ("PNG, pixels", "A picture with two pixels for each of the window."),
    ".svg": ("SVG, lines and letters", "A figure that can be edited and enlarged; pictures in it keep their pixels."),
    ".pdf": ("PDF, lines and letters", "A figure for LaTeX and print; pictures in it keep their pixels."),
    ".csv": ("CSV, numbers", "The very numbers of result.json, for a spreadsheet."),
    ".gif": ("GIF film", "All iterates one after another; every program shows it."),
    ".mp4": ("MP4 film", "All iterates one after another, smaller than a GIF; needs ffmpeg, as of imageio-ffmpeg."),
}
FILMS = (".gif", ".mp4")


class ExportDialog(QDialog):
    """Chooses a subject and a format; `take(subject, ending, light, seconds)` is called on Export."""

    def __init__(
        self, subjects: tuple[Subject, ...], chosen: str, take: Callable[[str, str, bool, float], None],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setObjectName("dialog.export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._subjects = {subject.key: subject for subject in subjects}
        form = QFormLayout()
        self.subject = Choice("What to export", "Which panel, plot or table.", "export.subject")
        self.subject.fill([(subject.key, subject.title, "") for subject in subjects])
        self.subject.show_key(chosen if chosen in self._subjects else subjects[0].key)
        self.format = Choice("Format", "What kind of file.", "export.format")
        self.light = tend(
            QCheckBox("on a light ground"), "On a light ground",
            "For print, whatever the theme of the window; pictures stay on black.", "export.light",
        )  # fmt: skip
        self.seconds = tend(
            QDoubleSpinBox(minimum=0.04, maximum=5.0, singleStep=0.05, value=0.15, suffix=" s"),
            "Seconds for each iterate", "How long the film shows each iterate.", "export.seconds",
        )  # fmt: skip
        self.about = QLabel()
        self.about.setObjectName("export.about")
        self.about.setWordWrap(True)
        self.about.setProperty("muted", True)
        form.addRow("What", self.subject)
        form.addRow("As", self.format)
        form.addRow("", self.light)
        form.addRow("Each iterate", self.seconds)
        self._form = form
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        export = tend(QPushButton("Export…"), "Export", "Choose where to write the file.", "export.export")
        export.setProperty("primary", True)
        tend(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel", "Close without writing anything.")
        buttons.addButton(export, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(
            lambda: take(self.subject.key(), self.format.key(), self.light.isChecked(), self.seconds.value())
        )
        rows = QVBoxLayout(self)
        rows.addLayout(form)
        rows.addWidget(self.about)
        rows.addStretch(1)
        rows.addWidget(buttons)
        self.subject.chosen.connect(self._show_formats)
        self.format.chosen.connect(self._show_format)
        self._show_formats()
        export.setDefault(True)
        self.resize(430, self.sizeHint().height())

    def _show_formats(self, *_: object) -> None:
        before, endings = self.format.key(), self._subjects[self.subject.key()].endings
        self.format.fill([(ending, *FORMATS[ending]) for ending in endings])
        self.format.show_key(before if before in endings else endings[0])
        self._show_format()

    def _show_format(self, *_: object) -> None:
        ending = self.format.key()
        self._form.setRowVisible(self.light, ending in (".png", ".svg", ".pdf"))
        self._form.setRowVisible(self.seconds, ending in FILMS)
        self.about.setText(FORMATS[ending][1])
