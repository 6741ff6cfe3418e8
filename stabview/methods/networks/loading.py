"""Networks from files. Only formats that cannot run code are read: safetensors, with a card or metadata beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from stabview import resources
from stabview.images.errors import InputError
from stabview.methods.networks.architectures import build
from stabview.methods.networks.cards import Card, card_from_text, read_card, shipped_card
from stabview.methods.networks.network import NetworkMethod


def load_shipped(name: str, *, device: str = "cpu") -> NetworkMethod:
    """A network of `resources/weights` by name; one whose layers hold nothing learnt has a card and no weights."""
    card = shipped_card(name)
    path = resources.path("weights", f"{name}.safetensors")
    if not path.is_file():
        module = build(card.architecture, card.parameters)
        return NetworkMethod(module, card, trust="nothing was trained: there are no weights", device=device)
    return _load(path, card, device, "shipped weights (safetensors, cannot run code)")


def load_file(path: Path, *, device: str = "cpu") -> NetworkMethod:
    """A safetensors file whose metadata, or the card `NAME.json` beside it, names a registered architecture.

    Raises InputError for anything else, saying what is missing.
    """
    if not path.is_file():
        raise InputError(f"The network file {path} does not exist.")
    if path.suffix != ".safetensors":
        raise InputError(
            f"{path.name} is not a safetensors file; other formats can run code when they are opened, so save the"
            " weights with safetensors and put its model card (NAME.json) beside it."
        )
    beside = path.with_suffix(".json")
    card = read_card(beside) if beside.is_file() else _card_from_metadata(path)
    return _load(path, card, device, "weights from a file (safetensors, cannot run code)")


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load(path: Path, card: Card, device: str, trust: str) -> NetworkMethod:
    from safetensors import SafetensorError
    from safetensors.torch import load_file as read_weights

    module = build(card.architecture, card.parameters)
    try:
        weights = read_weights(path)
        module.load_state_dict({key: value.float() if value.is_floating_point() else value
                                for key, value in weights.items()})  # fmt: skip
    except (SafetensorError, RuntimeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"The weights in {path.name} do not fit {card.architecture}: {reason}") from error
    found = file_sha256(path)
    if card.weights_sha256 and found != card.weights_sha256:
        raise InputError(f"{path.name} is not the file its card describes (SHA-256 {found[:12]}...); restore either.")
    return NetworkMethod(module, Card(**{**card.__dict__, "weights_sha256": found}), trust=trust, device=device)


def _card_from_metadata(path: Path) -> Card:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path.name} cannot be read as safetensors ({error}).") from error
    if "stabview" not in metadata:
        raise InputError(
            f"{path.name} does not say which architecture it is for; put its model card {path.stem}.json beside it."
        )
    return card_from_text(metadata["stabview"], f"What {path.name} says of itself")
