"""The slowly varying phase of an image, from the middle of its spectrum (homodyne detection, Noll et al. 1991)."""

from __future__ import annotations

import torch

MIDDLE = 0.08
"""Share of the spectrum along each axis, weighted by a Hann window."""


def slow_phase(x: torch.Tensor) -> torch.Tensor:
    """exp(i phi) with phi the phase of x : (..., H, W) after a low-pass filter; same shape, complex."""
    rows, columns = (_window(n, x.device) for n in x.shape[-2:])
    low = torch.fft.ifft2(torch.fft.fft2(x) * (rows[:, None] * columns))
    floor = 1e-6 * low.detach().abs().amax(dim=(-2, -1), keepdim=True) + 1e-15  # keeps the derivative finite
    return low / torch.sqrt(low.real.square() + low.imag.square() + floor.square())


def _window(size: int, device: torch.device) -> torch.Tensor:
    """(size,) weights in the order of `torch.fft.fft`."""
    distance = torch.fft.fftfreq(size, device=device).abs() / (MIDDLE / 2)
    return torch.where(distance < 1, torch.cos(torch.pi / 2 * distance).square(), 0.0)
