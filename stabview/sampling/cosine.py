"""Sampling of cosine coefficients: random ones of an image, and random submatrices of the transform."""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.fourier import COMPLEX_OF, REAL_OF
from stabview.sampling.matrices import MatrixOperator, sample_count
from stabview.sampling.operator import SamplingOperator


class CosineOperator(SamplingOperator):
    """m random coefficients of the orthonormal two-dimensional DCT-II of a real image, so A A* is the identity.

    For one seed the coefficients of a smaller m are among those of a larger. The first is always the mean, without
    which every image would be measured as its difference from a constant nobody knows.

    Parameters
    ----------
    image_shape : (H, W).
    samples : number m of coefficients; or give `rate`, m over the number of pixels.
    """

    name = "dct"
    is_complex = False

    def __init__(
        self,
        image_shape: tuple[int, int],
        samples: int | None = None,
        *,
        rate: float | None = None,
        seed: int = 0,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.image_shape = (int(image_shape[0]), int(image_shape[1]))
        pixels = self.image_shape[0] * self.image_shape[1]
        self.samples = sample_count(pixels, samples, rate)
        if self.samples > pixels:
            raise InputError(f"The image has {pixels} cosine coefficients; {self.samples} cannot be sampled.")
        self.seed = int(seed)
        self.data_shape = (self.samples,)
        self.rate = self.samples / pixels
        order = np.r_[0, 1 + np.random.default_rng(seed).permutation(pixels - 1)]
        self.chosen = torch.from_numpy(order[: self.samples].copy()).to(device)
        self._dtype = REAL_OF[dtype]

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        return dct2(x).flatten(-2)[..., self.chosen]

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        spectrum = y.new_zeros(*y.shape[:-1], self.image_shape[0] * self.image_shape[1])
        spectrum[..., self.chosen] = y
        return inverse_dct2(spectrum.unflatten(-1, self.image_shape))

    def minimum_norm(self, y: torch.Tensor) -> torch.Tensor:
        """A^+ = A*, since A A* is the identity."""
        return self.adjoint(y)

    def norm(self) -> float:
        return 1.0

    @property
    def dtype(self) -> torch.dtype:
        return self._dtype

    @property
    def device(self) -> torch.device:
        return self.chosen.device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> CosineOperator:
        return CosineOperator(
            self.image_shape, self.samples, seed=self.seed, device=device or self.device, dtype=dtype or self._dtype
        )

    def describe(self) -> dict[str, object]:
        digest = hashlib.sha256(self.chosen.cpu().numpy().tobytes()).hexdigest()
        return {"operator": self.name, "shape": self.image_shape, "samples": self.samples, "chosen_sha256": digest}


def dct_submatrix(
    rows: int, columns: int, size: int, seed: int = 0, *, image_shape: tuple[int, int] | None = None,
    device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32,
) -> MatrixOperator:  # fmt: skip
    """Random rows and columns of the orthonormal DCT-II matrix of `size`, the ill-conditioned example of Raj et al.

    All singular values are at most 1 and the smallest are near 0, unlike those of a Gaussian matrix with few rows.
    `image_shape` has to hold `columns` pixels; None is one row of them.
    """
    if not (1 <= rows <= size and 1 <= columns <= size):
        raise InputError(f"A DCT matrix of size {size} has no {rows} x {columns} part; choose a larger size.")
    generator = np.random.default_rng(seed)
    k = np.sort(generator.permutation(size)[:rows])[:, None]
    j = np.sort(generator.permutation(size)[:columns])[None, :]
    # the angle is reduced in integers first, so large sizes lose no digits
    matrix = np.sqrt(np.where(k == 0, 1, 2) / size) * np.cos(np.pi * ((2 * j + 1) * k % (4 * size)) / (2 * size))
    return MatrixOperator(matrix, image_shape, device=device, dtype=dtype)


def dct2(x: torch.Tensor) -> torch.Tensor:
    """The orthonormal DCT-II along the last two axes of a real tensor."""
    return _dct(_dct(x).mT).mT


def inverse_dct2(spectrum: torch.Tensor) -> torch.Tensor:
    """Inverse and adjoint of `dct2`."""
    return _inverse_dct(_inverse_dct(spectrum.mT).mT)


def _dct(x: torch.Tensor) -> torch.Tensor:
    """Along the last axis, from one real FFT of the same length (Makhoul, IEEE ASSP 1980)."""
    n = x.shape[-1]
    half = torch.fft.rfft(torch.cat((x[..., ::2], x[..., 1::2].flip(-1)), dim=-1), norm="ortho")
    turned = half * _twiddle(n, x.dtype, x.device)
    # coefficient n - k is minus the imaginary part of coefficient k
    full = torch.cat((turned.real, -turned.imag[..., 1 : (n + 1) // 2].flip(-1)), dim=-1)
    return full * _scales(n, x.dtype, x.device)


def _inverse_dct(spectrum: torch.Tensor) -> torch.Tensor:
    n = spectrum.shape[-1]
    scaled = spectrum / _scales(n, spectrum.dtype, spectrum.device)
    real = scaled[..., : n // 2 + 1]
    mirrored = torch.cat((torch.zeros_like(scaled[..., :1]), scaled[..., 1:].flip(-1)), dim=-1)[..., : n // 2 + 1]
    half = torch.complex(real, -mirrored) * _twiddle(n, spectrum.dtype, spectrum.device).conj()
    even_first = torch.fft.irfft(half, n=n, norm="ortho")
    x = torch.empty_like(even_first)
    x[..., ::2] = even_first[..., : (n + 1) // 2]
    x[..., 1::2] = even_first[..., (n + 1) // 2 :].flip(-1)
    return x


def _twiddle(n: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    turn = -torch.pi * torch.arange(n // 2 + 1, dtype=torch.float64) / (2 * n)
    return torch.polar(torch.ones_like(turn), turn).to(device, COMPLEX_OF[dtype])


def _scales(n: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    scales = torch.full((n,), 2**0.5, dtype=torch.float64)
    scales[0] = 1
    return scales.to(device, dtype)
