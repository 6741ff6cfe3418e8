"""The image update where A*A is no circulant: conjugate directions that are kept from one update to the next."""

from __future__ import annotations

import torch

from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.solvers.block_symbol import block_inverse, multiply
from stabview.methods.sparse.solvers.circulant import nearest_circulant
from stabview.sampling.fourier import REAL_OF
from stabview.sampling.operator import SamplingOperator

MEMORY = 4
"""Directions kept: 28 updates to a gap of 1e-3 (15 coils, TV), 31 with one, 54 with none, 27 with 16."""
REFRESH = 50
"""Updates after which N z is computed anew, so that rounding does not add up in float32."""


class NormalEquations:
    """(mu A*A + rho K*K) z = (data, 0, ...) + rho g for one right side after another, one product with A*A for each.

    The system N stays while its right side moves a little from update to update, so an update goes down to the exact
    minimum over the span of the last few steps, whose images under N are known, and of one new direction: the residual
    preconditioned by the nearest circulant. (Subspace recycling, Parks et al. 2006, without restarts.)

    Parameters
    ----------
    data : (H, W), mu A*(whatever the image should reproduce).
    """

    def __init__(
        self, operator: SamplingOperator, regulariser: Regulariser, data: torch.Tensor, *, rho: float, mu: float = 1.0,
        memory: int = MEMORY, enough: float = 0.5, most: int = 2, opening: int = 4,
    ) -> None:  # fmt: skip
        self.operator, self.regulariser, self.rho, self.mu = operator, regulariser, rho, mu
        self.data, self.memory, self.enough, self.most, self.opening = data, memory, enough, most, opening
        self._inverse = _preconditioner(operator, regulariser, rho, mu)
        size = (memory, regulariser.planes * data.numel())
        self._steps, self._images = data.new_zeros(size), data.new_zeros(size)
        self._count = 0
        self._z: torch.Tensor | None = None
        self._image: torch.Tensor | None = None

    exact = False

    def __call__(self, g: torch.Tensor, z: torch.Tensor, *, look: bool = False) -> torch.Tensor:
        """The next z, from K*'s part g of the right side times 1/rho and the z before."""
        if z is not self._z or self._count % REFRESH == 0:
            self._image = self.normal(z)
        residual = torch.sub(self.rho * g, self._image)
        residual[0] += self.data
        change, image = torch.zeros_like(z), torch.zeros_like(z)
        kept = min(self._count, self.memory)
        if kept:
            share = self._steps[:kept].conj() @ residual.flatten()
            change, image = (share @ self._steps[:kept]).view_as(z), (share @ self._images[:kept]).view_as(z)
            residual -= image
        first = None
        most, enough = (self.opening, 0.01) if self._z is None else (self.most, self.enough)
        for _ in range(most):
            direction = self.precondition(residual)
            size = float(torch.vdot(direction.flatten(), residual.flatten()).real)
            if first is not None and size <= enough**2 * first:
                break
            first = size if first is None else first
            kept = min(self._count, self.memory)
            if kept:
                direction = direction - (self._images[:kept].conj() @ direction.flatten() @ self._steps[:kept]).view_as(z)
            ahead = self.normal(direction)
            energy = float(torch.vdot(direction.flatten(), ahead.flatten()).real)
            if not energy > 0:
                break
            length = energy**-0.5
            direction, ahead = direction * length, ahead * length
            share = torch.vdot(direction.flatten(), residual.flatten())
            change, image = change + share * direction, image + share * ahead
            residual = residual - share * ahead
            slot = self._count % self.memory
            self._steps[slot], self._images[slot] = direction.flatten(), ahead.flatten()
            self._count += 1
        self._z, self._image = z + change, self._image + image
        return self._z

    def normal(self, z: torch.Tensor) -> torch.Tensor:
        """N z."""
        image = self.regulariser.synthesise(self.regulariser.analyse(z)) * self.rho
        image[0] += self.mu * self.operator.gram(z[0])
        return image

    def precondition(self, residual: torch.Tensor) -> torch.Tensor:
        """The circulant's solution; positive definite whatever the operator, so the updates converge with any."""
        if residual.is_complex():
            return torch.fft.ifft2(_apply(self._inverse, torch.fft.fft2(residual)))
        half = self._inverse[..., : residual.shape[-1] // 2 + 1]
        return torch.fft.irfft2(_apply(half, torch.fft.rfft2(residual)), s=residual.shape[-2:])


def _preconditioner(operator: SamplingOperator, regulariser: Regulariser, rho: float, mu: float) -> torch.Tensor:
    """(H, W) for an image alone, (planes, planes, H, W) with auxiliary planes."""
    spectrum = nearest_circulant(operator)
    symbol = regulariser.gram_spectrum(operator.image_shape, operator.device, REAL_OF[operator.dtype])
    if symbol is None:
        symbol = _mean_symbol(operator, regulariser)
    if regulariser.planes == 1:
        return 1 / (mu * spectrum + rho * symbol[0, 0].real)
    return block_inverse(symbol, spectrum, rho=rho, mu=mu)


def _mean_symbol(operator: SamplingOperator, regulariser: Regulariser) -> torch.Tensor:
    """(planes, planes, 1, 1): each plane's trace of K*K over its pixels, by one random probe."""
    planes = regulariser.planes
    symbol = torch.zeros((planes, planes, 1, 1), dtype=REAL_OF[operator.dtype], device=operator.device)
    generator = torch.Generator().manual_seed(0)
    for k in range(planes):
        z = torch.zeros((planes, *operator.image_shape), dtype=operator.dtype, device=operator.device)
        z[k] = torch.randn(operator.image_shape, generator=generator, dtype=torch.float64).sign().to(z.device)
        energies = [float(torch.linalg.vector_norm(part)) ** 2 for part in regulariser.analyse(z)]
        symbol[k, k] = sum(energies) / z[k].numel()
    return symbol


def _apply(inverse: torch.Tensor, spectra: torch.Tensor) -> torch.Tensor:
    return multiply(inverse, spectra) if inverse.ndim == 4 else spectra.mul_(inverse)
