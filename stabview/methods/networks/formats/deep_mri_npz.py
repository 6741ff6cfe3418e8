"""The weights of the original Deep MRI release: arr_0 ... arr_49, kernels (out, in, 3, 3) and biases in turn."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.formats.recognition import Recognised

VARIANTS = {"as stored": False, "flipped": True}
"""Theano's convolution turns kernels by 180 degrees and cuDNN's does not; the release does not say which it was."""


def read_arrays(path: Path) -> list[np.ndarray]:
    """The arrays in order. Raises InputError for pickled ones and for anything that is no cascade."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = [stored[f"arr_{k}"] for k in range(len(stored.files))]
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path.name} is not the npz of the Deep MRI release (arr_0, arr_1, ... without objects; {error});"
            " save the weights as safetensors."
        ) from error
    kernels, biases = arrays[::2], arrays[1::2]
    fits = len(kernels) == len(biases) > 0 and all(
        kernel.ndim == 4 and kernel.shape[2:] == (3, 3) and bias.shape == kernel.shape[:1]
        for kernel, bias in zip(kernels, biases, strict=True)
    )
    if not fits or kernels[0].shape[1] != 2:
        raise InputError(
            f"{path.name} is not a Deep MRI cascade: kernels (out, in, 3, 3) and biases (out) in turn, from 2 channels."
        )
    return arrays


def cascade(arrays: list[np.ndarray], *, flipped: bool, source: str) -> Recognised:
    """The cascade with its kernels as stored, or turned by 180 degrees."""
    kernels = arrays[::2]
    depth = next((k + 1 for k, kernel in enumerate(kernels) if kernel.shape[0] == 2), 0)
    if depth == 0 or len(kernels) % depth:
        raise InputError(f"{source} is not a Deep MRI cascade: its layers do not come back to 2 channels in turn.")
    state = {}
    for k, (kernel, bias) in enumerate(zip(kernels, arrays[1::2], strict=True)):
        place = f"blocks.{k // depth}.{2 * (k % depth)}"
        turned = kernel[:, :, ::-1, ::-1] if flipped else kernel
        state[f"{place}.weight"] = torch.from_numpy(np.ascontiguousarray(turned, dtype=np.float32))
        state[f"{place}.bias"] = torch.from_numpy(np.array(bias, dtype=np.float32))
    parameters = {"cascades": len(kernels) // depth, "depth": depth, "filters": int(kernels[0].shape[0])}
    return Recognised("deep-mri", parameters, state)
