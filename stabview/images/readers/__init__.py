"""Opening image files: which reader a file needs is decided by its first bytes, then by its name."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from pathlib import Path
from types import ModuleType

from stabview.images.errors import InputError
from stabview.images.image import Image

FILE_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Images",
        (
            "*.dcm",
            "*.dicom",
            "*.ima",
            "*.nii",
            "*.nii.gz",
            "*.hdr",
            "*.png",
            "*.tif",
            "*.tiff",
            "*.jpg",
            "*.jpeg",
            "*.npy",
        ),
    ),
    ("DICOM", ("*.dcm", "*.dicom", "*.ima", "*")),
    ("NIfTI", ("*.nii", "*.nii.gz", "*.hdr", "*.img")),
    ("Pictures", ("*.png", "*.tif", "*.tiff", "*.jpg", "*.jpeg")),
    ("NumPy arrays", ("*.npy",)),
)
"""(label, file name patterns) for a file dialog; DICOM files often have no ending at all."""

_BY_NAME = {
    "dicom": (".dcm", ".dicom", ".ima"),
    "nifti": (".nii", ".nii.gz", ".hdr", ".img"),
    "raster": (".png", ".tif", ".tiff", ".jpg", ".jpeg"),
    "array": (".npy",),
}
_BY_START = (
    (b"\x93NUMPY", "array"),
    (b"\x89PNG\r\n\x1a\n", "raster"),
    (b"\xff\xd8\xff", "raster"),
    (b"II*\0", "raster"),
    (b"MM\0*", "raster"),
    (b"II+\0", "raster"),
    (b"MM\0+", "raster"),
)
_OTHERS = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, which holds many arrays: save one image of it as .npy or NIfTI"),
    (b"PK\x03\x04", "an archive (zip, npz or a saved network): unpack it, or save one image of it as .npy"),
    (b"%PDF", "a PDF document: export the picture as PNG"),
    (b"GIF8", "a GIF picture: save it as PNG"),
    (b"BM", "a bitmap picture: save it as PNG"),
    (b"MATLAB", "a MATLAB file: save one image of it as .npy or NIfTI"),
)
_HEAD = 544  # the NIfTI-1 magic is at 344, NIfTI-2 headers are 540 bytes, DICM is at 128


def open_image(path: str | Path, slice: int | None = None) -> Image:
    """Read one slice of an image file (DICOM, NIfTI, PNG, TIFF, JPEG or .npy), or of a folder of them.

    Parameters
    ----------
    path : the file.
    slice : which slice, frame, page or array of a stack, counted from 0; None for the middle one.

    Raises
    ------
    InputError : the file is missing, is no image, is damaged, too large or has no such slice.
    """
    path = Path(path)
    return _reader(path).read(path, slice)


def count_slices(path: str | Path) -> int:
    """How many slices `open_image` can choose from, from the header alone. Raises `InputError` as `open_image`."""
    path = Path(path)
    return _reader(path).count(path)


def looks_like_image(path: str | Path) -> bool:
    """Whether `open_image` is the right way to open this file, from its first bytes and name. Never raises.

    True also for a damaged file with an image's name, so that `open_image` can say what is wrong with it.
    """
    return kind_of(Path(path)) is not None


def kind_of(path: Path) -> str | None:
    """The reader of a file, by its first bytes and its name; None for what is no image. Never raises."""
    try:
        return _kind_by_content(_head(path)) or _kind_by_name(path)
    except OSError:
        return None


def _reader(path: Path) -> ModuleType:
    if not path.exists():
        raise InputError(f"There is no file '{path}': check the name.")
    if path.is_dir():
        return import_module("stabview.images.readers.folder")
    if not path.is_file():
        raise InputError(f"'{path.name}' is not a regular file: copy the image into one.")
    try:
        head = _head(path)
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read ({error.strerror or error}): check its permissions.") from error
    if not head:
        raise InputError(f"'{path.name}' is empty: copy or export it again.")
    kind = _kind_by_content(head)
    if kind is None:
        for start, sentence in _OTHERS:
            if head.startswith(start):
                raise InputError(f"'{path.name}' is {sentence}.")
        kind = _kind_by_name(path)
    if kind is None:
        raise InputError(
            f"'{path.name}' is no image that can be read here: open DICOM, NIfTI, PNG, TIFF, JPEG or .npy."
        )
    return import_module(f"stabview.images.readers.{kind}")


def _head(path: Path) -> bytes:
    """The first bytes of the file, unpacked if it is gzipped."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        with gzip.open(path) as file:
            return file.read(_HEAD)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return head


def _kind_by_content(head: bytes) -> str | None:
    if head[128:132] == b"DICM":  # first, since the 128 bytes before it may be those of a TIFF
        return "dicom"
    for start, kind in _BY_START:
        if head.startswith(start):
            return kind
    if _starts_like_dicom(head):
        return "dicom"
    if head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] in (b"n+2\0", b"ni2\0"):
        return "nifti"
    return None


def _starts_like_dicom(head: bytes) -> bool:
    """Whether a file without preamble starts with a plausible element of group 2 or 8, in either byte order."""
    if len(head) < 16:
        return False
    for order in ("little", "big"):
        group, element = int.from_bytes(head[0:2], order), int.from_bytes(head[2:4], order)
        explicit = head[4:6].isalpha() and head[4:6].isupper()
        length = int.from_bytes(head[6:8] if explicit else head[4:8], order)
        if group in (2, 8) and element <= 0x0100 and length <= 256:
            return True
    return False


def _kind_by_name(path: Path) -> str | None:
    name = path.name.lower()
    for kind, endings in _BY_NAME.items():
        if name.endswith(endings):
            return kind
    return None
