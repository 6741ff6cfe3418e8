"""`stabview train`: run a recipe to its end, from wherever it stands, and write weights and card."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from stabview.images.errors import InputError
from stabview.methods.networks.cards import Card, read_card, write_card
from stabview.methods.networks.loading import load_file
from stabview.training.export import export_weights, round_to_half, training_facts
from stabview.training.names import RECIPES
from stabview.training.trainer import resume, train


def train_to_file(
    name: str, folder: Path | None, out: Path, *, steps: int | None = None, seed: int = 0,
    low_precision: bool = False, start: Path | None = None,
    tell: Callable[[str, int, int, float | None], None] = lambda *news: None,
    say: Callable[[str], None] = lambda line: None,
) -> Card:  # fmt: skip
    """Train a recipe and write `out` (.safetensors) and its card (.json).

    The checkpoint is `out` with the ending `.checkpoint`; an interrupted training goes on from there, and a finished
    one is only evaluated again. A new one begins with the weights in `start`, where given.
    """
    if out.suffix != ".safetensors":
        raise InputError(f"The weights are written as safetensors; name the file {out.stem}.safetensors.")
    module = _module(name)
    recipe = module.recipe(folder)
    checkpoint = out.with_suffix(".checkpoint")
    if checkpoint.exists():
        say(f"going on from {checkpoint}")
    total = steps or recipe.steps
    first, started = None, 0.0
    for news in train(recipe, checkpoint, steps=total, seed=seed, low_precision=low_precision, start=start):
        if first is None:
            first, started = news.step, news.seconds
        pace = (news.seconds - started) / max(1, news.step - first)
        if news.step % 10 == 0 or news.step == total:
            tell(f"training {name}, loss {news.loss:.2e}", news.step, total, pace * (total - news.step))
        if news.validation:
            say("validation PSNR: " + ", ".join(f"{key} {value:.2f} dB" for key, value in news.validation.items()))
    state = resume(recipe, checkpoint, seed)
    if recipe.half:
        round_to_half(state.average)
    card = replace(
        module.CARD, training=training_facts(recipe, state), figures=module.card_figures(state.average.eval(), folder)
    )
    return export_weights(state, card, out, half=recipe.half)


def measure_again(name: str, folder: Path | None, weights: Path) -> Card:
    """Measure the figures of finished weights anew and write their card (.json); nothing is trained.

    The card keeps what is said of the training, and takes everything else from the recipe.
    """
    module, path = _module(name), weights.with_suffix(".json")
    if not path.is_file():
        raise InputError(
            f"There is no card {path.name} beside {weights.name}; name weights that a training has written."
        )
    card = read_card(path)
    if card.name != name:
        raise InputError(f"{path.name} is the card of {card.name}, not of {name}; name the weights of {name}.")
    network = load_file(weights).module.eval()
    figures = module.card_figures(network, folder)
    card = replace(module.CARD, training=card.training, figures=figures, weights_sha256=card.weights_sha256)
    write_card(card, path)
    return card


def _module(name: str) -> ModuleType:
    """Where a recipe and its card are."""
    module = importlib.import_module(RECIPES[name])
    return getattr(module, "FAMILY", {}).get(name, module)
