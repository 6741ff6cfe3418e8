"""The orthonormal periodic wavelet transform in two dimensions, of any orthogonal PyWavelets filter and any size."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pywt
import torch

from stabview import kernels
from stabview.images.errors import InputError

ORTHOGONAL = 1e-8
"""How far a filter may be from orthogonal to its even shifts; PyWavelets' tables are good to 1e-10, dmey to 2e-3."""


class WaveletTransform:
    """c = W x with W W* = W* W = identity; the adjoint is the inverse, exactly.

    Where every level divides evenly these are the coefficients of `pywt.wavedec2(x, wavelet, "periodization")`, laid
    out as `pywt.coeffs_to_array` does: the low-pass block top left, each scale's three details around it. Along an
    axis of odd length a level leaves the last sample as it is and puts it at the end of the low-pass half, which keeps
    the transform orthonormal (PyWavelets repeats that sample, and loses it).

    Parameters
    ----------
    wavelet : a PyWavelets name: haar, dbN, symN, coifN.
    levels : at most log2 of the shorter side; left out: as many as leave a low-pass block of about
        16, but at least 3 where the image allows it.
    shape : (H, W) of the images.

    Raises
    ------
    InputError : a wavelet that is unknown or not orthogonal, or too many levels.
    """

    def __init__(self, wavelet: str, shape: tuple[int, int], levels: int | None = None) -> None:
        low, high = _filters(wavelet)
        most = int(np.log2(min(shape)))
        if levels is None:
            levels = min(most, max(3, round(np.log2(min(shape) / 16))))
        if not 1 <= levels <= most:
            raise InputError(f"{levels} wavelet levels do not fit a {shape[0]} x {shape[1]} image: choose 1 to {most}.")
        self.wavelet, self.levels, self.shape = wavelet, levels, tuple(shape)
        self._low, self._high = low, high
        sizes = [self.shape]
        for _ in range(levels):
            sizes.append(tuple((n + 1) // 2 for n in sizes[-1]))
        self.sizes = tuple(sizes)
        """Of the low-pass block before the first level, after it, ..., after the last."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """W x. x : (..., H, W), real or complex; differentiable any number of times."""
        return _Apply.apply(x, self, False)

    def inverse(self, c: torch.Tensor) -> torch.Tensor:
        """W* c = W^-1 c. c : (..., H, W)."""
        return _Apply.apply(c, self, True)

    def by_scale(self, values: list[float], low_pass: float) -> torch.Tensor:
        """(H, W) float32 tensor that has `values`, coarse to fine, on the details of each scale."""
        height, width = self.shape
        scale = torch.empty((height, width), dtype=torch.float32)
        for value, (height, width) in zip(reversed(values), self.sizes, strict=False):
            scale[:height, :width] = value
        height, width = self.sizes[-1]
        scale[:height, :width] = low_pass
        return scale

    def by_matrices(self, x: torch.Tensor, *, inverse: bool) -> torch.Tensor:
        """The transform by the orthogonal matrices of each level: the reference, and what a GPU does."""
        x = x.clone()
        real = x.dtype.to_real()
        for height, width in reversed(self.sizes[:-1]) if inverse else self.sizes[:-1]:
            rows, columns = (
                _level_matrix(self.wavelet, n).to(device=x.device, dtype=real).to(x.dtype) for n in (height, width)
            )
            block = x[..., :height, :width]
            x[..., :height, :width] = rows.mT @ block @ columns if inverse else rows @ block @ columns.mT
        return x

    def _run(self, x: torch.Tensor, inverse: bool) -> torch.Tensor:
        x = x.resolve_conj().resolve_neg().contiguous()
        if not kernels.usable(x):
            return self.by_matrices(x, inverse=inverse)
        from stabview.methods.sparse.regularisers import wavelet_kernels

        out = torch.empty_like(x)
        parts = 2 if x.is_complex() else 1
        height, width = self.shape
        source, target = (kernels.reals(z).reshape(-1, height, width * parts) for z in (x, out))
        dtype = source.dtype
        work = wavelet_kernels.synthesise if inverse else wavelet_kernels.analyse
        work(source, target, np.empty(source.shape[1:], dtype), *self._taps(dtype), *self._blocks(), parts)
        return out

    def _taps(self, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        return self._low.astype(dtype), self._high.astype(dtype)

    def _blocks(self) -> tuple[np.ndarray, np.ndarray]:
        sizes = np.array(self.sizes[:-1], dtype=np.int64)
        return np.ascontiguousarray(sizes[:, 0]), np.ascontiguousarray(sizes[:, 1])


class _Apply(torch.autograd.Function):
    """W, or W* when `inverse`; going backward each is the other."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, transform: WaveletTransform, inverse: bool) -> torch.Tensor:
        ctx.transform, ctx.inverse = transform, inverse
        with torch.autocast(x.device.type, enabled=False):
            return transform._run(x, inverse)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        return _Apply.apply(gradient, ctx.transform, not ctx.inverse), None, None

    @staticmethod
    def jvp(ctx, tangent: torch.Tensor, *_):
        return ctx.transform._run(tangent, ctx.inverse)


@lru_cache(maxsize=16)
def _filters(wavelet: str) -> tuple[np.ndarray, np.ndarray]:
    """The low-pass and high-pass analysis filters, turned round."""
    if wavelet not in pywt.wavelist(kind="discrete"):
        raise InputError(f"There is no wavelet '{wavelet}'; choose haar, a db, a sym or a coif one.")
    found = pywt.Wavelet(wavelet)
    low, high = np.array(found.dec_lo[::-1]), np.array(found.dec_hi[::-1])
    shifted = np.array([np.r_[f[k:], np.zeros(k)] for f in (low, high) for k in range(0, len(f), 2)])
    products = np.array([low, high]) @ shifted.T
    products[0, 0] -= 1
    products[1, len(low) // 2] -= 1
    if np.abs(products).max() > ORTHOGONAL:
        raise InputError(
            f"The wavelet '{wavelet}' is not orthogonal, so thresholding its coefficients is no proximal map; "
            "choose haar, a db, a sym or a coif wavelet."
        )
    return low, high


@lru_cache(maxsize=64)
def _level_matrix(wavelet: str, n: int) -> torch.Tensor:
    """(n, n) orthogonal float64 matrix of one level along n samples: the low-pass half, then the high-pass half."""
    even = n - n % 2
    matrix = np.eye(n)
    if even:
        low, high = pywt.dwt(np.eye(even), wavelet, "periodization", axis=0)
        half = even // 2
        matrix = np.zeros((n, n))
        matrix[:half, :even], matrix[n - half :, :even] = low, high
        if n % 2:
            matrix[half, n - 1] = 1
    return torch.from_numpy(matrix)
