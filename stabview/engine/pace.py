"""How long it will still take, from the pace so far."""

from __future__ import annotations

import time


class Pace:
    """Counts finished steps and estimates the seconds left from a running mean that favours the latest steps."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self._last = time.monotonic()
        self._mean: float | None = None

    def step(self) -> None:
        now = time.monotonic()
        taken, self._last = now - self._last, now
        self._mean = taken if self._mean is None else 0.7 * self._mean + 0.3 * taken
        self.done += 1

    @property
    def seconds_left(self) -> float | None:
        return None if self._mean is None else self._mean * max(0, self.total - self.done)
