"""The sampling operator of a study, with its coils, views and filters."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from stabview.images.errors import InputError
from stabview.sampling.cosine import CosineOperator
from stabview.sampling.files import read_angles, read_mask
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.kspace_file import read_kspace
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator, golden_angles
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage, estimate_sensitivities
from stabview.study.study import SamplingChoice

TURN = {"parallel": 180.0, "fan": 360.0, "fan-arc": 360.0}
"""Degrees over which the views are spread."""


def sampling_operator(
    sampling: SamplingChoice, shape: tuple[int, int], *, device: str = "cpu", rate: float | None = None
) -> SamplingOperator:
    """The operator of a study; `rate` (or number of views or spokes) replaces the study's own, for sweeps.

    Raises InputError for files of coils that cannot be used, and for a matrix that would not fit into memory.
    """
    if sampling.counts_views:
        return _with_views(sampling, shape, rate, device)
    wanted = sampling.rate if rate is None else rate
    if sampling.operator == "gaussian":
        return GaussianOperator(shape, rate=wanted, seed=sampling.seed, device=device)
    if sampling.operator == "dct":
        return CosineOperator(shape, rate=wanted, seed=sampling.seed, device=device)
    if sampling.mask is not None and rate is None:
        mask = read_mask(sampling.mask, shape)
    else:
        mask = sampling_mask(sampling.pattern, shape, wanted, seed=sampling.seed)
    if sampling.operator == "multicoil":
        return MultiCoilOperator(mask, coil_maps(sampling, shape), device=device)
    return FourierOperator(mask, device=device)


def coil_maps(sampling: SamplingChoice, shape: tuple[int, int]) -> np.ndarray:
    """The (coils, H, W) sensitivities: given, estimated from raw k-space, or those of a birdcage."""
    path = Path(sampling.maps or sampling.calibration or "")
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _coil_maps(sampling.maps, sampling.calibration, sampling.coils, tuple(shape), changed)


@lru_cache(maxsize=4)
def _coil_maps(
    maps: str | None, calibration: str | None, coils: int, shape: tuple[int, int], changed: int
) -> np.ndarray:
    """Kept, because a curve over the rate asks for them again; `changed` is the time of the file."""
    if maps is not None:
        return _given_maps(Path(maps), shape)
    if calibration is not None:
        kspace, _ = read_kspace(Path(calibration))
        return estimate_sensitivities(_on_grid(kspace, shape))
    return birdcage(shape, coils)


def _with_views(
    sampling: SamplingChoice, shape: tuple[int, int], rate: float | None, device: str
) -> SamplingOperator:
    given = read_angles(sampling.angles) if sampling.angles is not None and rate is None else None
    views = sampling.views if rate is None else int(rate)
    if sampling.operator == "radial-fourier":
        return RadialFourierOperator(shape, golden_angles(views) if given is None else given, device=device)
    angles = equispaced_angles(views, span=TURN[sampling.geometry]) if given is None else given
    return RadonOperator(shape, angles, geometry=sampling.geometry, filter=sampling.filter, device=device)


def _on_grid(kspace: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Centred k-space cut or padded to a grid: the same field of view with other pixels."""
    for axis, wanted in ((-2, shape[0]), (-1, shape[1])):
        middle = kspace.shape[axis] // 2
        if kspace.shape[axis] > wanted:
            kspace = np.take(kspace, np.arange(middle - wanted // 2, middle - wanted // 2 + wanted), axis=axis)
        before = wanted // 2 - kspace.shape[axis] // 2
        padding = [(0, 0)] * kspace.ndim
        padding[axis] = (before, wanted - kspace.shape[axis] - before)
        kspace = np.pad(kspace, padding)
    return kspace


def _given_maps(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Sensitivities from a .npy file, checked."""
    try:
        maps = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"The sensitivities {path} cannot be read ({error}); give a .npy file of numbers.") from error
    if maps.ndim != 3 or maps.shape[1:] != tuple(shape):
        raise InputError(
            f"{path.name} holds an array of shape {maps.shape}; the sensitivities of this study have to be"
            f" (coils, {shape[0]}, {shape[1]})."
        )
    if not np.isfinite(maps).all() or not maps.any():
        raise InputError(f"{path.name} holds values that are not finite, or only zeros; give other sensitivities.")
    return maps.astype(np.complex64)
