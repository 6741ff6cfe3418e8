"""Compiled passes over memory: whether they can be used, and how they are compiled.

Everything compiled has a reference in torch beside it, which is used where numba is missing, on a GPU, and when
`available` is set to False.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import torch

available = find_spec("numba") is not None
"""The one switch."""


def usable(*tensors: torch.Tensor) -> bool:
    """Whether compiled passes can take these tensors."""
    return available and all(tensor.device.type == "cpu" and tensor.is_contiguous() for tensor in tensors)


def compiled(work: Callable) -> Callable:
    """`work`, compiled at its first call and kept on disk; it holds no lock of Python and uses one thread."""
    import numba

    options = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp", "afn"}}
    try:
        return numba.njit(cache=True, **options)(work)
    except RuntimeError:  # no folder that can be written to: compiled anew by every process
        return numba.njit(**options)(work)


def reals(tensor: torch.Tensor) -> np.ndarray:
    """A tensor as a NumPy array of reals that shares its memory; the parts of complex numbers lie side by side."""
    return (torch.view_as_real(tensor).flatten(-2) if tensor.is_complex() else tensor).numpy()
