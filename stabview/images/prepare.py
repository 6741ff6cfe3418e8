"""From an image as read to the x of a study: square pixels, a convenient size, air at 0, largest modulus 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image

AIR_HU = -1024.0
FITS = ("auto", "resample", "crop", "native")
_SQUARE = 0.005  # relative difference of the two spacings below which pixels count as square

Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a study reconstructs, and how to get back to the units of the file.

    Attributes
    ----------
    x : (H, W) float32 or complex64, read-only, maximum modulus 1.
    scale, offset : original value = x * scale + offset, in `units`.
    spacing : (row, column) spacing of x in mm, or None.
    orientation, units, title : as in `Image`.
    steps : the image's own sentences, then those of the preparation.
    crop : (top, left, height, width) of the part kept, in pixels of the image as read.
    pad : (top, left, height, width) of that part in x; outside it x is air, 0.
    """

    x: np.ndarray
    scale: float
    offset: float
    spacing: tuple[float, float] | None
    orientation: tuple[str, str, str, str] | None
    units: str
    title: str
    steps: tuple[str, ...]
    crop: Box
    pad: Box

    def original(self, values: np.ndarray | float) -> np.ndarray | float:
        """`values`, on the scale of x, in the units of the file (HU, ...)."""
        return values * self.scale + self.offset


def prepare(image: Image, *, size: int | None = 256, fit: str = "auto") -> Prepared:
    """Crop, resample, pad and scale an image for a study.

    Parameters
    ----------
    image : as read or made.
    size : side of x in pixels; None keeps the image's own size (not with "crop").
    fit : "resample": square pixels, the longer side (in mm) resampled to `size`, then air around it to size x size;
        "crop": the middle size x size, with air around what is smaller; "native": as it is;
        "auto": "resample" if a side is longer than `size` or pixels are not square, otherwise air around it.

    Raises
    ------
    InputError : nothing but zeros, or values that are not finite numbers.
    ValueError : unknown `fit` or impossible `size`.
    """
    if fit not in FITS:
        raise ValueError(f"fit is one of {', '.join(FITS)}, not {fit!r}")
    if size is not None and size < 1:
        raise ValueError(f"size is a positive number of pixels, not {size}")
    if size is None and fit == "crop":
        raise ValueError("fit 'crop' needs a size")
    pixels = image.pixels
    if not np.all(np.isfinite(pixels)):
        raise InputError(f"'{image.title}' has values that are not finite numbers: replace them first.")

    steps = list(image.steps)
    values, offset = _above_air(pixels, image.units, steps)
    spacing, crop = image.spacing, (0, 0, *image.shape)
    if fit == "auto":
        fit = _fit_for(image, size)
    if fit == "resample":
        values, spacing = _resample(values, spacing, size, steps)
    elif fit == "crop":
        values, crop = _crop(values, size, steps)
    values, pad = (values, (0, 0, *values.shape)) if fit == "native" or size is None else _pad(values, size, steps)

    x, scale = _to_unit_modulus(values)
    if scale == 0:
        raise InputError(f"'{image.title}' is {_emptiness(image)}: there is nothing to reconstruct, choose another.")
    return Prepared(
        x=x,
        scale=scale,
        offset=offset,
        spacing=spacing,
        orientation=image.orientation,
        units=image.units,
        title=image.title,
        steps=tuple(steps),
        crop=crop,
        pad=pad,
    )


def _emptiness(image: Image) -> str:
    return "zero everywhere" if not np.any(image.pixels) else "the same everywhere in the part that was kept"


def _above_air(pixels: np.ndarray, units: str, steps: list[str]) -> tuple[np.ndarray, float]:
    """float64 or complex128 values that are 0 in air, and the offset that was taken off."""
    if np.iscomplexobj(pixels):
        return pixels.astype(np.complex128), 0.0
    values = pixels.astype(np.float64)
    if units == "HU":
        below = int(np.count_nonzero(values < AIR_HU))
        clipped = f" after {below} pixels below it were set to it" if below else ""
        steps.append(f"{AIR_HU:.0f} HU taken as 0{clipped}.")
        return np.maximum(values, AIR_HU) - AIR_HU, AIR_HU
    lowest = float(values.min())
    if lowest < 0:
        steps.append(f"Negative values: shifted so that the smallest, {lowest:.6g}, becomes 0.")
        return values - lowest, lowest
    return values, 0.0


def _is_square(spacing: tuple[float, float] | None) -> bool:
    return spacing is None or abs(spacing[0] / spacing[1] - 1) <= _SQUARE


def _fit_for(image: Image, size: int | None) -> str:
    if not _is_square(image.spacing) or (size is not None and max(image.shape) > size):
        return "resample"
    return "native" if size is None or image.shape == (size, size) else "crop"


def _resample(
    values: np.ndarray, spacing: tuple[float, float] | None, size: int | None, steps: list[str]
) -> tuple[np.ndarray, tuple[float, float] | None]:
    """Square pixels with `size` of them along the longer side; for None as small as the finer of the two spacings."""
    down, along = spacing or (1.0, 1.0)
    extent = (values.shape[0] * down, values.shape[1] * along)
    pixel = min(down, along) if size is None else max(extent) / size
    shape = tuple(max(1, round(side / pixel)) for side in extent)
    if shape != values.shape:
        steps.append(f"Resampled from {values.shape[0]} x {values.shape[1]} to {shape[0]} x {shape[1]} pixels.")
        values = _resized(values, shape)
    return values, (extent[0] / shape[0], extent[1] / shape[1]) if spacing else None


def _resized(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Linear interpolation after a Gaussian that keeps finer structure from aliasing; parts of complex values apart."""
    from skimage.transform import resize

    if np.iscomplexobj(values):
        return _resized(values.real, shape) + 1j * _resized(values.imag, shape)
    return resize(values, shape, order=1, anti_aliasing=True, preserve_range=True)


def _crop(values: np.ndarray, size: int, steps: list[str]) -> tuple[np.ndarray, Box]:
    height, width = (min(side, size) for side in values.shape)
    top, left = (values.shape[0] - height) // 2, (values.shape[1] - width) // 2
    if (height, width) != values.shape:
        steps.append(f"Cropped from {values.shape[0]} x {values.shape[1]} to the middle {height} x {width} pixels.")
    return values[top : top + height, left : left + width], (top, left, height, width)


def _pad(values: np.ndarray, size: int, steps: list[str]) -> tuple[np.ndarray, Box]:
    height, width = values.shape
    top, left = (size - height) // 2, (size - width) // 2
    if (height, width) == (size, size):
        return values, (0, 0, size, size)
    padded = np.zeros((size, size), dtype=values.dtype)
    padded[top : top + height, left : left + width] = values
    steps.append(f"Air added around {height} x {width} pixels to make {size} x {size}.")
    return padded, (top, left, height, width)


def _to_unit_modulus(values: np.ndarray) -> tuple[np.ndarray, float]:
    """x with largest modulus exactly 1 and the scale with values = x * scale; scale 0 for nothing but zeros."""
    peak = float(np.abs(values).max())
    kind = np.complex64 if np.iscomplexobj(values) else np.float32
    # The modulus of rounded complex values can miss 1 by an ulp: scales a few quarter-ulps away are tried.
    for step in sorted(range(-32, 33), key=abs):
        scale = peak * (1 + step * 2.0**-26)
        x = (values / scale).astype(kind) if peak else np.zeros(values.shape, dtype=kind)
        if peak == 0 or np.abs(x).max() == 1:
            break
    x.flags.writeable = False
    return x, scale
