"""From a checkpoint to what is shipped: averaged weights as safetensors, and the model card with its figures."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from stabview.machine import processor_name
from stabview.methods.networks.cards import Card, write_card
from stabview.methods.networks.loading import file_sha256
from stabview.training.recipe import Recipe
from stabview.training.trainer import TrainingState


def round_to_half(network: nn.Module) -> None:
    """Round every parameter to float16 in place (it stays float32); buffers, such as statistics, are kept."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.half())


def export_weights(state: TrainingState, card: Card, path: Path, *, half: bool = False) -> Card:
    """Write the averaged weights to `path` (.safetensors, the card in its metadata) and return the completed card.

    half : parameters as float16, which they have to be rounded to already (`round_to_half`).
    """
    from safetensors.torch import save_file

    weights = {key: value.detach().contiguous().clone() for key, value in state.average.state_dict().items()}
    if half:
        learnt = {key for key, _ in state.average.named_parameters()}
        weights = {key: value.half() if key in learnt else value for key, value in weights.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    bare = {key: value for key, value in card.__dict__.items() if key not in ("figures", "weights_sha256")}
    save_file(weights, path, metadata={"stabview": json.dumps(bare)})
    card = replace(card, weights_sha256=file_sha256(path))
    write_card(card, path.with_suffix(".json"))
    return card


def training_facts(recipe: Recipe, state: TrainingState) -> dict[str, object]:
    """What a card says of the training, from the checkpoint's own history."""
    stretches = [
        f"steps {s['from_step']} to {s.get('to_step', s['from_step'])}: {s['data']}; seed {s['seed']},"
        f" batch {s['batch']}, {'bfloat16 convolutions' if s['bfloat16'] else 'float32'}"
        for s in state.history
        if s.get("to_step", 0) > s.get("from_step", 0)
    ]
    stretches = [f"begun with {s['began_with']}" for s in state.history if "began_with" in s] + stretches
    return {
        "steps": state.step,
        "stretches": " | ".join(stretches),
        "loss": recipe.loss_words,
        "optimiser": f"AdamW, peak rate {recipe.learning_rate:g}, warm-up and half a cosine; averaged weights",
        "parameters": sum(p.numel() for p in state.average.parameters()),
        **({"stored as": "float16; the figures were measured with the rounded weights"} if recipe.half else {}),
        "hardware": f"{processor_name()}, CPU only",
        "software": f"torch {torch.__version__.split('+')[0]}, Python {platform.python_version()}",
    }
