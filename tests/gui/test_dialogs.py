"""The dialogs: none blocks, each tells its choice, and their texts can be copied."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from stabview.gui.actions import ROWS, keys_text
from stabview.gui.dialogs import files
from stabview.gui.dialogs.about import WARNING, AboutDialog
from stabview.gui.dialogs.model_card import ModelCardDialog
from stabview.gui.dialogs.reference import ReferenceDialog
from stabview.gui.dialogs.shortcuts import ShortcutsDialog
from stabview.gui.preferences import SETTINGS


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    return window


def test_choosing_an_image_calls_back_with_its_path(window, qtbot, tmp_path):
    (tmp_path / "head.png").touch()
    chosen = []
    dialog = files.ask_image(window, chosen.append)
    assert dialog.isVisible() and chosen == [] and files.choice(dialog) is None
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(str(tmp_path / "head.png"))
    dialog.accept()
    assert chosen == [tmp_path / "head.png"]


def test_a_dismissed_dialog_calls_nothing(window):
    chosen = []
    files.ask_network(window, chosen.append).reject()
    assert chosen == []


def test_a_session_is_saved_with_its_ending(window, tmp_path):
    chosen: list[Path] = []
    dialog = files.ask_session_to_save(window, chosen.append)
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("lesson")
    dialog.accept()
    assert [path.name for path in chosen] == ["lesson.stabview"]


def test_about_says_what_it_is_not_and_can_be_copied(window, qtbot):
    dialog = AboutDialog("CPU, 2 threads", window)
    dialog.open()
    dialog.findChild(QPushButton, "about.copy").click()
    copied = QGuiApplication.clipboard().text()
    assert WARNING in copied and "Python 3." in copied and "numpy 2." in copied and "CPU, 2 threads" in copied
    assert "Bitstream Vera" in copied


def test_the_cheat_sheet_has_every_key(window):
    text = ShortcutsDialog(keys_text(), window).text()
    assert all(row.tooltip in text for row in ROWS if row.keys)
    assert "Left drag" in text


def test_the_reference_has_every_action_setting_and_key_of_a_study(window):
    text = ReferenceDialog(window).text()
    assert all(row.tooltip in text for row in ROWS)
    assert all(setting.tooltip in text for setting in SETTINGS)
    assert "max_relative_norm" in text and "Wheel" in text


def test_a_model_card_is_shown_as_written(window):
    dialog = ModelCardDialog(
        "Deep MRI", "# Deep MRI\n\nNot for *diagnosis*.\n\n| a | b |\n| - | - |\n| 1 | 2 |", window
    )
    assert "Deep MRI" in dialog.windowTitle()
    assert "Not for diagnosis." in dialog.text() and "*" not in dialog.text()
