"""K-space in the order of `torch.fft.fft2` and in the orders that networks were trained with."""

from __future__ import annotations

import torch

_PLANE = (-2, -1)


def centred(kspace: torch.Tensor, centring: str) -> torch.Tensor:
    """From zero frequency first to `centring`: "corner", "middle", or "both" (the image's middle is its origin)."""
    if centring == "both":
        image = torch.fft.ifft2(kspace, norm="ortho")
        kspace = torch.fft.fft2(torch.fft.ifftshift(image, dim=_PLANE), norm="ortho")
    return kspace if centring == "corner" else torch.fft.fftshift(kspace, dim=_PLANE)


def cornered(kspace: torch.Tensor, centring: str) -> torch.Tensor:
    """From `centring` to zero frequency first."""
    kspace = kspace if centring == "corner" else torch.fft.ifftshift(kspace, dim=_PLANE)
    if centring == "both":
        image = torch.fft.fftshift(torch.fft.ifft2(kspace, norm="ortho"), dim=_PLANE)
        kspace = torch.fft.fft2(image, norm="ortho")
    return kspace
