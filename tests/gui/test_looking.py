"""What the window shows after layouts, comparisons and marks were chosen, by mouse and by keys."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QLineEdit

from stabview.gui import preferences, theme
from stabview.gui.actions import ROWS
from stabview.gui.pictures import LAYOUTS, NAMES
from stabview.gui.view_hub import ViewHub
from tests.gui.hands import LEFT, drag, mouse
from tests.gui.waiting import FEW, until_quiet


def in_sight(window):
    return [name for name in window.stage.shown if window.stage.panels[name].isVisible()]


def pixels(widget):
    image = widget.grab().toImage()  # its bits live as long as it does
    return bytes(image.constBits())


def test_no_key_belongs_to_two_actions():
    keys = [QKeySequence(key).toString() for row in ROWS for key in row.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_shows_its_pictures_all_filled(small_window, qtbot, name):
    small_window.actions_[f"layout.{name}"].trigger()
    assert in_sight(small_window) == list(LAYOUTS[name].shows)
    frame = small_window.workbench.frame()
    for shown in LAYOUTS[name].shows:
        assert small_window.stage.panels[shown].picture is frame.panels[shown]
        assert small_window.stage.panels[shown].header.left[0]


def test_another_picture_takes_the_place_of_a_panel_and_sessions_remember_it(small_window):
    window = small_window
    window.actions_["layout.two"].trigger()
    window.stage.show_instead("soa", "quick")
    assert in_sight(window) == ["network", "quick"]
    window.stage.show_instead("network", "quick")  # in sight already: they change places
    assert in_sight(window) == ["quick", "network"]
    stored = window.view_state()
    window.actions_["layout.six"].trigger()
    assert in_sight(window) == list(NAMES)
    window.restore_view(stored)
    assert in_sight(window) == ["quick", "network"]


def test_blink_shows_two_pictures_in_turn_with_one_window_and_no_flash(small_window, qtbot):
    window, comparison = small_window, small_window.looking.comparison
    window.stage.panels["network"].setFocus()
    window.actions_["compare.blink"].trigger()
    assert comparison.isVisible() and (comparison.first, comparison.second) == ("network", "soa")
    view = comparison.panel.view
    seen = []
    for step in (-1, 1, -1):
        comparison.step(step)
        seen.append(pixels(view))
        assert view.levels() == window.hub.window
    assert seen[0] == seen[2] != seen[1]
    assert view.picture is window.workbench.frame().panels["network"]
    assert view.over is window.workbench.frame().panels["soa"]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not comparison.isVisible() and window.stage.isVisible()


def test_the_divider_of_a_swipe_parts_the_two_pictures(small_window, qtbot):
    window, comparison = small_window, small_window.looking.comparison
    comparison.start("swipe", "network", "perturbation")
    view = comparison.panel.view
    window.hub.fit()
    qtbot.waitUntil(lambda: view.width() > 300, timeout=2_000)
    columns = []
    for share in (0.0, 1.0, 0.5):
        view.set_divider(share)
        columns.append(view.grab().toImage())
    width, height = columns[0].width(), columns[0].height()
    left = [image.copy(0, 0, width // 2 - 20, height) for image in columns]
    right = [image.copy(width // 2 + 20, 0, width // 2 - 20, height) for image in columns]
    assert left[2] == left[1] != left[0]  # the first picture
    assert right[2] == right[0] != right[1]  # the second one
    drag(view, view_point(view, 0.5), view_point(view, 0.3))
    assert view.divider == pytest.approx(0.3, abs=0.02)


def view_point(view, share):
    """The point of the image at a share of the panel's width, in the middle of its height."""
    return view.to_image(QPointF(share * view.viewport().width(), view.viewport().height() / 2))


def test_the_difference_of_any_two_pictures_is_signed_and_has_the_fixed_range(small_window):
    window, comparison = small_window, small_window.looking.comparison
    comparison.start("difference", "network", "quick")
    frame = window.workbench.frame()
    np.testing.assert_array_equal(comparison.panel.picture, frame.panels["network"] - frame.panels["quick"])
    assert comparison.panel.view.levels() == (-window.hub.signed_limit, window.hub.signed_limit)
    assert "‖" in comparison.panel.footer.left[0]


def test_a_pinned_picture_stays_while_the_slider_moves(small_window):
    window = small_window
    window.stage.panels["network"].setFocus()
    last = window.workbench.frame().panels["network"]
    window.actions_["pin"].trigger()
    (pinned,) = window.stage.pins
    window.strip.slider.setValue(1)
    window.looking.comparison.start("difference", "network", pinned)
    first = window.workbench.frame(1).panels["network"]
    np.testing.assert_array_equal(window.looking.comparison.panel.picture, first - last)
    assert "Pin 1" in window.looking.comparison.panel.header.left[0]


def test_complex_images_show_the_part_that_is_chosen(small_window, qtbot):
    window = small_window
    magnitude = window.stage.panels["network"].picture
    window.actions_["component.phase"].trigger()
    until_quiet(qtbot, window.workbench, FEW + 1)
    panel = window.stage.panels["network"]
    assert panel.picture is not magnitude and np.abs(panel.picture).max() <= np.float32(math.pi)
    assert panel.view.levels() == (-math.pi, math.pi)
    window.actions_["component.real"].trigger()
    until_quiet(qtbot, window.workbench, FEW + 1)
    assert (np.abs(panel.picture) <= magnitude + 1e-6).all()
    box = window.findChild(QComboBox, "componentChoice")
    assert box.currentData() == "real"
    window.actions_["component.magnitude"].trigger()
    until_quiet(qtbot, window.workbench, FEW + 1)
    np.testing.assert_array_equal(panel.picture, magnitude)


def test_pixels_that_are_no_numbers_are_marked(small_window):
    view = small_window.stage.panels["soa"].view
    picture = np.array(view.picture)
    picture[3:5, 7] = np.nan
    view.set_picture(picture)
    assert view.not_finite == 2
    place = view.to_screen(7, 3).toPoint()
    colour = view.grab().toImage().pixelColor(place)
    assert (colour.red(), colour.green(), colour.blue()) == (255, 0, 255)


def test_an_arrow_is_drawn_moved_undone_and_seen_in_every_panel(small_window, qtbot):
    window = small_window
    views = [window.stage.panels[name].view for name in NAMES]
    before = [pixels(view) for view in views]
    window.actions_["tool.arrow"].trigger()
    drag(views[0], (10, 30), (16, 24))
    (arrow,) = window.hub.marks.all
    assert arrow.end == pytest.approx((16, 24)) and window.hub.tool is None
    assert all(pixels(view) != old for view, old in zip(views, before, strict=True))
    drag(views[2], (13, 27), (18, 27))
    assert window.hub.marks.all[0].start == pytest.approx((15, 30))
    window.actions_["undo"].trigger()
    assert window.hub.marks.all == (arrow,)
    window.actions_["undo"].trigger()
    assert window.hub.marks.all == () and len(window.workbench.study.details) == 1


def test_words_are_written_where_one_clicks(small_window, qtbot):
    window = small_window
    view = window.stage.panels["network"].view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_T)
    drag(view, (12, 12), (12, 12))
    field = window.findChild(QLineEdit, "markWords")
    qtbot.keyClicks(field, "a false lesion")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    (words,) = window.hub.marks.all
    assert words.text == "a false lesion" and words.start == pytest.approx((12, 12))
    mouse(view, QEvent.Type.MouseButtonDblClick, view.to_screen(12, 12), LEFT, LEFT)
    field = window.looking.place.findChild(QLineEdit, "markWords")
    assert field.text() == "a false lesion"
    qtbot.keyClicks(field, "noise")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [mark.text for mark in window.hub.marks.all] == ["noise"]
    restored = ViewHub()
    restored.restore(window.hub.state())
    assert restored.marks.all == window.hub.marks.all


def test_a_region_drawn_by_keys_is_measured_in_every_image(small_window, qtbot):
    window = small_window
    view = window.stage.panels["network"].view
    view.setFocus()
    window.hub.set_cursor((10, 10))
    window.actions_["tool.rectangle"].trigger()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    for key, count in ((Qt.Key.Key_Right, 6), (Qt.Key.Key_Down, 4)):
        for _ in range(count):
            qtbot.keyClick(view, key, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    table = window.inspector.region.table
    frame, clean = window.workbench.frame(), window.workbench.frame(0)
    inside = frame.panels["network"][10:15, 10:17]
    expected = f"{inside.mean():.3f} ± {inside.std():.3f}"
    qtbot.waitUntil(lambda: table.isVisible() and table.item(1, 0).text() == expected, timeout=2_000)
    change = inside - clean.panels["network"][10:15, 10:17]
    assert table.item(1, 2).text() == f"{np.sqrt((change**2).mean()):.3f}"
    assert "35 pixels" in window.inspector.region.note.text()
    written = window.inspector.tables()["region"].splitlines()[2].split(",")
    assert written[0] == "network" and float(written[1]) == pytest.approx(inside.mean(), rel=1e-5)


def test_a_line_profile_reads_all_images_and_what_the_perturbation_changed(small_window, qtbot):
    window = small_window
    window.actions_["tool.line"].trigger()
    drag(window.stage.panels["soa"].view, (5, 20), (35, 20))
    chart = window.inspector.profile.chart
    qtbot.waitUntil(lambda: chart.axes.x[1] > 25, timeout=2_000)
    series = {one.label: one for one in chart.series if one.label}
    assert set(series) == {"input", "network", "SoA"}
    unit = series["network"].x[-1] / 30
    frame = window.workbench.frame()
    row = frame.panels["network"][20, 5:36]
    spots = np.interp(unit * np.arange(31), series["network"].x, series["network"].y)
    np.testing.assert_allclose(spots, row, atol=0.02)
    assert "largest change" in window.inspector.profile.note.text()
    assert len(window.inspector.tables()["profile"].splitlines()) == len(series["network"].x) + 1


def test_the_histogram_sets_the_window_by_a_drag(small_window, qtbot):
    window = small_window
    window.inspector.show_page("Histogram")
    chart = window.inspector.histogram.chart
    qtbot.waitUntil(lambda: bool(chart.series), timeout=2_000)
    chart.pointed.emit(0.6)
    assert window.hub.window == pytest.approx((0.0, 0.6))
    chart.pointed.emit(0.1)
    assert window.hub.window == pytest.approx((0.1, 0.6))


def test_a_window_that_was_kept_is_in_the_menu_and_in_the_preferences(small_window, tmp_path):
    window = small_window
    window.hub.set_window(0.25 * window.hub.peak, 0.5 * window.hub.peak)
    menu = window.menus["Window"]
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Keep this window").trigger()
    window.hub.reset_window()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "0.25 – 0.50").trigger()
    assert window.hub.window == pytest.approx((0.25 * window.hub.peak, 0.5 * window.hub.peak))
    assert window.actions_["window.brighter"] in menu.actions()
    window.close()
    preferences.save(window.preferences, tmp_path / "p.json")
    assert preferences.load(tmp_path / "p.json").windows == ((0.25, 0.5),)


def test_window_and_place_change_by_keys(small_window, qtbot):
    window = small_window
    view = window.stage.panels["network"].view
    low, high = window.hub.window
    window.actions_["window.narrower"].trigger()
    assert window.hub.window[1] - window.hub.window[0] < high - low
    column = window.hub.view.column
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert window.hub.view.column > column


def test_another_method_stands_beside_network_and_soa_and_can_be_compared(small_window, qtbot):
    window = small_window
    window.looking.show_other("cg", True)
    until_quiet(qtbot, window.workbench, FEW + 1)
    assert in_sight(window)[2::3] == ["other:cg", "other:cgDifference"]
    panel = window.stage.panels["other:cg"]
    assert panel.picture is window.workbench.frame().panels["other:cg"]
    assert "Least squares" in panel.header.left[0] and "PSNR" in panel.footer.left[0]
    window.looking.comparison.start("difference", "other:cg", "quick")
    assert window.looking.comparison.panel.picture is not None
    window.looking.show_other("cg", False)
    assert "other:cg" not in window.stage.panels and in_sight(window)[2] == "quick"


def test_larger_text_is_larger_everywhere_and_its_columns_are_wider(small_window, qtbot):
    window = small_window
    search = window.cards.cards["search"]
    labels = [window.strip.read_out, window.measures.which, search.caption(search.steps)]
    width = window.numbers.width()
    try:
        for _ in range(3):
            window.actions_["largerText"].trigger()
        qtbot.waitUntil(lambda: window.numbers.width() > 1.2 * width, timeout=2_000)
        assert {label.font().pointSizeF() for label in labels} == {theme.FONT_SIZE + 3}
    finally:
        theme.set_font_size(theme.FONT_SIZE)
