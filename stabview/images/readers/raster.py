"""PNG, TIFF and JPEG pictures, 8 or 16 bits or floating point, grey or coloured; the pages of a TIFF are slices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.readers.checks import LARGEST_SIDE, choose_slice, luminance, mend, quiet_reading, refuse_size

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHITE_IS_ZERO, _PALETTE, _GREY_OR_RGB = 0, 3, (0, 1, 2, 3)


def count(path: Path) -> int:
    """The number of pages (1 for PNG and JPEG)."""
    if not _is_tiff(path):
        import PIL.Image

        with quiet_reading(path, "a picture"), PIL.Image.open(path):
            return 1
    import tifffile

    with quiet_reading(path, "a TIFF picture"), tifffile.TiffFile(path) as file:
        return len(_pages(file))


def read(path: Path, slice_index: int | None) -> Image:
    """One page as grey values in the file's own numbers (0 to 255, 0 to 65535, ...)."""
    if _is_tiff(path):
        with quiet_reading(path, "a TIFF picture"):
            pixels, steps, index, pages = _read_tiff(path, slice_index)
    else:
        with quiet_reading(path, "a picture"):
            index, _ = choose_slice(path, slice_index, 1)
            pixels, steps = _read_with_pillow(path)
            pages = 1
    pixels, mended = mend(pixels)
    return Image(pixels, title=path.stem, slice_index=index, slice_count=pages, steps=(*steps, *mended))


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _TIFF


def _pages(file: TiffFile) -> list:
    """The pages of full size; previews of another size are left out."""
    first = file.pages[0]
    return [page for page in file.pages if page.shape == first.shape]


def _read_tiff(path: Path, slice_index: int | None) -> tuple[np.ndarray, list[str], int, int]:
    import tifffile

    with tifffile.TiffFile(path) as file:
        pages = _pages(file)
        index, chosen = choose_slice(path, slice_index, len(pages))
        page = pages[index].aspage()
        refuse_size(path, page.imagelength, page.imagewidth)
        # Without optional codecs tifffile knows only the simple compressions; Pillow has libtiff for the others.
        if page.compression.value in (1, 8, 32773, 32946) and int(page.photometric) in _GREY_OR_RGB:
            stored = np.asarray(page.asarray())
            pixels, steps = _grey_of_page(path, page, stored)
        else:
            pixels, steps = _read_with_pillow(path, page.index)
    return pixels, [*chosen, *steps], index, len(pages)


def _grey_of_page(path: Path, page: TiffPage, stored: np.ndarray) -> tuple[np.ndarray, list[str]]:
    if stored.dtype.kind not in "biufc":
        raise InputError(
            f"'{path.name}' holds pixels of type {stored.dtype}, not numbers: save it as 16-bit grey values."
        )
    photometric = int(page.photometric)
    if photometric == _PALETTE:
        grey, sentence = luminance(page.colormap[:, stored].transpose(1, 2, 0))
        return grey, [sentence]
    if stored.ndim == 3 and page.planarconfig == 2:
        stored = stored.transpose(1, 2, 0)
    if stored.ndim == 3 and stored.shape[-1] in (3, 4) and photometric == 2:
        return _opaque(stored, float(np.iinfo(stored.dtype).max) if stored.dtype.kind in "ui" else 1.0)
    if stored.ndim == 3 and stored.shape[-1] == 2:
        return stored[..., 0], ["Second (transparency) channel ignored."]
    if stored.ndim != 2:
        raise InputError(
            f"'{path.name}' has pages of shape {stored.shape}, which are no pictures: "
            "save grey values, one page a slice."
        )
    if photometric == _WHITE_IS_ZERO and stored.dtype.kind in "bui":
        top = 1.0 if stored.dtype.kind == "b" else float(np.iinfo(stored.dtype).max)
        return top - stored.astype(np.float64), ["Stored with white as zero: inverted."]
    return stored, []


def _opaque(colours: np.ndarray, full: float) -> tuple[np.ndarray, list[str]]:
    """Luminance of (H, W, 3 or 4); a fourth channel is opacity from 0 to `full`, shown on black."""
    grey, sentence = luminance(colours[..., :3])
    if colours.shape[-1] == 4 and np.any(colours[..., 3] != full):
        return grey * (colours[..., 3] / full), [sentence, "Transparent parts shown on black."]
    return grey, [sentence]


def _read_with_pillow(path: Path, page: int = 0) -> tuple[np.ndarray, list[str]]:
    import PIL.Image
    import PIL.ImageOps

    steps: list[str] = []
    try:
        picture = PIL.Image.open(path)
    except PIL.Image.DecompressionBombError as error:
        raise InputError(
            f"'{path.name}' has far more than {LARGEST_SIDE} x {LARGEST_SIDE} pixels: make it smaller first."
        ) from error
    with picture:
        refuse_size(path, picture.height, picture.width)
        if page:
            picture.seek(page)
        if picture.format == "PNG" and _png_depth(path) == 16 and picture.mode in ("RGB", "RGBA", "LA"):
            steps.append("16-bit colours reduced to 8 bits.")
        if picture.format == "JPEG":
            steps.append("JPEG: details and noise may have been altered by lossy compression.")
            if picture.getexif().get(0x0112, 1) != 1:
                steps.append("Turned as its EXIF orientation says.")
            picture = PIL.ImageOps.exif_transpose(picture)
        if picture.mode == "LA" or "transparency" in picture.info or picture.mode in ("PA", "RGBa", "La"):
            picture = picture.convert("RGBA")
        elif picture.mode in ("P", "CMYK", "YCbCr", "LAB", "HSV", "RGBX"):
            picture = picture.convert("RGB")
        elif picture.mode == "1":
            picture = picture.convert("L")
        pixels = np.array(picture)
    if pixels.ndim == 3:
        pixels, sentences = _opaque(pixels, 255.0)
        steps += sentences
    return pixels, steps


def _png_depth(path: Path) -> int:
    """Bits a sample, from the PNG's first chunk."""
    with path.open("rb") as file:
        return file.read(25)[24]
