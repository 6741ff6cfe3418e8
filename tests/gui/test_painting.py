"""Painted details as objects of the window: taken hold of, shaped, copied, hidden, fitted, seen by the samples."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from stabview.gui.pointer import handles_of
from stabview.images.details import render_detail
from stabview.study.study import Detail
from tests.gui.hands import click, drag
from tests.gui.waiting import FEW, until_quiet


def lesion(window) -> Detail:
    return window.workbench.study.details[0]


def test_a_detail_is_moved_resized_and_turned_by_its_handles_each_one_step(small_window, qtbot):
    window = small_window
    view = window.stage.panels["input"].view
    window.bridge.change("shape", details=(replace(lesion(window), aspect=2.0, size=8.0),))
    drag(view, (20, 20), (26, 24))
    assert lesion(window).position == (20, 20)  # it was not selected: the picture was moved
    window.hub.fit()
    click(view, (20, 20))
    drag(view, (20, 20), (26, 24))
    assert lesion(window).position == pytest.approx((26, 24), abs=0.2)
    corner = handles_of(lesion(window))[3]
    drag(view, corner, (corner[0] + 6, corner[1] + 6))
    assert lesion(window).size > 9.5
    handle, middle = handles_of(lesion(window))[4], lesion(window).position
    drag(view, handle, (middle[0] + 20, middle[1]))
    assert lesion(window).angle == pytest.approx(90, abs=3)
    for word in ("turn lesion", "resize lesion", "move lesion"):
        assert window.workbench.undo_label == word
        qtbot.waitUntil(window.actions_["undo"].isEnabled, timeout=2_000)
        window.actions_["undo"].trigger()
    assert lesion(window).position == (20.0, 20.0)


def test_a_drag_beside_the_details_still_moves_the_picture_and_a_click_lets_go(small_window):
    window = small_window
    view = window.stage.panels["input"].view
    click(view, (20, 20))
    assert window.looking.pointer.selected and window.hub.handles
    column = window.hub.view.column
    drag(view, (5, 5), (9, 5))
    assert window.hub.view.column < column and lesion(window).position == (20.0, 20.0)
    study = window.workbench.study
    click(view, (20.03, 20.04))
    assert window.workbench.study is study  # a click on what is selected changes nothing
    click(view, (3, 35))
    assert not window.looking.pointer.selected and not window.hub.handles


def test_the_selected_detail_follows_the_keys(small_window, qtbot):
    window = small_window
    for name in ("nextObject", "move.right", "move.down", "grow", "duplicate"):
        window.actions_[name].trigger()
    first, copy = window.workbench.study.details
    assert first.position == (21.0, 21.0) and first.size == pytest.approx(5.5)
    assert copy == replace(first, position=(27.0, 27.0))
    qtbot.keyClick(window.stage.panels["soa"].view, Qt.Key.Key_Delete)
    assert window.workbench.study.details == (first,)


def test_hidden_details_leave_the_image_and_come_back(small_window, qtbot):
    window = small_window
    with_it = window.workbench.scene.x
    window.actions_["hideDetails"].trigger()
    until_quiet(qtbot, window.workbench, 1)
    assert lesion(window).hidden
    difference = with_it - window.workbench.scene.x
    painted = render_detail(difference.shape, replace(lesion(window), hidden=False))
    np.testing.assert_allclose(difference, painted, atol=1e-5)
    item = window.cards.cards["details"].list.item(0)
    assert item.checkState() == Qt.CheckState.Unchecked
    item.setCheckState(Qt.CheckState.Checked)
    until_quiet(qtbot, window.workbench, 1)
    assert not lesion(window).hidden
    np.testing.assert_array_equal(window.workbench.scene.x, with_it)


def test_details_are_saved_and_put_on_another_image(small_window, tmp_path):
    window, path = small_window, tmp_path / "details.toml"
    painted = (lesion(window), Detail("text", (8.0, 9.0), 30.5, -0.1, "Aq", angle=10.0))
    window.bridge.change("more", details=painted)
    window.opener.save_details(path)
    window.bridge.change("none", details=())
    window.opener.open_details(path)
    assert window.workbench.study.details == painted
    window.opener.open_details(__file__)
    assert window.errors.isVisible() and window.workbench.study.details == painted


def test_what_the_samples_see_is_known_before_anything_is_reconstructed(small_window, qtbot):
    window = small_window
    before = window.workbench.exposures[0]
    moved = replace(lesion(window), size=2.0)
    known = []
    window.bridge.details_changed.connect(lambda: known.append(window.workbench.exposures.get(0)))
    window.bridge.change("size", details=(moved,))
    qtbot.waitUntil(lambda: bool(known), timeout=10_000)
    until_quiet(qtbot, window.workbench, 1)
    assert window.workbench.exposures[0] == window.workbench.detail_reports[0].exposure < before
    assert f"{100 * window.workbench.exposures[0]:.0f} %" in window.cards.cards["seen"].exposure.text()


def test_the_contrast_is_fitted_to_what_the_reference_method_just_keeps(small_window, qtbot):
    window = small_window
    strong = replace(window.workbench.study.soa, lambda_=0.05)  # so that it has a limit at all
    window.bridge.change("small", soa=strong, details=(Detail("lesion", (20.0, 31.0), 3.0, 0.5),))
    until_quiet(qtbot, window.workbench, 1)
    window.cards.cards["details"].list.setCurrentRow(0)
    window.cards.cards["details"].fit.click()
    qtbot.waitUntil(lambda: window.workbench.undo_label == "fit to the SoA limit", timeout=30_000)
    until_quiet(qtbot, window.workbench, 1)
    (report,) = window.workbench.detail_reports
    assert report.captured["soa"] == pytest.approx(0.5, abs=0.03)


def test_iterates_play_in_a_loop_at_the_chosen_speed(small_window, qtbot):
    window = small_window
    window.strip.set_speed(40)
    window.actions_["loop"].trigger()
    seen = []
    window.bridge.position_changed.connect(seen.append)
    window.strip.toggle_play()
    qtbot.waitUntil(lambda: seen.count(0) >= 2, timeout=5_000)
    window.strip.pause()
    assert set(seen) == set(range(FEW + 1))
