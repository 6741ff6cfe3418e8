"""A small Hermitian system for every frequency: the image update when an image comes with auxiliary planes."""

from __future__ import annotations

import torch

SINGULAR = 1e-11
"""Share of the largest pivot below which a direction counts as unseen, and is left at zero."""


def block_inverse(symbol: torch.Tensor, weights: torch.Tensor, *, rho: float, mu: float = 1.0) -> torch.Tensor:
    """(mu diag(weights, 0, ...) + rho symbol)^-1 for every frequency, by Gauss-Jordan elimination in double precision.

    The image is eliminated last: its pivot alone can vanish, at a frequency that neither data nor regulariser see.

    Parameters
    ----------
    symbol : (planes, planes, H, W), Hermitian. weights : (H, W), the circulant A*A.
    """
    planes = symbol.shape[0]
    rows = (rho * symbol).to(torch.complex128)
    rows[0, 0] += mu * weights
    inverse = torch.zeros_like(rows)
    for k in range(planes):
        inverse[k, k] = 1
    for pivot in reversed(range(planes)):
        size = rows[pivot, pivot].real
        reciprocal = torch.where(size > SINGULAR * size.max(), 1 / size, torch.zeros_like(size))
        rows[pivot] *= reciprocal
        inverse[pivot] *= reciprocal
        for other in range(planes):
            if other != pivot:
                factor = rows[other, pivot].clone()
                rows[other] -= factor * rows[pivot]
                inverse[other] -= factor * inverse[pivot]
    return inverse.to(torch.complex64 if weights.dtype == torch.float32 else torch.complex128)


def multiply(matrix: torch.Tensor, spectra: torch.Tensor) -> torch.Tensor:
    """The product at every frequency. matrix : (planes, planes, H, W), spectra : (planes, H, W)."""
    product = matrix[:, 0] * spectra[0]
    for k in range(1, len(spectra)):
        product.addcmul_(matrix[:, k], spectra[k])
    return product
