"""The image of a study: from its file or phantom, prepared; and the same object on a finer grid, for the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stabview.images.image import Image
from stabview.images.phantoms import phantom
from stabview.images.prepare import Prepared, prepare
from stabview.images.readers import open_image
from stabview.study.study import ImageChoice


@dataclass(frozen=True, eq=False)
class SourceImage:
    """A prepared image and where it stood in its file.

    fine : the same object on a finer grid, (k H, k W) on the scale of `prepared.x`, where data are made from it.
    """

    prepared: Prepared
    slice_index: int = 0
    slice_count: int = 1
    fine: np.ndarray | None = None


def source_image(choice: ImageChoice, *, finer: int = 1) -> SourceImage:
    """The prepared image; with `finer` also the object so many times finer, of which x is then the mean over pixels.

    A phantom is drawn finer, and a file that would be resampled is resampled to the finer grid. Any other image holds
    no more than its pixels, between which it is interpolated. Raises InputError for what cannot be had.
    """
    image = _image(choice, choice.size)
    prepared = prepare(image, size=choice.size, fit=choice.fit)
    where = (image.slice_index, image.slice_count)
    if finer == 1:
        return SourceImage(prepared, *where)
    resampled = prepared.crop[2:] != prepared.pad[2:]
    if choice.phantom is None and not resampled:
        return SourceImage(prepared, *where, fine=_interpolated(prepared.x, finer))
    size = choice.size * finer
    fine = prepare(_image(choice, size), size=size, fit="resample" if resampled else choice.fit)
    coarse, peak = _averaged(fine, finer)
    return SourceImage(coarse, *where, fine=fine.x / peak)


def _averaged(fine: Prepared, factor: int) -> tuple[Prepared, float]:
    """The means over factor x factor pixels, scaled to maximum modulus 1 again, and what they were divided by."""
    height, width = fine.x.shape[0] // factor, fine.x.shape[1] // factor
    x = fine.x.reshape(height, factor, width, factor).mean(axis=(1, 3), dtype=np.result_type(fine.x, np.float64))
    peak = float(np.abs(x).max())
    pixels = (x / peak).astype(fine.x.dtype)
    pixels.flags.writeable = False
    spacing = None if fine.spacing is None else tuple(factor * side for side in fine.spacing)
    step = f"Drawn or resampled {factor} times finer for the data; x is its mean over {factor} x {factor} pixels."
    return replace(
        fine, x=pixels, scale=fine.scale * peak, spacing=spacing, pad=tuple(side // factor for side in fine.pad),
        steps=(*fine.steps, step),
    ), peak  # fmt: skip


def _image(choice: ImageChoice, size: int) -> Image:
    if choice.phantom is not None:
        return phantom(choice.phantom, size, seed=choice.seed)
    if choice.stored is not None:
        from stabview.sampling.stored_data import image_from_kspace, image_from_sinogram

        return (image_from_kspace if choice.stored == "kspace" else image_from_sinogram)(choice.path)
    return open_image(Path(choice.path), slice=choice.slice)


def _interpolated(x: np.ndarray, factor: int) -> np.ndarray:
    from skimage.transform import resize

    shape = (factor * x.shape[0], factor * x.shape[1])
    parts = (x.real, x.imag) if np.iscomplexobj(x) else (x,)
    fine = [resize(part, shape, order=3, mode="edge", anti_aliasing=False) for part in parts]
    return fine[0] + 1j * fine[1] if len(fine) == 2 else fine[0]
