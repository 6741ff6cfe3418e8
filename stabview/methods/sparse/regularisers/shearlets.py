"""The l1 norm of shearlet coefficients: edges along smooth curves (Kutyniok and Labate 2012), by a Parseval frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch

from stabview.methods.sparse.regularisers.fused_regulariser import FusedRegulariser
from stabview.methods.sparse.regularisers.regulariser import Block
from stabview.methods.sparse.regularisers.shearlet_filters import shearlet_scales
from stabview.methods.sparse.regularisers.total_variation import TotalVariation
from stabview.sampling.fourier import REAL_OF


class Shearlets(FusedRegulariser):
    """sum over scales, directions and places of w |S x|, S*S = identity to rounding; the low-pass part is free.

    Coefficients are one block for the low-pass and one for each scale, coarse to fine, each (directions, h, w) on the
    grid that its frequencies need: a quarter of the pixels for every scale but the finest, without any aliasing. They
    are twice as large there, and w is twice as large again, so that a scale weighs what it would on the full grid.

    Parameters
    ----------
    levels : shear level k of each scale, coarse to fine, 2^(k + 2) directions each: (1, 1, 2) for MRI and
        (0, 0, 1, 1) for CT in Antun et al. (2020).
    epsilon : of the weights 0.1 / (epsilon + |c| / max |c|) that `reweighted` gives, the maximum over a direction.
    """

    name = "shearlet"
    title = "shearlets"
    shrinkage = 0.02

    def __init__(self, *, levels: tuple[int, ...] = (0, 1, 1, 2), epsilon: float = 0.03) -> None:
        self.levels, self.epsilon = tuple(int(level) for level in levels), float(epsilon)
        if not self.levels or min(self.levels) < 0:
            raise ValueError(f"shear levels are a number from 0 for each scale, not {levels}")
        if not self.epsilon > 0:
            raise ValueError(f"epsilon has to be positive, not {epsilon}")
        self.blocks = (Block(weight=0.0), *(Block(weight=weight) for weight in self._scale_weights()))
        self.beginning = TotalVariation()

    def _scale_weights(self) -> list[float]:
        return [2.0**k for k in reversed(range(len(self.levels)))]

    def reweighted(self, c: list[torch.Tensor]) -> Shearlets:
        """With weights 0.1 / (epsilon + |c| / max |c|) from the coefficients of a solution (Ma and März 2016).

        Small coefficients become dear and large ones nearly free, as in the l0 count (Candes, Wakin, Boyd 2008).
        """
        other = Shearlets(levels=self.levels, epsilon=self.epsilon)
        weights = []
        for part, scale in zip(c[1:], self._scale_weights(), strict=True):
            size = part.abs()
            size /= size.amax(dim=(1, 2), keepdim=True).clamp_(min=1e-30)
            weights.append(0.1 * scale / size.add_(self.epsilon))
        other.shrinkage = 0.2 * self.shrinkage
        other.blocks = (self.blocks[0], *(Block(weight=weight) for weight in weights))
        return other

    def analyse(self, z: torch.Tensor) -> list[torch.Tensor]:
        frame = _frame(tuple(z.shape[1:]), self.levels, z.dtype, z.device)
        spectrum = frame.transform(z[0])
        return [frame.inverse(spectrum[scale.index] * scale.filters, scale.shape) for scale in frame.scales]

    def synthesise(self, c: list[torch.Tensor]) -> torch.Tensor:
        frame = _frame(tuple(c[-1].shape[1:]), self.levels, c[-1].dtype, c[-1].device)
        spectrum = None
        for scale, part in zip(reversed(frame.scales), reversed(c), strict=True):
            fresh = frame.transform(part).mul_(scale.filters).sum(dim=0)
            if spectrum is None:
                spectrum = fresh  # the finest scale has the image's own grid
            else:
                spectrum[scale.index] += fresh
        return frame.inverse(spectrum, tuple(c[-1].shape[1:]))[None]

    def norm_squared(self) -> float:
        return 1.0

    def gram_spectrum(self, shape: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        return torch.ones((1, 1, *shape), device=device, dtype=dtype)

    def describe(self) -> dict[str, object]:
        return {"shear levels": self.levels, "epsilon": self.epsilon}


@dataclass(frozen=True, eq=False)
class _Band:
    """A scale's filters as a tensor, where its frequencies stand in the image's spectrum, and its grid."""

    filters: torch.Tensor
    index: tuple[torch.Tensor, torch.Tensor]
    shape: tuple[int, int]


@dataclass(frozen=True, eq=False)
class _Frame:
    """The filters of one image shape; real images have half the spectrum."""

    scales: tuple[_Band, ...]
    real: bool

    def transform(self, x: torch.Tensor) -> torch.Tensor:
        return torch.fft.rfft2(x, norm="ortho") if self.real else torch.fft.fft2(x, norm="ortho")

    def inverse(self, spectrum: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        if self.real:
            return torch.fft.irfft2(spectrum, s=shape, norm="ortho")
        return torch.fft.ifft2(spectrum, norm="ortho")


@lru_cache(maxsize=4)
def _frame(shape: tuple[int, int], levels: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> _Frame:
    real, bands = not dtype.is_complex, []
    for scale in shearlet_scales(shape, levels):
        grid = scale.filters.shape[1:]
        half = grid[1] // 2 + 1 if real else grid[1]
        filters = torch.from_numpy(scale.filters[:, :, :half].copy()).to(device=device, dtype=REAL_OF[dtype])
        columns = torch.arange(half) if real else torch.from_numpy(scale.columns)
        index = (torch.from_numpy(scale.rows)[:, None].to(device), columns.to(device))
        bands.append(_Band(filters, index, grid))
    return _Frame(tuple(bands), real)
