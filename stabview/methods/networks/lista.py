"""LISTA: a few iterations of soft thresholding whose matrices are learnt (Gregor and LeCun, ICML 2010)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from stabview.methods.sparse.solvers.firenet import soft


class LISTA(nn.Module):
    """x_{k+1} = S_{theta_k}(x_k + W_k (y - A x_k / c)), x_0 = 0, c = 10 ||A||; the W_k and theta_k >= 0 are learnt.

    One network for each entry of `norms`, all of one size and all in one pass: (..., batch, rows) data. Ten layers on
    22 unknowns and 21 data are the 4630 parameters of the toy problem of Antun and Colbrook (Geilo lectures, 2021).

    Parameters
    ----------
    rows, columns : of A. norms : ||A|| of each network's matrix, any shape, () for a single network.
    seed : of W_k ~ N(0, 0.05^2) / c and theta_k ~ U(0, 1e-7).
    """

    def __init__(self, rows: int, columns: int, norms: torch.Tensor, *, layers: int = 10, seed: int = 0) -> None:
        super().__init__()
        norms = norms.to(torch.float64)
        generator = torch.Generator().manual_seed(seed)
        self.register_buffer("scale", 10 * norms[..., None, None])

        def draw() -> torch.Tensor:
            normal = torch.randn((*norms.shape, columns, rows), generator=generator, dtype=torch.float64)
            return (0.05 * normal).to(norms.device) / self.scale

        def small() -> torch.Tensor:
            uniform = torch.rand((*norms.shape, 1, 1), generator=generator, dtype=torch.float64)
            return (1e-7 * uniform).to(norms.device)

        self.matrices = nn.ParameterList([draw() for _ in range(layers)])
        self.thresholds = nn.ParameterList([small() for _ in range(layers)])

    def forward(self, y: torch.Tensor, operator: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """x (..., batch, columns) of y (..., batch, rows); `operator` is x -> A x. Differentiable in y."""
        x = y.new_zeros((*y.shape[:-1], self.matrices[0].shape[-2]))
        for matrix, threshold in zip(self.matrices, self.thresholds, strict=True):
            misfit = y - operator(x) / self.scale
            x = soft(x + misfit @ matrix.mT, threshold.relu())
        return x
