"""The window of an experiment: its form, its run in the background, what it shows and what it writes."""

import json
import threading

import pytest
from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from stabview.experiments.catalogue import EXPERIMENTS, Experiment, Parameter
from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.gui.bridge import Bridge
from stabview.gui.experiments.finding_view import FindingView
from stabview.gui.experiments.form import ParameterForm
from stabview.gui.experiments.window import ExperimentWindow
from stabview.images.errors import InputError
from stabview.study.study import ExperimentChoice, ImageChoice, Study
from stabview.study.workbench import Workbench

MIXED = Experiment(
    "mixed", "Mixed", "One of each kind.", "nowhere", "nothing", 1,
    (
        Parameter("size", "Pixels.", 64, at_least=16, at_most=256),
        Parameter("weight", "A weight.", 0.1, above=0),
        Parameter("fast", "Quick or good.", True),
        Parameter("pattern", "Which.", "lines", names=("lines", "points")),
        Parameter("path", "A file.", ""),
    ),
)  # fmt: skip


@pytest.fixture
def bridge(qtbot):
    bridge = Bridge()
    workbench = Workbench(Study(image=ImageChoice(phantom="ellipses", size=32)), listener=bridge.listen)
    bridge.attach(workbench)
    yield bridge
    workbench.close(30)


def test_a_form_gives_back_what_was_put_in_and_refuses_what_no_experiment_takes(qtbot):
    form = ParameterForm(MIXED)
    qtbot.addWidget(form)
    assert form.values() == MIXED.values({})
    wanted = {"size": 32, "weight": 2.5e-4, "fast": False, "pattern": "points", "path": "a.npy"}
    form.show_values(wanted)
    assert form.values() == wanted
    form.fields["weight"].setText("much")
    with pytest.raises(InputError, match=r"weight.*number"):
        form.values()
    form.fields["weight"].setText("-1")
    with pytest.raises(InputError, match=r"weight.*above 0"):
        form.values()


def test_run_shows_the_verdict_and_export_writes_it(bridge, qtbot, tmp_path):
    window = ExperimentWindow(bridge, EXPERIMENTS["lasso-failure"])
    qtbot.addWidget(window)
    window.form.show_values({"sweeps": 1000})
    assert not window.export_button.isEnabled() and not window.cancel_button.isEnabled()
    window.run_button.click()
    assert not window.run_button.isEnabled() and window.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: window.state.text().startswith("Finished"), timeout=60_000)
    assert window.view.verdict.text().startswith("As published") and "1.1693" in window.view.verdict.text()
    assert window.run_button.isEnabled() and window.export_button.isEnabled()
    window.export(tmp_path)
    qtbot.waitUntil(lambda: "Written" in window.state.text(), timeout=60_000)
    result = json.loads((tmp_path / "result.json").read_text())
    entry = result["experiments"]["lasso-failure"]
    assert entry["agrees"] and entry["parameters"]["sweeps"] == 1000 and (tmp_path / "report.html").is_file()
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_window_that_is_closed_while_it_writes_is_not_written_to(bridge, qtbot):
    gone, closed, told = QWidget(), threading.Event(), []
    bridge.in_background(closed.wait, lambda: told.append("to what is gone"), owner=gone)
    delete(gone)
    closed.set()
    bridge.in_background(lambda: None, lambda: told.append("next"))
    qtbot.waitUntil(lambda: bool(told), timeout=5_000)
    assert told == ["next"]


def test_cancel_keeps_what_was_found_and_says_so(bridge, qtbot):
    window = ExperimentWindow(bridge, EXPERIMENTS["lasso-failure"])
    qtbot.addWidget(window)
    window.run_button.click()
    qtbot.waitUntil(lambda: bridge.workbench.experiment_run is not None, timeout=60_000)
    window.cancel_button.click()
    qtbot.waitUntil(lambda: not bridge.workbench.experimenting, timeout=60_000)
    qtbot.waitUntil(lambda: "Stopped at" in window.state.text(), timeout=10_000)
    assert window.run_button.isEnabled()


def test_a_view_replaces_only_what_is_new(qtbot):
    view = FindingView()
    qtbot.addWidget(view)
    table = Table("Numbers", ("k", "value"), ((1, 0.5),))
    chart = Chart("Curve", "k", "gap", (Line("p", (1.0, 2.0), (0.1, 0.01)),), log_y=True)
    view.show_finding(Finding(1, 2, "so far", None, {}, (table,), (chart,)))
    first = list(view._widgets)
    more = Table("Numbers", ("k", "value"), ((1, 0.5), (2, 0.25)))
    view.show_finding(Finding(2, 2, "done", False, {}, (more,), (chart,)))
    assert view._widgets[1] is first[1] and view._widgets[0] is not first[0]
    assert view.verdict.text() == "Not as published. done"


def test_a_study_with_parameters_starts_the_form_with_them(bridge, qtbot):
    window = ExperimentWindow(bridge, EXPERIMENTS["radial-lines"])
    qtbot.addWidget(window)
    choice = ExperimentChoice("radial-lines", {"size": 64})
    window.form.show_values(window.experiment.values(choice.parameters))
    assert window.form.values()["size"] == 64
