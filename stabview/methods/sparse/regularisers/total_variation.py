"""Total variation: the l1 norm of the periodic forward differences (Rudin, Osher and Fatemi 1992)."""

from __future__ import annotations

import numpy as np
import torch

from stabview import kernels
from stabview.methods.sparse.regularisers.differences import gradient, gradient_adjoint, laplacian_spectrum
from stabview.methods.sparse.regularisers.regulariser import Block, Regulariser


class TotalVariation(Regulariser):
    """sum over pixels of (|d_1 x|^2 + |d_2 x|^2)^(1/2), complex moduli; or of |d_1 x| + |d_2 x| when `anisotropic`."""

    shrinkage = 0.015
    opening = 13.0

    def __init__(self, *, anisotropic: bool = False) -> None:
        self.name = "tv-anisotropic" if anisotropic else "tv"
        self.title = "anisotropic TV" if anisotropic else "TV"
        self.blocks = (Block(grouped=not anisotropic),)

    def analyse(self, z: torch.Tensor) -> list[torch.Tensor]:
        return [gradient(z[0])]

    def synthesise(self, c: list[torch.Tensor]) -> torch.Tensor:
        return gradient_adjoint(c[0])[None]

    def norm_squared(self) -> float:
        return 8.0

    def gram_spectrum(self, shape: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        return laplacian_spectrum(shape, device, dtype)[None, None]

    def advance(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float,
        *, following: float | None = None, out: torch.Tensor | None = None,
    ) -> torch.Tensor:  # fmt: skip
        if not kernels.usable(z, *s):
            return super().advance(z, s, threshold, relaxation, following=following)
        return self._sweep(z, s[0], threshold, relaxation, following, out, look=False)[0]

    def advance_and_look(
        self, z: torch.Tensor, s: list[torch.Tensor], threshold: float, relaxation: float,
        *, following: float | None = None, out: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, float, float]:  # fmt: skip
        if not kernels.usable(z, *s):
            return super().advance_and_look(z, s, threshold, relaxation, following=following)
        return self._sweep(z, s[0], threshold, relaxation, following, out, look=True)

    def _sweep(
        self, z: torch.Tensor, s: torch.Tensor, threshold: float, relaxation: float, following: float | None,
        out: torch.Tensor | None, *, look: bool,
    ) -> tuple[torch.Tensor, float, float]:  # fmt: skip
        from stabview.methods.sparse.regularisers.fused_differences import sweep

        out = torch.empty_like(z) if out is None else out
        x, parts, sums = kernels.reals(z[0]), 2 if z.is_complex() else 1, np.empty(2)
        scratch = np.empty((10, x.shape[1] + parts), x.dtype)
        sweep(
            x, kernels.reals(s), kernels.reals(out[0]), scratch, (0,) * parts, self.blocks[0].grouped, look,
            threshold, following or threshold, relaxation, sums,
        )  # fmt: skip
        return out, float(sums[0]), float(sums[1])
