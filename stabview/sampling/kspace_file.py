"""Raw multi-coil k-space from a file, and its place on the grid of the Fourier operators."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from stabview.images.errors import InputError

LARGEST_SIDE = 2048
MOST_COILS = 128


def read_kspace(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Centred k-space (C, H, W), complex64, of a .npy file, and the mask (H, W) of what was measured.

    A frequency counts as measured where any coil is not zero. An array (H, W) is one coil.

    Raises
    ------
    InputError : not a .npy file, damaged, not complex, not three-dimensional, not finite, all zero, or too large.
    """
    path = Path(path)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise InputError(f"There is no file '{path}': check the name.") from error
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read ({error.strerror or error}): check the file.") from error
    except (ValueError, EOFError, BadZipFile) as error:
        raise InputError(f"'{path.name}' is no complete .npy file: save k-space with numpy.save.") from error
    if not isinstance(array, np.ndarray):
        array.close()
        raise InputError(f"'{path.name}' holds several arrays: save the k-space alone with numpy.save.")
    if array.dtype.kind != "c":
        raise InputError(f"'{path.name}' holds {array.dtype} values, but k-space is complex: save complex samples.")
    if array.ndim == 2:
        array = array[np.newaxis]
    if array.ndim != 3:
        raise InputError(
            f"'{path.name}' has the shape {array.shape}, but k-space of one slice is (coils, rows, columns): "
            "save one slice with its coils first."
        )
    coils, height, width = array.shape
    if not 1 <= coils <= MOST_COILS or min(height, width) < 8 or max(height, width) > LARGEST_SIDE:
        raise InputError(
            f"'{path.name}' has the shape {array.shape}; 1 to {MOST_COILS} coils of 8 to {LARGEST_SIDE} rows and "
            "columns can be used: save one slice with its coils first."
        )
    kspace = np.ascontiguousarray(array, dtype=np.complex64)
    if not np.isfinite(kspace).all():
        raise InputError(f"'{path.name}' holds samples that are not finite: save it again without them.")
    mask = (kspace != 0).any(axis=0)
    if not mask.any():
        raise InputError(f"'{path.name}' holds nothing but zeros: save measured k-space.")
    return kspace, mask


def kspace_as_data(kspace: np.ndarray) -> np.ndarray:
    """Centred k-space as data y of the Fourier operators, such that the image lies in the middle of the picture.

    Zero frequency goes first, and a linear phase moves the image's origin from the first pixel to [H // 2, W // 2].
    kspace : (..., H, W) complex.
    """
    height, width = kspace.shape[-2:]
    phase = _shift(height)[:, None] * _shift(width)[None, :]
    return np.fft.ifftshift(kspace, axes=(-2, -1)) * phase.astype(kspace.dtype)


def _shift(length: int) -> np.ndarray:
    """exp(-2 pi i k (length // 2) / length) for the frequencies k in the order of the FFT."""
    return np.exp(-2j * np.pi * (np.arange(length) * (length // 2) % length) / length)
