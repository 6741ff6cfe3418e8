"""What every reader does alike: refuse what cannot be an image here, choose the slice, mend values, stay quiet."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from stabview.images.errors import InputError

LARGEST_SIDE = 4096
SMALLEST_SIDE = 8
LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in ITU-R BT.601 luma."""

_TALKATIVE = ("pydicom", "nibabel", "nibabel.global", "tifffile", "PIL")


@contextmanager
def quiet_reading(path: Path, kind: str) -> Iterator[None]:
    """Silence the reading library's warnings and turn whatever it raises into one `InputError`.

    Damaged files make these libraries raise nearly every exception there is, so all are translated. Their own words
    stay in the chained exception: they may quote names or dates from the file.
    """
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    except (InputError, MemoryError):
        raise
    except PermissionError as error:
        raise InputError(f"'{path.name}' may not be read: change its permissions or copy it elsewhere.") from error
    except Exception as error:
        raise InputError(
            f"'{path.name}' looks like {kind} but is damaged, cut short or of an unknown variety: "
            "copy or export it again."
        ) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def refuse_size(path: Path, rows: int, columns: int) -> None:
    """Raise `InputError` unless both sides are between `SMALLEST_SIDE` and `LARGEST_SIDE` pixels."""
    if max(rows, columns) > LARGEST_SIDE:
        raise InputError(
            f"'{path.name}' is {rows} x {columns} pixels, more than the {LARGEST_SIDE} a side that can be "
            "reconstructed here: make it smaller first."
        )
    if min(rows, columns) < SMALLEST_SIDE:
        raise InputError(
            f"'{path.name}' is {rows} x {columns} pixels: an image needs at least {SMALLEST_SIDE} pixels a side, "
            "so open another one."
        )


def choose_slice(path: Path, wanted: int | None, count: int) -> tuple[int, tuple[str, ...]]:
    """The index of the slice to read (the middle one for None) and the sentence that says which, if there are several.

    Slices are numbered from 0. Raises `InputError` for a slice that is not there.
    """
    if wanted is None:
        index = count // 2
    elif isinstance(wanted, (int, np.integer)) and 0 <= wanted < count:
        index = int(wanted)
    elif count == 1:
        raise InputError(f"'{path.name}' has one slice, number 0; there is no slice {wanted}: leave the slice out.")
    else:
        raise InputError(
            f"'{path.name}' has {count} slices, numbered 0 to {count - 1}; there is no slice {wanted}: "
            "choose one of these."
        )
    return index, (f"Slice {index} of 0 to {count - 1}.",) if count > 1 else ()


def mend(pixels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """`pixels` as float32 or complex64 with what is not a finite number replaced by 0, and the sentence saying so."""
    with np.errstate(all="ignore"):
        pixels = np.array(pixels, dtype=np.complex64 if np.iscomplexobj(pixels) else np.float32)
    bad = ~np.isfinite(pixels)
    count = int(np.count_nonzero(bad))
    if not count:
        return pixels, ()
    pixels[bad] = 0
    return pixels, (f"{count} pixels that were not finite numbers (NaN or infinite) set to 0.",)


def luminance(colours: np.ndarray) -> tuple[np.ndarray, str]:
    """Grey values (H, W) of (H, W, 3) red, green and blue, and the sentence saying what was done."""
    red, green, blue = (colours[..., channel].astype(np.float64) for channel in range(3))
    if np.array_equal(red, green) and np.array_equal(red, blue):
        return red, "Colour picture without colours: one of its three equal channels kept."
    grey = LUMINANCE[0] * red + LUMINANCE[1] * green + LUMINANCE[2] * blue
    return grey, "Colours converted to luminance (0.299 red + 0.587 green + 0.114 blue)."
