"""The slices of one subject in an .npz file: `images` (n, H, W) and, where experts marked them, `lesion` (n, H, W)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stabview.images.errors import InputError


@dataclass(frozen=True, eq=False)
class Subject:
    """images : (n, H, W) float32, each of largest value 1. lesions : (n, H, W) bool, or None where nobody marked them.

    numbers : of the slices in the file, those that are empty left out.
    """

    images: np.ndarray
    lesions: np.ndarray | None
    numbers: tuple[int, ...]
    title: str


def read_subject(path: str | Path) -> Subject:
    """The slices of a subject, without those that show next to nothing. Raises InputError."""
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ("images", "lesion") if name in archive}
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"'{path.name}' cannot be read as an .npz file of slices: check its name and copy.") from error
    images = arrays.get("images")
    if images is None or images.ndim != 3 or images.dtype.kind not in "uif":
        raise InputError(f"'{path.name}' has no array 'images' of numbers (slices, rows, columns).")
    lesions = arrays.get("lesion")
    if lesions is not None and lesions.shape != images.shape:
        raise InputError(f"The lesions of '{path.name}' are {lesions.shape}, its images {images.shape}.")
    peaks = images.reshape(len(images), -1).max(axis=1).astype(np.float32)
    shown = [k for k, peak in enumerate(peaks) if peak > 0 and (images[k] > 0.1 * peak).mean() >= 0.04]
    scaled = np.stack([images[k].astype(np.float32) / peaks[k] for k in shown]) if shown else images[:0]
    marked = None if lesions is None else lesions[shown].astype(bool)
    return Subject(scaled, marked, tuple(shown), path.stem)
