"""DICOM: physical values, inversion, padding, geometry, frames, compression, and no patient in the result."""

import dataclasses

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
)

from stabview.images.errors import InputError
from stabview.images.readers import count_slices, open_image

RAMP = np.arange(16 * 12).reshape(16, 12)


def item(**attributes: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def test_ct_comes_in_hu_with_padding_and_nonsense_below_air_clipped(dicom_file) -> None:
    stored = (RAMP + 1000).astype(np.int16)
    stored[0, :3] = -2000  # HU -3024, not declared
    stored[1, :4] = 3000  # declared padding
    image = open_image(
        dicom_file(stored, Modality="CT", RescaleSlope="1", RescaleIntercept="-1024", PixelPaddingValue=3000)
    )
    expected = stored.astype(float) - 1024
    expected[0, :3] = expected[1, :4] = -1024
    assert image.units == "HU"
    np.testing.assert_array_equal(image.pixels, expected)
    assert any("4 padding pixels" in step for step in image.steps)
    assert any("3 pixels below -1024 HU" in step for step in image.steps)


def test_padding_of_signed_pixels_written_as_unsigned_number(dicom_file) -> None:
    stored = (RAMP + 50).astype(np.int16)
    stored[0, 0] = -2000
    path = dicom_file(stored)
    dataset = dcmread(path)
    dataset.add_new("PixelPaddingValue", "US", 65536 - 2000)
    dataset.save_as(path)
    assert open_image(path).pixels[0, 0] == 51  # the smallest real value


def test_slope_and_intercept_apply_to_signed_mr(dicom_file) -> None:
    stored = (RAMP - 100).astype(np.int16)
    image = open_image(dicom_file(stored, RescaleSlope="2.5", RescaleIntercept="7"))
    np.testing.assert_allclose(image.pixels, stored * 2.5 + 7)
    assert image.units == "a.u."


def test_ct_without_rescaling_is_not_called_hu(dicom_file) -> None:
    image = open_image(dicom_file(RAMP.astype(np.uint16), Modality="CT"))
    assert image.units == "a.u."
    assert "not HU" in " ".join(image.steps)


def test_monochrome1_is_inverted_over_the_same_range(dicom_file) -> None:
    stored = RAMP.astype(np.uint16)
    image = open_image(dicom_file(stored, PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_array_equal(image.pixels, stored.max() - stored)


@pytest.mark.parametrize(
    ("cosines", "letters"),
    [
        ([1, 0, 0, 0, 1, 0], ("R", "L", "A", "P")),  # axial, face up
        ([-1, 0, 0, 0, -1, 0], ("L", "R", "P", "A")),  # axial, turned by 180 degrees
        ([1, 0, 0, 0, 0, -1], ("R", "L", "H", "F")),  # coronal
        ([0, 1, 0, 0, 0, -1], ("A", "P", "H", "F")),  # sagittal
        ([0.9, 0.43, 0, 0, 0.2, -0.98], ("R", "L", "H", "F")),  # oblique: largest component
    ],
)
def test_edge_letters(dicom_file, cosines, letters) -> None:
    image = open_image(dicom_file(RAMP.astype(np.uint16), ImageOrientationPatient=cosines))
    assert image.orientation == letters


def test_letters_from_patient_orientation_or_none(dicom_file) -> None:
    stored = RAMP.astype(np.uint16)
    assert open_image(dicom_file(stored, PatientOrientation=["L", "FP"])).orientation == ("R", "L", "H", "F")
    assert open_image(dicom_file(stored)).orientation is None


def test_spacing_is_row_then_column(dicom_file) -> None:
    assert open_image(dicom_file(RAMP.astype(np.uint16), PixelSpacing=[2, 0.5])).spacing == (2.0, 0.5)
    detector = open_image(dicom_file(RAMP.astype(np.uint16), ImagerPixelSpacing=[0.2, 0.2]))
    assert detector.spacing == (0.2, 0.2)
    assert "detector" in " ".join(detector.steps)


def test_frames_are_slices_and_the_middle_one_is_the_default(dicom_file) -> None:
    frames = np.stack([RAMP + 1000 * frame for frame in range(5)]).astype(np.uint16)
    path = dicom_file(frames)
    assert count_slices(path) == 5
    assert open_image(path).slice_index == 2
    np.testing.assert_array_equal(open_image(path, 4).pixels, frames[4])
    with pytest.raises(InputError, match="numbered 0 to 4; there is no slice 5"):
        open_image(path, 5)
    with pytest.raises(InputError, match="no slice -1"):
        open_image(path, -1)


def test_enhanced_frames_use_their_own_rescaling_and_shared_geometry(dicom_file) -> None:
    frames = np.stack([RAMP, RAMP]).astype(np.uint16)
    own = [
        item(
            PixelValueTransformationSequence=Sequence([item(RescaleSlope=slope, RescaleIntercept=0, RescaleType="US")])
        )
        for slope in (2, 3)
    ]
    shared = item(
        PixelMeasuresSequence=Sequence([item(PixelSpacing=[0.7, 0.8])]),
        PlaneOrientationSequence=Sequence([item(ImageOrientationPatient=[0, 1, 0, 0, 0, -1])]),
    )
    path = dicom_file(
        frames, PerFrameFunctionalGroupsSequence=Sequence(own), SharedFunctionalGroupsSequence=Sequence([shared])
    )
    for frame, slope in enumerate((2, 3)):
        image = open_image(path, frame)
        np.testing.assert_array_equal(image.pixels, RAMP * slope)
        assert image.spacing == (0.7, 0.8)
        assert image.orientation == ("A", "P", "H", "F")


def test_colours_become_luminance_and_it_is_said(dicom_file) -> None:
    colours = np.zeros((16, 12, 3), dtype=np.uint8)
    colours[:8, :, 0] = 200
    colours[8:, :, 1] = 100
    image = open_image(dicom_file(colours))
    np.testing.assert_allclose(image.pixels[[0, 15], 0], [0.299 * 200, 0.587 * 100], rtol=1e-6)
    assert "luminance" in " ".join(image.steps)


def test_palette_is_looked_up(dicom_file) -> None:
    table = np.arange(256, dtype=np.uint16)[::-1] * 257
    descriptor = [256, 0, 16]
    image = open_image(
        dicom_file(
            RAMP.astype(np.uint8),
            PhotometricInterpretation="PALETTE COLOR",
            RedPaletteColorLookupTableDescriptor=descriptor,
            GreenPaletteColorLookupTableDescriptor=descriptor,
            BluePaletteColorLookupTableDescriptor=descriptor,
            RedPaletteColorLookupTableData=table.tobytes(),
            GreenPaletteColorLookupTableData=table.tobytes(),
            BluePaletteColorLookupTableData=table.tobytes(),
        )
    )
    np.testing.assert_array_equal(image.pixels, table[RAMP])


def test_burned_in_annotation_is_a_warning(dicom_file) -> None:
    image = open_image(dicom_file(RAMP.astype(np.uint16), BurnedInAnnotation="YES"))
    assert image.steps[0].startswith("Warning") and "burned" in image.steps[0]
    assert not any("burned" in step for step in open_image(dicom_file(RAMP.astype(np.uint16))).steps)


def test_nothing_of_the_patient_enters_the_image(dicom_file) -> None:
    path = dicom_file(RAMP.astype(np.uint16), name="Doe_Jane_19701231.dcm", RescaleType="Doe^Jane", RescaleSlope=1)
    everything = repr([getattr(open_image(path), field.name) for field in dataclasses.fields(open_image(path))])
    dataset = dcmread(path)
    for secret in ("Doe", "Jane", "PID12345", "1970", "2024", "Somewhere", str(dataset.SOPInstanceUID)):
        assert secret not in everything


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_every_byte_order_with_and_without_preamble(dicom_file, tmp_path, syntax) -> None:
    path = dicom_file(RAMP.astype(np.uint16), syntax=syntax)
    np.testing.assert_array_equal(open_image(path).pixels, RAMP)
    whole = path.read_bytes()
    group_length = int.from_bytes(whole[140:144], "little")
    bare = tmp_path / "no_ending"
    bare.write_bytes(whole[144 + group_length :])
    np.testing.assert_array_equal(open_image(bare).pixels, RAMP)


def test_lossless_compression_gives_the_same_pixels(dicom_file, tmp_path) -> None:
    import io

    import PIL.Image

    stored = (RAMP * 300).astype(np.uint16)
    dataset = dcmread(dicom_file(stored))
    dataset.compress(RLELossless)
    dataset.save_as(tmp_path / "rle.dcm")
    np.testing.assert_array_equal(open_image(tmp_path / "rle.dcm").pixels, stored)
    buffer = io.BytesIO()
    PIL.Image.fromarray(stored).save(buffer, format="JPEG2000", no_jp2=True, num_resolutions=3)
    path = dicom_file(stored)
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([buffer.getvalue()])
    dataset.save_as(path)
    np.testing.assert_array_equal(open_image(path).pixels, stored)


def test_compression_without_a_decoder_is_refused_by_name(dicom_file) -> None:
    path = dicom_file(RAMP.astype(np.uint16))
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xc3" + bytes(100)])
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"compressed as JPEG Lossless.*save it uncompressed"):
        open_image(path)


def test_report_without_pixels_is_refused(dicom_file) -> None:
    path = dicom_file(RAMP.astype(np.uint16))
    dataset = dcmread(path)
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(dataset, keyword)
    dataset.save_as(path)
    with pytest.raises(InputError, match="without pixels"):
        open_image(path)
