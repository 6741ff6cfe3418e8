"""Total variation: the l1 norm of the periodic forward differences (Rudin, Osher and Fatemi 1992)."""

from __future__ import annotations

import torch

from stabview.methods.sparse.regularisers.differences import gradient, gradient_adjoint, laplacian_spectrum
from stabview.methods.sparse.regularisers.regulariser import Block, Regulariser


class TotalVariation(Regulariser):
    """sum over pixels of (|d_1 x|^2 + |d_2 x|^2)^(1/2), complex moduli; or of |d_1 x| + |d_2 x| when `anisotropic`."""

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
