"""Rigid motion of images by Fourier transforms: differentiable, without interpolation blur, periodic at the borders."""

from __future__ import annotations

import numpy as np
import torch


def moved(x: torch.Tensor, down: torch.Tensor, right: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """x (B, H, W) turned about its middle by `turn` radians, then shifted; the motions (n, pieces, 1) in pixels.

    A rotation is three shears (Unser, Thevenaz and Yaroslavsky, IEEE TIP 1995). Returns (n, pieces, B, H, W).
    """
    tangent, sine = torch.tan(turn / 2), torch.sin(turn)
    image = x.expand(*down.shape[:2], *x.shape)
    for amount, axis in ((tangent, -1), (-sine, -2), (tangent, -1)):
        image = _shear(image, amount, axis)
    frequency = [torch.fft.fftfreq(side, dtype=turn.dtype, device=x.device) for side in x.shape[-2:]]
    ramp = down[..., None, None] * frequency[0][:, None] + right[..., None, None] * frequency[1]
    image = torch.fft.ifft2(torch.fft.fft2(image) * torch.exp(-2j * np.pi * ramp))
    return image if x.is_complex() else image.real


def _shear(image: torch.Tensor, amount: torch.Tensor, axis: int) -> torch.Tensor:
    """Every line along `axis` shifted by `amount` times its distance from the middle line."""
    lines, along = (image.shape[-2], image.shape[-1]) if axis == -1 else (image.shape[-1], image.shape[-2])
    distance = torch.arange(lines, dtype=amount.dtype, device=image.device) - (lines - 1) / 2
    frequency = torch.fft.fftfreq(along, dtype=amount.dtype, device=image.device)
    ramp = distance[:, None] * frequency if axis == -1 else frequency[:, None] * distance
    phase = torch.exp(2j * np.pi * amount[..., None, None] * ramp)
    return torch.fft.ifft(torch.fft.fft(image, dim=axis) * phase, dim=axis)
