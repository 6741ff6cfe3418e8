"""DICOM images, classic, multi-frame and enhanced: values in physical units, spacing, the letters at the edges.

Pixels stay as the scanner laid them out; the letters say where that is. Of the header only what is named in this file
is looked at, and none of it identifies the patient, the study or the institution.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.readers.checks import choose_slice, luminance, mend, quiet_reading, refuse_size

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

AIR = -1024.0
"""Hounsfield units below which CT values mean nothing."""

_UNITS = ("HU", "HU_MOD", "OD", "MGML", "Z_EFF", "ED", "EDW", "PCT")
_OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}
_NUMBERS = {
    "MagneticFieldStrength": "field_strength_T",
    "EchoTime": "echo_time_ms",
    "RepetitionTime": "repetition_time_ms",
    "KVP": "tube_voltage_kV",
    "SliceThickness": "slice_thickness_mm",
}


def count(path: Path) -> int:
    """The number of frames."""
    with quiet_reading(path, "DICOM"):
        return _frame_count(_header(path))


def read(path: Path, slice_index: int | None) -> Image:
    """One frame, with the modality's rescaling applied and padding, inversion and colours dealt with."""
    with quiet_reading(path, "DICOM"):
        header = _header(path)
        _refuse_non_images(path, header)
        frames = _frame_count(header)
        index, chosen = choose_slice(path, slice_index, frames)
        stored = _stored_pixels(path, header, index)
        modality = _modality(header)
        steps = [*_warnings(header), *chosen]
        if stored.ndim == 3 or header.PhotometricInterpretation == "PALETTE COLOR":
            pixels, sentences, units = *_grey_of_colours(header, stored), "a.u."
        else:
            pixels, sentences, units = _physical(header, index, stored, modality)
        steps += sentences
        spacing, sentences = _spacing(header, index)
        steps += sentences
        orientation = _orientation(header, index)
        facts = _facts(header, index)
    pixels, mended = mend(pixels)
    return Image(
        pixels,
        title=_title(modality, pixels.shape),
        spacing=spacing,
        orientation=orientation,
        units=units,
        modality=modality,
        slice_index=index,
        slice_count=frames,
        steps=(*steps, *mended),
        facts=facts,
    )


def _header(path: Path) -> Dataset:
    """Everything before the pixels. A file without preamble is read too, if it has an image's elements."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        return dcmread(path, stop_before_pixels=True)
    except InvalidDicomError:
        header = dcmread(path, stop_before_pixels=True, force=True)
        if "SOPClassUID" not in header and "Rows" not in header:
            raise InputError(
                f"'{path.name}' is not DICOM although its name or start suggests it: open another file."
            ) from None
        return header


def _refuse_non_images(path: Path, header: Dataset) -> None:
    if "DirectoryRecordSequence" in header:
        raise InputError(f"'{path.name}' is a DICOM directory (an index of files): open one of the images it lists.")
    if "Rows" not in header or "Columns" not in header or "PhotometricInterpretation" not in header:
        raise InputError(
            f"'{path.name}' is a DICOM file without pixels (a report, a plan or the like) or cut short: open an image."
        )
    refuse_size(path, int(header.Rows), int(header.Columns))


def _frame_count(header: Dataset) -> int:
    return max(1, int(header.get("NumberOfFrames") or 1))


def _stored_pixels(path: Path, header: Dataset, index: int) -> np.ndarray:
    """The stored values of one frame, (H, W) or (H, W, 3), decompressed."""
    from pydicom import dcmread
    from pydicom.pixels import get_decoder, pixel_array
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    syntax = getattr(header, "file_meta", {}).get("TransferSyntaxUID")
    if syntax is None:
        dataset = dcmread(path, force=True)
        implicit, little = dataset.original_encoding
        syntax = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else syntax
        return pixel_array(dataset, index=index)
    if not get_decoder(syntax).is_available:
        raise InputError(
            f"'{path.name}' is compressed as {syntax.name}, which cannot be unpacked here: "
            "save it uncompressed first (for example with gdcmconv --raw or dcmdjpeg)."
        )
    return pixel_array(path, index=index)


def _grey_of_colours(header: Dataset, stored: np.ndarray) -> tuple[np.ndarray, list[str]]:
    if header.PhotometricInterpretation == "PALETTE COLOR":
        from pydicom.pixels import apply_color_lut

        stored = apply_color_lut(stored, header)
    grey, sentence = luminance(stored)
    return grey, [sentence]


def _physical(header: Dataset, index: int, stored: np.ndarray, modality: str) -> tuple[np.ndarray, list[str], str]:
    """Stored values to physical ones: modality LUT or rescaling, padding, HU below air, MONOCHROME1."""
    steps: list[str] = []
    values = stored.astype(np.float64)
    units = "a.u."
    rescale = _functional(header, index, "PixelValueTransformationSequence", "RescaleSlope")
    if "ModalityLUTSequence" in header:
        from pydicom.pixels import apply_modality_lut

        values = apply_modality_lut(stored, header).astype(np.float64)
        units = _known_units(header.ModalityLUTSequence[0].get("ModalityLUTType"), modality)
        steps.append("Modality lookup table applied.")
    elif rescale is not None:
        slope, intercept = float(rescale.RescaleSlope), float(rescale.get("RescaleIntercept") or 0.0)
        values = values * slope + intercept
        units = _known_units(rescale.get("RescaleType"), modality)
        if (slope, intercept) != (1.0, 0.0):
            named = f", giving {units}" if units != "a.u." else ""
            steps.append(f"Rescale slope {slope:.6g} and intercept {intercept:.6g} applied{named}.")
    elif modality == "CT":
        steps.append("The file gives no rescaling: values as stored, not HU.")

    padding = _padding(header, stored)
    air = AIR if units == "HU" else float(values[~padding].min()) if not padding.all() else 0.0
    if padding.any():
        values[padding] = air
        steps.append(f"{np.count_nonzero(padding)} padding pixels set to {air:.6g} {units}.")
    if units == "HU":
        below = values < AIR
        if below.any():
            values[below] = AIR
            steps.append(f"{np.count_nonzero(below)} pixels below {AIR:.0f} HU set to {AIR:.0f} HU (air).")
    if header.PhotometricInterpretation == "MONOCHROME1":
        if units == "HU":
            steps.append("MONOCHROME1 ignored: HU say themselves what is air.")
        else:
            shown = values[~padding] if not padding.all() else values
            values = np.where(padding, shown.min(), shown.max() + shown.min() - values)
            steps.append("MONOCHROME1 (dark means high): inverted.")
    return values, steps, units


def _padding(header: Dataset, stored: np.ndarray) -> np.ndarray:
    """Which pixels hold Pixel Padding Value (or lie up to Pixel Padding Range Limit)."""
    first = header.get("PixelPaddingValue")
    if first is None:
        return np.zeros(stored.shape, dtype=bool)
    last = header.get("PixelPaddingRangeLimit", first)
    bits = int(header.get("BitsAllocated", 16))
    signed = int(header.get("PixelRepresentation", 0)) == 1
    # Some writers give the padding of signed pixels as an unsigned number, and the other way round.
    low, high = sorted(_as_stored(int(value), bits, signed) for value in (first, last if last is not None else first))
    return (stored >= low) & (stored <= high)


def _as_stored(value: int, bits: int, signed: bool) -> int:
    value %= 1 << bits
    return value - (1 << bits) if signed and value >= 1 << (bits - 1) else value


def _known_units(text: object, modality: str) -> str:
    """The rescale type if it is one of DICOM's defined terms; HU for CT that does not say otherwise."""
    text = str(text or "").strip().upper()
    if text in _UNITS:
        return text
    return "HU" if modality == "CT" and text in ("", "US") else "a.u."


def _modality(header: Dataset) -> str:
    text = str(header.get("Modality") or "").strip().upper()
    return text if text.isalpha() and len(text) <= 6 else ""


def _title(modality: str, shape: tuple[int, int]) -> str:
    """A name from the modality and the size: DICOM file names are often UIDs or names of patients."""
    return f"{modality or 'DICOM'} {shape[0]} x {shape[1]}"


def _functional(header: Dataset, index: int, sequence: str, keyword: str) -> Dataset | None:
    """Where `keyword` stands for this frame: its own functional groups, the shared ones, or the top level."""
    own = header.get("PerFrameFunctionalGroupsSequence") or []
    shared = header.get("SharedFunctionalGroupsSequence") or []
    for groups in (*own[index : index + 1], *shared[:1]):
        items = groups.get(sequence) or []
        if items and items[0].get(keyword) not in (None, ""):
            return items[0]
    return header if header.get(keyword) not in (None, "") else None


def _numbers(value: object, length: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(part) for part in value)
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == length and np.all(np.isfinite(numbers)) else None


def _spacing(header: Dataset, index: int) -> tuple[tuple[float, float] | None, list[str]]:
    """(row, column) spacing in mm, from the best element that has one."""
    measures = _functional(header, index, "PixelMeasuresSequence", "PixelSpacing")
    for source, keyword, sentences in (
        (measures, "PixelSpacing", []),
        (header, "ImagerPixelSpacing", ["Spacing measured at the detector, not in the patient."]),
        (header, "NominalScannedPixelSpacing", ["Spacing is that of the scanned film."]),
    ):
        spacing = _numbers(source.get(keyword), 2) if source is not None else None
        if spacing and min(spacing) > 0:
            return (spacing[0], spacing[1]), sentences
    aspect = _numbers(header.get("PixelAspectRatio"), 2)
    if aspect and min(aspect) > 0 and aspect[0] != aspect[1]:
        return None, [
            f"Pixels are {aspect[0]:.6g}:{aspect[1]:.6g} (height to width) but of unknown size: shown as square."
        ]
    return None, []


def _orientation(header: Dataset, index: int) -> tuple[str, str, str, str] | None:
    """Letters at the left, right, top and bottom edge.

    Direction cosines are in the patient's system: +x to the left side, +y to the back, +z to the head
    (PS3.3 C.7.6.2.1.1); an oblique direction gets the letter of its largest component.
    """
    if str(header.get("AnatomicalOrientationType") or "") == "QUADRUPED":
        return None
    plane = _functional(header, index, "PlaneOrientationSequence", "ImageOrientationPatient")
    cosines = _numbers(plane.ImageOrientationPatient, 6) if plane is not None else None
    if cosines is not None and any(cosines[:3]) and any(cosines[3:]):
        right, bottom = _letter(cosines[:3]), _letter(cosines[3:])
    else:
        directions = header.get("PatientOrientation") or []
        if isinstance(directions, str) or len(directions) != 2 or not all(directions):
            return None
        right, bottom = str(directions[0])[0], str(directions[1])[0]
    if right not in _OPPOSITE or bottom not in _OPPOSITE or bottom in (right, _OPPOSITE[right]):
        return None
    return _OPPOSITE[right], right, _OPPOSITE[bottom], bottom


def _letter(direction: tuple[float, ...]) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return ("LR", "PA", "HF")[axis][0 if direction[axis] > 0 else 1]


def _warnings(header: Dataset) -> list[str]:
    burned = str(header.get("BurnedInAnnotation") or "").strip().upper()
    if burned == "YES":
        return [
            "Warning: the file says that text is burned into the picture; it may name the patient, look before sharing."
        ]
    secondary = str(header.get("SOPClassUID") or "").startswith("1.2.840.10008.5.1.4.1.1.7")
    if burned != "NO" and secondary:
        return ["Warning: a secondary capture that does not say whether text is burned in; look before sharing."]
    return []


def _facts(header: Dataset, index: int) -> dict[str, object]:
    """Technical numbers from a fixed list, and the window the scanner proposes."""
    facts: dict[str, object] = {}
    for keyword, name in _NUMBERS.items():
        numbers = _numbers((header.get(keyword),), 1)
        if numbers is not None:
            facts[name] = numbers[0]
    voi = _functional(header, index, "FrameVOILUTSequence", "WindowCenter")
    if voi is not None:
        centre, width = (np.ravel(voi.get(keyword, ()))[:1] for keyword in ("WindowCenter", "WindowWidth"))
        window = _numbers((*centre, *width), 2)
        if window and window[1] > 0:
            facts["window"] = window
    return facts
