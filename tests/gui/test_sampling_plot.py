"""The card of the sampling curve: bars over masks, the clean curve behind, computing on demand and by itself."""

from PySide6.QtWidgets import QMenu

from stabview.gui.preferences import Preferences
from tests.gui.waiting import FEW, until_quiet


def by_name(chart, *, faint):
    return {series.key: series for series in chart.series if series.faint is faint}


def test_the_button_computes_what_the_chart_shows_with_bars_and_words(small_window, qtbot):
    window, plot = small_window, small_window.sampling_plot
    window.strip.slider.setValue(0)
    plot.button.click()
    until_quiet(qtbot, window.workbench, FEW + 1)
    points = window.workbench.sweep_points
    shown = by_name(plot.chart, faint=False)
    assert shown["soa"].y == tuple(point.psnr["soa"] for point in points)
    assert shown["soa"].low[0] == points[0].low["soa"] <= points[0].high["soa"] == shown["soa"].high[0]
    assert "over 3 masks" in shown["network"].names[0]
    assert not plot.button.isEnabled() and not by_name(plot.chart, faint=True)
    window.strip.slider.setValue(FEW)
    assert plot.button.isEnabled() and plot.button.text() == "Compute"
    plot.button.click()
    until_quiet(qtbot, window.workbench, FEW + 1)
    assert by_name(plot.chart, faint=True)["network"].y == shown["network"].y, "the clean curve stays behind"
    assert by_name(plot.chart, faint=False)["network"].y != shown["network"].y


def test_the_menu_makes_the_curve_follow_and_chooses_the_masks(small_window, qtbot):
    window, plot = small_window, small_window.sampling_plot
    menu = QMenu()
    plot.fill(menu)
    live, *masks = (action for action in menu.actions() if action.isCheckable())
    assert not live.isChecked() and [action.text() for action in masks if action.isChecked()] == ["3 masks"]
    live.trigger()
    until_quiet(qtbot, window.workbench, FEW + 1)
    assert window.workbench.sweep_draws == (6, 6)
    masks[0].trigger()
    until_quiet(qtbot, window.workbench, FEW + 1)
    assert window.workbench.study.sweep.masks == 1 and not by_name(plot.chart, faint=False)["soa"].low
    window.workbench.undo()
    until_quiet(qtbot, window.workbench, FEW + 1)
    assert by_name(plot.chart, faint=False)["soa"].low, "undone, and computed again by itself"


def test_it_follows_unless_the_preferences_say_otherwise(small_window):
    assert Preferences().live_curve and not small_window.workbench.live_curve
    small_window.pages.apply(Preferences(live_curve=True))
    assert small_window.workbench.live_curve
