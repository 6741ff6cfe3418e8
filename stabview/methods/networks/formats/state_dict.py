"""Weights saved by PyTorch: read by its restricted unpickler only, taken out of whatever they are nested in."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch

from stabview.images.errors import InputError
from stabview.methods.networks.formats.inspection import ADVICE

_NESTED = ("state_dict", "model_state_dict", "model", "net", "network", "params_ema", "params", "generator", "weights")


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a .pt, .pth or .ckpt file by name. Raises InputError for whole modules and anything else."""
    try:
        with warnings.catch_warnings():  # of pickle's protocols; what matters comes as an error
            warnings.simplefilter("ignore", UserWarning)
            found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path.name} holds more than weights (a whole network, or objects of other programs), which runs code when"
            f" it is opened, and is not opened; {ADVICE}."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f"{path.name} cannot be read as weights of PyTorch ({reason[:120]}); {ADVICE}.") from error
    weights = _innermost(found)
    if not weights:
        raise InputError(f"{path.name} holds no weights that have names; {ADVICE}.")
    return weights


def _innermost(found: object) -> dict[str, torch.Tensor]:
    if not isinstance(found, Mapping):
        return {}
    for key in _NESTED:
        if isinstance(found.get(key), Mapping):
            inner = _innermost(found[key])
            if inner:
                return inner
    return {str(key): value for key, value in found.items() if isinstance(value, torch.Tensor)}
