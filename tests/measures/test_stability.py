"""Change, amplification and Lipschitz ratio on linear methods whose answers are known."""

import numpy as np
import pytest
import torch

from stabview.measures.details import contrast_kept, exposure
from stabview.measures.stability import all_measures
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.radon import RadonOperator, equispaced_angles

SHAPE = (24, 30)


def noise(dtype=torch.complex128, seed: int = 0) -> torch.Tensor:
    return torch.randn(SHAPE, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def fourier(rate: float, pattern: str = "multilevel") -> FourierOperator:
    return FourierOperator(sampling_mask(pattern, SHAPE, rate, seed=0), dtype=torch.float64)


def measured(method, operator, r: torch.Tensor, x: torch.Tensor | None = None) -> dict[str, float]:
    x = noise(operator.dtype) if x is None else x
    y, moved = operator(x), operator(x + r)
    return all_measures(method(moved), method(y), x, r, moved, operator, clean_y=y)


def test_a_method_that_multiplies_by_three_amplifies_by_three():
    operator = fourier(1, "full")
    x, r = noise(), 0.01 * noise(seed=1)
    found = measured(lambda y: 3 * operator.adjoint(y), operator, r)
    size = float(torch.linalg.vector_norm(r) / torch.linalg.vector_norm(x))
    assert found["amplification"] == pytest.approx(3)
    assert found["lipschitz"] == pytest.approx(3), "||A r|| = ||r|| with every sample"
    assert found["change"] == pytest.approx(size), "relative to ||f(Ax)||, which is three times larger too"
    assert found["relative_error"] == pytest.approx(2, abs=0.1)
    assert found["data_misfit"] == pytest.approx(2), "||3y - y|| / ||y||"


def test_lipschitz_looks_at_the_data_and_amplification_at_the_image():
    """Half of r is invisible to the samples: the data moved less than the image."""
    operator = fourier(0.4)
    r = noise(seed=1)
    seen = operator.adjoint(operator(r))
    share = float(torch.linalg.vector_norm(seen) / torch.linalg.vector_norm(r))
    found = measured(operator.adjoint, operator, r)
    assert 0.4 < share < 0.8
    assert found["lipschitz"] == pytest.approx(1)
    assert found["amplification"] == pytest.approx(share)
    assert found["data_misfit"] == pytest.approx(0, abs=1e-12), "zero-filling agrees with its data"


def test_what_has_no_meaning_is_left_out():
    operator = fourier(0.4)
    clean = measured(operator.adjoint, operator, torch.zeros(SHAPE, dtype=torch.complex128))
    assert set(clean) == {"psnr", "ssim", "relative_error", "data_misfit"}
    unseen = noise(seed=1) - operator.adjoint(operator(noise(seed=1)))
    hidden = measured(lambda y: 0 * y + 1, operator, 1e-16 * unseen)
    assert hidden["amplification"] == 0 == hidden["change"]


def test_the_perturbation_is_no_part_of_the_reference():
    operator = fourier(1, "full")
    x, r = noise(), noise(seed=1)
    found = measured(operator.adjoint, operator, r, x)
    assert found["relative_error"] == pytest.approx(float(torch.linalg.vector_norm(r) / torch.linalg.vector_norm(x)))


def lesion() -> torch.Tensor:
    rows, columns = np.indices(SHAPE)
    return torch.from_numpy(0.2 * np.exp(-((rows - 10) ** 2 + (columns - 17) ** 2) / 8))


@pytest.mark.parametrize("phase", [1, 1j, np.exp(0.7j)], ids=["real", "imaginary", "turned"])
def test_contrast_kept_is_one_for_the_truth_and_zero_for_a_blind_method(phase):
    x, d, operator = noise(), lesion() * phase, fourier(1, "full")

    def kept(method):
        return contrast_kept(method(operator(x)), method(operator(x - d)), d)

    assert kept(operator.quick_inverse) == pytest.approx(1)
    assert kept(lambda y: 0.25 * operator.adjoint(y)) == pytest.approx(0.25)
    assert kept(lambda y: -operator.adjoint(y)) == pytest.approx(-1)
    assert kept(lambda y: 0 * y + 7) == 0
    assert kept(lambda y: 1j * operator.adjoint(y)) == pytest.approx(0, abs=1e-12)


def test_exposure_is_the_energy_under_the_mask():
    d, operator = lesion(), fourier(0.2)
    spectrum = np.fft.fftshift(np.fft.fft2(d.numpy()))
    wanted = (np.abs(spectrum[operator.mask]) ** 2).sum() / (np.abs(spectrum) ** 2).sum()
    assert 0.05 < wanted < 0.95
    assert exposure(operator, d) == pytest.approx(wanted)
    assert exposure(fourier(1, "full"), d) == pytest.approx(1)


def test_zero_filling_keeps_what_the_samples_expose():
    x, d, operator = noise(), lesion().to(torch.complex128), fourier(0.3)
    kept = contrast_kept(operator.quick_inverse(operator(x)), operator.quick_inverse(operator(x - d)), d)
    assert kept == pytest.approx(exposure(operator, d))


def test_radon_exposure_is_the_projection_on_what_the_views_see():
    shape = (10, 12)
    operator = RadonOperator(shape, equispaced_angles(5), dtype=torch.float64)
    unit = torch.eye(120, dtype=torch.float64).reshape(-1, *shape)
    matrix = operator(unit).reshape(120, -1).numpy().T
    d = lesion()[5:15, 10:22].contiguous()
    seen = np.linalg.pinv(matrix) @ matrix @ d.numpy().ravel()
    wanted = (np.linalg.norm(seen) / np.linalg.norm(d.numpy())) ** 2
    assert exposure(operator, d) == pytest.approx(wanted, rel=1e-3)
    few, many = (exposure(RadonOperator(SHAPE, equispaced_angles(n)), lesion()) for n in (3, 40))
    assert few < many <= 1 + 1e-4
