"""The user's agreements of these tests are kept apart, and networks are tried on small phantoms."""

import pytest

from stabview.methods.networks import consent, trial


@pytest.fixture(autouse=True)
def agreements(tmp_path, monkeypatch):
    """The store of consents, empty."""
    path = tmp_path / "agreements" / "trusted.json"
    monkeypatch.setattr(consent, "consent_path", lambda: path)
    return consent.Consent(path)


@pytest.fixture(autouse=True)
def small_trials(monkeypatch):
    monkeypatch.setattr(trial, "SIDE", 32)
