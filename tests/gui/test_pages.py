"""The gallery, the tour, the reader study, the preferences and the copy after a crash, in the real window."""

import os
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from stabview import resources
from stabview.experiments.catalogue import EXPERIMENTS
from stabview.gui import recovery
from stabview.gui.dialogs.model_card import ModelCardDialog
from stabview.gui.dialogs.preferences import PreferencesDialog
from stabview.gui.dialogs.recovery import RecoveryDialog
from stabview.gui.preferences import SETTINGS, Preferences
from stabview.gui.reader import window as reader_window
from stabview.gui.reader.window import ReaderWindow
from stabview.gui.tour.steps import STEPS
from stabview.measures.detection import two_alternatives
from stabview.study.examples import EXAMPLES
from stabview.study.gallery import entries, found
from tests.gui.waiting import FEW, until_quiet


def dialogs(kind):
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]


def test_the_gallery_follows_from_the_tables_and_its_pictures_belong_to_them():
    assert sorted(entry.name for entry in entries()) == sorted([*EXAMPLES, *EXPERIMENTS])
    shipped = {path.stem for path in resources.path("gallery").iterdir()}
    names = {entry.name for entry in entries()}
    assert shipped <= names, "a picture is left of something that is no more"
    assert shipped, "packaging/gallery.py makes them"
    assert [entry.name for entry in found("Ell 50 heart")] == ["ell50-text"]


def test_a_click_in_the_gallery_opens_the_example_running(small_window, qtbot):
    pages = small_window.pages
    pages.show_gallery()
    assert pages.in_gallery
    pages.gallery.search.setText("hallucination")
    shown = [tile.entry for tile in pages.gallery.shown_tiles()]
    assert "hallucination" in [entry.name for entry in shown] and all("hallucination" in one.words for one in shown)
    small_window.bridge.change("steps", perturbation=replace(small_window.workbench.study.perturbation, steps=2))
    until_quiet(qtbot, small_window.workbench, 1)
    pages.show_gallery()
    pages.gallery.tiles["hallucination"].click()
    assert not pages.in_gallery and small_window.workbench.study == EXAMPLES["hallucination"].study()
    qtbot.waitUntil(lambda: small_window.workbench.searching, timeout=20_000)
    small_window.workbench.cancel()


def test_the_gallery_is_left_by_escape_and_by_opening_something(small_window, qtbot):
    pages = small_window.pages
    small_window.actions_["gallery"].trigger()
    assert pages.in_gallery
    small_window.actions_["cancel"].trigger()
    assert not pages.in_gallery
    pages.gallery.verticalScrollBar().setValue(300)
    pages.show_gallery()
    assert pages.gallery.verticalScrollBar().value() == 0, "what there is begins at the top"
    small_window.bridge.change("seed", sampling=replace(small_window.workbench.study.sampling, seed=7))
    qtbot.waitUntil(lambda: not pages.in_gallery, timeout=5_000)


def test_an_example_about_the_sampling_curve_opens_with_its_curve_and_without_a_search(small_window, qtbot):
    small_window.pages.show_gallery()
    small_window.pages.gallery.tiles["dagan-more-lines"].click()
    workbench = small_window.workbench
    assert workbench.study == EXAMPLES["dagan-more-lines"].study() and not workbench.searching
    qtbot.waitUntil(lambda: bool(workbench.sweep_points), timeout=60_000)
    assert not workbench.searching and workbench.count == 1
    workbench.cancel()


def test_arrows_go_from_picture_to_picture(small_window, qtbot):
    small_window.pages.show_gallery()
    gallery = small_window.pages.gallery
    tiles = gallery.shown_tiles()
    qtbot.waitUntil(tiles[-1].isVisible, timeout=5_000)
    tiles[0].setFocus()
    qtbot.keyClick(tiles[0], Qt.Key.Key_Right)
    assert tiles[1].hasFocus()
    qtbot.keyClick(tiles[1], Qt.Key.Key_Down)
    below = gallery.focusWidget()
    assert below.mapToGlobal(QPoint()).x() == tiles[1].mapToGlobal(QPoint()).x(), "straight down, across sections"
    qtbot.keyClick(below, Qt.Key.Key_Up)
    assert tiles[1].hasFocus()


def test_no_words_of_a_tile_are_cut_off(small_window, qtbot):
    small_window.pages.show_gallery()
    tiles = small_window.pages.gallery.shown_tiles()
    qtbot.waitUntil(tiles[-1].isVisible, timeout=5_000)
    assert [tile.entry.name for tile in tiles if tile.height() < tile.heightForWidth(tile.width())] == []


def test_every_step_of_the_tour_points_at_something(small_window, qtbot):
    small_window.actions_["tour"].trigger()
    tour = small_window.pages.tour
    assert tour.steps == STEPS, "a target of the tour is not in the window any more"
    for place, step in enumerate(STEPS):
        tour.go_to(place)
        assert tour.title.text() == step.title
        if step.target:
            target = small_window.findChild(QWidget, step.target)
            assert target.isVisible() and not tour._lit.isEmpty()
        assert tour.rect().contains(tour.bubble.geometry())
    qtbot.keyClick(tour, Qt.Key.Key_Right)
    assert small_window.pages.tour is None and not small_window.preferences.tour


def test_a_reader_study_gives_the_d_prime_of_its_answers(small_window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(reader_window, "PAUSE", 1)
    small_window.actions_["readerStudy"].trigger()
    (window,) = dialogs(ReaderWindow)
    window.form.trials.setValue(6)
    window.form.begin.click()
    for k in range(6):
        qtbot.waitUntil(lambda: window.trial is not None, timeout=20_000)
        said = window.trial.truth if k < 5 else 1 - window.trial.truth
        qtbot.keyClick(window, Qt.Key.Key_Right if said else Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.result, timeout=5_000)
    assert f"d′ = {two_alternatives(5, 6).d_prime:.2f}" in window.result.headline.text()
    window.export(tmp_path / "trials.csv")
    qtbot.waitUntil((tmp_path / "trials-summary.csv").is_file, timeout=5_000)
    assert len((tmp_path / "trials.csv").read_text().splitlines()) == 7
    window.close()


def test_preferences_follow_from_the_table_and_count_at_once(small_window, qtbot):
    small_window.actions_["preferences"].trigger()
    (dialog,) = dialogs(PreferencesDialog)
    assert list(dialog.fields) == [setting.name for setting in SETTINGS]
    theme = dialog.fields["theme"]
    theme.setCurrentIndex(theme.findData("light"))
    theme.activated.emit(theme.currentIndex())
    assert small_window.preferences.theme == "light" and small_window.actions_["theme.light"].isChecked()
    dialog.findChild(QAbstractButton, "preferences.reset").click()
    assert all(getattr(small_window.preferences, s.name) == getattr(Preferences(), s.name) for s in SETTINGS)
    dialog.close()


def test_work_comes_back_after_a_crash_and_nothing_is_left_after_a_good_end(small_window, qtbot, tmp_path):
    pages, workbench = small_window.pages, small_window.workbench
    pages.keep_copies(tmp_path)
    small_window.strip.slider.setValue(2)
    pages.recovery._note()
    pages.recovery.save()
    copy = tmp_path / f"{os.getpid()}.stabview"
    qtbot.waitUntil(copy.is_file, timeout=10_000)
    assert recovery.left_behind(tmp_path) == [], "this program is still there"
    crashed = tmp_path / "999999999.stabview"
    copy.rename(crashed)
    (tmp_path / "crash.log").write_text("Fatal Python error: Segmentation fault")
    study = workbench.study
    small_window.bridge.change("size", image=replace(study.image, size=48))
    until_quiet(qtbot, workbench, 1)
    pages.keep_copies(tmp_path)
    qtbot.waitUntil(lambda: bool(dialogs(RecoveryDialog)), timeout=5_000)
    (dialog,) = dialogs(RecoveryDialog)
    assert "Segmentation fault" in dialog.text()
    dialog.findChild(QAbstractButton, "recovery.restore").click()
    qtbot.waitUntil(lambda: workbench.study == study and workbench.count == FEW + 1, timeout=20_000)
    until_quiet(qtbot, workbench, FEW + 1)
    assert workbench.position == 2 and not crashed.exists()
    small_window.close()
    assert not copy.exists()


def test_every_control_of_the_dialogs_has_a_name_a_tooltip_and_a_tab_stop(small_window, qtbot):
    small_window.pages.show_gallery()
    for action in ("export", "exportReport", "preferences", "readerStudy"):
        small_window.actions_[action].trigger()
    qtbot.wait(20)
    tops = [small_window.pages.gallery, *dialogs(QDialog)]
    assert len(tops) == 5
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)
    poor = []
    for top in tops:
        for widget in top.findChildren(QWidget):
            inner = isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
            if not isinstance(widget, kinds) or inner or widget.objectName().startswith("qt_"):
                continue
            tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if not (widget.accessibleName() and widget.toolTip() and tab):
                poor.append((type(top).__name__, type(widget).__name__, widget.objectName(), widget.accessibleName()))
    assert not poor, poor
    for dialog in dialogs(QDialog):
        dialog.close()


def test_the_model_card_of_a_file_is_one_click_away(small_window, qtbot):
    button = small_window.findChild(QAbstractButton, "modelCardButton")
    assert button.isEnabled()
    button.click()
    (dialog,) = dialogs(ModelCardDialog)
    assert "Tiny cascade" in dialog.text() and "Untrained." in dialog.text()
    dialog.close()
