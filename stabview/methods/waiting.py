"""Long computations say where they are, and end early where nobody waits for them any more.

Whoever starts one may watch: `with watched(tell, stopped): ...`. Whoever computes calls `report`, which is cheap and
does nothing where nobody watches. Free of torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Tell = Callable[[str, int, int], None]
"""tell(what, done, total)"""


class Stopped(Exception):
    """The computation was given up because its result is not wanted any more."""


_WATCH: ContextVar[tuple[Tell, Callable[[], bool]] | None] = ContextVar("watch", default=None)


@contextmanager
def watched(tell: Tell, stopped: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Within it, `report` calls `tell`, and raises `Stopped` as soon as `stopped()` holds."""
    token = _WATCH.set((tell, stopped))
    try:
        yield
    finally:
        _WATCH.reset(token)


def report(what: str, done: int, total: int) -> None:
    """Say that `done` of `total` steps are done. Raises Stopped where the result is not wanted any more."""
    watch = _WATCH.get()
    if watch is None:
        return
    tell, stopped = watch
    if stopped():
        raise Stopped(what)
    tell(what, done, total)
