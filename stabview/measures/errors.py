"""How far a reconstruction is from the truth: PSNR, SSIM, relative error, each under one stated convention."""

from __future__ import annotations

import numpy as np
import torch


def psnr(estimate: torch.Tensor, x: torch.Tensor) -> float:
    """10 log10(max|x|^2 / mean|estimate - x|^2) in dB; complex difference, peak taken from the reference x.

    Infinite when the two agree exactly. Shapes (H, W), real or complex.
    """
    error = float((estimate - x).abs().square().mean(dtype=torch.float64))
    peak = float(x.abs().max())
    return float("inf") if error == 0 else 10 * float(np.log10(peak**2 / error))


def relative_error(estimate: torch.Tensor, x: torch.Tensor) -> float:
    """||estimate - x|| / ||x||, l2 over all pixels, complex where complex."""
    return float(torch.linalg.vector_norm(estimate - x) / torch.linalg.vector_norm(x))


def ssim(estimate: torch.Tensor, x: torch.Tensor) -> float:
    """Structural similarity of the moduli: scikit-image, 7 x 7 windows, data range max|x|."""
    from skimage.metrics import structural_similarity

    a, b = estimate.detach().abs().cpu().numpy(), x.detach().abs().cpu().numpy()
    return float(structural_similarity(a, b, win_size=7, data_range=float(b.max())))
