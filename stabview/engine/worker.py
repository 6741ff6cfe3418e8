"""One thread that runs jobs in small steps: the most urgent first, and of one kind only the newest.

A job is a generator; between two of its steps the worker looks whether something more urgent waits, or whether the
job was cancelled or superseded. A slider that asks faster than answers come thus gets the newest answer, and a long
search never keeps a short question waiting for more than one step. A step that takes long may report how far it is
(`stabview.methods.waiting`); it ends early when its job is cancelled.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from stabview.engine.pace import timed
from stabview.methods.waiting import Stopped, watched

Steps = Callable[[], Iterator[object]]
NICE = 5
"""By how much workers, and the threads that torch makes for them, stand back behind the window's own thread."""
OFTEN = 0.1
"""Seconds between two reports that are passed on."""


@dataclass(order=True)
class _Job:
    priority: int
    number: int
    key: str = field(compare=False)
    start: Steps = field(compare=False)
    running: Iterator[object] | None = field(compare=False, default=None)
    cancelled: bool = field(compare=False, default=False)


class Worker:
    """Runs submitted jobs on one daemon thread.

    Parameters
    ----------
    name : of the thread.
    on_error : called on the worker's thread with (key, exception) when a job fails; the worker goes on.
    on_idle : called on the worker's thread whenever the last job has ended.
    on_report : called there when `reported` is new.

    Attributes
    ----------
    reported : (what, done, total, seconds left) of a long step in progress; None where there is none.
    """

    def __init__(
        self, name: str, *, on_error: Callable[[str, BaseException], None], on_idle: Callable[[], None] | None = None,
        on_report: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._on_error = on_error
        self._on_idle = on_idle
        self._on_report = on_report
        self.reported: tuple[str, int, int, float | None] | None = None
        self._report_step, self._passed_on = timed(self._hear), 0.0
        self._jobs: dict[str, _Job] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stepping: _Job | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def submit(self, key: str, start: Steps, *, priority: int = 0) -> None:
        """Queue a job. An unfinished job of the same key is cancelled. Lower `priority` numbers go first."""
        with self._changed:
            if self._closing:
                return
            self._cancel(key)
            self._jobs[key] = _Job(priority, next(self._numbers), key, start)
            self._changed.notify_all()

    def cancel(self, *keys: str) -> None:
        """Cancel the jobs of these keys (all when none is given); a step in progress still ends."""
        with self._changed:
            for key in keys or tuple(self._jobs):
                self._cancel(key)
            self._changed.notify_all()

    def has(self, *keys: str) -> bool:
        """Whether a job of one of these keys (of any key when none is given) waits or runs."""
        with self._changed:
            return any(key in self._jobs for key in keys) if keys else bool(self._jobs)

    def outranked(self) -> bool:
        """Whether the step in progress should end early: its job was cancelled, or something more urgent waits."""
        with self._changed:
            job = self._stepping
            return self._closing or (job is not None and (job.cancelled or min(self._jobs.values()) is not job))

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do; False when `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and self._stepping is None, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Cancel everything and end the thread; False when a step did not end within `timeout`."""
        with self._changed:
            self._closing = True
            for key in tuple(self._jobs):
                self._cancel(key)
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _cancel(self, key: str) -> None:
        job = self._jobs.pop(key, None)
        if job is not None:
            job.cancelled = True

    def _loop(self) -> None:
        _behind_the_window()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._closing)
                if self._closing:
                    return
                job = self._stepping = min(self._jobs.values())
            finished = self._step(job)
            with self._changed:
                self._stepping = None
                if finished and self._jobs.get(job.key) is job:
                    del self._jobs[job.key]
                idle = not self._jobs
                self._changed.notify_all()
            if job.cancelled and job.running is not None:
                job.running.close()
            if idle and finished and self._on_idle is not None:
                self._on_idle()

    def _step(self, job: _Job) -> bool:
        """One step; True when the job has come to its end."""
        try:
            with watched(self._report_step, lambda: job.cancelled):
                if job.running is None:
                    job.running = iter(job.start())
                next(job.running)
        except (StopIteration, Stopped):
            return True
        except Exception as error:  # noqa: BLE001  (a job may fail in any way; the worker goes on)
            if not job.cancelled:
                self._on_error(job.key, error)
            return True
        finally:
            self.reported = None
        return job.cancelled

    def _hear(self, *report: object) -> None:
        self.reported = report
        now = time.monotonic()
        if self._on_report is not None and now - self._passed_on >= OFTEN:
            self._passed_on = now
            self._on_report()


def _behind_the_window() -> None:
    """Let the scheduler prefer the window to this thread, where threads have priorities of their own (Linux)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
