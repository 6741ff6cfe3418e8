"""The only door between the workbench's threads and the window: events come in from any thread, Qt signals go out.

Events wait in a set, so a burst of the same event makes one signal; late ones are dropped while the window closes.
"""

from __future__ import annotations

import itertools
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from stabview.engine.worker import Worker
from stabview.gui.view_hub import ViewHub
from stabview.images.errors import InputError

if TYPE_CHECKING:
    from stabview.study.study import Study
    from stabview.study.workbench import Workbench

# In the order in which they are passed on: what others depend on first.
EVENTS = (
    "study", "scene", "search", "iterate", "frame", "details", "sweep", "progress", "error", "report", "experiment",
)  # fmt: skip
_PATIENCE = 30.0  # seconds that a file may still take to be written when the window closes


class Bridge(QObject):
    """Workbench listener and signal source; the widgets get it as their only constructor argument.

    Attributes
    ----------
    workbench : the Workbench (set with `attach`).
    hub : what all panels share of the view (`ViewHub`).

    Signals
    -------
    study_changed, scene_changed, frame_changed, iterate_added, details_changed, sweep_changed, progress_changed,
    search_changed : re-read the property of the same name of the workbench.
    position_changed(index) : the slider was moved.
    error_raised(sentence, details) : for the user, from the workbench or from `complain`.
    report_ready : the report was written.
    experiment_changed : re-read `workbench.experiment_run` and `workbench.experimenting`.
    search_wanted : a widget that does not own the run button wants the search to begin.
    message(text) : a short line for the status bar, from `say`.
    """

    study_changed = Signal()
    scene_changed = Signal()
    frame_changed = Signal()
    iterate_added = Signal()
    details_changed = Signal()
    sweep_changed = Signal()
    progress_changed = Signal()
    search_changed = Signal()
    position_changed = Signal(int)
    error_raised = Signal(str, str)
    report_ready = Signal()
    experiment_changed = Signal()
    search_wanted = Signal()
    message = Signal(str)

    _woken = Signal()
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hub = ViewHub(self)
        self.workbench: Workbench | None = None
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._closing = False
        self._signals = {
            "study": self.study_changed,
            "scene": self.scene_changed,
            "frame": self.frame_changed,
            "iterate": self.iterate_added,
            "details": self.details_changed,
            "sweep": self.sweep_changed,
            "progress": self.progress_changed,
            "search": self.search_changed,
            "report": self.report_ready,
            "experiment": self.experiment_changed,
        }
        self._files = Worker("files", on_error=self._file_failed)
        self._jobs = itertools.count()
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._finished.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def attach(self, workbench: Workbench) -> None:
        """Give the widgets their workbench; it must have been made with `listener=bridge.listen`."""
        self.workbench = workbench

    def listen(self, event: str) -> None:
        """Take an event of the workbench, from any thread."""
        if event not in EVENTS:
            raise ValueError(f"unknown event {event!r}")
        with self._lock:
            if self._closing:
                return
            asleep = not self._waiting
            self._waiting.add(event)
            if asleep:
                self._woken.emit()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for event in EVENTS:
            if event not in waiting or self._closing:
                continue
            if event == "error":
                error = self.workbench.last_error if self.workbench is not None else None
                if error is not None:
                    self.error_raised.emit(*error)
            else:
                self._signals[event].emit()

    # --- what widgets do through the bridge because others must hear of it

    def change(self, label: str, *, merge: bool = False, **parts: Any) -> None:
        """Change parts of the study: `bridge.change("seed", sampling=replace(study.sampling, seed=1))`."""
        study: Study = self.workbench.study
        self.workbench.change(study.having(**parts), label, merge=merge)

    def move_to(self, index: int) -> None:
        """Move the slider; everything that shows an iterate follows at once."""
        if index != self.workbench.position:
            self.workbench.move_to(index)
            self.position_changed.emit(index)

    def complain(self, sentence: str, details: str = "") -> None:
        """Show an error of the window's own (a file that does not exist, a clipboard without an image)."""
        self.error_raised.emit(sentence, details)

    def in_background(
        self, work: Callable[[], object], then: Callable[[], None], *, owner: QObject | None = None
    ) -> None:
        """Do file work beside the window, in the order asked for; `then` is called in the window when it is done.

        owner : a window that the user may close in the meantime; `then` is not called any more when it is gone.
        """

        def tell() -> None:
            if owner is None or isValid(owner):
                then()

        def steps() -> Iterator[None]:
            work()
            self._finished.emit(tell)
            yield

        self._files.submit(f"file {next(self._jobs)}", steps)

    def _file_failed(self, _key: str, error: BaseException) -> None:
        if isinstance(error, InputError | OSError):
            self._finished.emit(lambda: self.complain(str(error)))
        else:
            details = "".join(traceback.format_exception(error))
            self._finished.emit(lambda: self.complain(f"Something went wrong with the file: {error}", details))

    @Slot(object)
    def _call(self, then: Callable[[], None]) -> None:
        if not self._closing:
            then()

    def say(self, text: str) -> None:
        """Show a line in the status bar for a few seconds."""
        self.message.emit(text)

    def close(self) -> None:
        """Finish what is being written, drop what is still to come and end the workbench."""
        self._files.drain(_PATIENCE)
        self._files.close()
        with self._lock:
            if self._closing:
                return
            self._closing = True
            self._waiting.clear()
        if self.workbench is not None:
            self.workbench.close()
