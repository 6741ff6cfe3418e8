"""Which architecture a state dict belongs to: by the names and shapes of its tensors, whatever they are nested in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import torch

from stabview.images.errors import InputError

State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Recognised:
    """An architecture of `architectures`, its parameters, and the tensors by the names it has for them."""

    architecture: str
    parameters: dict[str, int]
    state: State


def recognise(state: State, source: str) -> Recognised:
    """Raises InputError where no architecture fits; `source` names the file."""
    for architecture, (mark, infer, extra) in FINGERPRINTS.items():
        prefixes = {key[: -len(mark)] for key in state if key.endswith(mark)}
        for prefix in sorted(prefixes, key=len):
            own = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
            own = {key: value for key, value in own.items() if not re.fullmatch(extra, key)} if extra else own
            try:
                parameters = infer(own)
            except (KeyError, IndexError, ValueError):
                continue
            return Recognised(architecture, parameters, own)
    first = ", ".join(list(state)[:3])
    raise InputError(
        f"The weights in {source} ({first}, ...) are of no architecture that StabView knows"
        f" ({', '.join(FINGERPRINTS)}); export the network as .pt2 or ONNX, or name its Python factory,"
        " package.module:factory."
    )


def _count(state: State, pattern: str) -> int:
    """One more than the largest number that the group of a pattern takes."""
    found = [int(match[1]) for key in state if (match := re.match(pattern, key))]
    return max(found) + 1


def _unet(state: State, prefix: str = "") -> tuple[int, int, int, int]:
    """(input channels, output channels, width, pools) of a U-Net under a prefix."""
    pools = _count(state, re.escape(prefix) + r"down_sample_layers\.(\d+)\.")
    first = state[f"{prefix}down_sample_layers.0.layers.0.weight"]
    last = state[f"{prefix}up_conv.{pools - 1}.1.weight"]
    return first.shape[1], last.shape[0], first.shape[0], pools


def _infer_unet(state: State) -> dict[str, int]:
    return dict(zip(("in_channels", "out_channels", "width", "pools"), _unet(state), strict=True))


def _infer_varnet(state: State) -> dict[str, int]:
    _, _, width, pools = _unet(state, "cascades.0.model.unet.")
    _, _, sens_width, sens_pools = _unet(state, "sens_net.norm_unet.unet.")
    return {"cascades": _count(state, r"cascades\.(\d+)\."), "width": width, "pools": pools,
            "sens_width": sens_width, "sens_pools": sens_pools}  # fmt: skip


def _infer_deep_mri(state: State) -> dict[str, int]:
    depth = _count(state, r"blocks\.0\.(\d+)\.") // 2 + 1
    return {"cascades": _count(state, r"blocks\.(\d+)\."), "depth": depth,
            "filters": state["blocks.0.0.weight"].shape[0]}  # fmt: skip


def _infer_fbpconvnet(state: State) -> dict[str, int]:
    return {"width": state["down.0.0.weight"].shape[0]}


FINGERPRINTS: dict[str, tuple[str, Callable[[State], dict[str, int]], str]] = {
    "varnet": ("sens_net.norm_unet.unet.down_sample_layers.0.layers.0.weight", _infer_varnet, r"cascades\.\d+\.zero"),
    "unet": ("down_sample_layers.0.layers.0.weight", _infer_unet, ""),
    "deep-mri": ("blocks.0.0.weight", _infer_deep_mri, ""),
    "fbpconvnet": ("down.0.0.weight", _infer_fbpconvnet, ""),
}
"""Architecture -> (the name of one of its tensors, its parameters from the shapes, names that are left out)."""
