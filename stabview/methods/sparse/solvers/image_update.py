"""The image update of ADMM: (mu A*A + rho K*K) z = right side.

At once in the Fourier domain where both terms are circulant; by a few conjugate gradient steps with the best
circulant preconditioner for other operators.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.solvers.block_symbol import block_inverse, multiply
from stabview.sampling.fourier import REAL_OF
from stabview.sampling.operator import SamplingOperator

INNER_STEPS = 2
"""Conjugate gradient steps of an update that is not diagonal in the Fourier domain."""

Update = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(K* part of the right side times 1/rho, z_old) -> z."""


def image_update(
    operator: SamplingOperator, regulariser: Regulariser, data: torch.Tensor, *, rho: float, mu: float = 1.0
) -> Update:
    """(g, z_old) -> z with (mu A*A + rho K*K) z = (data, 0, ...) + rho g.

    Parameters
    ----------
    data : (H, W), mu A*(whatever the image should reproduce).
    """
    real = REAL_OF[operator.dtype]
    symbol = regulariser.gram_spectrum(operator.image_shape, operator.device, real)
    weights = operator.gram_spectrum()
    if weights is not None and symbol is not None and regulariser.planes == 1:
        inverse = 1 / (mu * weights + rho * symbol[0, 0]).clamp(min=1e-12)
        constant = torch.fft.fft2(data) * inverse
        inverse = inverse * rho
        return lambda g, z: torch.fft.ifft2(torch.fft.fft2(g).mul_(inverse).add_(constant))
    if weights is not None and symbol is not None:
        inverse = block_inverse(symbol, weights, rho=rho, mu=mu)
        constant = inverse[:, 0] * torch.fft.fft2(data)
        inverse *= rho
        return lambda g, z: torch.fft.ifft2(multiply(inverse, torch.fft.fft2(g)).add_(constant))
    return _conjugate_gradients(operator, regulariser, data, rho, mu)


def _conjugate_gradients(
    operator: SamplingOperator, regulariser: Regulariser, data: torch.Tensor, rho: float, mu: float
) -> Update:
    symbol = regulariser.gram_spectrum(operator.image_shape, operator.device, REAL_OF[operator.dtype])
    inverse = 1 / (mu * gram_answer(operator) + rho * symbol[0, 0])

    def precondition(residual: torch.Tensor) -> torch.Tensor:
        if residual.is_complex():
            return torch.fft.ifft2(torch.fft.fft2(residual) * inverse)
        half = inverse[:, : residual.shape[-1] // 2 + 1]
        return torch.fft.irfft2(torch.fft.rfft2(residual) * half, s=operator.image_shape)

    def normal(z: torch.Tensor) -> torch.Tensor:
        image = rho * regulariser.synthesise(regulariser.analyse(z))
        image[0] += mu * operator.gram(z[0])
        return image

    def solve(g: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        residual = rho * g - normal(z)
        residual[0] += data
        direction, energy = None, None
        for _ in range(INNER_STEPS):
            p = precondition(residual)
            previous, energy = energy, _inner(residual, p)
            direction = p if direction is None else p + (energy / previous) * direction
            image = normal(direction)
            length = energy / _inner(direction, image).clamp(min=1e-30)
            z = z + length * direction
            residual = residual - length * image
        return z

    return solve


def gram_answer(operator: SamplingOperator) -> torch.Tensor:
    """Non-negative (H, W) eigenvalues of the circulant that answers like A*A to a point in the middle of the image."""
    height, width = operator.image_shape
    point = torch.zeros(operator.image_shape, dtype=operator.dtype, device=operator.device)
    point[height // 2, width // 2] = 1
    answer = torch.roll(operator.gram(point), (-(height // 2), -(width // 2)), dims=(0, 1))
    spectrum = torch.fft.fft2(answer).real
    return spectrum.clamp(min=1e-4 * float(spectrum.max()))


def _inner(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.sum((a.conj() * b).real) if a.is_complex() else torch.sum(a * b)
