"""How much a perturbation of the data moved a reconstruction."""

from __future__ import annotations

import torch

from stabview.measures.errors import psnr, relative_error, ssim
from stabview.sampling.operator import SamplingOperator


def all_measures(
    estimate: torch.Tensor, clean: torch.Tensor, x: torch.Tensor, r: torch.Tensor, y: torch.Tensor,
    operator: SamplingOperator, *, clean_y: torch.Tensor,
) -> dict[str, float]:  # fmt: skip
    """Every measure of result.json for one method at one iterate.

    Parameters
    ----------
    estimate : f(y); clean : f(clean_y), both (H, W).
    x : the image, reference and peak of psnr, ssim and relative_error (r is never part of the reference).
    r : image perturbation. y, clean_y : data with and without it.

    Returns
    -------
    psnr, ssim, relative_error, data_misfit = ||A f - y|| / ||y||, and unless r = 0:
    change = ||f(y) - f(clean_y)|| / ||f(clean_y)||, amplification = ||f(y) - f(clean_y)|| / ||r||,
    lipschitz = ||f(y) - f(clean_y)|| / ||y - clean_y||. Complex l2 norms over all pixels.
    """
    norm = torch.linalg.vector_norm
    with torch.no_grad():
        misfit = float(norm(operator(estimate.to(operator.dtype)) - y) / norm(y))
        measures = {
            "psnr": psnr(estimate, x), "ssim": ssim(estimate, x),
            "relative_error": relative_error(estimate, x), "data_misfit": misfit,
        }  # fmt: skip
        size = float(norm(r))
        if size > 0:
            moved = float(norm(estimate - clean))
            measures["change"] = moved / float(norm(clean))
            measures["amplification"] = moved / size
            seen = float(norm(y - clean_y))
            if seen > 0:
                measures["lipschitz"] = moved / seen
    return measures
