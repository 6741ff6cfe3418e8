"""Drives the real program from within, as a user would: run by test_end_to_end.py in a process of its own.

Arguments: DICOM file, network file, folder for what is saved. What was seen is printed as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from stabview.cli import main
from stabview.gui.app import create_application
from stabview.gui.dialogs.report import ReportWish
from stabview.gui.main_window import MainWindow

Steps = Iterator[Callable[[], bool]]
STEPS = 4


def tour(window: MainWindow, image: Path, network: Path, folder: Path, seen: dict[str, object]) -> Steps:
    """Every `yield` is something to wait for."""
    workbench = window.workbench

    def quiet() -> bool:
        return workbench.settle(0) and not workbench.progress.busy and workbench.scene is not None

    def button(name: str) -> QAbstractButton:
        return window.findChild(QAbstractButton, name)

    yield lambda: workbench.study.network.path == str(network) and workbench.study.image.path == str(image)
    yield quiet
    small = {"image": {"size": 48}, "perturbation": {"steps": STEPS}}
    for part, values in small.items():
        window.bridge.change(part, **{part: replace(getattr(workbench.study, part), **values)})
    yield quiet
    button("detail.heart").click()
    view = window.stage.panels["input"].view
    place = view.to_screen(20.0, 22.0)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(place).toPoint())
    yield lambda: len(workbench.study.details) == 1
    window.actions_["cancel"].trigger()
    yield quiet
    button("runButton").click()
    yield lambda: workbench.count == STEPS + 1
    yield quiet
    window.strip.slider.setValue(2)
    button("sweepButton").click()
    yield lambda: len(workbench.sweep_points) == len(workbench.sweep_planned)
    yield quiet
    study = workbench.study
    session = folder / "work.stabview"
    window.opener.save(session)
    yield session.is_file
    window.bridge.change("seed", sampling=replace(study.sampling, seed=5))
    yield quiet
    window.opener.open_files([session])
    yield lambda: workbench.study == study and workbench.count == STEPS + 1
    yield quiet
    window.exporting.report(ReportWish(folder / "report", open=False))
    yield (folder / "report" / "report.pdf").is_file
    yield quiet
    window.exporting.export("numbers", folder / "numbers.csv")
    window.exporting.export("stage", folder / "stage.svg")
    yield lambda: (folder / "numbers.csv").is_file() and (folder / "stage.svg").is_file()
    seen |= {"position": workbench.position, "title": window.windowTitle(), "error": workbench.last_error}


def drive(image: Path, network: Path, folder: Path) -> int:
    """Run the program, follow `tour` and close the window; returns the program's exit code."""
    create_application()
    seen: dict[str, object] = {}
    steps: list[Steps] = []
    waiting: list[Callable[[], bool]] = []

    def look() -> None:
        windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
        if not windows:
            return
        if not steps:
            steps.append(tour(windows[0], image, network, folder, seen))
            waiting.append(next(steps[0]))
        while waiting[0]():
            try:
                waiting[0] = next(steps[0])
            except StopIteration:
                timer.stop()
                windows[0].close()
                return

    timer = QTimer(interval=40)
    timer.timeout.connect(look)
    timer.start()
    code = main([str(image), str(network), "--device", "cpu", "--threads", "1"])
    sys.stdout.write(json.dumps(seen) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(drive(*map(Path, sys.argv[1:4])))
