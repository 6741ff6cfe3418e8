"""The image update where A*A is no circulant: conjugate directions that are kept from one update to the next."""

from __future__ import annotations

import numpy as np
import torch

from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.solvers.block_symbol import block_inverse, multiply
from stabview.methods.sparse.solvers.circulant import nearest_circulant
from stabview.sampling.fourier import REAL_OF
from stabview.sampling.operator import SamplingOperator

MEMORY = 4
"""Directions kept; with 15 coils and TV more of them save hardly any update."""
OPENING, MOST = 8, 2
"""New directions in the first update and, at most, in every later one."""
ENOUGH_FIRST, ENOUGH = 0.01, 0.5
"""The first and every later update ends when the residual has fallen to this share of what one direction left of it."""
EARLY = 30
"""Updates that begin with a new direction at once. Later, when z moves little, the known ones come first: without that
ADMM stands still at 1e-4 (TV from views), with it from the start 15 coils take a quarter longer to 1e-3."""
REFRESH = 50
"""Updates after which the products with z are computed anew, so that rounding does not add up in float32."""
DEPENDENT = 1e-5
"""Share of the largest eigenvalue of the directions' small matrix below which a combination counts as zero."""
NEAR = 1.5
"""Factor by which the penalty may differ from the one that the preconditioner was made for."""


class NormalEquations:
    """(mu A*A + rho K*K) z = (data, 0, ...) + rho g for one right side after another, about one product A*A for each.

    From update to update the right side moves a little, and the penalty rho may too. So an update goes down to the
    exact minimum over the span of the last few steps, whose products are known, and of a new direction: the residual
    preconditioned by the nearest circulant (subspace recycling, Parks et al. 2006, without restarts).

    Parameters
    ----------
    data : (H, W), mu A*(whatever the image should reproduce).
    """

    def __init__(
        self, operator: SamplingOperator, regulariser: Regulariser, data: torch.Tensor, *, mu: float = 1.0,
        memory: int = MEMORY,
    ) -> None:  # fmt: skip
        self.operator, self.regulariser, self.data, self.mu, self.memory = operator, regulariser, data, mu, memory
        planes, pixels = regulariser.planes, data.numel()
        self._steps = data.new_zeros((memory, planes * pixels))
        # K*K of each step
        self._pulled = self._steps if regulariser.orthonormal else torch.zeros_like(self._steps)
        self._seen = data.new_zeros((memory, pixels))  # A*A of each step
        self._products = np.zeros((2, memory, memory), dtype=np.complex128)  # <step, K*K step>, <step, A*A step>
        self._count = self._updates = 0
        self._z = self._pull = self._gram = None
        self._made_for, self._inverse = 0.0, None

    def __call__(self, g: torch.Tensor, z: torch.Tensor, rho: float) -> torch.Tensor:
        """The next z, from K*'s part g of the right side times 1/rho and the z before."""
        first = self._z is None
        if z is not self._z or self._updates % REFRESH == 0:
            self._pull, self._gram = self._multiply(z)
        self._updates += 1
        self._z = z
        if self._updates > EARLY:
            self._descend(self.residual(g, rho), rho)
        residual, begun = self.residual(g, rho), None
        for _ in range(OPENING if first else MOST):
            direction = self.precondition(residual, rho)
            size = _inner(direction, residual)
            if begun is not None and size <= (ENOUGH_FIRST if first else ENOUGH) ** 2 * begun:
                break
            begun = size if begun is None else begun
            self._keep(direction)
            self._descend(residual, rho)
            residual = self.residual(g, rho)
        return self._z

    def residual(self, g: torch.Tensor, rho: float) -> torch.Tensor:
        """Right side minus left side at the newest z."""
        residual = torch.sub(g, self._pull).mul_(rho)
        residual[0] += self.data
        residual[0].sub_(self._gram, alpha=self.mu)
        return residual

    def gradient(self) -> torch.Tensor:
        """(1, H, W) of mu/2 ||A x - y||^2 at the newest image, where data = mu A* y."""
        return (self.mu * self._gram - self.data)[None]

    def _multiply(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        k = self.regulariser
        return z if k.orthonormal else k.synthesise(k.analyse(z)), self.operator.gram(z[0])

    def _keep(self, direction: torch.Tensor) -> None:
        """A direction and its products, in the place of the oldest one."""
        pull, gram = self._multiply(direction)
        slot = self._count % self.memory
        self._steps[slot], self._seen[slot] = direction.flatten(), gram.flatten()
        if pull is not direction:
            self._pulled[slot] = pull.flatten()
        self._count += 1
        kept = min(self._count, self.memory)
        images = self._steps[:kept, : gram.numel()]
        for which, row in enumerate((_inners(self._steps[:kept], pull), _inners(images, gram))):
            self._products[which, :kept, slot] = row
            self._products[which, slot, :kept] = row.conj()

    def _descend(self, residual: torch.Tensor, rho: float) -> None:
        """To the minimum over the span of the directions kept."""
        kept = min(self._count, self.memory)
        right = _inners(self._steps[:kept], residual)
        matrix = rho * self._products[0, :kept, :kept] + self.mu * self._products[1, :kept, :kept]
        share = _solve(matrix, right)
        share = torch.as_tensor(share if residual.is_complex() else share.real).to(residual.device, residual.dtype)
        self._z = _moved(self._z, share, self._steps[:kept])
        self._pull = self._z if self.regulariser.orthonormal else _moved(self._pull, share, self._pulled[:kept])
        self._gram = _moved(self._gram, share, self._seen[:kept])

    def precondition(self, residual: torch.Tensor, rho: float) -> torch.Tensor:
        """The circulant's solution; positive definite whatever the operator, so the updates converge with any."""
        if not self._made_for / NEAR <= rho <= self._made_for * NEAR:
            self._made_for, self._inverse = rho, _preconditioner(self.operator, self.regulariser, rho, self.mu)
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


def _inners(rows: torch.Tensor, v: torch.Tensor) -> np.ndarray:
    """<row, v> for every row; v alone is conjugated, which is one pass over memory and not one for each row."""
    return torch.mv(rows, v.flatten().conj().resolve_conj()).conj().resolve_conj().cpu().numpy()


def _moved(z: torch.Tensor, share: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """z + sum of share times row, a new tensor."""
    return torch.addmv(z.flatten(), rows.mT, share).view_as(z)


def _inner(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(torch.vdot(a.flatten(), b.flatten()).real)


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Of a small Hermitian system, without the combinations that are zero but for rounding."""
    scale = np.sqrt(np.maximum(matrix.diagonal().real, 1e-300))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    inverse = np.where(values > DEPENDENT * values[-1], 1 / np.maximum(values, 1e-300), 0.0)
    return (vectors * inverse) @ (vectors.conj().T @ (right / scale)) / scale
