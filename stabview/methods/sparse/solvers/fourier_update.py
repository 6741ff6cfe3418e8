"""The image update of ADMM for single-coil Fourier data, exact for P1, P2 and P3 alike: one pair of transforms.

z = argmin g(A x - y) + rho/2 ||K z - c||^2 has the spectrum

    Z = (A*A + t K*K)^-1 (A*y + t K*c),

where t = rho for P2, t = rho ||A x - y|| for P3, and for P1 such that ||A x - y|| = eta: the root of a function of one
number, concave and increasing, which Newton's method finds in a few passes over the samples from the root of the step
before. So P1's iterates are feasible, and neither P1 nor P3 needs a second splitting.
"""

from __future__ import annotations

import torch

from stabview import kernels
from stabview.methods.sparse.objective import DataTerm, Norm, Squares
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.solvers.block_symbol import block_inverse, multiply
from stabview.sampling.fourier import REAL_OF, FourierOperator

NEWTON = 30
CLOSE = 1e-6
"""Relative accuracy of the root."""


class FourierUpdate:
    """(K*c, z, rho) -> the next z, a new tensor; `fit` is then g(A x - y) if a look was asked for.

    Parameters
    ----------
    y : (H, W) data on the full grid.
    """

    exact = True

    def __init__(self, data: DataTerm, operator: FourierOperator, regulariser: Regulariser, y: torch.Tensor) -> None:
        self.data, self.fit = data, 0.0
        shape = operator.image_shape
        self._weights = operator.gram_spectrum()
        self._size = (shape[0] * shape[1]) ** 0.5
        self._y = (operator.restrict(y) * self._size).contiguous()
        symbol = regulariser.gram_spectrum(shape, operator.device, REAL_OF[operator.dtype])
        self._rest = None
        if regulariser.planes > 1:
            # the auxiliary planes are eliminated: z_a = S_aa^-1 (g_a - S_a0 x)
            self._rest = block_inverse(symbol[1:, 1:], torch.zeros_like(self._weights), rho=1)
            self._across = multiply(self._rest, symbol[1:, 0])
            symbol = symbol[:1, :1] - (symbol[1:, 0].conj() * self._across).sum(0)
        self._symbol = symbol[0, 0].real.clamp(min=0).contiguous()
        if not isinstance(data, Squares):
            self._samples = (self._weights * self._symbol).flatten().nonzero()[:, 0]
            k = self._symbol.flatten()[self._samples]
            self._k, self._pulled_y = k.double(), self._y.flatten()[self._samples] * k
            self._least, self._most = CLOSE / float(self._k.max()), 1 / (CLOSE * float(self._k.max()))
            self._root = self._least

    def __call__(self, g: torch.Tensor, z: torch.Tensor, rho: float, *, look: bool = False) -> torch.Tensor:
        spectra = torch.fft.fft2(g)
        image = spectra[0]
        if self._rest is not None:
            image = image - (self._across.conj() * spectra[1:]).sum(0)
        t = rho if isinstance(self.data, Squares) else self._find(image, rho)
        if kernels.usable(image, self._y, self._weights, self._symbol):
            from stabview.methods.sparse.solvers.fused_spectrum import blend

            misfit = blend(*(kernels.reals(a) for a in (image, self._y, self._weights, self._symbol)), t) ** 0.5
        else:
            below = (self._weights + t * self._symbol).clamp_(min=1e-30)
            image = image.mul_(t * (self._symbol > 0).to(self._symbol.dtype)).add_(self._y).div_(below)
            left = torch.view_as_real(image * self._weights - self._y) if look else torch.zeros(())
            misfit = float(torch.linalg.vector_norm(left))
        if look:
            self.fit = self.data.value(torch.tensor([misfit / self._size], dtype=torch.float64))
        if self._rest is None:
            return torch.fft.ifft2(image[None])
        others = multiply(self._rest, spectra[1:]) - self._across * image
        return torch.fft.ifft2(torch.cat((image[None], others)))

    def _find(self, image: torch.Tensor, rho: float) -> float:
        """t for P1 and P3: ||A x - y||^2 = sum E / (1/t + k)^2 over the samples, E = |K*c - K*K A*y|^2, k of K*K."""
        there = torch.view_as_real(image.flatten()[self._samples] - self._pulled_y)
        energies = there.square().sum(-1, dtype=torch.float64).div_(self._size**2)
        if isinstance(self.data, Norm):
            self._root = self._newton(energies, self._root, 1.0, self._k, rho)
        elif self.data.eta > 0:
            self._root = 1 / self._newton(energies, 1 / self._root, self._k, 1.0, 1 / self.data.eta)
        return self._root

    def _newton(
        self, energies: torch.Tensor, m: float, a: torch.Tensor | float, b: torch.Tensor | float, wanted: float
    ) -> float:
        """m with (sum E / (a + m b)^2)^(-1/2) = wanted, concave and increasing in m; within the limits of t and 1/t."""
        for _ in range(NEWTON):
            below = 1 / (a + m * b)
            squares = energies * below * below
            size = max(float(squares.sum()) ** 0.5, 1e-150)
            slope = max(float((squares * below * b).sum()) / size**3, 1e-150)
            before, m = m, min(max(m + (wanted - 1 / size) / slope, self._least), self._most)
            if abs(m - before) <= CLOSE * m:
                break
        return m
