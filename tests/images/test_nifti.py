"""NIfTI: however a volume is stored, it is shown with the patient's right at the left and anterior up."""

import itertools

import nibabel
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, ornt_transform

from stabview.images.errors import InputError
from stabview.images.readers import count_slices, open_image

SHAPE = (10, 12, 14)
ZOOMS = (1.0, 2.0, 3.0)


def canonical() -> nibabel.Nifti1Image:
    values = np.random.default_rng(0).integers(-500, 500, SHAPE).astype(np.int16)
    return nibabel.Nifti1Image(values, np.diag([*ZOOMS, 1.0]))


STORAGE = ["".join(code) for code in itertools.product("RL", "AP", "SI")] + ["ASR", "PIL", "SRA", "ILP"]


@pytest.mark.parametrize("code", STORAGE)
def test_every_storage_order_shows_the_same_slice(tmp_path, code) -> None:
    volume = canonical()
    turn = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(code))
    stored = volume.as_reoriented(turn)
    assert nibabel.aff2axcodes(stored.affine) == tuple(code)
    stored.to_filename(tmp_path / "a.nii.gz")
    image = open_image(tmp_path / "a.nii.gz", 5)
    # Column 0 is the patient's right, row 0 the front: both axes of the RAS+ volume run the other way.
    np.testing.assert_array_equal(image.pixels, volume.get_fdata()[::-1, ::-1, 5].T)
    assert image.orientation == ("R", "L", "A", "P")
    assert image.spacing == (2.0, 1.0)
    assert count_slices(tmp_path / "a.nii.gz") == image.slice_count == 14


def test_a_point_on_the_patients_left_is_at_the_right_of_the_picture(tmp_path) -> None:
    # Stored axes point to the patient's back, head and left; 2 mm voxels, world origin in the middle of the volume.
    affine = np.array([[0, 0, -2.0, 0], [-2.0, 0, 0, 0], [0, 2.0, 0, 0], [0, 0, 0, 1]])
    affine[:3, 3] = -affine[:3, :3] @ np.full(3, 9.5)
    assert nibabel.aff2axcodes(affine) == ("P", "S", "L")
    volume = np.zeros((20, 20, 20), dtype=np.float32)
    world = (-11.0, 13.0, 5.0, 1.0)  # mm to the right, front and head: left and anterior of the middle
    index = np.rint(np.linalg.solve(affine, world)[:3]).astype(int)
    volume[tuple(index)] = 1
    nibabel.Nifti1Image(volume, affine).to_filename(tmp_path / "a.nii")
    slices = [open_image(tmp_path / "a.nii", k).pixels for k in range(20)]
    assert np.argwhere(slices).tolist() == [[12, 3, 15]]  # 5 mm up, 13 mm towards the top, 11 mm towards the right


def test_slope_applies_and_volume_0_of_several_is_shown(tmp_path) -> None:
    values = np.random.default_rng(1).integers(0, 90, (*SHAPE, 3)).astype(np.int16)
    volume = nibabel.Nifti1Image(values, np.eye(4))
    volume.header.set_slope_inter(0.5, -3)
    volume.to_filename(tmp_path / "a.nii")
    stored = nibabel.load(tmp_path / "a.nii")
    image = open_image(tmp_path / "a.nii", 2)
    np.testing.assert_allclose(image.pixels, np.asarray(stored.dataobj)[::-1, ::-1, 2, 0].T, rtol=1e-6)
    assert "volume 0 is shown" in image.steps[0]
    assert "slope 0.5 and intercept -3" in image.steps[1]


def test_single_slices_are_shown_in_their_own_plane(tmp_path) -> None:
    values = np.random.default_rng(2).random((1, 12, 14), dtype=np.float32)
    nibabel.Nifti1Image(values, np.diag([*ZOOMS, 1])).to_filename(tmp_path / "sagittal.nii")
    image = open_image(tmp_path / "sagittal.nii")
    np.testing.assert_array_equal(image.pixels, values[0, ::-1, ::-1].T)
    assert (image.orientation, image.spacing) == (("A", "P", "H", "F"), (3.0, 2.0))
    nibabel.Nifti1Image(values[0], np.eye(4)).to_filename(tmp_path / "flat.nii")
    assert open_image(tmp_path / "flat.nii").shape == (14, 12)


def test_unknown_orientation_is_said_and_has_no_letters(tmp_path) -> None:
    volume = nibabel.Nifti1Image(np.ones(SHAPE, dtype=np.float32), None)
    volume.to_filename(tmp_path / "a.nii")
    image = open_image(tmp_path / "a.nii")
    assert image.orientation is None
    assert "left and right may be swapped" in " ".join(image.steps)


def test_complex_values_nan_and_a_name_without_ending(tmp_path) -> None:
    values = (np.random.default_rng(3).normal(size=SHAPE) * (1 + 2j)).astype(np.complex64)
    values[4, 4, 7] = np.nan
    values[5, 5, 7] = np.inf
    (tmp_path / "scan").write_bytes(nibabel.Nifti1Image(values, np.eye(4)).to_bytes())
    image = open_image(tmp_path / "scan", 7)
    assert image.pixels.dtype == np.complex64
    assert np.all(np.isfinite(image.pixels))
    assert "2 pixels that were not finite" in image.steps[-1]


def test_colours_are_refused(tmp_path) -> None:
    values = np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.Nifti1Image(values, np.eye(4)).to_filename(tmp_path / "a.nii")
    with pytest.raises(InputError, match="colours"):
        open_image(tmp_path / "a.nii")


def test_pairs_need_both_halves(tmp_path) -> None:
    values = np.random.default_rng(4).random(SHAPE, dtype=np.float32)
    nibabel.Nifti1Pair(values, np.eye(4)).to_filename(tmp_path / "a.img")
    for name in ("a.hdr", "a.img"):
        np.testing.assert_array_equal(open_image(tmp_path / name, 3).pixels, values[::-1, ::-1, 3].T)
    (tmp_path / "a.img").unlink()
    with pytest.raises(InputError, match="other half is missing"):
        open_image(tmp_path / "a.hdr")
