"""Opening a network in the window: what can run code is asked about first, what the file does not say is asked once."""

import pytest
from PySide6.QtWidgets import QWidget

from stabview.gui.bridge import Bridge
from stabview.gui.dialogs.consent import ConsentDialog, with_consent
from stabview.gui.dialogs.network_opening import NetworkOpening, open_network
from stabview.methods.networks import consent
from stabview.methods.networks.wiring import read_wiring

SOURCE = """
import pathlib, torch
pathlib.Path(__file__).with_name("trace").touch()

class Lifting(torch.nn.Module):
    def forward(self, x):
        return torch.relu(-x)

class Rounding(torch.nn.Module):
    def forward(self, x):
        return (100 * x).round() / 100
"""


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(consent, "consent_path", lambda: tmp_path / "config" / "trusted.json")
    monkeypatch.setattr("stabview.methods.networks.trial.SIDE", 32)
    (tmp_path / "nets.py").write_text(SOURCE)
    window = QWidget()
    window.bridge = Bridge()
    window.errors = []
    window.bridge.error_raised.connect(lambda sentence, details: window.errors.append((sentence, details)))
    qtbot.addWidget(window)
    yield window
    window.bridge.close()


def dialog(qtbot, window, kind):
    qtbot.waitUntil(lambda: window.findChild(kind) is not None or bool(window.errors), timeout=60_000)
    assert not window.errors
    return window.findChild(kind)


def test_nothing_runs_until_the_user_agrees(window, qtbot, tmp_path):
    name, went = f"{tmp_path}/nets.py:Lifting", []
    with_consent(window.bridge, window, name, lambda: went.append(1))
    asked = dialog(qtbot, window, ConsentDialog)
    _, sha256 = consent.danger_of(name)
    assert "nets.py" in asked.text.text() and sha256[:32] in asked.text.text()
    assert asked.refuse.isDefault() and not asked.agree.isDefault()
    asked.refuse.click()
    assert not went and consent.Consent().given(sha256) is None and not (tmp_path / "trace").exists()
    qtbot.waitUntil(lambda: window.findChild(ConsentDialog) is None)
    with_consent(window.bridge, window, name, lambda: went.append(2))
    dialog(qtbot, window, ConsentDialog).agree.click()
    qtbot.waitUntil(lambda: went == [2])
    assert consent.Consent().given(sha256).how == "the window" and not (tmp_path / "trace").exists()
    with_consent(window.bridge, window, name, lambda: went.append(3))
    qtbot.waitUntil(lambda: went == [2, 3])


def test_the_guess_is_shown_can_be_corrected_and_is_stored(window, qtbot, tmp_path):
    name, taken = f"{tmp_path}/nets.py:Lifting", []
    consent.agree(name, "test")
    stored = tmp_path / "nets.Lifting.stabview.toml"
    open_network(window.bridge, window, name, "radon", taken.append)
    asked = dialog(qtbot, window, NetworkOpening)
    assert asked.choices["operator"].key() == "radon" and asked.choices["output"].key() == "correction"
    assert "improves the direct reconstruction" in asked.found.text() and "✓ It has a gradient." in asked.found.text()
    assert asked.open_button.isEnabled() and not stored.exists() and not taken
    asked.choices["output"].show_key("image")
    asked.choices["output"].chosen.emit("image")
    assert not asked.open_button.isEnabled()
    asked.retry.click()
    qtbot.waitUntil(lambda: "does not improve" in asked.found.text(), timeout=30_000)
    asked.open_button.click()
    qtbot.waitUntil(lambda: taken == ["radon"])
    assert read_wiring(stored).output == "image"


def test_a_network_without_a_gradient_cannot_be_opened(window, qtbot, tmp_path):
    name, taken = f"{tmp_path}/nets.py:Rounding", []
    consent.agree(name, "test")
    open_network(window.bridge, window, name, "fourier", taken.append)
    asked = dialog(qtbot, window, NetworkOpening)
    assert "nothing can be said about its stability" in asked.found.text() and not asked.open_button.isEnabled()
    asked.choices["scaling"].show_key("mean-std")
    asked.choices["input"].show_key("kspace")
    asked.choices["scaling"].chosen.emit("mean-std")
    asked.retry.click()
    assert "mean-std is for images" in asked.found.text()
    asked.reject()
    assert not taken and not (tmp_path / "nets.Rounding.stabview.toml").exists()


def test_what_is_no_network_is_told_in_a_sentence(window, qtbot, tmp_path):
    (tmp_path / "net.pt").write_bytes(b"PK\x03\x04 damaged")
    open_network(window.bridge, window, tmp_path / "net.pt", "fourier", lambda _: None)
    qtbot.waitUntil(lambda: bool(window.errors))
    ((sentence, details),) = window.errors
    assert "damaged" in sentence and not details
