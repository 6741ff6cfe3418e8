"""Data from a finer grid agree with A x where they should, differ where they should, and noise has its size."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms.shepp_logan import shepp_logan
from stabview.sampling.cosine import CosineOperator
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator
from stabview.sampling.radon import GEOMETRIES, RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage
from stabview.sampling.simulation import finer_grid_data, noise

SHAPES = [(32, 32), (33, 40)]


def operators(shape) -> dict:
    mask = sampling_mask("multilevel", shape, 0.5, seed=0)
    angles = equispaced_angles(15, 360)
    return {
        "fourier": FourierOperator(mask, dtype=torch.float64),
        "multicoil": MultiCoilOperator(mask, birdcage(shape, 5), dtype=torch.float64),
        "radial": RadialFourierOperator(shape, 21, dtype=torch.float64),
        "cosine": CosineOperator(shape, rate=0.5, dtype=torch.float64),
        **{name: RadonOperator(shape, angles, geometry=name, dtype=torch.float64) for name in GEOMETRIES},
    }


def positions(shape, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres of the fine pixels, down and to the right, in coarse pixels."""
    return tuple((np.arange(factor * side) + 0.5) / factor for side in shape)


def blob(shape, factor: int, width: float) -> torch.Tensor:
    down, right = positions(shape, factor)
    place = shape[0] / 2 + 1.3, shape[1] / 2 - 0.7
    far = (down[:, None] - place[0]) ** 2 + (right[None, :] - place[1]) ** 2
    return torch.from_numpy(np.exp(-far / (2 * width**2)))


def difference(operator, fine: torch.Tensor, coarse: torch.Tensor, factor: int) -> float:
    wanted = operator(coarse.to(operator.dtype))
    found = finer_grid_data(fine, operator, factor)
    assert found.shape == wanted.shape and found.dtype == wanted.dtype
    return float(torch.linalg.vector_norm(found - wanted) / torch.linalg.vector_norm(wanted))


@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_harmonics_give_the_same_fourier_data_on_every_grid(shape, factor):
    generator = np.random.default_rng(0)
    pictures = []
    for fine in (factor, 1):
        down, right = positions(shape, fine)
        generator = np.random.default_rng(0)
        picture = np.zeros((len(down), len(right)), complex)
        for _ in range(20):
            k, j = (generator.integers(-(side - 1) // 2 + 1, (side - 1) // 2) for side in shape)
            value = complex(*generator.standard_normal(2))
            picture += value * np.exp(2j * np.pi * (k * down[:, None] / shape[0] + j * right[None, :] / shape[1]))
        pictures.append(torch.from_numpy(picture))
    assert difference(operators(shape)["fourier"], *pictures, factor) < 1e-12


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_smooth_object_gives_the_same_data_on_every_grid(shape, factor):
    """Within what the interpolation of rays, of sensitivities and between frequencies leaves."""
    allowed = {"fourier": 1e-9, "cosine": 1e-6, "radial": 1e-6, "multicoil": 0.01}
    for name, operator in operators(shape).items():
        found = difference(operator, blob(shape, factor, 2.0), blob(shape, 1, 2.0), factor)
        assert found < allowed.get(name, 0.01), name


@pytest.mark.parametrize("name", operators((32, 32)))
def test_a_constant_keeps_its_value(name):
    operator = operators((32, 32))[name]
    found = difference(operator, torch.ones(64, 64), torch.ones(32, 32), 2)
    assert found < (1e-12 if name in ("fourier", "cosine") else 0.03)


def test_a_sharp_object_gives_data_that_no_coarse_image_of_it_has():
    """The Shepp-Logan phantom at 64 x 64: Fourier data differ by 1 to 10 % from those of its averaged pixels."""
    fine, coarse = (torch.from_numpy(np.asarray(shepp_logan(size).pixels, dtype=float)) for size in (256, 64))
    for name, operator in operators((64, 64)).items():
        assert 0.005 < difference(operator, fine, coarse, 4) < 0.15, name


def test_batches_and_single_precision_go_through():
    operator = FourierOperator(sampling_mask("multilevel", (8, 8), 0.5, seed=0))
    fine = torch.randn(3, 16, 16)
    data = finer_grid_data(fine, operator, 2)
    assert data.dtype == torch.complex64
    torch.testing.assert_close(data[1], finer_grid_data(fine[1], operator, 2))


def test_what_has_no_finer_grid_is_refused():
    with pytest.raises(InputError, match="own grid"):
        finer_grid_data(torch.ones(16, 16), GaussianOperator((8, 8), rate=0.5), 2)
    with pytest.raises(InputError, match="24 x 24"):
        finer_grid_data(torch.ones(16, 16), RadonOperator((8, 8), equispaced_angles(4)), 3)


@pytest.mark.parametrize("name", operators((32, 32)))
def test_noise_has_its_size_and_stays_on_what_is_measured(name):
    operator = operators((32, 32))[name]
    clean = operator(blob((32, 32), 1, 3.0).to(operator.dtype))
    e = noise(operator, clean, 0.05, seed=3)
    assert float(torch.linalg.vector_norm(e)) == pytest.approx(0.05 * float(torch.linalg.vector_norm(clean)))
    torch.testing.assert_close(operator.restrict(e), e)
    assert e.dtype == clean.dtype
    torch.testing.assert_close(e, noise(operator, clean, 0.05, seed=3))
    assert not torch.equal(e, noise(operator, clean, 0.05, seed=4))
    assert not noise(operator, clean, 0).any()
    if e.is_complex():
        assert float(e.real.norm() / e.imag.norm()) == pytest.approx(1, abs=0.15)
