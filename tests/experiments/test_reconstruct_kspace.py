"""Raw k-space from a file: simulated coils here, the real ones where the data lie beside the repository."""

from pathlib import Path

import numpy as np
import pytest

from stabview.experiments import catalogue
from stabview.experiments.reconstruct_kspace import noise_level
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.sampling.masks import sampling_mask
from stabview.sampling.sensitivities import birdcage

REAL = Path(__file__).parents[3] / "shared" / "data" / "images" / "multicoil_brain_ksp_8x230x180.npy"


def simulated(size: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    x = phantom("head-t1", size, seed=2).pixels
    coils = birdcage((size, size), 6) * x
    centred = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(coils, axes=(1, 2)), norm="ortho"), axes=(1, 2))
    mask = sampling_mask("multilevel", (size, size), 0.3, seed=0)
    generator = np.random.default_rng(0)
    e = generator.standard_normal((2, *centred.shape)).astype(np.float32)
    e = (e[0] + 1j * e[1]) * mask
    y = centred * mask
    return (y + e * noise * np.linalg.norm(y) / np.linalg.norm(e)).astype(np.complex64), mask


def test_without_a_file_it_says_what_is_needed():
    with pytest.raises(InputError, match=r"path.*\.npy"):
        list(catalogue.run("reconstruct-kspace", {}))
    with pytest.raises(InputError, match="no file"):
        list(catalogue.run("reconstruct-kspace", {"path": "/nowhere/k.npy"}))


def test_the_noise_level_is_bounded_from_above_and_found_where_it_is_strong():
    assert noise_level(*simulated(160, 0.05)) > 0.05
    assert noise_level(*simulated(160, 0.2)) == pytest.approx(0.2, rel=0.1)


def test_simulated_coils(tmp_path):
    kspace, _ = simulated(64, 0.02)
    np.save(tmp_path / "k.npy", kspace)
    result = list(catalogue.run("reconstruct-kspace", {"path": str(tmp_path / "k.npy")}))[-1]
    x = phantom("head-t1", 64, seed=2).pixels
    x = x / np.linalg.norm(x)

    def error(pixels):
        return np.linalg.norm(pixels / np.linalg.norm(pixels) - x)

    zero_filled, *methods, _ = (error(picture.pixels) for picture in result.pictures)
    assert max(methods) < zero_filled
    assert max(methods[1:]) < 0.7 * zero_filled  # TV and wavelets
    assert all(row[5] == "yes" for row in result.tables[0].rows)


@pytest.mark.skipif(not REAL.is_file(), reason="the real k-space is not beside the repository")
def test_the_real_eight_coils():
    result = list(catalogue.run("reconstruct-kspace", {"path": str(REAL)}))[-1]
    assert result.figures["coils"] == 8
    assert all(row[5] == "yes" for row in result.tables[0].rows)
    for row in result.tables[0].rows:  # mostly noise out there: its share alone is about 0.4
        assert row[1] < 0.5
