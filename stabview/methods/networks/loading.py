"""Networks as methods: the shipped ones by name, those of the user from a file or from Python code."""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from pathlib import Path

from stabview import resources
from stabview.images.errors import InputError
from stabview.methods.networks.architectures import build
from stabview.methods.networks.cards import Card, card_from_text, read_card, shipped_card
from stabview.methods.networks.consent import file_sha256
from stabview.methods.networks.formats import entry_point
from stabview.methods.networks.formats.inspection import inspect_file
from stabview.methods.networks.formats.weights import fill, read_safetensors
from stabview.methods.networks.network import NetworkMethod
from stabview.methods.networks.opening import Opened, open_network
from stabview.methods.networks.trial import Attempt, best_wiring
from stabview.methods.networks.wired import WiredNetwork
from stabview.methods.networks.wiring import Wiring, read_wiring, wiring_path, write_wiring


def load_shipped(name: str, *, device: str = "cpu") -> NetworkMethod:
    """A network of `resources/weights` by name; one whose layers hold nothing learnt has a card and no weights."""
    card = shipped_card(name)
    path = resources.path("weights", f"{name}.safetensors")
    if not path.is_file():
        module = build(card.architecture, card.parameters)
        return NetworkMethod(module, card, trust="nothing was trained: there are no weights", device=device)
    return _with_card(path, card, device, "shipped weights (safetensors, cannot run code)")


def load_file(
    path: Path | str, *, device: str = "cpu", trusted: bool = False, prefer: str | None = None
) -> NetworkMethod:
    """The network in a file, or made by `package.module:factory`, connected as its wiring says.

    The wiring is read from NAME.stabview.toml beside the file; where there is none, sensible ones are tried on a
    phantom and the best is written there.

    Parameters
    ----------
    trusted : whether files that can run code may be opened without having been agreed to (`consent`).
    prefer : operator that it probably takes the data of, where nothing says it.

    Raises
    ------
    InputError : no network, none that StabView reads, damaged, or one that can run code and was not agreed to.
    """
    if not entry_point.is_entry_point(str(path)):
        path = Path(path)
        file = inspect_file(path)
        card = _card_of(path) if file.kind == "safetensors" else None
        if card is not None:
            return _with_card(path, card, device, "weights from a file (safetensors, cannot run code)")
    opened = open_network(path, trusted=trusted, prefer=prefer)
    wiring, _ = settle_wiring(opened, path, prefer=prefer)
    return connect(opened, wiring, device=device)


def files_of(path: Path | str) -> tuple[Path, Path]:
    """The file that holds a network and the one that holds its wiring."""
    source = entry_point.source_file(str(path)) if entry_point.is_entry_point(str(path)) else Path(path)
    return source, _wiring_place(path)


def settle_wiring(
    opened: Opened, path: Path | str, *, prefer: str | None = None, store: bool = True
) -> tuple[Wiring, list[Attempt]]:
    """The stored wiring, or the best guess, which is then stored; and what was tried (nothing where it was stored).

    A guess that cannot be stored, for instance on a read-only disc, is used all the same.
    """
    beside = _wiring_place(path)
    if beside.is_file():
        return read_wiring(beside), []
    if len(opened.candidates) == 1 and opened.candidates[0].input.startswith("data+operator"):
        return opened.candidates[0], []
    wiring, attempts = best_wiring(opened.module, opened.candidates, prefer=prefer)
    if store and os.access(beside.parent, os.W_OK):
        write_wiring(wiring, beside)
    return wiring, attempts


def connect(opened: Opened, wiring: Wiring, *, device: str = "cpu") -> NetworkMethod:
    """The method that a network is with this wiring."""
    usual = {field.name: field.default for field in fields(Wiring)}
    connected = {name: value for name, value in asdict(wiring).items() if value != usual[name]}
    card = Card(
        name=opened.stem, title=opened.stem, summary=f"A network of yours: {wiring.sentence}.",
        operator=wiring.operator, architecture=opened.architecture, parameters={**opened.parameters, **connected},
        trained_rate=wiring.trained_rate, size=wiring.size or 128, weights_sha256=opened.sha256,
    )  # fmt: skip
    return NetworkMethod(
        WiredNetwork(opened.module, wiring), card, trust=opened.trust, device=device,
        channels_last=opened.channels_last, advice=f"another network, or correct {opened.stem}.stabview.toml",
    )  # fmt: skip


def _with_card(path: Path, card: Card, device: str, trust: str) -> NetworkMethod:
    module = build(card.architecture, card.parameters)
    fill(module, read_safetensors(path, card.architecture), path.name, card.architecture)
    found = file_sha256(path)
    if card.weights_sha256 and found != card.weights_sha256:
        raise InputError(f"{path.name} is not the file its card describes (SHA-256 {found[:12]}...); restore either.")
    return NetworkMethod(module, Card(**{**card.__dict__, "weights_sha256": found}), trust=trust, device=device)


def _card_of(path: Path) -> Card | None:
    """The card beside a safetensors file, or in its metadata; None where it has none."""
    from safetensors import SafetensorError, safe_open

    beside = path.with_suffix(".json")
    if beside.is_file():
        return read_card(beside)
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path.name} cannot be read as safetensors ({error}).") from error
    if "stabview" not in metadata:
        return None
    return card_from_text(metadata["stabview"], f"What {path.name} says of itself")


def _wiring_place(path: Path | str) -> Path:
    if not entry_point.is_entry_point(str(path)):
        return wiring_path(Path(path))
    source = entry_point.source_file(str(path))
    return source.with_name(f"{source.stem}.{str(path).rpartition(':')[2]}.stabview.toml")
