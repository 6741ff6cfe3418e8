"""PNG, TIFF, JPEG and .npy: all bits kept, pages as slices, colours to luminance, k-space and pickles refused."""

import numpy as np
import PIL.Image
import pytest
import tifffile

from stabview.images.errors import InputError
from stabview.images.readers import count_slices, open_image

DEEP = (np.arange(20 * 30).reshape(20, 30) * 109).astype(np.uint16)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_survive(tmp_path, name) -> None:
    PIL.Image.fromarray(DEEP).save(tmp_path / name)
    np.testing.assert_array_equal(open_image(tmp_path / name).pixels, DEEP)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff_is_the_same(tmp_path, compression) -> None:
    PIL.Image.fromarray(DEEP).save(tmp_path / "a.tif", compression=compression)
    np.testing.assert_array_equal(open_image(tmp_path / "a.tif").pixels, DEEP)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.uint32, np.complex64])
def test_scientific_tiff_types(tmp_path, dtype) -> None:
    values = (DEEP.astype(np.float64) / 4 - 500).astype(dtype) if dtype != np.uint32 else DEEP.astype(dtype) * 7
    tifffile.imwrite(tmp_path / "a.tif", values)
    np.testing.assert_array_equal(open_image(tmp_path / "a.tif").pixels, values)


def test_pages_are_slices(tmp_path) -> None:
    pages = np.stack([DEEP + page for page in range(4)])
    tifffile.imwrite(tmp_path / "a.tif", pages, photometric="minisblack")
    assert count_slices(tmp_path / "a.tif") == 4
    image = open_image(tmp_path / "a.tif")
    assert (image.slice_index, image.slice_count) == (2, 4)
    np.testing.assert_array_equal(image.pixels, pages[2])


def test_white_as_zero_is_inverted(tmp_path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", DEEP, photometric="miniswhite")
    np.testing.assert_array_equal(open_image(tmp_path / "a.tif").pixels, 65535 - DEEP.astype(float))


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_colours_and_transparency(tmp_path, name) -> None:
    colours = np.zeros((20, 30, 4), dtype=np.uint8)
    colours[..., 0], colours[..., 3] = 100, 255
    colours[:10, :, 3] = 0
    PIL.Image.fromarray(colours).save(tmp_path / name)
    image = open_image(tmp_path / name)
    np.testing.assert_allclose(image.pixels[[0, 19], 0], [0, 29.9], rtol=1e-6)
    assert "luminance" in " ".join(image.steps) and "black" in " ".join(image.steps)


def test_palette_png_shows_its_colours(tmp_path) -> None:
    grey = PIL.Image.fromarray((DEEP >> 8).astype(np.uint8))
    grey.convert("RGB").quantize(256).save(tmp_path / "a.png")
    np.testing.assert_allclose(open_image(tmp_path / "a.png").pixels, DEEP >> 8, atol=3)


def test_jpeg_says_that_it_is_lossy_and_follows_its_rotation(tmp_path) -> None:
    picture = PIL.Image.fromarray((DEEP >> 8).astype(np.uint8))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", quality=95, exif=exif)
    image = open_image(tmp_path / "a.jpg")
    assert "lossy" in image.steps[0]
    np.testing.assert_allclose(image.pixels, np.rot90(DEEP >> 8, -1), atol=20)


def test_array_stacks_and_complex_images(tmp_path) -> None:
    rng = np.random.default_rng(0)
    stack = rng.normal(size=(3, 20, 30))
    np.save(tmp_path / "stack.npy", np.asfortranarray(stack))
    assert count_slices(tmp_path / "stack.npy") == 3
    np.testing.assert_allclose(open_image(tmp_path / "stack.npy").pixels, stack[1], rtol=1e-6)
    smooth = (np.hypot(*np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))) < 0.8) * np.exp(0.5j)
    np.save(tmp_path / "complex.npy", np.stack([smooth, smooth]))
    image = open_image(tmp_path / "complex.npy", 0)
    np.testing.assert_allclose(image.pixels, smooth.astype(np.complex64))
    with pytest.raises(InputError, match="numbered 0 to 1"):
        open_image(tmp_path / "complex.npy", 2)


@pytest.mark.parametrize("centred", [True, False])
def test_k_space_is_no_image(tmp_path, centred) -> None:
    x = (np.hypot(*np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 48))) < 0.7).astype(float)
    coils = np.stack([x * np.exp(1j * turn) * (1 + turn) for turn in range(4)])
    samples = np.fft.fft2(coils)
    np.save(tmp_path / "ksp.npy", np.fft.fftshift(samples, axes=(-2, -1)) if centred else samples)
    with pytest.raises(InputError, match=r"shape \(4, 48, 64\).*k-space, which is not an image"):
        open_image(tmp_path / "ksp.npy")
    np.save(tmp_path / "four.npy", coils[np.newaxis])
    with pytest.raises(InputError, match=r"k-space.*not an image"):
        open_image(tmp_path / "four.npy")


def test_pickled_objects_are_never_loaded(tmp_path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return (open, (str(tmp_path / "sprung"), "w"))

    np.save(tmp_path / "a.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    (tmp_path / "sprung").unlink(missing_ok=True)
    with pytest.raises(InputError, match="Python objects"):
        open_image(tmp_path / "a.npy")
    assert not (tmp_path / "sprung").exists()
