"""The window of an experiment: its form, its run in the background, what it shows and what it writes."""

import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QMenu, QWidget
from shiboken6 import delete

from stabview.cli.common import with_settings_of
from stabview.experiments.catalogue import EXPERIMENTS, Experiment, Parameter
from stabview.experiments.entry import CHECKS, MATHEMATICS, TOPICS
from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.gui import theme
from stabview.gui.bridge import Bridge
from stabview.gui.experiments.digits import column_words, number_words
from stabview.gui.experiments.finding_view import FindingView
from stabview.gui.experiments.form import ParameterForm
from stabview.gui.experiments.mosaic import arranged, columns_for, run_of
from stabview.gui.experiments.shelves import rows_of
from stabview.gui.experiments.signs import signs
from stabview.gui.experiments.window import ExperimentWindow
from stabview.gui.opening import Opener
from stabview.images.errors import InputError
from stabview.study.study import ExperimentChoice, ImageChoice, Study
from stabview.study.workbench import Workbench

MIXED = Experiment(
    "mixed", "Mixed", "One of each kind.", "nowhere", MATHEMATICS, "nothing", 1,
    (
        Parameter("size", "Size (pixels)", "Pixels.", 0, at_least=0, at_most=256, words={0: "as trained"}, step=16),
        Parameter("weight", "Weight λ", "A weight.", 0.1, above=0),
        Parameter("noise", "Noise", "Noise.", -1.0, at_least=-1, at_most=1, words={-1.0: "as trained"}, group="Data"),
        Parameter("fast", "Quick", "Quick or good.", True),
        Parameter("pattern", "Pattern", "Which.", "lines", names=("lines", "points"), words={"lines": "Full lines"}),
        Parameter("path", "File", "A file.", "", file=True, words={"": "none"}),
    ),
)  # fmt: skip
RAMP = np.tile(np.linspace(0, 1, 8, dtype=np.float32), (8, 1))
CURVE = Chart("Curve", "k", "gap", (Line("p", (1.0, 2.0), (0.1, 0.01)),), log_y=True)
SHOWN = Finding(
    2, 2, "Found.", True, {"largest": 1.23456789},
    (Table("Numbers", ("k", "value"), ((1, 26.448), (2, 0.85333))),), (CURVE,),
    (Picture("image", RAMP, "a ramp"), Picture("other", RAMP.T.copy()), Picture("third", 1 - RAMP)),
)  # fmt: skip


@pytest.fixture
def bridge(qtbot):
    bridge = Bridge()
    workbench = Workbench(Study(image=ImageChoice(phantom="ellipses", size=32)), listener=bridge.listen)
    bridge.attach(workbench)
    yield bridge
    workbench.close(30)


@pytest.fixture
def view(qapp, qtbot):
    theme.apply(theme.DARK)
    view = FindingView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_finding(SHOWN, "As published")
    qtbot.wait(20)
    return view


# --- the form


def test_a_form_gives_back_what_was_put_in_and_refuses_what_no_experiment_takes(qtbot):
    form = ParameterForm(MIXED)
    qtbot.addWidget(form)
    assert form.values() == MIXED.values({}) and form.changed() == {}
    wanted = {"size": 32, "weight": 2.5e-4, "noise": 0.1, "fast": False, "pattern": "points", "path": "a.npy"}
    form.show_values(wanted)
    assert form.values() == wanted == form.changed()
    form.fields["weight"].setText("much")
    with pytest.raises(InputError, match=r"Weight λ.*number"):
        form.values()
    form.fields["weight"].setText("-1")
    with pytest.raises(InputError, match=r"Weight λ.*above 0"):
        form.values()
    form.show_defaults()
    assert form.values() == MIXED.values({})


def test_values_that_stand_for_something_else_are_said_in_words(qtbot):
    form = ParameterForm(MIXED)
    qtbot.addWidget(form)
    size, noise, pattern = form.fields["size"], form.fields["noise"], form.fields["pattern"]
    assert size.text() == "as trained" and form.values()["size"] == 0
    assert noise.text() == "" and noise.placeholderText() == "as trained" and form.values()["noise"] == -1.0
    assert pattern.currentText() == "Full lines" and pattern.key() == "lines" and "pattern=lines" in pattern.toolTip()
    noise.setText("0.2")
    size.setValue(64)
    assert form.values()["noise"] == 0.2 and form.values()["size"] == 64
    noise.clear()
    assert form.values()["noise"] == -1.0


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_every_form_begins_with_the_defaults_and_shows_labels_for_keys(qtbot, name):
    form = ParameterForm(EXPERIMENTS[name])
    qtbot.addWidget(form)
    assert form.values() == EXPERIMENTS[name].values({}), "what is shown in words is read back as the value"
    for parameter in EXPERIMENTS[name].parameters:
        field = form.fields[parameter.name]
        assert field.accessibleName() == parameter.label and f"--set {parameter.name}=" in field.toolTip()
        if isinstance(field, QComboBox):
            raw = {field.itemText(k) for k in range(field.count())} & {"tv", "cg", "auto", "deep-mri", "continuation"}
            assert not raw


# --- running, cancelling, exporting


def test_run_shows_the_verdict_and_export_writes_it(bridge, qtbot, tmp_path):
    theme.apply(theme.DARK)
    window = ExperimentWindow(bridge, EXPERIMENTS["lasso-failure"])
    qtbot.addWidget(window)
    window.form.show_values({"sweeps": 1000})
    assert not window.export_button.isEnabled() and not window.cancel_button.isEnabled()
    window.run_button.click()
    assert not window.run_button.isEnabled() and window.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: window.state.text().startswith("Finished"), timeout=60_000)
    banner = window.view.banner
    assert banner.outcome.text() == "As published" and "1.1693" in banner.verdict.text() and banner.mark.agrees
    assert window.run_button.isEnabled() and window.export_button.isEnabled()
    window.export(tmp_path)
    qtbot.waitUntil(lambda: "Written" in window.state.text(), timeout=60_000)
    result = json.loads((tmp_path / "result.json").read_text())
    entry = result["experiments"]["lasso-failure"]
    assert entry["agrees"] and entry["parameters"]["sweeps"] == 1000 and (tmp_path / "report.html").is_file()
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    chart = (tmp_path / "lasso-failure" / "chart-1.svg").read_text()
    assert 'fill="#ffffff"' in chart and theme.DARK.card not in chart, "exports stay on white"


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
    assert window.run_button.isEnabled() and window.view.banner.outcome.text() == "So far"


def test_the_keyboard_alone_runs_cancels_and_exports(bridge, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr("stabview.gui.experiments.window.ask_report_folder", lambda *_: asked.append("where to"))
    window = ExperimentWindow(bridge, EXPERIMENTS["lasso-failure"])
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.run_button.hasFocus)
    qtbot.keyClick(window.run_button, Qt.Key.Key_Space)
    assert bridge.workbench.experimenting and window.cancel_button.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(window.run_button.isEnabled, timeout=60_000)
    assert window.isVisible() and window.run_button.hasFocus(), "Escape stops the run first, not the window"
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.state.text().startswith("Finished"), timeout=60_000)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert asked == ["where to"]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_every_control_has_a_name_a_tip_and_a_tab_stop(bridge, qtbot):
    window = ExperimentWindow(bridge, EXPERIMENTS["transfer"])
    qtbot.addWidget(window)
    poor = []
    for widget in window.findChildren(QWidget):
        inner = isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
        kinds = isinstance(widget, QAbstractButton | QAbstractSpinBox | QComboBox | QLineEdit)
        if not kinds or inner or widget.objectName().startswith("qt_"):
            continue
        tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if not (widget.accessibleName() and widget.toolTip() and tab):
            poor.append((type(widget).__name__, widget.objectName(), widget.accessibleName()))
    assert not poor, poor
    assert window.view.mosaic.tiles, "the stored result was looked at too"


def test_the_command_line_that_is_copied_runs_what_the_form_says(bridge, qtbot):
    window = ExperimentWindow(bridge, EXPERIMENTS["transfer"])
    qtbot.addWidget(window)
    window.form.show_values({"eps": 0.02, "noise": 0.01, "soa": "tgv"})
    window.copy_button.click()
    line = QGuiApplication.clipboard().text()
    assert line == "stabview run transfer --set soa=tgv --set noise=0.01 --set eps=0.02 --out out"
    assert "clipboard" in window.state.text()
    (chosen,) = with_settings_of(Path("transfer"), re.findall(r"--set (\S+)", line)).experiments
    assert EXPERIMENTS["transfer"].values(chosen.parameters) == window.form.values()


def test_defaults_can_be_put_back_once_something_else_is_there(bridge, qtbot):
    window = ExperimentWindow(bridge, EXPERIMENTS["radial-lines"])
    qtbot.addWidget(window)
    choice = ExperimentChoice("radial-lines", {"size": 64})
    assert not window.defaults_button.isEnabled()
    window.form.show_values(window.experiment.values(choice.parameters))
    assert window.form.values()["size"] == 64 and window.defaults_button.isEnabled()
    window.defaults_button.click()
    assert window.form.changed() == {} and not window.defaults_button.isEnabled()


def test_a_stored_result_is_shown_as_such(bridge, qtbot):
    window = ExperimentWindow(bridge, EXPERIMENTS["transfer"])
    qtbot.addWidget(window)
    assert window.view.banner.note.text().startswith("Stored result of ")
    assert window.view.mosaic.charts and window.view.mosaic.pictures and not window.export_button.isEnabled()


def test_own_checks_pass_and_only_the_others_are_as_published():
    own = [entry for entry in EXPERIMENTS.values() if entry.topic == CHECKS]
    assert own and {entry.outcome(True) for entry in own} == {"Passed"}
    assert MIXED.outcome(True) == "As published" and MIXED.outcome(False) == "Not as published"
    assert MIXED.outcome(None) == ""


def test_the_menu_has_a_submenu_for_each_topic_and_every_experiment_once(bridge, qtbot):
    menu, holder = QMenu(), QWidget()
    qtbot.addWidget(menu)
    qtbot.addWidget(holder)
    holder.bridge = bridge
    Opener(bridge, holder).fill_experiments(menu)
    assert [action.text() for action in menu.actions()] == list(TOPICS)
    listed = [one.objectName() for action in menu.actions() for one in action.menu().actions()]
    assert sorted(listed) == sorted(f"action.experiment.{name}" for name in EXPERIMENTS)


# --- what is shown


def test_a_view_replaces_only_what_is_new(view):
    tiles, tables = view.mosaic.tiles, list(view.shelves.tables)
    more = Table("Numbers", ("k", "value"), ((1, 26.448), (2, 0.85333), (3, 0.25)))
    later = replace(SHOWN, verdict="done", agrees=False, tables=(more,), charts=(replace(CURVE),))
    view.show_finding(later, "Not as published")
    now = view.shelves.tables
    assert view.mosaic.tiles == tiles and now[0] is tables[0] and now[1] is not tables[1]
    assert view.banner.outcome.text() == "Not as published" and view.banner.verdict.text() == "done"


def test_the_outcome_is_told_by_shape_and_word_not_by_colour_alone(view, qtbot):
    mark, seen = view.banner.mark, []
    for agrees in (True, False, None):
        view.banner.show_verdict(agrees, "word", "verdict")
        picture = mark.grab().toImage()
        ground = picture.pixelColor(0, 0)
        seen.append([
            [picture.pixelColor(x, y) == ground for x in range(picture.width())] for y in range(picture.height())
        ])  # fmt: skip
    assert seen[0] != seen[1] and seen[1] != seen[2] and seen[0] != seen[2]


def test_the_chart_takes_the_colours_of_the_theme_and_copies_stay_on_white(view, qtbot):
    (chart,) = view.mosaic.charts

    def ground():
        return chart.grab().toImage().pixelColor(chart.width() - 20, 12).name()

    assert ground() == theme.DARK.card
    theme.apply(theme.LIGHT)
    qtbot.wait(20)
    assert ground() == theme.LIGHT.card
    theme.apply(theme.DARK)
    qtbot.wait(20)
    assert ground() == theme.DARK.card
    assert chart.on_white().pixelColor(5, 5).name() == "#ffffff"


def test_the_mouse_reads_the_values_of_a_chart(view):
    (chart,) = view.mosaic.charts
    chart.grab()
    point = chart._plot.points[1]
    words = chart.words_at(QPointF(point.across + 8, point.down + 6))
    assert words == "p\nk: 2\ngap: 0.01" and chart.words_at(QPointF(3, 3)) == ""


def test_a_click_enlarges_a_picture_with_sharp_pixels_and_the_keys_go_through_all(view, qtbot):
    tile = view.mosaic.pictures[0]
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    over = view.enlarged
    assert over is not None and over.heading.text() == "image" and "black 0, white 1" in over.caption.text()
    picture = over.grab().toImage()
    row = [picture.pixelColor(x, picture.height() // 3).red() for x in range(picture.width())]
    runs = [len(run[0]) for run in re.finditer(r"(.)\1*", "".join(map(chr, row)))]
    steps = [length for length, start in zip(runs, np.cumsum([0, *runs]), strict=False) if row[start] in
             [round(255 * k / 7) for k in range(1, 7)]]  # fmt: skip
    assert len(steps) == 6 and len(set(steps)) == 1 and steps[0] > 40, (
        "each pixel is so many of the screen's, unblurred"
    )
    titles = {over.heading.text()}
    for _ in range(len(view.mosaic.tiles) - 1):
        qtbot.keyClick(over, Qt.Key.Key_Right)
        titles.add(over.accessibleName().split(",")[0])
    assert titles == {"image", "other", "third", "Curve"}
    qtbot.keyClick(over, Qt.Key.Key_Escape)
    assert view.enlarged is None and view.isVisible()


def test_enter_enlarges_what_has_the_focus_and_escape_gives_the_focus_back(view, qtbot):
    tile = view.mosaic.pictures[1]
    view.activateWindow()
    tile.setFocus()
    qtbot.waitUntil(tile.hasFocus)
    qtbot.keyClick(tile, Qt.Key.Key_Return)
    assert view.enlarged is not None and view.enlarged.heading.text() == "other"
    qtbot.keyClick(view.enlarged.done, Qt.Key.Key_Tab)
    assert view.enlarged.isAncestorOf(view.focusWidget()), "Tab stays where one looks"
    qtbot.keyClick(view.enlarged, Qt.Key.Key_Escape)
    assert tile.hasFocus()


def test_an_enlarged_picture_stays_while_the_experiment_goes_on(view, qtbot):
    view.enlarge(view.mosaic.pictures[1])
    later = tuple(Picture(one.title, one.pixels.copy(), one.caption) for one in SHOWN.pictures)
    view.show_finding(Finding(2, 3, "more", None, pictures=later), "So far")
    assert view.enlarged is not None and view.enlarged.heading.text() == "other"
    view.show_finding(Finding(2, 3, "none", None), "So far")
    assert view.enlarged is None


def test_the_layout_follows_the_width(view, qtbot):
    def columns():
        return len({tile.x() for tile in view.mosaic.pictures + view.mosaic.charts})

    def inside():
        return all(tile.geometry().right() <= view.viewport().width() for tile in view.mosaic.tiles)

    view.resize(1060, 700)
    qtbot.wait(20)
    chart, first = view.mosaic.charts[0], view.mosaic.pictures[0]
    assert columns() == 4 and chart.y() == first.y() and chart.x() > first.x() and inside(), "side by side in one row"
    view.resize(420, 700)
    qtbot.wait(20)
    assert columns() < 4 and inside()
    assert not view.horizontalScrollBar().isVisible()
    assert view.mosaic.height() == max(tile.geometry().bottom() + 1 for tile in view.mosaic.tiles)


@pytest.mark.parametrize("room", [300, 520, 780, 1040, 1700])
@pytest.mark.parametrize(("pictures", "charts"), [(4, 1), (6, 1), (0, 2), (0, 9), (60, 0), (2, 5), (1, 0), (15, 2)])
def test_tiles_never_overlap_and_stay_on_the_page(pictures, charts, room):
    columns = columns_for(pictures, charts, room)
    spots, boards = arranged(pictures, charts, columns)
    assert len(spots) == pictures and len(boards) == charts
    taken = [(cell.row, cell.column + k) for cell in spots + boards for k in range(cell.span)]
    assert len(taken) == len(set(taken)) and all(column < columns for _, column in taken)
    assert [(cell.row, cell.column) for cell in spots] == sorted((cell.row, cell.column) for cell in spots)


def test_pictures_of_one_network_stay_in_one_row():
    networks = ("A", "B: plain", "B: other")
    titles = [f"{name}: {what}" for name in networks for what in ("image", name, "TV", "zero-filled")]
    assert run_of(titles) == 4 and columns_for(12, 0, 790, run_of(titles)) == 4
    assert run_of(["x", "y: a", "y: b"]) == 1 and run_of(["x", "y", "z"]) == 1


def test_a_narrow_table_fills_the_gap_beside_another():
    assert rows_of([340, 580, 190], 790) == [[0, 2], [1]]
    assert rows_of([900, 100], 800) == [[0], [1]]


def test_tables_show_three_digits_below_each_other_and_keep_all_of_them(view, qtbot):
    grid = view.shelves.tables[1].grid
    assert [grid.item(row, 1).text() for row in range(2)] == ["26.45", "0.85"]
    assert [grid.item(row, 1).toolTip() for row in range(2)] == ["26.448", "0.85333"]
    assert grid.item(0, 1).textAlignment() & Qt.AlignmentFlag.AlignRight
    qtbot.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "k\tvalue\n1\t26.448\n2\t0.85333\n"
    assert view.shelves.tables[0].grid.item(0, 1).text() == "1.23"
    assert view.shelves.tables[1].width() < view.viewport().width() / 2, "no empty area at the right of its words"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([18.378576, 82.076], ["18.4", "82.1"]),
        ([0.0, 1.1692, 2.2e-16], ["0", "1.17", "2.20·10⁻¹⁶"]),
        ([-3.14159, 12.5], ["−3.1", "12.5"]),
        ([20.0, 35.0], ["20", "35"]),
        ([None, "kept", 3, True], ["", "kept", "3", "yes"]),
        ([float("inf"), 1.5], ["∞", "1.50"]),
        ([0.967, 1.0002, 0.512], ["0.967", "1.000", "0.512"]),
    ],
)
def test_columns_of_numbers(cells, words):
    assert column_words(cells) == words


def test_single_numbers_and_signs_of_mathematics():
    assert number_words(123456.7) == "1.23·10⁵" and number_words(-0.5) == "−0.500" and number_words(float("nan")) == "—"
    assert signs("||A^+ d||^2 <= sqrt(3) 2^-15, 9e-17") == "‖A⁺ d‖² ≤ √3 2⁻¹⁵, 9·10⁻¹⁷"
    assert signs("Deep MRI (D5-C5), e^-k, a1e5") == "Deep MRI (D5-C5), e^-k, a1e5"


def test_larger_text_makes_headings_form_and_pictures_room(bridge, qtbot):
    theme.set_font_size(theme.FONT_SIZE)
    window = ExperimentWindow(bridge, EXPERIMENTS["transfer"])
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    side, heading = window.findChild(QWidget, "experiment.side"), window.view.banner.outcome
    before = side.width(), heading.font().pointSizeF(), window.view.mosaic.pictures[0].reserved
    try:
        theme.set_font_size(1.5 * theme.FONT_SIZE)
        qtbot.wait(50)
        after = side.width(), heading.font().pointSizeF(), window.view.mosaic.pictures[0].reserved
        assert after[0] == pytest.approx(1.5 * before[0], rel=0.02) and after[1] == 1.5 * before[1]
        assert after[2] > before[2]
    finally:
        theme.set_font_size(theme.FONT_SIZE)


def test_a_stored_result_opens_with_its_own_parameters_and_runs_only_when_asked(small_window, qtbot):
    small_window.pages.show_gallery()
    small_window.pages.gallery.tiles["transfer"].click()
    window = small_window.findChild(ExperimentWindow, "experiment.transfer")
    qtbot.addWidget(window)
    assert not small_window.workbench.experimenting
    assert {name: window.form.values()[name] for name in window.stored.changed} == window.stored.changed
    assert window.stored.changed, "or this test says nothing"
