"""Every entry can be run with what it says."""

import importlib.util

import pytest

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.experiments.setting import matching_operator
from stabview.methods.networks.cards import shipped_cards


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_the_module_is_there_and_the_defaults_are_allowed(name):
    entry = EXPERIMENTS[name]
    assert importlib.util.find_spec(f"stabview.experiments.{entry.module}")
    for parameter in entry.parameters:
        assert parameter.checked(parameter.default) == parameter.default
    assert len({parameter.name for parameter in entry.parameters}) == len(entry.parameters)


@pytest.mark.parametrize("card", [card for card in shipped_cards() if not card.untrained], ids=lambda card: card.name)
def test_every_shipped_network_gets_the_operator_of_its_training(card):
    size, views = (card.size, 0) if card.fixed else (32, 8 if card.operator == "radon" else 0)
    operator = matching_operator(card, (size, size), views)
    assert card.takes(operator.name)
    if card.fixed:
        assert operator.spec == card.operator_spec
    elif operator.rate is not None and card.trained_rate:
        assert abs(operator.rate - card.trained_rate) < 0.04
