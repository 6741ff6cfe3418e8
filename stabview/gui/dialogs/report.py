"""What a report is to hold: who wrote it and why, notes, which files beside the HTML, and the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stabview.gui.cards.fields import Choice, tend
from stabview.gui.dialogs import files
from stabview.report.names import AGREED

_LONGEST = 4000


@dataclass(frozen=True)
class ReportWish:
    """What was asked for.

    film : ".gif", ".mp4" or "". open : show it when it is there. names : files by their names, not by their hashes.
    """

    folder: Path
    title: str = ""
    author: str = ""
    notes: str = ""
    pdf: bool = True
    film: str = ""
    open: bool = True
    names: bool = False

    def stated(self) -> dict[str, str | bool]:
        """What people wrote and agreed to, for result.json."""
        return {"title": self.title, "author": self.author, "notes": self.notes, AGREED: self.names}


class ReportDialog(QDialog):
    """Calls `take(wish)` on Write. `films` says whether there are iterates to make a film of."""

    def __init__(self, films: bool, take: Callable[[ReportWish], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report")
        self.setObjectName("dialog.report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._take = take
        about = QLabel(
            "Numbers (JSON, CSV), arrays, figures and a report of the present state, without the headers of your "
            "files. Only study.toml says where they are: leave it out when you pass the folder on."
        )
        about.setWordWrap(True)
        about.setProperty("muted", True)
        self.title, self.author, self.folder = (
            tend(QLineEdit(), name, tip, f"report.{key}")
            for key, name, tip in (
                ("title", "Title", "What the report is about; left out: the network and the image."),
                ("author", "Written by", "A name or a role, in any form; may stay empty."),
                ("folder", "Folder", "Where the files go; a folder that is not there is made."),
            )
        )
        self.title.setMaxLength(200)
        self.author.setMaxLength(200)
        self.notes = tend(QPlainTextEdit(), "Notes", "What you saw, in your own words.", "report.notes")
        self.notes.setTabChangesFocus(True)
        self.notes.setPlaceholderText("The lesion is missing in the network's image and kept by TV …")
        self.folder.setText(str(files.last_folder("reportFolder") / "stabview-report"))
        browse = tend(QPushButton("Browse…"), "Browse", "Choose the folder.", "report.browse")
        browse.setAutoDefault(False)
        browse.clicked.connect(lambda: files.ask_report_folder(self, lambda path: self.folder.setText(str(path))))
        across = QHBoxLayout()
        across.addWidget(self.folder, 1)
        across.addWidget(browse)
        self.pdf = tend(QCheckBox("PDF beside the HTML"), "PDF", "The same report on A4 pages.", "report.pdf")
        self.pdf.setChecked(True)
        self.names = QCheckBox("Names of my files")
        tip = "Names of images often name patients: left out, the report calls them by the hash of their contents."
        tend(self.names, "Names of my files", tip, "report.names")
        self.show_it = QCheckBox("Show it when it is there")
        tend(self.show_it, "Show it", "Open the report afterwards.", "report.open")
        self.show_it.setChecked(True)
        self.film = Choice("Film", "The iterates as a film beside the report.", "report.film")
        self.film.fill([("", "none", ""), (".gif", "GIF", ""), (".mp4", "MP4 (needs ffmpeg)", "")])
        self.film.show_key("")
        form = QFormLayout()
        for label, field in (
            ("Title", self.title), ("Written by", self.author), ("Notes", self.notes), ("Folder", across),
            ("Also", self.pdf), ("", self.names), ("", self.show_it), ("Film", self.film),
        ):  # fmt: skip
            form.addRow(label, field)
        form.setRowVisible(self.film, films)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        write = tend(QPushButton("Write report"), "Write report", "Write all files to the folder.", "report.write")
        write.setProperty("primary", True)
        tend(buttons.button(QDialogButtonBox.StandardButton.Cancel), "Cancel", "Close without writing anything.")
        buttons.addButton(write, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        write.setDefault(True)
        self.folder.textChanged.connect(lambda text: write.setEnabled(bool(text.strip())))
        self.accepted.connect(lambda: self._take(self.wish()))
        rows = QVBoxLayout(self)
        rows.addWidget(about)
        rows.addLayout(form)
        rows.addWidget(buttons)
        self.resize(560, 430)

    def wish(self) -> ReportWish:
        """What the fields say."""
        return ReportWish(
            Path(self.folder.text().strip()).expanduser(), self.title.text().strip(), self.author.text().strip(),
            self.notes.toPlainText().strip()[:_LONGEST], self.pdf.isChecked(), self.film.key() or "",
            self.show_it.isChecked(), self.names.isChecked(),
        )  # fmt: skip
