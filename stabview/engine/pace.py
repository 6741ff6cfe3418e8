"""How long it will still take, from the pace so far."""

from __future__ import annotations

import time
from collections.abc import Callable


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


def timed(tell: Callable[[str, int, int, float | None], None]) -> Callable[[str, int, int], None]:
    """`tell(what, done, total, seconds left)` as a `tell(what, done, total)` that is called after every step."""
    running: tuple[str, Pace] | None = None

    def tell_step(what: str, done: int, total: int) -> None:
        nonlocal running
        if running is None or running[0] != what or running[1].total != total or done < running[1].done:
            running = (what, Pace(total))
            running[1].done = done
        elif done > running[1].done:
            running[1].step()
            running[1].done = done
        tell(what, done, total, running[1].seconds_left)

    return tell_step
