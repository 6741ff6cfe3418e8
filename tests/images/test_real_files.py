"""Real scans, where they lie beside the repository: facts known about each of them."""

import nibabel
import numpy as np
import pydicom
import pytest

from stabview.images.errors import InputError
from stabview.images.prepare import prepare
from stabview.images.readers import count_slices, open_image


def test_three_encodings_of_one_slice_agree(real_file) -> None:
    plain = open_image(real_file("MR_small.dcm"))
    assert (plain.pixels.min(), plain.pixels.max()) == (127, 2145)
    for name in ("MR_small_RLE.dcm", "MR_small_bigendian.dcm"):
        np.testing.assert_array_equal(open_image(real_file(name)).pixels, plain.pixels)


def test_ct_with_padding_outside_the_field_of_view(real_file) -> None:
    path = real_file("CTImage_neck_512.dcm")
    image = open_image(path)
    expected = np.maximum(pydicom.dcmread(path).pixel_array.astype(float) - 1024, -1024)
    np.testing.assert_array_equal(image.pixels, expected)
    assert (image.units, image.orientation) == ("HU", ("R", "L", "A", "P"))
    prepared = prepare(image)
    assert prepared.x.shape == (256, 256) and prepared.x[0, 0] == 0 and prepared.original(prepared.x).min() == -1024
    assert prepared.spacing == pytest.approx((1.351562, 1.351562))


def test_ct_file_that_starts_like_a_tiff(real_file) -> None:
    image = open_image(real_file("CT_small.dcm"))
    assert image.units == "HU" and (image.pixels.min(), image.pixels.max()) == (128 - 1024, 2191 - 1024)


def test_anisotropic_brain_is_256_mm_by_192_mm(real_file) -> None:
    prepared = prepare(open_image(real_file("brain_T1_3T_slice0220.dcm")))
    assert prepared.pad == (0, 32, 256, 192)
    assert prepared.spacing == pytest.approx((1.0, 1.0), rel=2e-3)


def test_multiframe_signed_jpeg2000_and_colour(real_file) -> None:
    assert count_slices(real_file("emri_small_multiframe.dcm")) == 10
    nuclear = open_image(real_file("JPEG2000_NM.dcm"))
    assert nuclear.shape == (1024, 256) and (nuclear.pixels.min(), nuclear.pixels.max()) == (-30, 245)
    colour = open_image(real_file("SC_rgb_rle_16bit_2frame.dcm"), 0)
    assert colour.slice_count == 2 and "luminance" in " ".join(colour.steps)


@pytest.mark.parametrize("name", ["anatomical.nii", "example4d.nii.gz", "S0_10slices.nii.gz"])
def test_volumes_equal_the_canonical_ones(real_file, name) -> None:
    path = real_file(name)
    volume = nibabel.as_closest_canonical(nibabel.load(path)).get_fdata()
    volume = volume[..., 0] if volume.ndim == 4 else volume
    assert count_slices(path) == volume.shape[2]
    for k in (0, volume.shape[2] - 1):
        image = open_image(path, k)
        np.testing.assert_allclose(image.pixels, volume[::-1, ::-1, k].T, rtol=1e-6)
    assert ("volume 0" in " ".join(image.steps)) == (name == "example4d.nii.gz")


def test_raw_k_space_is_refused_and_a_saved_slice_is_not(real_file) -> None:
    with pytest.raises(InputError, match=r"\(8, 230, 180\).*k-space, which is not an image"):
        open_image(real_file("multicoil_brain_ksp_8x230x180.npy"))
    assert prepare(open_image(real_file("t1_coronal_slice.npy"))).scale == 1
