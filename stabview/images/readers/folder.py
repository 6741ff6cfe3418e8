"""A folder of slices: the images in it one after another, those of a DICOM series in the order of the scanner."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.readers.checks import choose_slice, quiet_reading

MOST = 5000
_HEADER = ("SeriesInstanceUID", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient", "Rows", "Columns")


def count(path: Path) -> int:
    """The number of slices."""
    return len(slices(path))


def read(path: Path, slice_index: int | None) -> Image:
    """One slice. Its title is that of the file; the folder's name is not used, since it may name a person."""
    files = slices(path)
    index, chosen = choose_slice(path, slice_index, len(files))
    image = import_module("stabview.images.readers").open_image(files[index])
    steps = (*image.steps, f"From a folder of {len(files)} slices.", *chosen)
    return replace(image, slice_index=index, slice_count=len(files), steps=steps)


def slices(path: Path) -> tuple[Path, ...]:
    """The files of the slices, in order. Raises `InputError` for a folder without an image."""
    return _slices(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _slices(path: Path, _changed: int) -> tuple[Path, ...]:
    """Of DICOM files those of the series with most of them, by position; of others all, by name."""
    kind_of = import_module("stabview.images.readers").kind_of
    found: dict[str, list[Path]] = {}
    files = sorted((file for file in path.iterdir() if file.is_file() and not file.name.startswith(".")), key=_natural)
    if len(files) > MOST:
        raise InputError(f"'{path.name}' holds {len(files)} files, more than {MOST}: choose a folder with one series.")
    for file in files:
        kind = kind_of(file)
        if kind is not None:
            found.setdefault(kind, []).append(file)
    if not found:
        raise InputError(f"'{path.name}' is a folder without an image that can be read here.")
    kind = max(found, key=lambda name: len(found[name]))
    return _series(found[kind]) if kind == "dicom" else tuple(found[kind])


def _series(files: list[Path]) -> tuple[Path, ...]:
    """The files of the largest series, along its normal where positions are known, else by number and name."""
    from pydicom import dcmread

    headers = []
    for file in files:
        with quiet_reading(file, "a DICOM file"):
            headers.append(dcmread(file, force=True, stop_before_pixels=True, specific_tags=list(_HEADER)))
    keys = [(str(one.get("SeriesInstanceUID", "")), one.get("Rows"), one.get("Columns")) for one in headers]
    largest = Counter(keys).most_common(1)[0][0]
    chosen = [(file, one) for file, one, key in zip(files, headers, keys, strict=True) if key == largest]
    places = [_along_normal(one) for _, one in chosen]
    if None not in places and len(set(places)) == len(places):
        order = sorted(range(len(chosen)), key=lambda k: places[k])
    else:
        order = sorted(range(len(chosen)), key=lambda k: _number(chosen[k][1], k))
    return tuple(chosen[k][0] for k in order)


def _along_normal(header: object) -> float | None:
    """Where a slice lies along the normal of its plane, in mm."""
    position, cosines = header.get("ImagePositionPatient"), header.get("ImageOrientationPatient")
    if position is None or cosines is None or len(position) != 3 or len(cosines) != 6:
        return None
    a, b = [float(value) for value in cosines[:3]], [float(value) for value in cosines[3:]]
    normal = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return round(sum(float(p) * n for p, n in zip(position, normal, strict=True)), 4)


def _number(header: object, place: int) -> tuple[float, int]:
    try:
        return float(header.get("InstanceNumber")), place
    except (TypeError, ValueError):
        return float("inf"), place


def _natural(file: Path) -> list[object]:
    """Numbers within a name count as numbers: "slice10" comes after "slice9"."""
    parts = re.split(r"(\d+)", file.name.lower())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
