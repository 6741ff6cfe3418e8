"""A copy of the work for after a crash: written now and then, removed at the end, offered at the next start."""

from __future__ import annotations

import faulthandler
import os
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from stabview.gui.bridge import Bridge
from stabview.images.errors import InputError

_ENDING = ".stabview"
_CRASH_LOG = "crash.log"


class Recovery(QObject):
    """Saves the session of a window every few minutes while something changed.

    Parameters
    ----------
    view : gives what the window wants to find again.
    folder : where the copies of all windows are; each is named after its process.
    """

    def __init__(self, bridge: Bridge, view: object, folder: Path, *, minutes: int, parent: QObject) -> None:
        super().__init__(parent)
        self.bridge, self._view, self._folder = bridge, view, folder
        self.path = folder / f"{os.getpid()}{_ENDING}"
        self._changed = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save)
        for signal in (bridge.study_changed, bridge.iterate_added, bridge.details_changed):
            signal.connect(self._note)
        self.set_minutes(minutes)

    def set_minutes(self, minutes: int) -> None:
        """How often; 0 is never."""
        if minutes:
            self._timer.start(60_000 * minutes)
        else:
            self._timer.stop()

    @Slot()
    def _note(self) -> None:
        self._changed = True

    @Slot()
    def save(self) -> None:
        """Write the copy in the background, where anything changed since the last one."""
        if not self._changed:
            return
        try:
            write = self.bridge.workbench.session_as_it_stands(self._view())
        except InputError:  # the image is still being prepared
            return
        self._changed = False
        self.bridge.in_background(lambda: self._write(write), lambda: None)

    def _write(self, write: object) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        write(self.path)

    def forget(self) -> None:
        """The window closes as it should: no copy is needed."""
        self._timer.stop()
        self.path.unlink(missing_ok=True)


def default_folder() -> Path:
    """Where the copies of this user are."""
    from platformdirs import user_state_path

    return user_state_path("StabView", appauthor=False) / "recovery"


def left_behind(folder: Path) -> list[Path]:
    """Copies of programs that did not end as they should, newest first."""
    found = [path for path in folder.glob(f"*{_ENDING}") if not _running(path.stem)]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def log_crashes(folder: Path) -> None:
    """Have Python write where it was when the process is killed by an error, to `crash.log`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _CRASH_LOG).open("w", encoding="utf-8")
    except OSError:
        return
    faulthandler.enable(file)
    before, log_crashes.file = getattr(log_crashes, "file", None), file
    if before is not None:
        before.close()


def crash_report(folder: Path) -> str:
    """What the crash before left behind; "" where there was none."""
    try:
        return (folder / _CRASH_LOG).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _running(name: str) -> bool:
    """Whether a copy belongs to a program that is still there; this one's own does."""
    if not name.isdigit():
        return False
    number = int(name)
    if number == os.getpid():
        return True
    if os.name != "posix":
        return _running_on_windows(number)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _running_on_windows(number: int) -> bool:
    import ctypes

    query, still_active, code = 0x1000, 259, ctypes.c_ulong()
    handle = ctypes.windll.kernel32.OpenProcess(query, False, number)
    if not handle:
        return False
    ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
    ctypes.windll.kernel32.CloseHandle(handle)
    return code.value == still_active
