"""The l1 norm of orthonormal wavelet coefficients, the regulariser of the classical theory of compressed sensing."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from stabview.images.errors import InputError
from stabview.methods.sparse.regularisers.fused_regulariser import FusedRegulariser
from stabview.methods.sparse.regularisers.regulariser import Block
from stabview.methods.sparse.regularisers.wavelet_transform import WaveletTransform

SPARSITIES = (4, 12, 48, 50, 100)
"""Significant coefficients of each scale, coarse to fine, in FIRENET's released code; the last one repeats."""


class Wavelet(FusedRegulariser):
    """sum_j w_j ||W_j x||_1 with the orthonormal periodic transform W of `WaveletTransform`.

    Parameters
    ----------
    wavelet, levels : see `WaveletTransform`.
    device : where the weights are kept.
    weights : w_j for each scale, coarse to fine; the coarsest one also weighs the low-pass block. Left out: 1.
    low_pass : whether the low-pass block is penalised. Without it there is no certificate by scaling.
    """

    name = "wavelet"
    orthonormal = True
    shrinkage = 0.02

    def __init__(
        self, shape: tuple[int, int], *, wavelet: str = "db4", levels: int | None = None,
        weights: Sequence[float] | None = None, low_pass: bool = True, device: torch.device | str = "cpu",
    ) -> None:  # fmt: skip
        self.transform = WaveletTransform(wavelet, shape, levels)
        self.title = f"ℓ1 {wavelet}"
        self._options = {"wavelet": wavelet, "levels": self.transform.levels, "low_pass": low_pass}
        weight: float | torch.Tensor = 1.0
        if weights is not None or not low_pass:
            scales = [1.0] * self.transform.levels if weights is None else [float(w) for w in weights]
            if len(scales) != self.transform.levels or min(scales) <= 0:
                raise InputError(f"{self.transform.levels} wavelet levels need as many positive weights.")
            self._options["weights"] = tuple(scales)
            weight = self.transform.by_scale(scales, scales[0] if low_pass else 0.0)[None].to(device)
        self.blocks = (Block(weight=weight),)

    def analyse(self, z: torch.Tensor) -> list[torch.Tensor]:
        return [self.transform.forward(z)]

    def synthesise(self, c: list[torch.Tensor]) -> torch.Tensor:
        return self.transform.inverse(c[0])

    def norm_squared(self) -> float:
        return 1.0

    def gram_spectrum(self, shape: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        return torch.ones((1, 1, *shape), device=device, dtype=dtype)

    def describe(self) -> dict[str, object]:
        return dict(self._options)


def sparsity_weights(levels: int, sparsities: Sequence[int] = SPARSITIES) -> list[float]:
    """FIRENET's w_j = (s / s_j)^(1/2), s = sum of the s_j, coarse to fine (Colbrook, Antun and Hansen 2022)."""
    chosen = [sparsities[min(j, len(sparsities) - 1)] for j in range(levels)]
    return [(sum(chosen) / s) ** 0.5 for s in chosen]
