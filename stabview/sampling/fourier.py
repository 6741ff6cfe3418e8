"""Single-coil Fourier sampling: y = P F x with the unitary Fourier transform F and a mask P."""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.operator import SamplingOperator

REAL_OF = {
    torch.complex64: torch.float32, torch.complex128: torch.float64,
    torch.float32: torch.float32, torch.float64: torch.float64,
}  # fmt: skip
COMPLEX_OF = {torch.float32: torch.complex64, torch.float64: torch.complex128}


class FourierOperator(SamplingOperator):
    """y = P F x, F unitary, so A A* = identity on the samples, ||A|| = 1 and A*A is a projection.

    Data live on the full grid (..., H, W), zero where nothing was measured, in the order of `torch.fft.fft2`
    (zero frequency first). `mask` is given centred, as it is shown, and turned once here.

    Parameters
    ----------
    mask : (H, W) or (batch, H, W) boolean array, centred: zero frequency at [H // 2, W // 2].
    """

    name = "fourier"
    quick_name, quick_title = "zero-filled", "Zero-filled"
    is_complex = True

    def __init__(
        self, mask: np.ndarray, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        mask = np.asarray(mask, dtype=bool)
        if mask.ndim not in (2, 3) or not mask.any():
            raise InputError("The sampling mask is empty or not two-dimensional; choose a higher rate.")
        self.mask = mask
        self.image_shape = mask.shape[-2:]
        self.data_shape = self.image_shape
        self.samples = int(mask.sum()) if mask.ndim == 2 else int(mask[0].sum())
        self.rate = self.samples / (mask.shape[-2] * mask.shape[-1])
        turned = np.fft.ifftshift(mask, axes=(-2, -1))
        self.weights = torch.as_tensor(turned.copy()).to(device=device, dtype=REAL_OF[dtype])

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.fft.fft2(x, norm="ortho") * self.weights

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return torch.fft.ifft2(y * self.weights, norm="ortho")

    def gram_spectrum(self) -> torch.Tensor | None:
        return self.weights if self.weights.ndim == 2 else None

    def enforce_data(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Replace the sampled frequencies of x by the data: F*((1 - P) F x + P y)."""
        spectrum = torch.fft.fft2(x, norm="ortho")
        return torch.fft.ifft2(torch.where(self.weights > 0, y, spectrum), norm="ortho")

    def minimum_norm(self, y: torch.Tensor) -> torch.Tensor:
        """A^+ = A*, since A A* is the identity on the samples."""
        return self.adjoint(y)

    def restrict(self, y: torch.Tensor) -> torch.Tensor:
        return y * self.weights

    def norm(self) -> float:
        return 1.0

    @property
    def dtype(self) -> torch.dtype:
        return COMPLEX_OF[self.weights.dtype]

    @property
    def device(self) -> torch.device:
        return self.weights.device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> FourierOperator:
        return FourierOperator(self.mask, device=device or self.device, dtype=dtype or self.weights.dtype)

    def describe(self) -> dict[str, object]:
        packed = hashlib.sha256(np.packbits(self.mask).tobytes()).hexdigest()
        return {"operator": self.name, "shape": self.mask.shape, "samples": self.samples, "mask_sha256": packed}
