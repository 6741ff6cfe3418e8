"""Perturbations that were found before, applied to another network or method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.perturbation.iterate import Iterate, clean_iterate
from stabview.perturbation.objective import Objective

ARRAY = "r"
"""The name of the perturbations in a file of several arrays, as in the arrays.npz of a run."""


def load_perturbations(path: str | Path) -> np.ndarray:
    """(count, H, W) image perturbations from .npz (its array r) or .npy; zero ones are left out."""
    path = Path(path)
    try:
        stored = np.load(path, allow_pickle=False)
        r = stored[ARRAY] if hasattr(stored, "files") else stored
    except FileNotFoundError as error:
        raise InputError(f"The perturbations {path} do not exist.") from error
    except (ValueError, OSError, KeyError) as error:
        raise InputError(f"{path.name} holds no perturbations: give .npy, or .npz with an array r.") from error
    r = r[None] if r.ndim == 2 else r
    if r.ndim != 3 or r.dtype.kind not in "fc" or not np.isfinite(r).all():
        raise InputError(f"{path.name} holds no perturbations: they are finite numbers of shape (count, H, W).")
    r = r[np.abs(r).max(axis=(1, 2)) > 0]
    if not len(r):
        raise InputError(f"{path.name} holds only a perturbation of zero.")
    return r


def apply_saved(objective: Objective, r: np.ndarray) -> Iterator[Iterate]:
    """Iterates 0, 1, ..., count: what the objective's method makes of each r, measured A (x + r)."""
    operator, x = objective.operator, objective.x
    if r.shape[1:] != tuple(x.shape):
        raise InputError(
            f"The saved perturbations have {r.shape[1]} x {r.shape[2]} pixels and the image {x.shape[0]} x"
            f" {x.shape[1]}; choose the image and size they were found for."
        )
    yield clean_iterate(objective)
    size = float(torch.linalg.vector_norm(x))
    for k, one in enumerate(r, 1):
        one = np.asarray(one if operator.is_complex else one.real)
        v = torch.from_numpy(one.copy()).to(x.device, x.dtype)
        y = objective.y + operator(v)
        f = objective.reconstruct(y)
        relative = float(torch.linalg.vector_norm(v)) / size
        yield Iterate(k, lambda v=v: v, y, f, objective.value(f), relative, v)
