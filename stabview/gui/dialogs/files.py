"""Choosing files: every function opens a dialog without blocking and calls `then(path)` when a file was chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from stabview.images.readers import FILE_PATTERNS
from stabview.methods.networks.formats.inspection import ENDINGS

Then = Callable[[Path], None]

SESSION = ("Sessions", ("*.stabview",))
STUDY = ("Studies", ("*.toml",))
DETAILS = ("Painted details", ("*.toml",))
NETWORKS = (
    ("Networks", tuple(f"*{ending}" for ending in ENDINGS)),
    ("All files", ("*",)),
)
ARRAYS = (("NumPy arrays", ("*.npy",)),)
MASKS = (("Masks", ("*.npy", "*.png", "*.tif", "*.tiff", "*.txt", "*.csv")),)
ANGLES = (("Lists of angles", ("*.txt", "*.csv", "*.npy")),)
_last_folders: dict[str, str] = {}  # where the user was, for as long as the program runs


def ask_image(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which image to open."""
    return _ask(parent, "openImage", "Open an image", FILE_PATTERNS, then)


def ask_image_folder(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which folder of slices to open."""
    return _ask(parent, "openFolder", "Open a folder of slices", (), then, folder=True)


def ask_network(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which network to open."""
    return _ask(parent, "openNetwork", "Open a network", NETWORKS, then)


def ask_coils(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which file of coil sensitivities, or of raw k-space, to take."""
    return _ask(parent, "openCoils", "Open coil sensitivities or raw k-space", ARRAYS, then)


def ask_mask(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which file of a sampling mask to take."""
    return _ask(parent, "openMask", "Open a sampling mask", MASKS, then)


def ask_angles(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which file of view angles to take."""
    return _ask(parent, "openAngles", "Open view angles", ANGLES, then)


def ask_stored(parent: QWidget | None, what: str, then: Then) -> QFileDialog:
    """Which file of measured data to make the image from; `what` names them."""
    return _ask(parent, "openStored", f"Open {what}", ARRAYS, then)


def ask_file(parent: QWidget | None, then: Then) -> QFileDialog:
    """Any file, for an experiment."""
    return _ask(parent, "openFile", "Open a file", (), then)


def ask_session(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which session or study to open."""
    both = ("Sessions and studies", (*SESSION[1], *STUDY[1]))
    return _ask(parent, "openSession", "Open a session or a study", (both, SESSION, STUDY), then)


def ask_session_to_save(parent: QWidget | None, then: Then) -> QFileDialog:
    """Where to save the session; the ending .stabview is added, and writing over a file is asked about."""
    dialog = _ask(parent, "saveSession", "Save the session", (SESSION,), then, save=True)
    dialog.setDefaultSuffix("stabview")
    return dialog


def ask_export(parent: QWidget | None, name: str, ending: str, then: Then) -> QFileDialog:
    """Where to write a figure, table or film; `name` is proposed, and writing over a file is asked about."""
    kind = (f"{ending.removeprefix('.').upper()} files", (f"*{ending}",))
    dialog = _ask(parent, "export", "Export", (kind,), then, save=True)
    dialog.setDefaultSuffix(ending.removeprefix("."))
    dialog.selectFile(name)
    return dialog


def ask_details(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which file of painted details, or study with some, to take them from."""
    return _ask(parent, "openDetails", "Open painted details", (DETAILS,), then)


def ask_details_to_save(parent: QWidget | None, then: Then) -> QFileDialog:
    """Where to save the painted details."""
    dialog = _ask(parent, "saveDetails", "Save the painted details", (DETAILS,), then, save=True)
    dialog.setDefaultSuffix("toml")
    return dialog


def ask_report_folder(parent: QWidget | None, then: Then) -> QFileDialog:
    """Which folder the report goes to."""
    return _ask(parent, "reportFolder", "Write the report to a folder", (), then, folder=True)


def last_folder(purpose: str) -> Path:
    """Where the user was last for this purpose, the home folder at first."""
    return Path(_last_folders.get(purpose, str(Path.home())))


def show_file(path: Path) -> None:
    """Open a file in the program that the system has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.resolve())))


def choice(dialog: QFileDialog) -> Path | None:
    """The file or folder that was chosen in a dialog, None when it was dismissed or is still open."""
    if dialog.result() != QFileDialog.DialogCode.Accepted:
        return None
    return Path(dialog.selectedFiles()[0])


def _ask(
    parent: QWidget | None,
    purpose: str,
    title: str,
    patterns: Iterable[tuple[str, tuple[str, ...]]],
    then: Then,
    *,
    save: bool = False,
    folder: bool = False,
) -> QFileDialog:
    dialog = QFileDialog(parent, title, _last_folders.get(purpose, str(Path.home())))
    dialog.setObjectName(f"dialog.{purpose}")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if QGuiApplication.platformName() in ("offscreen", "minimal"):  # they have none of their own
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    if save:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    elif folder:
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    filters = [f"{label} ({' '.join(endings)})" for label, endings in patterns]
    if filters:
        dialog.setNameFilters(filters)

    def chosen(name: str) -> None:
        _last_folders[purpose] = str(Path(name).parent)
        then(Path(name))

    dialog.fileSelected.connect(chosen)
    dialog.open()
    return dialog
