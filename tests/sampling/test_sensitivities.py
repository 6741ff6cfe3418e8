"""Coil sensitivities estimated from k-space are those that made it; a real scan becomes a sharp brain."""

from pathlib import Path

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms.shepp_logan import shepp_logan
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.kspace_file import kspace_as_data, read_kspace
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import least_squares
from stabview.sampling.sensitivities import birdcage, calibration_region, estimate_sensitivities

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "images" / "multicoil_brain_ksp_8x230x180.npy"


def object_with_phase(height: int, width: int) -> np.ndarray:
    """The head phantom cut or padded to (height, width), with a smooth phase."""
    side = max(height, width)
    picture = shepp_logan(side).pixels
    picture = picture[(side - height) // 2 :, (side - width) // 2 :][:height, :width]
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    return picture * np.exp(1j * (x + 0.7 * y**2 - 1.1 * x * y))


def centred_spectrum(images: np.ndarray) -> np.ndarray:
    turned = np.fft.ifftshift(images, axes=(-2, -1))
    return np.fft.fftshift(np.fft.fft2(turned, norm="ortho"), axes=(-2, -1))


def only_the_middle(height: int, width: int, side: int = 24) -> np.ndarray:
    mask = np.zeros((height, width), dtype=bool)
    mask[height // 2 - side // 2 :, width // 2 - side // 2 :][:side, :side] = True
    return mask


def test_birdcage_coils_stand_on_a_circle_with_rotating_phase():
    maps = birdcage((64, 48), 6)
    np.testing.assert_allclose((np.abs(maps) ** 2).sum(axis=0), 1)
    # pixel (32, 24) is the centre of the circle: all coils equally far, each seen under its own angle
    middle = maps[:, 32, 24]
    np.testing.assert_allclose(np.abs(middle), 1 / np.sqrt(6))
    angles = 2 * np.pi * np.arange(6) / 6
    phase = np.arctan2(-np.cos(angles), np.sin(angles)) - angles
    np.testing.assert_allclose(middle, np.exp(1j * phase) / np.sqrt(6), atol=1e-12)
    # the first coil stands to the right, one and a half half-fields of view from the centre
    ratio = np.abs(maps[0] / maps[3])
    assert ratio[32, 47] == pytest.approx((1.5 + 23 / 24) / (1.5 - 23 / 24)) and ratio[32, 24] == pytest.approx(1)


@pytest.mark.parametrize(("shape", "coils"), [((96, 96), 8), ((81, 70), 5)], ids=str)
def test_estimated_maps_are_the_true_ones_up_to_a_common_phase(shape, coils):
    truth, picture = birdcage(shape, coils), object_with_phase(*shape)
    kspace = centred_spectrum(truth * picture)
    noise = np.random.default_rng(0).standard_normal((2, *kspace.shape))
    kspace = kspace + 1e-3 * np.abs(kspace).mean() * (noise[0] + 1j * noise[1])
    maps = estimate_sensitivities(kspace * only_the_middle(*shape))
    inside = np.abs(picture) > 0.05
    agreement = np.abs((maps.conj() * truth).sum(axis=0))[inside]
    assert agreement.min() > 0.995 and agreement.mean() > 0.9999
    found = np.abs(maps).sum(axis=0) > 0
    np.testing.assert_allclose((np.abs(maps) ** 2).sum(axis=0)[found], 1, rtol=1e-5)
    assert found[inside].all() and not found.all(), "nothing is claimed where there is no signal"
    coil_images = truth * picture
    projected = maps * (maps.conj() * coil_images).sum(axis=0)
    assert np.linalg.norm(projected - coil_images) < 0.01 * np.linalg.norm(coil_images)


def test_maps_are_smooth_in_phase_and_magnitude_inside_the_object():
    shape = (96, 80)
    picture = object_with_phase(*shape)
    maps = estimate_sensitivities(centred_spectrum(birdcage(shape, 6) * picture))
    inside = np.abs(picture) > 0.05
    both = inside[:, 1:] & inside[:, :-1]
    assert np.abs(np.diff(maps, axis=2))[:, both].max() < 0.12, "no jump of sign or phase from pixel to pixel"


def test_sense_with_estimated_maps_recovers_an_undersampled_object():
    shape = (96, 80)
    picture = object_with_phase(*shape)
    mask = only_the_middle(*shape)
    mask[:, ::2] = True
    kspace = centred_spectrum(birdcage(shape, 8) * picture) * mask
    operator = MultiCoilOperator(mask, estimate_sensitivities(kspace), dtype=torch.float64)
    y = torch.from_numpy(kspace_as_data(kspace))
    found = least_squares(operator, y, steps=30).numpy()
    aliased = operator.quick_inverse(y).numpy()
    size = np.linalg.norm(picture)
    assert np.linalg.norm(np.abs(found) - np.abs(picture)) < 0.03 * size
    assert np.linalg.norm(np.abs(aliased) - np.abs(picture)) > 0.2 * size


def test_the_calibration_region_is_the_largest_complete_rectangle_about_the_centre():
    mask = np.zeros((40, 31), dtype=bool)
    mask[14:26, 13:18] = True
    mask[19:21] = True
    assert calibration_region(mask) == (slice(14, 26), slice(13, 18))
    assert calibration_region(mask, largest=4) == (slice(18, 22), slice(13, 17))
    lines = np.zeros((40, 31), dtype=bool)
    lines[:, 12:19] = True
    assert calibration_region(lines, largest=24) == (slice(8, 32), slice(12, 19))


def test_without_a_complete_middle_the_reason_is_told():
    kspace = centred_spectrum(birdcage((40, 40), 3) * object_with_phase(40, 40))
    with pytest.raises(InputError, match="6 x 6 samples"):
        estimate_sensitivities(kspace * only_the_middle(40, 40, 6))
    hollow = kspace.copy()
    hollow[:, 20, 20] = 0
    with pytest.raises(InputError, match="centre"):
        estimate_sensitivities(hollow)
    with pytest.raises(InputError, match="complex"):
        estimate_sensitivities(np.abs(kspace))
    with pytest.raises(InputError, match="crop"):
        estimate_sensitivities(kspace, crop=2)


@pytest.mark.parametrize(("coils", "radius"), [(0, 1.5), (4, 1.0)], ids=["no coil", "coil in the image"])
def test_impossible_coils_are_refused(coils, radius):
    with pytest.raises(InputError):
        birdcage((16, 16), coils, radius=radius)


@pytest.mark.parametrize("shape", [(12, 10), (13, 10), (9, 15)], ids=str)
def test_centred_k_space_becomes_the_data_of_the_centred_image(shape):
    parts = np.random.default_rng(1).standard_normal((2, 3, *shape))
    image = parts[0] + 1j * parts[1]
    operator = FourierOperator(np.ones(shape), dtype=torch.float64)
    wanted = operator(torch.from_numpy(image)).numpy()
    np.testing.assert_allclose(kspace_as_data(centred_spectrum(image)), wanted, atol=1e-12)


def test_a_real_scan_of_eight_coils_becomes_a_sharp_brain():
    if not REAL.exists():
        pytest.skip("no real k-space beside the repository")
    kspace, mask = read_kspace(REAL)
    assert kspace.shape == (8, 230, 180) and kspace.dtype == np.complex64
    assert mask.mean() == pytest.approx(0.1243, abs=1e-4)
    operator = MultiCoilOperator(mask, estimate_sensitivities(kspace))
    y = torch.from_numpy(kspace_as_data(kspace))
    found = least_squares(operator, y, steps=10)
    assert torch.linalg.vector_norm(operator(found) - y) < 0.05 * torch.linalg.vector_norm(y)
    picture, plain = found.abs().numpy(), operator.rss(y).numpy()
    scale = np.percentile(picture, 99)
    brain = np.zeros(mask.shape, dtype=bool)
    brain[60:170, 50:130] = True
    background = np.abs(operator.maps[0].numpy()) > 0
    background[15:215, 15:165] = False
    assert np.median(picture[brain]) > 0.25 * scale > 5 * np.median(picture[background])
    sharpness = [np.abs(np.diff(p[brain].reshape(110, 80), axis=0)).mean() / p[brain].mean() for p in (picture, plain)]
    assert sharpness[0] > 2 * sharpness[1], "the zero-filled coils show the same head blurred"


def saved(folder: Path, array: np.ndarray) -> Path:
    np.save(folder / "k.npy", array)
    return folder / "k.npy"


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.ones((2, 16, 16)), "complex"),
        (np.ones((2, 2, 16, 16), dtype=complex), "coils"),
        (np.zeros((2, 16, 16), dtype=complex), "zeros"),
        (np.full((2, 16, 16), np.nan + 0j), "finite"),
        (np.ones((2, 4, 16), dtype=complex), "8 to 2048"),
        (np.array([{"a": 1}], dtype=object), "numpy.save"),
    ],
    ids=["real", "several slices", "all zero", "not finite", "tiny", "objects"],
)
def test_other_arrays_are_refused_with_the_reason(tmp_path, array, words):
    with pytest.raises(InputError, match=words):
        read_kspace(saved(tmp_path, array))


def test_a_slice_without_coils_is_that_of_one_coil(tmp_path):
    kspace, mask = read_kspace(saved(tmp_path, np.ones((16, 12), dtype=complex)))
    assert kspace.shape == (1, 16, 12) and mask.all()


def test_other_files_are_refused_with_the_reason(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_kspace(tmp_path / "missing.npy")
    (tmp_path / "cut.npy").write_bytes(saved(tmp_path, np.ones((2, 16, 16), dtype=complex)).read_bytes()[:300])
    (tmp_path / "text.npy").write_text("not an array", encoding="utf-8")
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 cut")
    np.savez(tmp_path / "several.npz", a=np.ones(3))
    for name in ("cut.npy", "text.npy", "empty.npy", "cut.npz", "several.npz"):
        with pytest.raises(InputError, match=r"numpy\.save"):
            read_kspace(tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        read_kspace(tmp_path)
