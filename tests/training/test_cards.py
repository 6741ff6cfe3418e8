"""The shipped cards say what their recipes say."""

import importlib

import pytest

from stabview.methods.networks.cards import shipped_cards
from stabview.training.names import RECIPES

TRAINED = {card.name: card for card in shipped_cards() if card.learnt}


@pytest.mark.parametrize("name", sorted(TRAINED))
def test_a_shipped_card_agrees_with_its_recipe(name):
    module = importlib.import_module(RECIPES[name])
    recipe = getattr(module, "FAMILY", {}).get(name, module).CARD
    card = TRAINED[name]
    for field in ("title", "summary", "operator", "architecture", "parameters", "size", "sampling", "operator_spec",
                  "differences", "limits", "trained_rate"):  # fmt: skip
        assert getattr(card, field) == getattr(recipe, field), field
