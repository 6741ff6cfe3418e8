"""Putting weights into an architecture, and the one format that holds nothing but weights: safetensors."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from stabview.images.errors import InputError


def read_safetensors(path: Path, architecture: str) -> dict[str, torch.Tensor]:
    """The tensors by name; `architecture` is what they are for, in messages."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file as read_weights

    try:
        return read_weights(path)
    except (SafetensorError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"The weights in {path.name} do not fit {architecture}: {reason}") from error


def fill(module: nn.Module, state: dict[str, torch.Tensor], source: str, architecture: str) -> None:
    """Put weights into a module, as float32. Raises InputError where they do not fit."""
    try:
        module.load_state_dict({key: value.float() if value.is_floating_point() else value
                                for key, value in state.items()})  # fmt: skip
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"The weights in {source} do not fit {architecture}: {reason}") from error
