"""PSNR, SSIM and relative error by hand and by scikit-image, complex images included."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from stabview.measures.errors import psnr, relative_error, ssim


def pair(dtype=torch.float32, size: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    rows, columns = np.indices((size, size + 3)) / size
    x = torch.from_numpy(0.8 * np.exp(-8 * ((rows - 0.5) ** 2 + (columns - 0.4) ** 2))).to(dtype)
    if x.is_complex():
        x = x * torch.exp(1j * torch.from_numpy(columns).to(x.real.dtype))
    return x + 0.05 * torch.randn(x.shape, dtype=dtype, generator=generator), x


def test_psnr_by_hand():
    x = torch.tensor([[0.0, 2.0], [1.0, 0.5]])
    estimate = x + torch.tensor([[0.2, -0.2], [0.2, 0.2]])
    assert psnr(estimate, x) == pytest.approx(10 * np.log10(2.0**2 / 0.04), abs=1e-4), "peak 2, error 0.2 everywhere"
    turned = torch.tensor([[0.0, 2j], [1.0, 0.5]])
    assert psnr(turned * 1j, turned) == pytest.approx(10 * np.log10(4 / (5.25 * 2 / 4)), abs=1e-4), "phase counts"
    assert psnr(x, x) == float("inf")


def test_the_peak_is_that_of_the_reference():
    estimate, x = pair()
    spike = estimate.clone()
    spike[0, 0] = 50
    data = {"data_range": float(x.max())}
    assert psnr(spike, x) == pytest.approx(peak_signal_noise_ratio(x.numpy(), spike.numpy(), **data), abs=1e-4)
    assert psnr(estimate, x) == pytest.approx(peak_signal_noise_ratio(x.numpy(), estimate.numpy(), **data), abs=1e-4)


def test_relative_error_by_hand():
    x = torch.tensor([[3.0, 4.0]])
    assert relative_error(torch.tensor([[3.0, 3.0]]), x) == pytest.approx(0.2)
    assert relative_error(torch.tensor([[3j, 4.0]]), x) == pytest.approx(np.sqrt(18) / 5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64], ids=["real", "complex"])
def test_ssim_is_that_of_scikit_image_on_moduli(dtype):
    estimate, x = pair(dtype)
    wanted = structural_similarity(
        x.abs().numpy(), estimate.abs().numpy(), win_size=7, data_range=float(x.abs().max())
    )
    assert ssim(estimate, x) == pytest.approx(wanted, abs=1e-6) and 0 < wanted < 1
    assert ssim(x, x) == pytest.approx(1)
