"""The worker: the newest question of a kind, the most urgent first, stopping between steps, surviving errors."""

import threading
import time

import pytest

from stabview.engine.worker import Worker
from stabview.methods.waiting import report

WAIT = 20


class Desk:
    """A worker, the errors it told of, and a job that holds it until it is let go."""

    def __init__(self) -> None:
        self.errors: list[tuple[str, str]] = []
        self.idle = 0
        self.worker = Worker("test", on_error=self._failed, on_idle=self._idle)
        self.thread = next(thread for thread in threading.enumerate() if thread.name == "test")
        self.gate, self.held = threading.Event(), threading.Event()
        self.log: list[object] = []

    def _failed(self, key: str, error: BaseException) -> None:
        self.errors.append((key, str(error)))

    def _idle(self) -> None:
        self.idle += 1

    def hold(self, priority: int = -1) -> None:
        """Keep the worker busy in a step until `gate` is set."""
        self.gate.clear()
        self.held.clear()

        def steps():
            self.held.set()
            assert self.gate.wait(WAIT)
            yield

        self.worker.submit("hold", steps, priority=priority)
        assert self.held.wait(WAIT)

    def job(self, name: object, count: int = 1):
        def steps():
            for _ in range(count):
                self.log.append(name)
                yield

        return steps

    def finish(self) -> list[object]:
        self.gate.set()
        assert self.worker.drain(WAIT)
        return self.log


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    desk.gate.set()
    assert desk.worker.close(WAIT)


def test_of_one_kind_only_the_newest_question_is_answered(desk):
    desk.hold()
    for number in range(50):
        desk.worker.submit("slider", desk.job(number))
    assert desk.finish() == [49]


def test_the_most_urgent_goes_first_and_equals_in_their_order(desk):
    desk.hold()
    for name, priority in (("curve", 3), ("picture", 1), ("fill", 4), ("other picture", 1)):
        desk.worker.submit(name, desk.job(name), priority=priority)
    assert desk.finish() == ["picture", "other picture", "curve", "fill"]


def test_something_urgent_waits_for_one_step_only(desk):
    arrived = threading.Event()

    def long():
        for number in range(6):
            desk.log.append(number)
            if number == 2:
                desk.worker.submit("urgent", desk.job("urgent"), priority=0)
                arrived.set()
            yield

    desk.worker.submit("long", long, priority=5)
    assert arrived.wait(WAIT)
    assert desk.finish() == [0, 1, 2, "urgent", 3, 4, 5], "and then the long one goes on where it was"


def test_a_cancelled_job_ends_after_its_step_and_cleans_up(desk):
    def long():
        try:
            desk.log.append("step")
            desk.held.set()
            assert desk.gate.wait(WAIT)
            yield
            desk.log.append("never")
            yield
        finally:
            desk.log.append("clean")

    desk.worker.submit("long", long)
    assert desk.held.wait(WAIT) and desk.worker.has("long")
    desk.worker.cancel("long")
    assert not desk.worker.has("long") and not desk.worker.has()
    desk.finish()
    deadline = time.monotonic() + WAIT
    while desk.log[-1] != "clean" and time.monotonic() < deadline:
        time.sleep(0.001)
    assert desk.log == ["step", "clean"]


def test_waiting_jobs_can_be_cancelled_by_name_or_all(desk):
    desk.hold()
    for name in ("a", "b", "c"):
        desk.worker.submit(name, desk.job(name))
    desk.worker.cancel("b")
    assert desk.worker.has("a", "b") and not desk.worker.has("b")
    assert desk.finish() == ["a", "c"]
    desk.log.clear()
    desk.hold()
    desk.worker.submit("a", desk.job("a"))
    desk.worker.cancel()
    assert desk.finish() == []


def test_an_error_is_told_and_the_worker_goes_on(desk):
    def broken():
        yield
        raise ValueError("no such thing")

    def broken_at_once():
        raise RuntimeError("not even an iterator")

    desk.worker.submit("broken", broken)
    desk.worker.submit("at once", broken_at_once)
    desk.worker.submit("after", desk.job("after", 3))
    assert desk.finish() == ["after"] * 3
    assert sorted(desk.errors) == [("at once", "not even an iterator"), ("broken", "no such thing")]


def test_the_error_of_a_cancelled_job_is_nobodys_business(desk):
    def broken():
        desk.held.set()
        assert desk.gate.wait(WAIT)
        raise ValueError("late")
        yield

    desk.worker.submit("old", broken)
    assert desk.held.wait(WAIT)
    desk.worker.submit("old", desk.job("new"))
    assert desk.finish() == ["new"] and desk.errors == []


def test_it_says_when_it_has_nothing_left_to_do(desk):
    desk.worker.submit("a", desk.job("a", 4))
    desk.finish()
    deadline = time.monotonic() + WAIT
    while not desk.idle and time.monotonic() < deadline:
        time.sleep(0.001)
    assert desk.idle == 1 and desk.log == ["a"] * 4


def test_drain_says_whether_the_time_was_enough(desk):
    assert desk.worker.drain(WAIT), "nothing to wait for"
    desk.hold()
    assert not desk.worker.drain(0.01)
    desk.finish()


def test_a_closed_worker_ends_its_thread_and_takes_nothing_more(desk):
    desk.hold()
    desk.worker.submit("waiting", desk.job("waiting"))
    assert not desk.worker.close(0.01), "a step is still going on"
    desk.gate.set()
    assert desk.worker.close(WAIT)
    desk.worker.submit("late", desk.job("late"))
    assert desk.log == [] and not desk.worker.has()
    assert desk.thread not in threading.enumerate()


def test_a_job_may_submit_and_cancel_others(desk):
    def parent():
        desk.worker.submit("child", desk.job("child"))
        desk.worker.submit("unwanted", desk.job("unwanted"))
        desk.worker.cancel("unwanted")
        desk.log.append("parent")
        yield

    desk.worker.submit("parent", parent)
    assert desk.finish() == ["parent", "child"]


def test_a_long_step_says_how_far_it_is_and_ends_when_it_is_cancelled():
    heard, begun = [], threading.Event()

    def steps():
        for k in range(10_000):
            report("fitting", k, 10_000)
            begun.set()
            time.sleep(0.001)
        yield

    worker = Worker("reports", on_error=lambda *failure: heard.append(failure), on_report=lambda: None)
    worker.submit("fit", steps)
    assert begun.wait(WAIT)
    what, done, total, _ = worker.reported
    assert what == "fitting" and 0 <= done < total == 10_000
    worker.cancel("fit")
    assert worker.drain(WAIT) and worker.reported is None and not heard
    assert worker.close()
