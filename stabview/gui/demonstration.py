"""The real window without a display: run a study in it, look at it at three iterates, leave pictures and numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from stabview.gui.app import create_application
from stabview.gui.bridge import Bridge
from stabview.gui.main_window import MainWindow
from stabview.gui.preferences import Preferences
from stabview.images.errors import InputError
from stabview.report.write import write_outcome
from stabview.study.frames import Frame
from stabview.study.study import Study
from stabview.study.workbench import Workbench

LOST = 5.0
"""A network that lost this many dB is shown at the iterate where it first had."""
_LOOK_MS = 50


def demonstrate(
    study: Study, folder: Path, *, device: str = "auto", threads: int | None = None,
    tell: Callable[[str, int, int, float | None], None] = lambda *news: None,
) -> str:  # fmt: skip
    """Run `study` in the window, leave screenshots, result.json, figures and report in `folder`; say what was seen."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    app = create_application()
    bridge = Bridge()
    workbench = Workbench(study, device=device, threads=threads, listener=bridge.listen, write=write_outcome)
    bridge.attach(workbench)
    window = MainWindow(bridge, Preferences(live_curve=False))
    window.resize(1680, 1010)
    window.show()
    try:
        _wait(workbench, tell)
        _shoot(window, folder / "window-clean.png")
        workbench.run_search()
        _wait(workbench, tell)
        workbench.move_to(0)
        workbench.run_sweep()
        _wait(workbench, tell)
        frames = [workbench.frame(k) for k in range(workbench.count)]
        for name, index in (("lost", _first_lost(frames)), ("last", len(frames) - 1)):
            workbench.move_to(index)
            _wait(workbench, tell)
            _shoot(window, folder / f"window-{name}.png")
        workbench.move_to(0)
        _wait(workbench, tell)
        workbench.report_to(folder)
        _wait(workbench, tell)
        return _summary(workbench, frames, folder)
    finally:
        window.close()
        bridge.close()
        window.deleteLater()
        app.sendPostedEvents(None, 0)


def _wait(workbench: Workbench, tell: Callable[[str, int, int, float | None], None]) -> None:
    """Let the window live until the workers have nothing left to do, and every late signal was painted."""
    loop, timer, told = QEventLoop(), QTimer(interval=_LOOK_MS), [None]

    def look() -> None:
        progress = workbench.progress
        news = (progress.text, progress.done, progress.total)
        if progress.total and news != told[0]:
            told[0] = news
            tell(progress.text.split(",")[0], progress.done, progress.total, progress.seconds_left)
        if workbench.settle(0) and not progress.busy:
            loop.quit()

    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()
    QTimer.singleShot(4 * _LOOK_MS, loop.quit)
    loop.exec()
    if workbench.last_error is not None:
        raise InputError(workbench.last_error[0])


def _shoot(window: MainWindow, path: Path) -> None:
    if not window.grab().save(str(path)):
        raise InputError(f"The picture {path} could not be written; is the disk full?")


def _first_lost(frames: list[Frame]) -> int:
    """The first iterate at which the network lost `LOST` dB; the one in the middle where there is none."""
    first = frames[0].measures["network"]["psnr"]
    for frame in frames:
        if frame.measures["network"]["psnr"] <= first - LOST:
            return frame.index
    return len(frames) // 2


def _summary(workbench: Workbench, frames: list[Frame], folder: Path) -> str:
    scene = workbench.scene
    lines = [f"{scene.title}, {scene.network_title} and {scene.soa_title}, {workbench.device_label}"]
    for frame in (frames[0], frames[_first_lost(frames)], frames[-1]):
        network, soa = frame.measures["network"], frame.measures["soa"]
        lines.append(
            f"  iterate {frame.index:2}: ||r||/||x|| {100 * frame.relative_norm:.2f} %,"
            f" network {network['psnr']:.2f} dB (change {100 * network.get('change', 0):.1f} %),"
            f" TV {soa['psnr']:.2f} dB (change {100 * soa.get('change', 0):.1f} %)"
        )
    lines += [
        f"  kept of detail {report.detail} (iterate {report.index}): network {report.captured['network']:.2f},"
        f" TV {report.captured['soa']:.2f}; the samples determine {100 * report.exposure:.0f} % of it"
        for report in workbench.detail_reports
    ]
    lines.append(f"Screenshots, numbers (result.json), figures and report.html are in {folder.resolve()}")
    return "\n".join(lines)


def time_slider(study: Study, *, threads: int | None = None, moves: int = 60) -> tuple[list[float], list[float]]:
    """Milliseconds from a new slider value to painted panels: (idle, while the same search runs again)."""
    app = create_application()
    bridge = Bridge()
    workbench = Workbench(study, threads=threads, listener=bridge.listen)
    bridge.attach(workbench)
    window = MainWindow(bridge, Preferences(live_curve=False))
    window.resize(1400, 860)
    window.show()
    try:
        quiet = lambda *news: None  # noqa: E731
        _wait(workbench, quiet)
        workbench.run_search()
        _wait(workbench, quiet)
        idle = _drag(app, window, moves)
        longer = replace(study.perturbation, steps=20 * study.perturbation.steps, start=study.perturbation.start)
        workbench.change(study.having(perturbation=longer), "longer search")
        _wait(workbench, quiet)
        workbench.run_search()
        _until(lambda: workbench.count > study.perturbation.steps // 2)
        searching = _drag(app, window, moves)
        workbench.cancel()
        return idle, searching
    finally:
        window.close()
        bridge.close()
        window.deleteLater()
        app.sendPostedEvents(None, 0)


def _drag(app, window: MainWindow, moves: int) -> list[float]:
    """Move the slider to and fro; one time for each move, until the panels' paint events were handled."""
    slider, times = window.strip.slider, []
    last = window.workbench.count - 1
    for move in range(moves):
        value = 1 + move % last if (move // last) % 2 == 0 else last - move % last
        start = time.perf_counter()
        slider.setValue(value)
        app.processEvents()
        times.append(1e3 * (time.perf_counter() - start))
        QTimer.singleShot(30, (loop := QEventLoop()).quit)
        loop.exec()
    return times


def _until(ready: Callable[[], bool]) -> None:
    loop, timer = QEventLoop(), QTimer(interval=_LOOK_MS)
    timer.timeout.connect(lambda: loop.quit() if ready() else None)
    timer.start()
    loop.exec()
    timer.stop()
