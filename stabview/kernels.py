"""Loops compiled by numba: whether they can be used, and how they are compiled.

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
    """Whether compiled loops can take these tensors."""
    return available and all(tensor.device.type == "cpu" and tensor.is_contiguous() for tensor in tensors)


def compiled(work: Callable) -> Callable:
    """`work`, compiled at its first call and kept on disk; it holds no lock of Python and uses one thread."""
    return jit(work, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"})


def jit(work: Callable, **options: object) -> Callable:
    """numba's dispatcher for `work`, which holds no lock of Python.

    Machine code is kept beside the module, or in the user's folder of caches where that cannot be written to; where
    neither can, every process compiles anew.
    """
    import numba

    try:
        return numba.njit(cache=True, nogil=True, **options)(work)
    except RuntimeError as error:
        if "no locator" not in str(error):
            raise
        return numba.njit(nogil=True, **options)(work)


def reals(tensor: torch.Tensor) -> np.ndarray:
    """A tensor as a NumPy array of reals that shares its memory; the parts of complex numbers lie side by side."""
    return (torch.view_as_real(tensor).flatten(-2) if tensor.is_complex() else tensor).numpy()
