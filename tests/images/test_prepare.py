"""From image to x: unit modulus, a way back to the file's units, square pixels, centred air."""

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.prepare import prepare


def disc(rows: int, columns: int, spacing: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    """A disc of 0.7 times the shorter half side, in mm."""
    y = (np.arange(rows) - (rows - 1) / 2) * spacing[0]
    x = (np.arange(columns) - (columns - 1) / 2) * spacing[1]
    radius = 0.35 * min(rows * spacing[0], columns * spacing[1])
    return (np.hypot(y[:, None], x[None, :]) < radius).astype(np.float32)


def test_hu_return_in_read_outs() -> None:
    hu = np.random.default_rng(0).uniform(-1024, 1800, (100, 90)).astype(np.float32)
    hu[0, 0] = -3024
    prepared = prepare(Image(hu, "ct", units="HU"), size=128)
    top, left, height, width = prepared.pad
    assert prepared.x.shape == (128, 128) and prepared.x.max() == 1 and prepared.x.min() == 0
    assert prepared.original(0.0) == -1024
    inside = prepared.x[top : top + height, left : left + width]
    np.testing.assert_allclose(prepared.original(inside), np.maximum(hu, -1024), atol=1e-3)


def test_largest_modulus_is_exactly_one_for_complex_images_too() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        values = rng.normal(size=(9, 11)) + 1j * rng.normal(size=(9, 11))
        image = Image(values * rng.uniform(1e-6, 1e6), "c")
        prepared = prepare(image, fit="native")
        assert np.abs(prepared.x).max() == 1
        assert prepared.x.dtype == np.complex64 and prepared.offset == 0
        np.testing.assert_allclose(prepared.original(prepared.x), image.pixels, rtol=1e-5)


def test_negative_values_are_shifted_and_it_is_said() -> None:
    values = np.random.default_rng(2).normal(size=(32, 32)).astype(np.float32)
    prepared = prepare(Image(values, "a", steps=("First.",)), size=32)
    assert prepared.x.min() == 0 and prepared.x.max() == 1
    assert prepared.steps[0] == "First." and "shifted" in prepared.steps[1]
    np.testing.assert_allclose(prepared.original(prepared.x), values, atol=1e-6)


def test_anisotropic_pixels_become_square() -> None:
    image = Image(disc(50, 200, (2.0, 0.5)), "a", spacing=(2.0, 0.5))  # 100 x 100 mm
    prepared = prepare(image, size=80)
    assert prepared.x.shape == (80, 80)
    assert prepared.spacing == (1.25, 1.25)
    rows, columns = np.nonzero(prepared.x > 0.5)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 2  # round, within one of the 2 mm rows it was stored in
    assert (np.ptp(rows) + 1) * 1.25 == pytest.approx(70, abs=3)


def test_longer_side_in_mm_decides() -> None:
    prepared = prepare(Image(disc(300, 100, (0.5, 1.0)), "a", spacing=(0.5, 1.0)), size=120)  # 150 x 100 mm
    assert prepared.pad == (0, 20, 120, 80)
    assert prepared.spacing == (1.25, 1.25)
    assert not prepared.x[:, :20].any() and not prepared.x[:, 100:].any()


def test_resampling_does_not_alias_and_keeps_the_mean() -> None:
    stripes = np.sin(2 * np.pi * 0.3125 * np.arange(256))  # finer than a grid four times coarser can show
    coarse = prepare(Image(np.tile(stripes + 1.5, (256, 1)), "a"), size=64)
    middle = coarse.original(coarse.x)[8:-8, 8:-8]
    np.testing.assert_allclose(middle, 1.5, atol=0.03)


def test_complex_resampling_keeps_phase() -> None:
    image = Image(disc(256, 256) * np.exp(1j * 0.8), "a")
    prepared = prepare(image, size=100)
    bright = np.abs(prepared.x) > 0.5
    np.testing.assert_allclose(np.angle(prepared.x[bright]), 0.8, atol=1e-5)


def test_auto_keeps_small_square_images_untouched_in_the_middle() -> None:
    values = np.random.default_rng(3).random((33, 41), dtype=np.float32)
    prepared = prepare(Image(values, "a", spacing=(2.0, 2.0)), size=64)
    assert prepared.pad == (15, 11, 33, 41) and prepared.crop == (0, 0, 33, 41) and prepared.spacing == (2.0, 2.0)
    np.testing.assert_allclose(prepared.original(prepared.x[15:48, 11:52]), values, rtol=1e-6)
    assert np.count_nonzero(prepared.x) == np.count_nonzero(values)


def test_crop_takes_the_middle_and_records_it() -> None:
    values = np.arange(1.0, 1 + 40 * 21).reshape(40, 21)
    prepared = prepare(Image(values, "a", spacing=(1.0, 3.0)), size=30, fit="crop")
    assert prepared.crop == (5, 0, 30, 21) and prepared.pad == (0, 4, 30, 21)
    assert prepared.spacing == (1.0, 3.0)
    np.testing.assert_allclose(prepared.original(prepared.x[:, 4:25]), values[5:35], rtol=1e-6)
    assert any("Cropped" in step for step in prepared.steps) and any("Air added" in step for step in prepared.steps)


def test_native_and_no_size_keep_odd_shapes() -> None:
    image = Image(disc(301, 270), "a")
    assert prepare(image, fit="native").x.shape == (301, 270)
    assert prepare(image, size=None).x.shape == (301, 270)
    stretched = prepare(Image(disc(301, 270, (1.0, 2.0)), "a", spacing=(1.0, 2.0)), size=None)
    assert stretched.x.shape == (301, 540) and stretched.spacing == (1.0, 1.0)


def test_x_cannot_be_written_to_and_the_image_stays_as_it_was() -> None:
    image = Image(disc(64, 64) * 3, "a")
    prepared = prepare(image, size=64)
    with pytest.raises(ValueError, match="read-only"):
        prepared.x[0, 0] = 1
    assert image.pixels.max() == 3


def test_nothing_to_reconstruct_and_wrong_options_are_refused() -> None:
    for image in (Image(np.zeros((32, 32)), "a"), Image(np.full((32, 32), -1024.0), "a", units="HU")):
        with pytest.raises(InputError, match="nothing to reconstruct"):
            prepare(image)
    with pytest.raises(InputError, match="finite"):
        prepare(Image(np.full((32, 32), np.nan), "a"))
    with pytest.raises(ValueError, match="auto"):
        prepare(Image(np.ones((32, 32)), "a"), fit="stretch")
