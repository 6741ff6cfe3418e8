"""The application: its dress, what happens to errors, and the one way in, `run`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLocale, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from stabview import resources
from stabview.engine.ahead import Ahead
from stabview.gui import preferences, recovery, theme
from stabview.gui.bridge import Bridge
from stabview.gui.error_dialog import ErrorDialog, describe
from stabview.gui.main_window import MainWindow
from stabview.study.study import Study

DESKTOP_NAME = "org.stabview.StabView"
_SIGNAL_MS = 200
_SWITCH_SECONDS = 0.0005  # a worker's pure Python may hold a frame up for no longer than this


class Surprises(QObject):
    """Exceptions nobody caught, of any thread: printed, and shown once with details to copy."""

    _happened = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._dialog: ErrorDialog | None = None
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over the hooks of Python."""
        sys.excepthook = self.take
        threading.excepthook = lambda failed: self.take(failed.exc_type, failed.exc_value, failed.exc_traceback)

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Called by Python for every exception nobody caught."""
        sys.__excepthook__(kind, error, trace)
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            QTimer.singleShot(0, QGuiApplication.instance(), QApplication.closeAllWindows)
            return
        self._happened.emit(*describe(kind, error, trace))

    @Slot(str, str)
    def _show(self, sentence: str, details: str) -> None:
        if self._dialog is None:
            self._dialog = ErrorDialog()
        if self._dialog.isVisible():
            details = f"{self._dialog.details.toPlainText()}\n{details}"
        self._dialog.set_error(sentence, details)
        self._dialog.show()


def create_application(arguments: Sequence[str] = (), theme_choice: str = theme.FOLLOW) -> QApplication:
    """The QApplication, dressed; an existing one is dressed anew."""
    QLocale.setDefault(QLocale.c())
    app = QApplication.instance() or QApplication(["stabview", *arguments])
    app.setApplicationName("StabView")
    app.setApplicationDisplayName("")  # or Qt would add the name to every title, which says it already
    app.setDesktopFileName(DESKTOP_NAME)
    theme.load_fonts()
    theme.apply(theme.wanted(theme_choice))
    theme.set_font_size(theme.FONT_SIZE)
    picture = _icon_file()
    if picture is not None:
        app.setWindowIcon(QIcon(str(picture)))
    return app


def run(
    study: Study,
    files: Sequence[str | Path] = (),
    *,
    device: str = "auto",
    threads: int | None = None,
    start: bool = False,
    fresh: bool = False,
    gallery: bool = False,
) -> int:
    """Open the window on a study and return its exit code.

    Parameters
    ----------
    study : to begin with.
    files : images, networks, studies or sessions to open in it.
    device, threads : see `Workbench`; "auto" and None are what the preferences say.
    start : begin the worst-case search at once (examples).
    fresh : neither read nor write the preferences, and save nothing by itself.
    gallery : begin with the gallery, unless the preferences say otherwise.
    """
    from stabview.report.write import write_outcome
    from stabview.study.workbench import Workbench

    sys.setswitchinterval(_SWITCH_SECONDS)
    wishes = preferences.Preferences() if fresh else preferences.load(preferences.default_path())
    app = create_application(theme_choice=wishes.theme)
    theme.set_font_size(wishes.text_size)
    surprises = Surprises()
    surprises.install()
    bridge = Bridge()
    device = wishes.device if device == "auto" else device
    threads = threads or wishes.threads or None
    bridge.attach(Workbench(study, device=device, threads=threads, listener=bridge.listen, write=write_outcome))
    window = MainWindow(bridge, wishes)
    ticking = _interruptible(window)
    ahead = Ahead()
    bridge.scene_changed.connect(ahead.start)  # the first scene is not kept waiting
    if gallery and wishes.start == "gallery":
        window.pages.show_gallery()
    window.showMaximized() if wishes.maximised else window.show()
    if not fresh:
        window.pages.keep_copies(recovery.default_folder())
    window.opener.open_files(files)
    for choice in study.experiments:
        window.opener.open_experiment(choice).run()
    if start and not study.experiments:
        window.run_search()
    try:
        return app.exec()
    finally:
        ticking.stop()
        ahead.close()
        window.close()
        bridge.close()
        if not fresh:
            _keep(window.preferences)
        surprises.remove()
        window.deleteLater()
        app.sendPostedEvents(None, 0)


def _keep(wishes: preferences.Preferences) -> None:
    try:
        preferences.save(wishes, preferences.default_path())
    except OSError as error:
        sys.stderr.write(f"StabView could not keep its preferences: {error}\n")


def _interruptible(window: MainWindow) -> QTimer:
    """Ctrl+C in the terminal closes the window; the timer gives Python its turn to notice."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    timer = QTimer(interval=_SIGNAL_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer


def _icon_file() -> Path | None:
    try:
        picture = resources.path("icons", "stabview.svg")
    except FileNotFoundError:
        return None
    return picture if picture.is_file() else None
