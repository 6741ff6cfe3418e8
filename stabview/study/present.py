"""The present study for the workers' threads: its generation, its results, and its problem, built once.

Every job belongs to the generation of the study in which it was asked for; what comes late for an older one is
dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from stabview.engine.device import available_device, device_label
from stabview.images.errors import InputError
from stabview.study.history import History
from stabview.study.results import Results

if TYPE_CHECKING:
    from stabview.study.problem import Parts, Problem


class Present:
    """What the jobs share; whoever changes `generation` holds `lock`.

    Parameters
    ----------
    history : has the present study. results : what is known. lock : a reentrant one around both.
    tell : called with the names of what is new. failed : called with (key, exception).
    device, threads : see `stabview.engine.device`; a device that is not there is told to `failed`, once.
    """

    def __init__(
        self, history: History, results: Results, lock: threading.RLock, *, tell: Callable[..., None],
        failed: Callable[[str, BaseException], None], device: str, threads: int | None,
    ) -> None:  # fmt: skip
        self.history, self.results, self.lock, self.tell = history, results, lock, tell
        self.generation = 0
        self.device_label = "starting ..."
        self._failed, self._wanted = failed, (device, threads)
        self._building = threading.Lock()
        self._device: str | None = None
        self._parts: Parts | None = None
        self._problem: tuple[int, Problem] | None = None

    def device(self) -> str:
        """The device that computes, chosen at the first call: that imports torch."""
        with self._building:
            return self._chosen_device()

    def _chosen_device(self) -> str:
        if self._device is None:
            self._device, missing = available_device(*self._wanted)
            self.device_label = device_label(self._device)
            if missing:
                self._failed("device", InputError(missing))
        return self._device

    def problem(self, generation: int) -> Problem | None:
        """The problem of the present study; None when the generation is over."""
        from stabview.study.problem import Parts, build_problem

        with self._building:
            if generation != self.generation:
                return None
            device = self._chosen_device()
            if self._parts is None:
                self._parts = Parts()
            if self._problem is None or self._problem[0] != generation:
                study, restored = self.history.study, self.results.restored
                if restored is not None and study.sampling.finer == 1:  # no session holds the finer image
                    self._parts.put("image", (study.image, 1), restored.source)
                self._problem = (generation, build_problem(study, self._parts, device=device))
            return self._problem[1]

    def ready_problem(self) -> Problem | None:
        """The problem of the present study when it has been built."""
        if self._problem is None or self._problem[0] != self.generation:
            return None
        return self._problem[1]
