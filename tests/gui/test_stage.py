"""What a user does with the stage of the real window, on a small real workbench."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QMenu,
    QSlider,
    QTabBar,
    QWidget,
)

from stabview.gui import preferences
from stabview.gui.app import create_application
from stabview.gui.bridge import Bridge
from stabview.gui.chart import Chart
from stabview.gui.iterate_slider import IterateSlider
from stabview.gui.main_window import MainWindow
from stabview.gui.pictures import NAMES
from stabview.gui.preferences import Preferences
from stabview.gui.view_hub import OWN, TO_X
from stabview.study.examples import EXAMPLES
from stabview.study.study import ImageChoice, NetworkChoice, PerturbationChoice, Study, SweepChoice
from stabview.study.workbench import Workbench

SIZE, STEPS = 48, 5


@pytest.fixture(scope="session")
def network_file(tmp_path_factory):
    """A small untrained cascade in a safetensors file that describes itself."""
    import torch
    from safetensors.torch import save_file

    from stabview.methods.networks.architectures import build

    torch.manual_seed(0)
    parameters = {"cascades": 1, "depth": 2, "filters": 4}
    card = {
        "name": "tiny",
        "title": "Tiny cascade",
        "summary": "Untrained.",
        "operator": "fourier",
        "architecture": "deep-mri",
        "parameters": parameters,
        "trained_rate": 0.25,
        "size": SIZE,
    }
    path = tmp_path_factory.mktemp("network") / "tiny.safetensors"
    save_file(build("deep-mri", parameters).state_dict(), path, metadata={"stabview": json.dumps(card)})
    return path


@pytest.fixture
def study(network_file):
    return Study(
        image=ImageChoice(phantom="shepp-logan", size=SIZE),
        network=NetworkChoice(path=str(network_file)),
        perturbation=PerturbationChoice(steps=STEPS),
        sweep=SweepChoice(rates=(0.25, 0.5, 1.0)),
    )


@pytest.fixture
def window(qapp, qtbot, study):
    create_application(theme_choice="dark")
    bridge = Bridge()
    bridge.attach(Workbench(study, device="cpu", threads=1, listener=bridge.listen))
    window = MainWindow(bridge, Preferences(live_curve=False))
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    wait_until_quiet(qtbot, bridge.workbench, 1)
    yield window
    window.close()


@pytest.fixture
def searched(window, qtbot):
    """The window after the search, the slider at the last iterate."""
    window.findChild(QAbstractButton, "runButton").click()
    wait_until_quiet(qtbot, window.workbench, STEPS + 1)
    return window


def wait_until_quiet(qtbot, workbench, count):
    def quiet():
        assert workbench.count >= count and not workbench.progress.busy and not workbench.frame().pending

    qtbot.waitUntil(quiet, timeout=30_000)
    qtbot.wait(30)


def pixels(widget):
    image = widget.grab().toImage()
    return bytes(image.constBits())


def mouse(view, kind, place, button, buttons, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QMouseEvent(kind, place, QPointF(view.mapToGlobal(place.toPoint())), button, buttons, modifiers)
    QApplication.sendEvent(view.viewport(), event)


def drag(view, button, start, end):
    none = Qt.MouseButton.NoButton
    mouse(view, QEvent.Type.MouseButtonPress, start, button, button)
    for share in (0.5, 1.0):
        mouse(view, QEvent.Type.MouseMove, start + share * (end - start), none, button)
    mouse(view, QEvent.Type.MouseButtonRelease, end, button, none)


def hover(view, column, row):
    mouse(view, QEvent.Type.MouseMove, view.to_screen(column, row), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton)


def test_slider_changes_the_painted_picture_of_the_network(searched, qtbot):
    slider, panel = searched.strip.slider, searched.stage.panels["network"]
    assert slider.value() == STEPS
    last = pixels(panel.view)
    slider.setValue(0)
    qtbot.waitUntil(lambda: panel.view.pending == "", timeout=10_000)
    assert panel.picture is searched.workbench.frame(0).panels["network"]
    assert pixels(panel.view) != last
    assert "r₀" in panel.header.left[0]


def test_slider_stops_at_the_last_iterate_that_is_there(qtbot):
    slider = IterateSlider()
    qtbot.addWidget(slider)
    slider.set_extent(2, 9)
    slider.setValue(8)
    assert slider.value() == 2


def test_all_panels_show_the_same_place_after_zoom_and_resize(searched, qtbot):
    stage = searched.stage
    view = stage.panels["soaDifference"].view
    place = QPointF(40.0, 60.0)
    before = view.to_image(place)
    wheel = QWheelEvent(
        place,
        QPointF(view.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 360),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.to_image(place) == pytest.approx(before, abs=1e-6)
    zoomed = searched.hub.view
    assert zoomed.zoom > 1.5
    for size in ((1350, 900), (1000, 640), (1200, 800)):
        searched.resize(*size)
        qtbot.wait(20)
        seen = [stage.panels[name].view._box.viewRect() for name in NAMES]
        for rect in seen[1:]:
            assert rect.center().x() == pytest.approx(seen[0].center().x(), abs=1e-6)
            assert rect.width() == pytest.approx(seen[0].width(), rel=0.02)  # columns may differ by a pixel
    assert searched.hub.view == zoomed


def test_right_drag_sets_one_window_for_the_image_panels_and_nothing_else_does(searched, qtbot):
    assert searched.hub.window == (0.0, pytest.approx(1.0, abs=1e-3))
    before = {name: pixels(searched.stage.panels[name].view) for name in NAMES}
    drag(searched.stage.panels["soa"].view, Qt.MouseButton.RightButton, QPointF(30, 60), QPointF(70, 90))
    window = searched.hub.window
    assert window[0] != 0.0
    for name in ("input", "network", "soa"):
        assert searched.stage.panels[name].view.levels() == window
        assert pixels(searched.stage.panels[name].view) != before[name]
    searched.strip.slider.setValue(1)
    searched.bridge.change("image seed", image=replace(searched.workbench.study.image, size=SIZE + 16))
    wait_until_quiet(qtbot, searched.workbench, 1)
    assert searched.hub.window == window


def test_signed_range_and_amplification_stay_while_the_slider_moves(searched):
    levels = {name: searched.stage.panels[name].view.levels() for name in NAMES[3:]}
    assert all(low == -high for low, high in levels.values())
    for index in range(STEPS + 1):
        searched.strip.slider.setValue(index)
        assert {name: searched.stage.panels[name].view.levels() for name in NAMES[3:]} == levels
    high = searched.hub.signed_limit
    assert levels["perturbation"][1] == pytest.approx(high / searched.hub.amplification)
    assert f"× {searched.hub.amplification:g}" in searched.stage.panels["perturbation"].header.left[0]


def test_the_switch_makes_errors_of_both_differences(searched, qtbot):
    frame = searched.workbench.frame()
    searched.actions_["difference.x"].trigger()
    assert searched.hub.difference == TO_X
    for name in ("network", "soa"):
        assert searched.stage.panels[f"{name}Difference"].picture is frame.panels[f"{name}Error"]
    box = searched.findChild(QComboBox, "differenceSwitch")
    assert box.currentData() == TO_X
    box.setCurrentIndex(box.findData(OWN))
    box.activated.emit(box.currentIndex())
    assert searched.stage.panels["soaDifference"].picture is frame.panels["soaDifference"]


def test_what_is_computed_is_marked_and_never_blanked(window, qtbot):
    panel = window.stage.panels["soa"]
    seen = []
    window.stage.painted.connect(lambda: seen.append((panel.view.pending, panel.picture is not None)))
    old = panel.picture
    window.bridge.change("lambda", soa=replace(window.workbench.study.soa, lambda_=0.05))
    qtbot.waitUntil(lambda: panel.picture is not old and panel.view.pending == "", timeout=20_000)
    assert any(pending for pending, _ in seen)
    assert all(there for _, there in seen)


def test_the_cursor_reads_the_right_pixel_in_every_panel(searched):
    panels = searched.stage.panels
    for column, row in ((0, 0), (SIZE - 1, 0), (10, 31)):
        hover(panels["network"].view, column + 0.4, row - 0.4)
        assert searched.hub.cursor == (column, row)
        for name in NAMES:
            assert panels[name].value_at_cursor() == panels[name].picture[row, column]
        assert f"({column}, {row})" in panels["soa"].footer.right[0]
        assert f"{panels['soa'].picture[row, column]:.3f}" in panels["soa"].footer.right[0]
    hover(panels["network"].view, -0.6, 3)
    assert searched.hub.cursor is None


def test_a_tool_gets_the_left_button_in_pixels_of_the_image(searched):
    class Recorder:
        cursor = Qt.CursorShape.CrossCursor

        def __init__(self):
            self.calls = []

        def press(self, column, row):
            self.calls.append(("press", column, row))

        def move(self, column, row, pressed):
            self.calls.append(("move", column, row, pressed))

        def release(self, column, row):
            self.calls.append(("release", column, row))

        def cancel(self):
            self.calls.append(("cancel",))

    tool, view = Recorder(), searched.stage.panels["input"].view
    searched.hub.set_tool(tool)
    place = searched.hub.view
    drag(view, Qt.MouseButton.LeftButton, view.to_screen(12.0, 20.0), view.to_screen(16.0, 21.0))
    kinds = [call[0] for call in tool.calls]
    assert (kinds[0], kinds[-1]) == ("press", "release")
    assert tool.calls[0][1:] == pytest.approx((12.0, 20.0), abs=1e-6)
    assert tool.calls[-1][1:] == pytest.approx((16.0, 21.0), abs=1e-6)
    assert searched.hub.view == place
    searched.actions_["cancel"].trigger()
    assert searched.hub.tool is None and tool.calls[-1] == ("cancel",)
    drag(view, Qt.MouseButton.LeftButton, QPointF(50, 50), QPointF(60, 50))
    assert searched.hub.view.column < place.column


def test_double_click_gives_a_panel_the_stage_and_escape_takes_it_back(searched, qtbot):
    panels = searched.stage.panels
    left = Qt.MouseButton.LeftButton
    mouse(panels["network"].view, QEvent.Type.MouseButtonDblClick, QPointF(20, 20), left, left)
    assert [name for name in panels if panels[name].isVisible()] == ["network"]
    qtbot.waitUntil(lambda: panels["network"].width() > 0.95 * searched.stage.width(), timeout=2_000)
    qtbot.keyClick(searched, Qt.Key.Key_Escape)
    assert [name for name in panels if panels[name].isVisible()] == list(NAMES)


def test_keys_move_the_slider_and_play_wherever_the_focus_is(searched, qtbot):
    view, strip = searched.stage.panels["soa"].view, searched.strip
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert strip.slider.value() == 1
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert strip.slider.value() == STEPS
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert strip.slider.value() == STEPS - 1
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert strip.playing
    qtbot.waitUntil(lambda: not strip.playing, timeout=5_000)
    assert strip.slider.value() == STEPS
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert searched.hub.cursor is not None and strip.slider.value() == STEPS


def test_numbers_and_curves_are_those_of_the_workbench(searched, qtbot):
    workbench = searched.workbench
    model = searched.measures.model
    shown = {model.headerData(row, Qt.Orientation.Vertical): row for row in range(model.rowCount())}
    psnr = model.data(model.index(shown["PSNR, dB"], 1))
    assert psnr == f"{workbench.frame().measures['soa']['psnr']:.1f}"
    growth = {series.key: series for series in searched.strip.chart.series}
    assert growth["network"].y == tuple(point[2] for point in workbench.curve[1:])
    searched.sampling_plot.button.click()
    qtbot.waitUntil(lambda: bool(searched.sampling_plot.chart.series), timeout=20_000)
    wait_until_quiet(qtbot, workbench, STEPS + 1)
    series = {one.key: one for one in searched.sampling_plot.chart.series}
    assert set(series) == {"network", "soa", "quick"}
    assert series["soa"].y == tuple(point.psnr["soa"] for point in workbench.sweep_points)
    assert [line.x for line in searched.sampling_plot.chart.lines if line.label == "trained here"] == [0.25]


def test_copy_takes_the_table_when_it_has_the_focus_and_else_a_picture(searched, qtbot):
    searched.measures.table.setFocus()
    qtbot.waitUntil(searched.measures.table.hasFocus, timeout=2_000)
    searched.actions_["copyPicture"].trigger()
    rows = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert rows[0] == ["", "network", "SoA", "Zero-filled"] and rows[1][0] == "PSNR, dB"
    searched.stage.panels["soa"].view.setFocus()
    searched.actions_["copyPicture"].trigger()
    assert QApplication.clipboard().pixmap().size() == searched.stage.panels["soa"].grab().size()


def test_stop_keeps_the_iterates_and_run_goes_on(window, qtbot):
    run, stop = (window.findChild(QAbstractButton, name) for name in ("runButton", "stopButton"))
    assert run.isEnabled() and not stop.isEnabled()
    long = replace(window.workbench.study.perturbation, steps=400)
    window.bridge.change("steps", perturbation=long)
    wait_until_quiet(qtbot, window.workbench, 1)
    busy = [window.findChild(QWidget, name) for name in ("progressBar", "timeLeft", "cancelButton")]
    assert not any(widget.isVisible() for widget in busy), "nothing to cancel while nothing is computed"
    run.click()
    qtbot.waitUntil(lambda: window.workbench.count > 3 and stop.isEnabled(), timeout=20_000)
    assert all(widget.isVisible() for widget in busy)
    stop.click()
    qtbot.waitUntil(lambda: run.isEnabled() and run.text() == "Resume", timeout=10_000)
    kept = window.workbench.count
    assert 3 < kept < 401 and window.strip.slider.maximum() == 400
    run.click()
    qtbot.waitUntil(lambda: window.workbench.count > kept, timeout=20_000)


def test_bad_input_is_told_in_one_sentence_and_the_study_stays(window, qtbot, tmp_path):
    bad = tmp_path / "notes.xyz"
    bad.write_text("no image")
    study = window.workbench.study
    window.opener.open_files([bad])
    assert window.errors.isVisible()
    assert "notes.xyz" in window.errors.label.text() and "Traceback" not in window.errors.label.text()
    assert window.workbench.study == study


def test_the_view_comes_back_from_what_a_session_keeps(window):
    window.hub.set_window(0.2, 0.7)
    window.hub.set_fraction(0.05)
    window.hub.set_amplification(50.0)
    window.hub.set_difference(TO_X)
    window.stage.panels["input"].view.zoom_by(3.0, (10.0, 12.0))
    window.stage.toggle_enlarged("soa")
    stored = json.loads(json.dumps(window.view_state()))
    view = window.hub.view
    window.stage.toggle_enlarged("soa")
    window.hub.fit()
    window.hub.reset_window()
    window.hub.set_difference(OWN)
    window.hub.set_fraction(1.0)
    window.restore_view(stored)
    assert window.hub.view == view
    assert window.hub.window == pytest.approx((0.2, 0.7))
    assert (window.hub.fraction, window.hub.amplification, window.hub.difference) == (0.05, 50.0, TO_X)
    assert window.stage.enlarged == "soa"


def test_a_session_brings_back_study_iterates_and_view(searched, qtbot, tmp_path):
    path = tmp_path / "one.stabview"
    searched.strip.slider.setValue(3)
    searched.hub.set_window(0.1, 0.6)
    searched.stage.panels["soa"].view.zoom_by(4.0, (30.0, 20.0))
    study, view = searched.workbench.study, searched.hub.view
    curve = searched.workbench.curve
    searched.opener.save(path)
    assert not searched.errors.isVisible()
    searched.bridge.change("size", image=replace(study.image, size=2 * SIZE))
    wait_until_quiet(qtbot, searched.workbench, 1)
    assert searched.hub.shape == (2 * SIZE, 2 * SIZE)
    searched.hub.reset_window()
    searched.opener.open_files([path])
    qtbot.waitUntil(lambda: searched.workbench.count == STEPS + 1, timeout=20_000)
    wait_until_quiet(qtbot, searched.workbench, STEPS + 1)
    assert searched.workbench.study == study
    np.testing.assert_allclose(searched.workbench.curve, curve, rtol=1e-5)
    assert (searched.hub.view, searched.hub.window) == (view, (0.1, 0.6))
    assert searched.strip.slider.value() == 3


def test_every_interactive_widget_has_a_name_a_tooltip_and_a_tab_stop(window):
    kinds = (
        QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView, QSlider, QGraphicsView, QTabBar,
        Chart,
    )  # fmt: skip
    poor = []
    for widget in window.findChildren(QWidget):
        inner = isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QAbstractItemView | QLineEdit)
        private = widget.objectName().startswith("qt_") or type(widget).__name__ == "QComboBoxPrivateContainer"
        if not isinstance(widget, kinds) or inner or private or widget.window() is not window:
            continue
        tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if not (widget.accessibleName() and widget.toolTip() and tab):
            poor.append((type(widget).__name__, widget.objectName(), widget.accessibleName(), widget.toolTip(), tab))
    assert not poor, poor


def test_the_names_others_rely_on(window):
    widgets = [f"imagePanel.{name}" for name in NAMES]
    widgets += ["iterateSlider", "playButton", "runButton", "stopButton", "samplingPlot", "rateSlider", "measureTable"]
    widgets += ["progressBar", "cancelButton", "deviceLabel", "detailPalette"]
    for name in widgets:
        found = window.findChildren(QWidget, name)
        assert len(found) == 1 and found[0].accessibleName(), name
    actions = ("openImage", "openNetwork", "saveSession", "undo", "redo", "exportReport")
    for name in actions:
        assert window.findChild(QAction, f"action.{name}").toolTip()
    assert "not for diagnostic use" in window.windowTitle()


def test_preferences_survive_a_run_and_nonsense_in_their_file(window, tmp_path):
    path = tmp_path / "deep" / "preferences.json"
    window.opener.open_files([__file__])
    window.actions_["theme.light"].trigger()
    window.resize(1111, 777)
    window.close()
    preferences.save(window.preferences, path)
    again = preferences.load(path)
    assert again == window.preferences
    assert (again.theme, again.size, again.recent) == ("light", (1111, 777), (str(Path(__file__).resolve()),))
    path.write_text('{"theme": "pink", "text_size": 900, "size": [-1], "recent": [3, "a.png"], "maximised": true}')
    assert preferences.load(path) == preferences.Preferences(maximised=True, recent=("a.png",))
    path.write_text("no json")
    assert preferences.load(path) == preferences.Preferences()


def test_light_theme_is_taken_up_by_what_is_painted(window):
    before = pixels(window.strip)
    window.actions_["theme.light"].trigger()
    assert pixels(window.strip) != before
    window.actions_["theme.dark"].trigger()
    assert pixels(window.strip) == before


def test_a_burst_of_events_is_one_signal_and_late_ones_are_dropped(qtbot):
    bridge, heard = Bridge(), []
    bridge.iterate_added.connect(lambda: heard.append("iterate"))
    worker = threading.Thread(target=lambda: [bridge.listen("iterate") for _ in range(100)])
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: heard == ["iterate"], timeout=2_000)
    bridge.listen("iterate")
    bridge.close()
    bridge.listen("iterate")
    qtbot.wait(20)
    assert heard == ["iterate"]


def test_closing_while_searching_ends_the_workers(window, qtbot):
    window.bridge.change("steps", perturbation=replace(window.workbench.study.perturbation, steps=400))
    window.findChild(QAbstractButton, "runButton").click()
    qtbot.waitUntil(lambda: window.workbench.count > 2, timeout=20_000)
    window.close()
    assert not {"answers", "search"} & {thread.name for thread in threading.enumerate()}


def test_importing_the_window_imports_no_torch():
    code = "import sys, stabview.gui.app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_application_ends_with_0_on_an_interrupt(network_file):
    code = f"""
import os, signal
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from stabview.gui.app import run, create_application
from stabview.study.study import ImageChoice, NetworkChoice, Study
create_application()
QTimer.singleShot(800, lambda: os.kill(os.getpid(), signal.SIGINT))
study = Study(image=ImageChoice(phantom="shepp-logan", size={SIZE}), network=NetworkChoice(path={str(network_file)!r}))
raise SystemExit(run(study, device="cpu", threads=1, start=True, fresh=True))
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_an_exception_of_a_thread_is_shown_with_its_details(qapp, qtbot):
    from stabview.gui.app import Surprises
    from stabview.gui.error_dialog import ErrorDialog

    surprises = Surprises()

    def fail():
        try:
            raise RuntimeError("the coil is cold")
        except RuntimeError:
            surprises.take(*sys.exc_info())

    worker = threading.Thread(target=fail)
    worker.start()
    worker.join()

    def shown():
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, ErrorDialog) and one.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()), timeout=5_000)
    dialog = shown()[0]
    assert "the coil is cold" in dialog.details.toPlainText()
    next(button for button in dialog.findChildren(QAbstractButton) if button.text() == "Copy details").click()
    assert "the coil is cold" in QApplication.clipboard().text()
    dialog.close()


def test_pictures_are_painted_with_the_colours_of_the_map(window):
    panel = window.stage.panels["input"]
    window.hub.fit()
    image = panel.view.grab().toImage()
    picture = panel.picture
    height, width = picture.shape
    flat = [
        (row, column)
        for row in range(2, height - 2)
        for column in range(2, width - 2)
        if np.ptp(picture[row - 2 : row + 3, column - 2 : column + 3]) < 1e-6
    ]
    low, high = window.hub.window
    for row, column in flat[:: max(len(flat) // 25, 1)]:
        place = panel.view.to_screen(column, row).toPoint()
        expected = round(255 * float(np.clip((picture[row, column] - low) / (high - low), 0, 1)))
        ratio = image.devicePixelRatio()
        assert abs(image.pixelColor(round(place.x() * ratio), round(place.y() * ratio)).green() - expected) <= 2


def test_the_examples_menu_opens_each_example_and_begins_its_search(window):
    menu = QMenu()
    window.opener.fill_examples(menu)
    entries = {action.text(): action for action in menu.actions()}
    assert set(entries) == {entry.title for entry in EXAMPLES.values()}
    chosen = EXAMPLES["lesion"]
    assert chosen.sentence in entries[chosen.title].toolTip()
    entries[chosen.title].trigger()
    assert window.workbench.study == chosen.study()
    assert window.workbench.searching
    window.workbench.cancel()
