"""Results used last, kept up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Value = TypeVar("Value", bound=Sized)


class ByteCache(Generic[Value]):
    """A mapping that forgets what was used longest ago once its values pass `limit` bytes. Safe between threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made when it is not there. One larger than the limit is returned and not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()  # outside the lock: two threads may both make it, none waits for the other
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while self._kept and self.nbytes > self.limit:
                self._kept.popitem(last=False)
        return value

    @property
    def nbytes(self) -> int:
        return sum(value.nbytes for value in self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)
