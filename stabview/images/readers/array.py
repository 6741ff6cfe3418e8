"""NumPy .npy files: one image, real or complex, or a stack of them; never pickled objects, never raw k-space."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.readers.checks import choose_slice, luminance, mend, quiet_reading, refuse_size

_CENTRE_SHARE = 0.5  # images of the body have below 0.1 there, their k-space above 0.7


def count(path: Path) -> int:
    """The number of images in the stack."""
    stack, _ = _open(path)
    return len(stack)


def read(path: Path, slice_index: int | None) -> Image:
    """One image of an (H, W), (slices, H, W) or coloured (H, W, 3) array, memory-mapped."""
    stack, steps = _open(path)
    index, chosen = choose_slice(path, slice_index, len(stack))
    pixels = np.array(stack[index])
    if pixels.ndim == 3:
        pixels, sentence = luminance(pixels)
        steps = (*steps, sentence)
    pixels, mended = mend(pixels)
    return Image(
        pixels,
        title=path.stem,
        slice_index=index,
        slice_count=len(stack),
        steps=(*steps, *chosen, *mended),
    )


def _open(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """The array as (slices, H, W) or (1, H, W, 3), still on disk, and what was done to get there."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "object" in str(error).lower():
            raise InputError(_wrong_type(path, "Python objects")) from error
        raise InputError(f"'{path.name}' is damaged or cut short: copy or save the array again.") from error
    except (OSError, EOFError) as error:
        raise InputError(f"'{path.name}' cannot be read as a NumPy array: copy or save it again.") from error
    if array.dtype.kind not in "biufc":
        raise InputError(_wrong_type(path, f"values of type {array.dtype}"))
    steps: list[str] = []
    if array.size == 0:
        raise InputError(f"'{path.name}' holds an empty array of shape {array.shape}: save an image instead.")
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    coloured = array.ndim == 3 and array.shape[-1] in (3, 4) and array.dtype.kind != "c"
    if coloured and array.shape[-1] == 4:
        steps.append("Fourth (transparency) channel ignored.")
    if array.ndim not in (2, 3):
        what = "raw k-space or another array, which is not an image" if array.dtype.kind == "c" else "not an image"
        raise InputError(
            f"'{path.name}' holds an array of shape {array.shape}, {what}: save one image (rows, columns) "
            "or a stack of them (slices, rows, columns)."
        )
    if coloured:
        array = array[np.newaxis, ..., :3]
    elif array.ndim == 2:
        array = array[np.newaxis]
    refuse_size(path, *array.shape[1:3])
    with quiet_reading(path, "a NumPy array"):
        k_space = array.dtype.kind == "c" and _is_k_space(np.asarray(array[:32]))
    if k_space:
        shape = array.shape if len(array) > 1 else array.shape[1:]
        raise InputError(
            f"'{path.name}' holds complex samples of shape {shape} with their energy in the centre: this is raw "
            "k-space, which is not an image; choose 'From k-space…' as the source of the image, or stored = "
            '"kspace" in a study.'
        )
    return array, tuple(steps)


def _wrong_type(path: Path, what: str) -> str:
    return f"'{path.name}' holds {what}, not numbers: save an array of real or complex numbers."


def _is_k_space(stack: np.ndarray) -> bool:
    """Whether most of the energy of (N, H, W) complex values is in the middle, or the corner, eighth of both axes."""
    energy = np.nan_to_num(np.abs(stack).astype(np.float64) ** 2).sum(axis=0)
    total = energy.sum()
    if total == 0:
        return False
    rows, columns = (max(1, side // 16) for side in energy.shape)
    for picture in (energy, np.fft.fftshift(energy)):
        middle_row, middle_column = (side // 2 for side in picture.shape)
        centre = picture[
            middle_row - rows : middle_row + rows + 1, middle_column - columns : middle_column + columns + 1
        ]
        if centre.sum() > _CENTRE_SHARE * total:
            return True
    return False
