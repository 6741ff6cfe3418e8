"""Dialogs, pages and panels look as they were looked at: fixed style and font, dark at scale 1, light at scale 2.

Where one is meant to look different, look at it and write it anew: STABVIEW_GOLDEN=write pytest THIS_FILE
"""

import numpy as np
import pytest
from PySide6.QtWidgets import QDialog, QVBoxLayout

from stabview.gui.app import create_application
from stabview.gui.dialogs.export import ExportDialog, Subject
from stabview.gui.dialogs.preferences import PreferencesDialog
from stabview.gui.dialogs.report import ReportDialog
from stabview.gui.error_dialog import ErrorDialog
from stabview.gui.gallery.page import GalleryPage
from stabview.gui.gallery.tile import Tile
from stabview.gui.marks import ARROW, LINE, RECTANGLE, Mark
from stabview.gui.preferences import Preferences
from stabview.gui.reader.result_page import ResultPage
from stabview.gui.reader.trial_view import TrialView
from stabview.gui.reader.window import ReaderWindow
from stabview.study.gallery import EXPERIMENT, Entry
from stabview.study.reader_study import LESION, Answer, Plan
from tests.gui.golden import unlike
from tests.gui.waiting import FEW, until_quiet


def export():
    return ExportDialog((Subject("growth", "Growth curves", (".png", ".svg", ".csv")),), "growth", print)


def report():
    dialog = ReportDialog(True, print)
    dialog.folder.setText("/home/anna/stabview-report")
    return dialog


def error():
    dialog = ErrorDialog()
    dialog.set_error("StabView made a mistake. Your study is still there.", "Traceback ...\nValueError: no")
    return dialog


def tile():
    words = "Total variation recovers the phantom exactly from 22 lines through k-space; zero-filling does not."
    tile = Tile(Entry(EXPERIMENT, "none", "Exact recovery from 22 radial lines", words, "Candès et al. 2006", 10.0))
    tile.resize(tile.sizeHint())
    return tile


def result():
    page = ResultPage()
    answers = [Answer(k, k % 2, k % 2 if k % 5 else 1 - k % 2, 1.2 + k / 10) for k in range(20)]
    page.show_answers(Plan(LESION), answers)
    dialog = QDialog()
    QVBoxLayout(dialog).addWidget(page)
    dialog.resize(760, 460)
    return dialog


def trial():
    view = TrialView()
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    view.show_pictures([ramp, ramp.T], marked=True)
    view.resize(500, 260)
    return view


def preferences():
    return PreferencesDialog(Preferences(), print)


@pytest.mark.parametrize(("theme", "scale"), [("dark", 1), ("light", 2)])
@pytest.mark.parametrize(
    "make", [export, report, preferences, error, tile, result, trial], ids=lambda make: make.__name__
)
def test_it_looks_as_it_did(qapp, qtbot, make, theme, scale, tmp_path):
    create_application(theme_choice=theme)
    widget = make()
    qtbot.addWidget(widget)
    fault = unlike(widget, f"{make.__name__}-{theme}-{scale}", scale, tmp_path)
    assert not fault, fault


def test_the_stage_and_what_stands_around_it_look_as_they_did(small_window, qtbot, tmp_path):
    window = small_window
    window.resize(1280, 800)
    for mark in (
        Mark(ARROW, (8.0, 10.0), (16.0, 18.0)), Mark(RECTANGLE, (22.0, 22.0), (30.0, 30.0)),
        Mark(LINE, (5.0, 20.0), (34.0, 20.0)),
    ):  # fmt: skip
        window.hub.marks.add(mark)
    for index in (0, FEW):
        window.bridge.move_to(index)
        window.workbench.run_sweep()
        until_quiet(qtbot, window.workbench, FEW + 1)
    parts = {
        "strip": window.strip, "measures": window.measures, "sampling": window.sampling_plot,
        "viewbar": window.view_bar, "header": window.header, "tools": window.tools, "cards": window.cards.widget(),
        "menubar": window.menuBar(),
    }  # fmt: skip
    faults = []
    for theme, scale in (("dark", 1), ("light", 2)):
        window.choose_theme(theme)
        for layout in ("six", "two"):
            window.looking.choose_layout(layout)
            qtbot.wait(50)
            faults.append(unlike(window.stage, f"stage-{layout}-{theme}-{scale}", scale, tmp_path))
        faults += [unlike(part, f"{name}-{theme}-{scale}", scale, tmp_path) for name, part in parts.items()]
        for page in window.inspector.pages:
            window.inspector.show_page(page)
            qtbot.wait(100)
            faults.append(unlike(window.inspector, f"inspector-{page.lower()}-{theme}-{scale}", scale, tmp_path))
    faults = [fault for fault in faults if fault]
    assert not faults, faults


def test_what_may_stand_in_front_looks_as_it_did(small_window, qtbot, tmp_path):
    """Two pictures in one place, the tour, the form of the reader study."""
    window, faults = small_window, []
    window.resize(1280, 800)
    reader = ReaderWindow(window.bridge, window)
    reader.resize(760, 480)
    for theme, scale in (("dark", 1), ("light", 2)):
        window.choose_theme(theme)
        window.looking.comparison.toggle("swipe")
        qtbot.wait(50)
        faults.append(unlike(window.looking.comparison, f"comparison-{theme}-{scale}", scale, tmp_path))
        window.looking.comparison.toggle("swipe")
        window.pages.start_tour()
        window.pages.tour.go_to(2)
        qtbot.wait(50)
        faults.append(unlike(window.pages.tour.bubble, f"tour-{theme}-{scale}", scale, tmp_path))
        window.pages.tour.finish()
        faults.append(unlike(reader.pages, f"reader-form-{theme}-{scale}", scale, tmp_path))
    reader.close()
    assert not any(faults), faults


@pytest.mark.parametrize(("theme", "scale", "size"), [("dark", 1, (1000, 620)), ("light", 2, (820, 330))])
def test_the_gallery_looks_as_it_did(qapp, qtbot, theme, scale, size, tmp_path):
    create_application(theme_choice=theme)
    page = GalleryPage()
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    qtbot.waitUntil(page.shown_tiles()[-1].isVisible)
    page.search.clearFocus()  # its cursor blinks
    for tile_ in page.tiles.values():
        tile_.read_picture()
    fault = unlike(page, f"gallery-{theme}-{scale}", scale, tmp_path)
    assert not fault, fault
