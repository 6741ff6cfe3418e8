"""Multi-coil (parallel) MRI: y_c = P F (S_c x), one weighted and masked spectrum for each receiver coil."""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.fourier import COMPLEX_OF, REAL_OF
from stabview.sampling.lanczos import lanczos_norm
from stabview.sampling.operator import SamplingOperator

CACHE_BYTES = 4 << 20  # working set of one pass on the CPU: five coils of 320 x 320 stay in the second-level caches


class MultiCoilOperator(SamplingOperator):
    """y_c = P F (S_c x), c = 1..C, with F unitary; A* y = sum_c conj(S_c) F* P y_c (SENSE, Pruessmann et al. 1999).

    Data live on the full grid (..., C, H, W), zero where nothing was measured, in the order of `torch.fft.fft2`.
    With sum_c |S_c|^2 <= 1 everywhere, ||A|| <= 1.

    Parameters
    ----------
    mask : (H, W) boolean array, centred: zero frequency at [H // 2, W // 2].
    maps : (C, H, W) complex coil sensitivities, in image space.
    """

    name = "multicoil"
    quick_name, quick_title = "zero-filled", "Zero-filled (coils combined)"
    is_complex = True

    def __init__(
        self,
        mask: np.ndarray,
        maps: np.ndarray | torch.Tensor,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        mask = np.asarray(mask, dtype=bool)
        source = np.asarray(maps.detach().cpu() if isinstance(maps, torch.Tensor) else maps)
        if mask.ndim != 2 or not mask.any():
            raise InputError("The sampling mask is empty or not two-dimensional; choose a higher rate.")
        if source.ndim != 3 or source.shape[1:] != mask.shape:
            raise InputError(
                f"The coil sensitivities have the shape {source.shape}, but (coils, {mask.shape[0]}, {mask.shape[1]}) "
                "is needed: one map for each coil, as large as the mask."
            )
        if not np.isfinite(source).all() or not source.any():
            raise InputError("The coil sensitivities are all zero or not finite; estimate or choose others.")
        self.mask = mask
        self.coils = len(source)
        self.image_shape = mask.shape
        self.data_shape = (self.coils, *mask.shape)
        self.samples = self.coils * int(mask.sum())
        self.rate = float(mask.mean())
        self.full_lines = bool((mask == mask[:1]).all())
        self.weights = torch.as_tensor(np.fft.ifftshift(mask).copy()).to(device=device, dtype=REAL_OF[dtype])
        self.maps = torch.as_tensor(source.copy()).to(device=device, dtype=COMPLEX_OF[REAL_OF[dtype]])
        self._conjugate = self.maps.conj().resolve_conj()
        self._source = source
        self._norm: float | None = None
        self._few: tuple[torch.Tensor, torch.Tensor] | None = None

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.fft.fft2(self.maps * x.unsqueeze(-3), norm="ortho").mul_(self.weights)

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        coils = self._at_once(y.shape[-2] * y.shape[-1])
        result = None
        for k in range(0, self.coils, coils):
            z = torch.fft.ifft2(y[..., k : k + coils, :, :] * self.weights, norm="ortho")
            z = _combine(z, self._conjugate[k : k + coils])
            result = z if result is None else result.add_(z)
        return result

    def gram(self, x: torch.Tensor) -> torch.Tensor:
        """A*A x, in pieces that stay in the cache.

        Full lines leave the transform along the first axis undone and done again: only those along lines are made, and
        of fewer coils, see `line_coils`.
        """
        return self._gram_of_lines(x) if self.full_lines else self._gram_of_coils(x)

    def _gram_of_coils(self, x: torch.Tensor) -> torch.Tensor:
        x = x.unsqueeze(-3)
        weights = self.weights / self.mask.size
        coils = self._at_once(self.mask.size)
        result = None
        for k in range(0, self.coils, coils):
            z = torch.fft.fft2(self.maps[k : k + coils] * x).mul_(weights)
            z = _combine(torch.fft.ifft2(z, norm="forward"), self._conjugate[k : k + coils])
            result = z if result is None else result.add_(z)
        return result

    def _gram_of_lines(self, x: torch.Tensor) -> torch.Tensor:
        height, width = self.image_shape
        if self._few is None:
            maps = line_coils(self.maps)
            self._few = maps, maps.conj().resolve_conj()
        maps, conjugate = self._few
        x = x.unsqueeze(-3)
        weights = self.weights[0] / width
        rows = self._at_once(len(maps) * width)
        parts = []
        for k in range(0, height, rows):
            block = slice(k, k + rows)
            z = torch.fft.fft(maps[:, block] * x[..., block, :]).mul_(weights)
            parts.append(_combine(torch.fft.ifft(z, norm="forward"), conjugate[:, block]))
        return torch.cat(parts, dim=-2)

    def _at_once(self, scalars: int) -> int:
        """How many pieces of `scalars` complex numbers are worked on together: all on a GPU, a cacheful on the CPU."""
        if self.device.type != "cpu":
            return max(self.data_shape)
        return max(1, CACHE_BYTES // (scalars * self.maps.element_size()))

    def restrict(self, y: torch.Tensor) -> torch.Tensor:
        return y * self.weights

    def rss(self, y: torch.Tensor) -> torch.Tensor:
        """The picture a scanner shows without sensitivities: root of the sum of squares of the zero-filled coils.

        y : (..., C, H, W); returns real (..., H, W).
        """
        return torch.linalg.vector_norm(torch.fft.ifft2(y * self.weights, norm="ortho"), dim=-3)

    def norm(self) -> float:
        if self._norm is None:
            self._norm = lanczos_norm(self)
        return self._norm

    @property
    def dtype(self) -> torch.dtype:
        return self.maps.dtype

    @property
    def device(self) -> torch.device:
        return self.maps.device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> MultiCoilOperator:
        other = MultiCoilOperator(
            self.mask, self._source, device=device or self.device, dtype=dtype or self.weights.dtype
        )
        other._norm = self._norm
        return other

    def describe(self) -> dict[str, object]:
        return {
            "operator": self.name, "shape": self.mask.shape, "coils": self.coils, "samples": self.samples,
            "mask_sha256": hashlib.sha256(np.packbits(self.mask).tobytes()).hexdigest(),
            "maps_sha256": hashlib.sha256(np.asarray(self._source, dtype=np.complex64).tobytes()).hexdigest(),
        }  # fmt: skip


def _combine(z: torch.Tensor, conjugate: torch.Tensor) -> torch.Tensor:
    """sum_c conj(S_c) z_c; writes over z."""
    return z.mul_(conjugate).sum(dim=-3)


def line_coils(maps: torch.Tensor) -> torch.Tensor:
    """(C', H, W) with C' <= C: other coils with the same A*A where every image row is transformed by itself.

    All coils of a row are sampled alike, so any unitary mixture of them leaves A*A as it is. That of the principal
    components (coil compression, Zhang et al. 2013) makes the last ones vanish, up to the rounding of `maps`: what is
    left out adds less than its unit to sum |S_c|^2. Fifteen coils of a birdcage become ten.
    """
    rows = maps.to(torch.complex128).transpose(0, 1)
    _, mixtures = torch.linalg.eigh(rows @ rows.mH)  # rising eigenvalues
    mixed = mixtures.mH @ rows
    left_out = mixed.abs().square().cumsum(dim=1).amax(dim=(0, 2))
    whole = maps.abs().square().sum(dim=0).max()
    first = int((left_out <= torch.finfo(maps.dtype).eps * whole).sum())
    return mixed[:, first:].transpose(0, 1).to(maps.dtype).contiguous()
