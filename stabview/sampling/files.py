"""Masks and view angles from files of the user: NumPy arrays, pictures, or plain lists of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stabview.images.errors import InputError

PICTURES = (".png", ".tif", ".tiff", ".bmp")
LISTS = (".txt", ".csv")
MOST_ANGLES = 10_000


def read_mask(path: str | Path, shape: tuple[int, int]) -> np.ndarray:
    """The centred boolean mask (H, W) in a file; what is not zero is measured.

    A .npy file or a picture holds all of it, or one value for each column; a .txt or .csv file lists the columns that
    are measured, counted from 0. Zero frequency is at [H // 2, W // 2].

    Raises
    ------
    InputError : no such file, no numbers, another size, no sample at all.
    """
    path = Path(path)
    if path.suffix.lower() in LISTS:
        columns = _numbers(path, "columns that are measured")
        if (columns != np.round(columns)).any() or columns.min() < 0 or columns.max() >= shape[1]:
            raise InputError(f"'{path.name}' lists columns of k-space; they have to be whole numbers from 0 to"
                             f" {shape[1] - 1}.")  # fmt: skip
        mask = np.zeros(shape[1], bool)
        mask[columns.astype(int)] = True
    else:
        values = _picture(path) if path.suffix.lower() in PICTURES else _array(path)
        mask = np.nan_to_num(values) != 0
    if mask.shape not in ((shape[1],), tuple(shape)):
        raise InputError(
            f"'{path.name}' is a mask of shape {mask.shape}; this study needs {tuple(shape)}, or {shape[1]} columns."
        )
    if not mask.any():
        raise InputError(f"'{path.name}' is a mask that measures nothing: what is not zero is measured.")
    return np.broadcast_to(mask, shape).copy()


def read_angles(path: str | Path) -> np.ndarray:
    """View angles in degrees, float64 (views,), from a .npy, .txt or .csv file. Raises InputError as `read_mask`."""
    path = Path(path)
    angles = _numbers(path, "view angles") if path.suffix.lower() in LISTS else _array(path)
    angles = np.asarray(angles, np.float64).ravel()
    if not 1 <= angles.size <= MOST_ANGLES or not np.isfinite(angles).all():
        raise InputError(f"'{path.name}' has to hold 1 to {MOST_ANGLES} finite view angles in degrees.")
    return angles


def _numbers(path: Path, what: str) -> np.ndarray:
    """The numbers of a text file, apart by commas, spaces or lines; a line that starts with # is a remark."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise InputError(f"There is no file '{path}': check the name.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"'{path.name}' cannot be read as text: give a list of {what}.") from error
    words = [word for line in lines if not line.lstrip().startswith("#") for word in line.replace(",", " ").split()]
    try:
        values = np.array([float(word) for word in words])
    except ValueError as error:
        raise InputError(f"'{path.name}' holds words that are no numbers: give a list of {what}.") from error
    if values.size == 0:
        raise InputError(f"'{path.name}' is empty: give a list of {what}.")
    return values


def _array(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise InputError(f"There is no file '{path}': check the name.") from error
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"'{path.name}' is no NumPy array, picture or list: save it as .npy, .png or .txt.") from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise InputError(f"'{path.name}' holds no real numbers: save one array of them with numpy.save.")
    return array


def _picture(path: Path) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("L"))
    except FileNotFoundError as error:
        raise InputError(f"There is no file '{path}': check the name.") from error
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InputError(f"'{path.name}' is no picture that can be read: save the mask as PNG or .npy.") from error
