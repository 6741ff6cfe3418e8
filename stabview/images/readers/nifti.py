"""NIfTI volumes: reoriented to the closest anatomical axes and cut into slices shown as a radiologist sees them.

Axial slices have the patient's right at the picture's left and anterior at the top; a volume that is only one
coronal or sagittal slice is shown in that plane. Only the slice asked for is read.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.readers.checks import choose_slice, mend, quiet_reading, refuse_size

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Pair

# Through-plane axis of the RAS+ volume -> (name, axis down the rows, axis along the columns, letters at left, right,
# top, bottom). Axes 0, 1, 2 point to the patient's right, front and head; rows and columns run against them.
_PLANES = {
    2: ("axial", 1, 0, ("R", "L", "A", "P")),
    1: ("coronal", 2, 0, ("R", "L", "H", "F")),
    0: ("sagittal", 2, 1, ("A", "P", "H", "F")),
}


def count(path: Path) -> int:
    """The number of slices along the through-plane axis."""
    with quiet_reading(path, "NIfTI"):
        volume = _load(path)
        shape, order = _spatial_shape(path, volume), _axes(path, volume)[0]
        return shape[order[_through_plane(shape, order)]]


def read(path: Path, slice_index: int | None) -> Image:
    """One slice with `scl_slope` and `scl_inter` applied, its spacing after reorientation, and its letters."""
    with quiet_reading(path, "NIfTI"):
        volume = _load(path)
        shape = _spatial_shape(path, volume)
        order, signs = _axes(path, volume)
        through = _through_plane(shape, order)
        name, down, along, letters = _PLANES[through]
        refuse_size(path, shape[order[down]], shape[order[along]])
        index, chosen = choose_slice(path, slice_index, shape[order[through]])
        stored_index = index if signs[through] > 0 else shape[order[through]] - 1 - index
        picture = _cut(volume, order[through], stored_index)
        if order[down] > order[along]:
            picture = picture.T
        picture = picture[:: -signs[down], :: -signs[along]]
        spacing = _spacing(volume, order[down], order[along])
        known = _orientation_known(volume)
        steps = [*_volume_steps(volume), *_scaling_steps(volume), *chosen, _orientation_step(name, known, letters)]
    pixels, mended = mend(picture)
    return Image(
        pixels,
        title=_stem(path),
        spacing=spacing,
        orientation=letters if known else None,
        slice_index=index,
        slice_count=shape[order[through]],
        steps=(*steps, *mended),
    )


def _load(path: Path) -> Nifti1Pair:
    import nibabel

    if path.name.lower().endswith((".hdr", ".img")) and not _other_half(path).exists():
        raise InputError(
            f"'{path.name}' is half of a NIfTI pair (.hdr and .img) and the other half is missing: "
            "put both in one folder."
        )
    if path.name.lower().endswith((".nii", ".nii.gz", ".hdr", ".img")):
        volume = nibabel.load(path)
    else:
        volume = _load_by_content(path)
    if not isinstance(volume, nibabel.Nifti1Pair):
        raise InputError(f"'{path.name}' is not NIfTI: convert it to NIfTI (.nii or .nii.gz) first.")
    kind = volume.get_data_dtype()
    if kind.kind not in "iufc":
        raise InputError(
            f"'{path.name}' holds colours, whose mixture is no measured image: open a volume of grey values instead."
        )
    return volume


def _other_half(path: Path) -> Path:
    endings = {".hdr": ".img", ".img": ".hdr", ".HDR": ".IMG", ".IMG": ".HDR"}
    return path.with_suffix(endings.get(path.suffix, path.suffix))


def _load_by_content(path: Path) -> Nifti1Pair:
    """A single-file NIfTI whose name does not say so."""
    import nibabel

    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    kind = nibabel.Nifti2Image if content[4:8] == b"n+2\0" else nibabel.Nifti1Image
    return kind.from_bytes(content)


def _spatial_shape(path: Path, volume: Nifti1Pair) -> tuple[int, int, int]:
    shape = tuple(int(side) for side in volume.shape)
    if len(shape) < 2 or min(shape) < 1:
        raise InputError(f"'{path.name}' holds an array of shape {shape}, not a volume: open another file.")
    return (*shape[:3], 1)[:3]


def _axes(path: Path, volume: Nifti1Pair) -> tuple[list[int], list[int]]:
    """For each of the right, front and head axes: the closest stored axis, and 1 or -1 for its direction."""
    from nibabel.orientations import io_orientation

    table = io_orientation(volume.affine)
    if not np.all(np.isfinite(table)):
        raise InputError(f"'{path.name}' has an orientation matrix with a missing axis: repair its affine first.")
    order, signs = [0, 0, 0], [1, 1, 1]
    for stored, (anatomical, sign) in enumerate(table):
        order[int(anatomical)], signs[int(anatomical)] = stored, int(sign)
    return order, signs


def _through_plane(shape: tuple[int, int, int], order: list[int]) -> int:
    """Axial, unless the volume is a single slice in another plane."""
    sides = [shape[stored] for stored in order]
    if sides[2] > 1:
        for axis in (1, 0):
            if sides[axis] == 1:
                return axis
    return 2


def _cut(volume: Nifti1Pair, axis: int, index: int) -> np.ndarray:
    """The scaled values of one stored slice of the first volume, its two axes in stored order."""
    where: list[object] = [slice(None)] * min(3, len(volume.shape)) + [0] * (len(volume.shape) - 3)
    if axis < len(where):
        where[axis] = index
    return np.asarray(volume.dataobj[tuple(where)])


def _spacing(volume: Nifti1Pair, down: int, along: int) -> tuple[float, float] | None:
    zooms = [float(zoom) for zoom in volume.header.get_zooms()[:3]] + [0.0]
    unit = {"meter": 1000.0, "micron": 0.001}.get(volume.header.get_xyzt_units()[0], 1.0)
    spacing = (zooms[down] * unit, zooms[along] * unit)
    return spacing if all(np.isfinite(side) and side > 0 for side in spacing) else None


def _orientation_known(volume: Nifti1Pair) -> bool:
    return bool(volume.header["qform_code"] > 0 or volume.header["sform_code"] > 0)


def _volume_steps(volume: Nifti1Pair) -> list[str]:
    volumes = int(np.prod(volume.shape[3:]))
    return [f"The file holds {volumes} volumes: volume 0 is shown."] if volumes > 1 else []


def _scaling_steps(volume: Nifti1Pair) -> list[str]:
    slope, intercept = float(volume.dataobj.slope), float(volume.dataobj.inter)
    if (slope, intercept) == (1.0, 0.0):
        return []
    return [f"Scaling slope {slope:.6g} and intercept {intercept:.6g} applied."]


def _orientation_step(name: str, known: bool, letters: tuple[str, str, str, str]) -> str:
    if not known:
        return (
            f"The file does not say how the patient lies: shown as a {name} slice assuming the usual storage order, "
            "left and right may be swapped."
        )
    words = {"R": "right", "A": "front", "H": "head"}
    left, top = words[letters[0]], words[letters[2]]
    return f"Reoriented: {name} slice with the patient's {left} at the left and the {top} at the top."


def _stem(path: Path) -> str:
    name = path.name
    for ending in (".gz", ".nii", ".hdr", ".img"):
        name = name[: -len(ending)] if name.lower().endswith(ending) else name
    return name
