"""Networks and operators belong together: what a network needs of a study, and what taking one changes."""

from __future__ import annotations

from dataclasses import replace

from stabview.methods.networks.cards import Card, shipped_cards
from stabview.study.fields import matters
from stabview.study.study import (
    COUNTING_VIEWS,
    NetworkChoice,
    PerturbationChoice,
    SamplingChoice,
    Study,
)


def named(name: str | None) -> Card | None:
    """The card of a shipped network."""
    return next((card for card in shipped_cards() if card.name == name), None)


def first_for(operator: str) -> Card | None:
    """The shipped network to begin with for an operator: the usual one, or one made for it, or one that takes any.

    Those that take one single operator, and those that are fitted anew each time, come after the others of their kind.
    """
    usual = Study().network.name
    fitting = [card for card in shipped_cards() if card.takes(operator)]
    return min(
        fitting, key=lambda card: (card.name != usual, card.operator != operator, card.fixed, card.untrained),
        default=None,
    )  # fmt: skip


def trained_sampling(card: Card) -> dict[str, object]:
    """Operator and rate (or number of views) of a network's training, as a study chooses them, and whatever else its
    card names: pattern, seed, coils, noise."""
    chosen: dict[str, object] = {} if card.operator == "any" else {"operator": card.operator}
    if card.trained_rate is not None:
        views = card.operator in COUNTING_VIEWS
        chosen |= {"views": int(card.trained_rate)} if views else {"rate": card.trained_rate}
    return chosen | card.sampling


def taking(card: Card, study: Study) -> dict[str, object]:
    """The parts of the study that change when this network is taken: it brings what it was trained at.

    That is the size of the images, the operator, the rate or number of views, the pattern, the coils and the noise;
    what its card leaves out is the usual of a study. A network that takes any operator was trained at none and brings
    nothing of this. An untrained network brings the search that works for it.
    """
    parts: dict[str, object] = {"network": NetworkChoice(name=card.name)}
    if card.operator != "any":
        usual = replace(SamplingChoice(), seed=study.sampling.seed, finer=study.sampling.finer)
        parts |= {
            "image": replace(study.image, size=card.size),
            "sampling": replace(usual, **trained_sampling(card)),
        }
    wanted = "joint-descent" if card.untrained else PerturbationChoice().search
    if card.untrained or study.perturbation.search == "joint-descent":
        steps = 2 if card.untrained else PerturbationChoice().steps
        parts["perturbation"] = replace(study.perturbation, search=wanted, steps=steps)
    return {name: part for name, part in parts.items() if part != getattr(study, name)}


def brought(card: Card, study: Study, parts: dict[str, object]) -> str:
    """What came with a network into this study, in a sentence; empty where nothing else changed."""
    said = []
    if "image" in parts:
        said.append(f"{card.size} x {card.size} pixels")
    if "sampling" in parts:
        sampling = parts["sampling"]
        if sampling.operator != study.sampling.operator:
            said.append(f"the operator {sampling.operator}")
        if matters(sampling, "pattern"):
            said.append(sampling.pattern)
        said.append(f"{sampling.views} views" if sampling.counts_views else f"rate {sampling.rate:g}")
        if matters(sampling, "coils"):
            said.append(f"{sampling.coils} coils")
        said.append(f"{100 * sampling.noise:g} % noise" if sampling.noise else "no noise")
    return f"{card.title} brings what it was trained at: {', '.join(said)}." if said else ""


def trained_at(operator: str, rate: float | None) -> str:
    """Where a network was trained, in words."""
    if rate is None:
        return "trained at an unknown rate"
    return f"trained at {rate:g} views" if operator in COUNTING_VIEWS else f"trained at {100 * rate:.3g} %"


def needs(card: Card) -> dict[str, dict[str, object]]:
    """What a network of one single operator needs of a study: section -> key -> value; nothing for others."""
    return {"image": {"size": card.size}, "sampling": trained_sampling(card)} if card.fixed else {}


def missing_for(card: Card, study: Study) -> dict[str, dict[str, object]]:
    """Of what it needs, what the study has otherwise."""
    found: dict[str, dict[str, object]] = {}
    for section, values in needs(card).items():
        part = getattr(study, section)
        wrong = {key: value for key, value in values.items() if getattr(part, key) != value and matters(part, key)}
        if wrong:
            found[section] = wrong
    return found


def completed(tables: dict[str, object]) -> dict[str, object]:
    """The tables of a study file; what they leave out and such a network needs is filled in."""
    network = tables.get("network")
    card = named(network.get("name")) if isinstance(network, dict) else None
    tables = dict(tables)
    for section, values in needs(card).items() if card is not None else ():
        given, usual = tables.get(section), vars(getattr(Study(), section))
        if given is None:
            tables[section] = {key: value for key, value in usual.items() if value is not None} | values
        elif isinstance(given, dict):
            tables[section] = {**values, **given}
    return tables
