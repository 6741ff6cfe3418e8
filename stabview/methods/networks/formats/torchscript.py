"""TorchScript: a program of its own, loaded by `torch.jit.load` with the user's consent only."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import nn

from stabview.images.errors import InputError


def load_trusted(path: Path) -> nn.Module:
    """The scripted or traced network. PyTorch is retiring the format: its warnings are not for the user."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return torch.jit.load(path, map_location="cpu").eval()
    except (RuntimeError, ValueError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{path.name} cannot be loaded as TorchScript ({reason}); export it as .pt2.") from error
