"""Small image files written on the spot, and the folder of real ones where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "images"


@pytest.fixture
def real_file() -> Callable[[str], Path]:
    """A function from a name to a real image beside the repository; skips the test where it is missing."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"no real image {name} beside the repository")
        return path

    return find


@pytest.fixture
def dicom_file(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a DICOM file with the given stored pixels and attributes and returns its path."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, generate_uid

    def write(
        pixels: np.ndarray, *, name: str = "slice.dcm", syntax: str = ExplicitVRLittleEndian, **attributes: object
    ) -> Path:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        dataset.SOPInstanceUID = generate_uid()
        dataset.PatientName = "Doe^Jane"
        dataset.PatientID = "PID12345"
        dataset.PatientBirthDate = "19701231"
        dataset.StudyDate = "20240229"
        dataset.InstitutionName = "Somewhere General"
        dataset.Modality = "MR"
        colour = pixels.shape[-1] == 3
        dataset.Rows, dataset.Columns = pixels.shape[-3:-1] if colour else pixels.shape[-2:]
        dataset.SamplesPerPixel = 3 if colour else 1
        dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
        if colour:
            dataset.PlanarConfiguration = 0
        if pixels.ndim - colour == 3:
            dataset.NumberOfFrames = pixels.shape[0]
        bits = pixels.dtype.itemsize * 8
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        big = syntax == ExplicitVRBigEndian
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(">" if big else "<")).tobytes()
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        path = tmp_path / name
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write
