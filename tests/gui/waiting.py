"""Waiting for the window of these tests."""

FEW = 3
"""Steps of its search."""


def until_quiet(qtbot, workbench, count):
    """Wait until nothing is computed any more and there are so many iterates."""

    def quiet():
        assert workbench.count >= count and not workbench.progress.busy and workbench.settle(0)

    qtbot.waitUntil(quiet, timeout=30_000)
    qtbot.wait(30)
