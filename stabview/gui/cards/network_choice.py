"""Networks and operators belong together: which shipped network goes with an operator, and what taking one changes."""

from __future__ import annotations

from dataclasses import replace

from stabview.methods.networks.cards import Card as ModelCard
from stabview.methods.networks.cards import shipped_cards
from stabview.study.study import COUNTING_VIEWS, NetworkChoice, Study


def named(name: str | None) -> ModelCard | None:
    """The card of a shipped network."""
    return next((card for card in shipped_cards() if card.name == name), None)


def first_for(operator: str) -> ModelCard | None:
    """The first shipped network that was trained for an operator, or one that needs no training."""
    fitting = [card for card in shipped_cards() if card.takes(operator)]
    return min(fitting, key=lambda card: card.operator != operator, default=None)


def taking(card: ModelCard, study: Study) -> dict[str, object]:
    """The parts of the study that change when this network is taken: its operator, too, where it is another one.

    With another operator comes the rate or number of views at which the network was trained.
    """
    parts: dict[str, object] = {"network": NetworkChoice(name=card.name)}
    if not card.takes(study.sampling.operator):
        sampling = replace(study.sampling, operator=card.operator)
        if card.trained_rate is not None:
            views = card.operator in COUNTING_VIEWS
            trained = {"views": int(card.trained_rate)} if views else {"rate": card.trained_rate}
            sampling = replace(sampling, **trained)
        parts["sampling"] = sampling
    return parts


def trained_at(operator: str, rate: float | None) -> str:
    """Where a network was trained, in words."""
    if rate is None:
        return "trained at an unknown rate"
    return f"trained at {rate:g} views" if operator in COUNTING_VIEWS else f"trained at {100 * rate:.3g} %"
