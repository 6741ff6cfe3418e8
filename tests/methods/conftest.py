"""The shipped networks, loaded once."""

import pytest

from stabview.methods.networks.loading import load_shipped


@pytest.fixture(scope="session")
def deep_mri():
    return load_shipped("deep-mri")


@pytest.fixture(scope="session")
def ell_50():
    return load_shipped("ell-50")
