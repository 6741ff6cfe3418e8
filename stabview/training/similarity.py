"""Structural similarity as a loss."""

from __future__ import annotations

import torch
from torch import nn


def dissimilarity(a: torch.Tensor, b: torch.Tensor, *, side: int = 7) -> torch.Tensor:
    """1 - SSIM of real images (batch, H, W): windows of side x side, the range of b (the loss of fastMRI)."""
    a, b = a.unsqueeze(1), b.unsqueeze(1)
    span = b.amax(dim=(1, 2, 3), keepdim=True)
    one, two = (0.01 * span) ** 2, (0.03 * span) ** 2
    means = nn.functional.avg_pool2d(torch.cat((a, b, a * a, b * b, a * b), dim=1), side, stride=1)
    mean_a, mean_b, square_a, square_b, product = means.split(1, dim=1)
    unbiased = side**2 / (side**2 - 1)
    spread_a, spread_b = unbiased * (square_a - mean_a**2), unbiased * (square_b - mean_b**2)
    shared = unbiased * (product - mean_a * mean_b)
    likeness = (2 * mean_a * mean_b + one) * (2 * shared + two)
    return 1 - (likeness / ((mean_a**2 + mean_b**2 + one) * (spread_a + spread_b + two))).mean()
