"""A workbench for tests: one thread, it remembers what it told, and its numbers can be compared."""

import pytest

from stabview.study.study import Study
from stabview.study.workbench import Workbench

STEPS = 6
WAIT = 120


class Bench(Workbench):
    """A workbench with one thread that remembers what it told."""

    def __init__(self, study: Study, **options) -> None:
        self.events: list[str] = []
        self.when = lambda event: None
        super().__init__(study, device="cpu", threads=1, listener=self._heard, **options)

    def _heard(self, event: str) -> None:
        self.events.append(event)
        self.when(event)

    def quiet(self):
        """Itself, when nothing is left to do."""
        assert self.settle(WAIT)
        return self

    def stop_at(self, count: int) -> None:
        """Stop the search as soon as there are `count` iterates."""

        def stop(event: str) -> None:
            if event == "iterate" and self.count >= count:
                self.when = lambda event: None
                self.stop_search()

        self.when = stop


def searched(bench):
    bench.run_search()
    return bench.quiet()


def numbers(bench) -> list:
    return [(frame.objective, frame.relative_norm, frame.measures) for frame in map(bench.frame, range(bench.count))]


def assert_same(first, second) -> None:
    """Nested numbers agree to 1e-5."""
    assert type(first) is type(second) or isinstance(first, (int, float))
    if isinstance(first, dict):
        assert set(first) == set(second)
        for key in first:
            assert_same(first[key], second[key])
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second)
        for one, other in zip(first, second, strict=True):
            assert_same(one, other)
    else:
        assert first == pytest.approx(second, rel=1e-5, abs=1e-9)
