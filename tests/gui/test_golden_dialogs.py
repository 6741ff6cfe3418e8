"""Pages of text, questions before a network is opened, recovery: they look as they did (see test_golden.py)."""

import os
import time

import pytest

from stabview.gui.actions import keys_text
from stabview.gui.app import create_application
from stabview.gui.dialogs import about
from stabview.gui.dialogs.about import AboutDialog
from stabview.gui.dialogs.consent import ConsentDialog
from stabview.gui.dialogs.model_card import ModelCardDialog
from stabview.gui.dialogs.network_opening import NetworkOpening
from stabview.gui.dialogs.recovery import RecoveryDialog
from stabview.gui.dialogs.reference import ReferenceDialog
from stabview.gui.dialogs.shortcuts import ShortcutsDialog
from stabview.gui.error_dialog import ErrorBar
from stabview.methods.networks.wiring import Wiring
from tests.gui.golden import unlike


class Examined:
    """What the wizard asks of an examination."""

    path, wiring, can_be_searched = "/home/anna/networks/mine.pt2", Wiring("fourier"), True
    opened = type("Opened", (), {"trust": "exported graph (.pt2, read without running code)"})
    lines = (
        "On a phantom it improves the direct reconstruction: 31.4 dB against 23.2 dB.", "✓ It runs.",
        "✓ Its values are finite.", "✗ The same data give other images.", "✓ It has a gradient.",
    )  # fmt: skip


def wizard(_folder):
    return NetworkOpening(Examined(), print, print)


def consent(_folder):
    sha256 = "0123456789abcdef" * 4
    dialog = ConsentDialog("/home/anna/networks/mine.pt", sha256, "TorchScript calls any operator", print)
    dialog.adjustSize()
    return dialog


def model_card(_folder):
    words = "# A cascade\n\nFive blocks, single-coil MRI.\n\n## Training\n\n- **steps**: 4000\n- **data**: drawn heads"
    return ModelCardDialog("A cascade", words)


def keys(_folder):
    return ShortcutsDialog(keys_text()[:2])


def reference(_folder):
    return ReferenceDialog()


def recovery(folder):
    copy = folder / "copy.stabview"
    copy.touch()
    os.utime(copy, (1_700_000_000, 1_700_000_000))
    return RecoveryDialog([copy], "Fatal Python error: Segmentation fault", print, print)


def about_it(_folder):
    return AboutDialog("CPU, 2 threads")


def error_bar(_folder):
    bar = ErrorBar()
    bar.show_error("slice.dcm holds no picture: choose another file.", "")
    bar.resize(700, bar.sizeHint().height())
    return bar


@pytest.mark.parametrize(("theme", "scale"), [("dark", 1), ("light", 2)])
@pytest.mark.parametrize(
    "make", [wizard, consent, model_card, keys, reference, recovery, about_it, error_bar],
    ids=lambda make: make.__name__.replace("_", "-"),
)  # fmt: skip
def test_it_looks_as_it_did(qapp, qtbot, make, theme, scale, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(about, "versions", lambda device: [("StabView", "1.2.3"), ("Device:", device)])
    monkeypatch.setattr(about, "packages", list)
    create_application(theme_choice=theme)
    widget = make(tmp_path)
    qtbot.addWidget(widget)
    fault = unlike(widget, f"{make.__name__.replace('_', '-')}-{theme}-{scale}", scale, tmp_path)
    assert not fault, fault
