"""Model cards: what a network is, what it was trained on, how well it does. Read without torch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from stabview import resources
from stabview.images.errors import InputError

UNTRAINED = ("conv-decoder", "deep-decoder", "deep-image-prior")
"""Architectures that are fitted to the data when they are called: slow, and without a gradient in the data."""


@dataclass(frozen=True)
class Card:
    """The card of one network, stored as JSON beside its weights.

    Attributes
    ----------
    name, title, summary : for lists; summary is one sentence.
    operator : of the data it reconstructs from, "fourier" or "radon"; "any" for a network that takes every operator.
    architecture, parameters : how to build it (`architectures.build`).
    trained_rate : sampling rate, or number of views, of the training.
    size : side of the training images in pixels.
    training : data, seeds, steps, hardware: key -> text or number.
    figures : measured on test images: key -> text or number.
    differences : where it departs from the published network, and why.
    limits : what is known not to work.
    weights_sha256 : of the safetensors file; empty for a network without weights.
    operator_spec : `SamplingOperator.spec` of the one operator that it takes; empty for a network that takes any of
        its kind.
    sampling : what a study chooses for its operator beside size and rate: pattern, seed, coils, noise.
    """

    name: str
    title: str
    summary: str
    operator: str
    architecture: str
    parameters: dict[str, int]
    trained_rate: float | None
    size: int
    training: dict[str, object] = field(default_factory=dict)
    figures: dict[str, object] = field(default_factory=dict)
    differences: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    weights_sha256: str = ""
    operator_spec: str = ""
    sampling: dict[str, object] = field(default_factory=dict)

    def takes(self, operator: str) -> bool:
        """Whether it reconstructs data of an operator (its name)."""
        return self.operator in (operator, "any")

    @property
    def fixed(self) -> bool:
        """Whether it reconstructs from the data of one single operator."""
        return bool(self.operator_spec)

    @property
    def only_operator(self) -> str:
        """That operator in words."""
        rate = f"rate {self.trained_rate:g}" if (self.trained_rate or 0) <= 1 else f"{self.trained_rate:g} views"
        more = [f"{key} {value}" for key, value in self.sampling.items()]
        return ", ".join([f"{self.size} x {self.size} pixels", self.operator, *more, rate])

    @property
    def untrained(self) -> bool:
        """Whether it is fitted to every set of data anew."""
        return self.architecture in UNTRAINED

    @property
    def learnt(self) -> bool:
        """Whether it has weights at all."""
        return bool(self.weights_sha256)

    @property
    def text(self) -> str:
        """The whole card as Markdown."""
        blocks = [f"# {self.title}", self.summary]
        blocks += [f"Takes one operator only: {self.only_operator}."] if self.fixed else []
        blocks += ["## Training", _listing(self.training)]
        blocks += ["## How well it does", _listing(self.figures)]
        if self.differences:
            blocks += ["## Differences from the published network", "\n".join(f"- {line}" for line in self.differences)]
        if self.limits:
            blocks += ["## Known limits", "\n".join(f"- {line}" for line in self.limits)]
        blocks += [f"Weights SHA-256: `{self.weights_sha256}`"] if self.learnt else []
        blocks.append("Research and education only. Not for diagnosis.")
        return "\n\n".join(blocks) + "\n"


def _listing(facts: dict[str, object]) -> str:
    return "\n".join(f"- **{key}**: {value}" for key, value in facts.items())


def read_card(path: Path) -> Card:
    """The card in a JSON file. Raises InputError when it is none."""
    try:
        return card_from_text(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read as a model card ({error}).") from error


def card_from_text(text: str, source: str) -> Card:
    """The card in a JSON text; `source` names it in messages. Raises InputError when it is none."""
    try:
        facts = json.loads(text)
        facts["differences"] = tuple(facts.get("differences", ()))
        facts["limits"] = tuple(facts.get("limits", ()))
        return Card(**facts)
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{source} is not a model card of StabView ({error}).") from error


def write_card(card: Card, path: Path) -> None:
    path.write_text(json.dumps(card.__dict__, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Card]:
    cards = (read_card(path) for path in sorted(resources.path("weights").glob("*.json")))
    return {card.name: card for card in cards}


def shipped_cards() -> list[Card]:
    """The cards of all shipped networks."""
    return list(_shipped().values())


def shipped_card(name: str) -> Card:
    if name not in _shipped():
        raise InputError(f"There is no shipped network '{name}'; there are {', '.join(_shipped())}.")
    return _shipped()[name]
