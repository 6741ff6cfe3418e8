"""Dialogs and pages look as they were looked at: fixed style, bundled font, dark at scale 1 and light at scale 2.

Where one is meant to look different, look at it and write it anew: STABVIEW_GOLDEN=write pytest THIS_FILE
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout

from stabview.gui.app import create_application
from stabview.gui.dialogs.export import ExportDialog, Subject
from stabview.gui.dialogs.preferences import PreferencesDialog
from stabview.gui.dialogs.report import ReportDialog
from stabview.gui.error_dialog import ErrorDialog
from stabview.gui.gallery.tile import Tile
from stabview.gui.preferences import Preferences
from stabview.gui.reader.result_page import ResultPage
from stabview.gui.reader.trial_view import TrialView
from stabview.study.gallery import EXPERIMENT, Entry
from stabview.study.reader_study import LESION, Answer, Plan

FOLDER = Path(__file__).parent / "goldens"
SHARE = 0.004  # of the pixels may differ visibly: another version of Qt sets letters a little differently


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
    path = FOLDER / f"{make.__name__}-{theme}-{scale}.png"
    now = painted(widget, scale)
    if os.environ.get("STABVIEW_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(now).save(path, optimize=True)
    was = np.asarray(Image.open(path).convert("RGB"))
    Image.fromarray(now).save(tmp_path / path.name)
    assert now.shape == was.shape, f"it has another size; see {tmp_path / path.name}"
    apart = np.abs(now.astype(int) - was).max(axis=2) > 40
    assert apart.mean() < SHARE, f"{100 * apart.mean():.1f} % of it look different; see {tmp_path / path.name}"


def painted(widget, scale: int) -> np.ndarray:
    """(H, W, 3) uint8: the widget on a screen of this density."""
    widget.ensurePolished()
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(scale)
    image.fill(QApplication.palette().window().color())
    widget.grab()  # lays it out
    widget.render(image)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
