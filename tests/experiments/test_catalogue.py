"""Every entry can be run with what it says."""

import importlib.util

import pytest

from stabview.experiments.catalogue import EXPERIMENTS


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_the_module_is_there_and_the_defaults_are_allowed(name):
    entry = EXPERIMENTS[name]
    assert importlib.util.find_spec(f"stabview.experiments.{entry.module}")
    for parameter in entry.parameters:
        assert parameter.checked(parameter.default) == parameter.default
    assert len({parameter.name for parameter in entry.parameters}) == len(entry.parameters)
