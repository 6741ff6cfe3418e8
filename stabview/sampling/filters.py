"""The ramp filter of filtered back-projection and the windows that are put on it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from stabview.images.errors import InputError

WINDOWS = {
    "ram-lak": lambda w: np.ones_like(w),
    "shepp-logan": lambda w: np.sinc(w / 2),
    "cosine": lambda w: np.cos(np.pi * w / 2),
    "hamming": lambda w: 0.54 + 0.46 * np.cos(np.pi * w),
    "hann": lambda w: 0.5 + 0.5 * np.cos(np.pi * w),
}
"""Factor on the ramp at the fraction w of the Nyquist frequency."""
FILTERS = (*WINDOWS, "none")


def check_filter(name: str) -> str:
    if name not in FILTERS:
        raise InputError(f'There is no filter "{name}"; choose one of {", ".join(FILTERS)}.')
    return name


@lru_cache(maxsize=32)
def ramp(
    name: str, bins: int, spacing: float, arc: float | None, dtype: torch.dtype, device: str
) -> torch.Tensor:
    """Spectrum (of `torch.fft.rfft`) of the band-limited ramp from its exact samples (Kak and Slaney, chapter 3).

    spacing : distance of two bins. arc : their angle, for bins on an arc around the source, whose ramp is
    (g / sin g)^2 times that of a line (Kak and Slaney, eq. 3.97).
    """
    length = 1 << int(np.ceil(np.log2(2 * bins)))
    n = np.minimum(np.arange(length), length - np.arange(length))
    odd = n % 2 == 1
    kernel = np.zeros(length)
    kernel[0] = 0.25
    if arc is None:
        kernel[odd] = -1.0 / (np.pi * n[odd]) ** 2
    else:
        odd &= n < bins
        kernel[odd] = -((arc / (np.pi * np.sin(n[odd] * arc))) ** 2)
    # of the two factors 1 / spacing in the kernel's samples the convolution's own takes one
    spectrum = np.fft.rfft(kernel).real / spacing * WINDOWS[name](np.linspace(0, 1, length // 2 + 1))
    return torch.from_numpy(spectrum).to(device=device, dtype=dtype)


def filter_rows(y: torch.Tensor, spectrum: torch.Tensor) -> torch.Tensor:
    """Convolve each row of y with the filter. The filter is even, so this is its own transpose."""
    length = 2 * (spectrum.shape[-1] - 1)
    rows = torch.fft.irfft(torch.fft.rfft(y, n=length, dim=-1) * spectrum, n=length, dim=-1)
    return rows[..., : y.shape[-1]].contiguous()
