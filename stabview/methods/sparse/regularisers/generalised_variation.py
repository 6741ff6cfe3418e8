"""Second-order total generalised variation: piecewise affine, not piecewise constant (Bredies, Kunisch, Pock 2010)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from stabview.methods.sparse.regularisers.differences import gradient, gradient_adjoint
from stabview.methods.sparse.regularisers.fused_regulariser import FusedRegulariser
from stabview.methods.sparse.regularisers.regulariser import Block

HALF_ROOT = 0.5**0.5


class GeneralisedVariation(FusedRegulariser):
    """TGV^2(x) = min over w of alpha_1 sum |grad x - w| + alpha_0 sum |E w|; z = (x, w_1, w_2).

    grad takes forward differences, E = (J + J^T) / 2 backward ones, both periodic, so that both terms vanish where x is
    affine and w its slope. |E w| is the Frobenius norm: the off-diagonal entry counts twice.

    Parameters
    ----------
    alpha : (alpha_0, alpha_1); (1, 1) in Antun et al. (2020), (2, 1) customary for denoising.
    balance : factor at which K holds E w, its weight divided by it; ADMM takes the fewest steps at about 2 (measured
        over masks, rates and both alpha), the minimiser does not depend on it.
    """

    name = "tgv"
    title = "TGV"
    planes = 3
    shrinkage = 0.06

    def __init__(self, *, alpha: tuple[float, float] = (1.0, 1.0), balance: float = 2.0) -> None:
        if min(alpha) <= 0:
            raise ValueError(f"the weights of TGV are positive, not {alpha}")
        self.alpha, self.balance = (float(alpha[0]), float(alpha[1])), balance
        self.blocks = (Block(grouped=True, weight=self.alpha[1]), Block(grouped=True, weight=self.alpha[0] / balance))

    def analyse(self, z: torch.Tensor) -> list[torch.Tensor]:
        slopes = gradient(z[0])
        return [slopes.sub_(z[1:]), symmetrised_gradient(z[1:]).mul_(self.balance)]

    def synthesise(self, c: list[torch.Tensor]) -> torch.Tensor:
        z = c[0].new_empty((3, *c[0].shape[1:]))
        gradient_adjoint(c[0], out=z[0])
        symmetrised_gradient_adjoint(c[1], out=z[1:])
        z[1:].mul_(self.balance).sub_(c[0])
        return z

    def norm_squared(self) -> float:
        """The larger eigenvalue of the form (8^(1/2) a + b)^2 + 8 balance^2 b^2, a = ||x||, b = ||w||."""
        first, second = 8.0, 1.0 + 8.0 * self.balance**2
        return (first + second) / 2 + (((first - second) / 2) ** 2 + 8.0) ** 0.5

    def gram_spectrum(self, shape: tuple[int, int], device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        kind = torch.complex128 if dtype == torch.float64 else torch.complex64
        return torch.from_numpy(_symbol(tuple(shape), self.balance)).to(device=device, dtype=kind, copy=True)

    def describe(self) -> dict[str, object]:
        return {"alpha": self.alpha}


@lru_cache(maxsize=4)
def _symbol(shape: tuple[int, int], balance: float) -> np.ndarray:
    """(3, 3, H, W) in double precision; kept, since every solve needs it."""
    forward = [np.exp(2j * np.pi * np.fft.fftfreq(n)) - 1 for n in shape]
    d1, d2 = np.broadcast_arrays(forward[0][:, None], forward[1][None, :])
    b1, b2 = -d1.conj(), -d2.conj()
    s = balance**2
    symbol = np.zeros((3, 3, *shape), dtype=np.complex128)
    symbol[0, 0] = abs(d1) ** 2 + abs(d2) ** 2
    symbol[0, 1], symbol[0, 2] = -d1.conj(), -d2.conj()
    symbol[1, 1] = 1 + s * (abs(b1) ** 2 + abs(b2) ** 2 / 2)
    symbol[2, 2] = 1 + s * (abs(b2) ** 2 + abs(b1) ** 2 / 2)
    symbol[1, 2] = s * b2.conj() * b1 / 2
    for row, column in ((1, 0), (2, 0), (2, 1)):
        symbol[row, column] = symbol[column, row].conj()
    return symbol


def symmetrised_gradient(w: torch.Tensor) -> torch.Tensor:
    """(3, H, W) from w (2, H, W): d_1 w_1, d_2 w_2 and (d_2 w_1 + d_1 w_2) / sqrt(2), backward and periodic."""
    e = torch.empty((3, *w.shape[1:]), dtype=w.dtype, device=w.device)
    _down(w[0], out=e[0])
    _right(w[1], out=e[1])
    _right(w[0], out=e[2])
    e[2].add_(w[1])
    e[2, 1:].sub_(w[1, :-1])
    e[2, 0].sub_(w[1, -1])
    e[2].mul_(HALF_ROOT)
    return e


def symmetrised_gradient_adjoint(e: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """(2, H, W) adjoint of `symmetrised_gradient`."""
    if out is None:
        out = torch.empty((2, *e.shape[1:]), dtype=e.dtype, device=e.device)
    mixed = e[2] * HALF_ROOT
    for k, (rows, columns) in enumerate(((e[0], mixed), (mixed, e[1]))):
        torch.add(rows, columns, out=out[k])
        out[k, :-1].sub_(rows[1:])
        out[k, -1].sub_(rows[0])
        out[k, :, :-1].sub_(columns[:, 1:])
        out[k, :, -1].sub_(columns[:, 0])
    return out


def _down(x: torch.Tensor, out: torch.Tensor) -> None:
    """Backward differences along the rows, periodic."""
    torch.sub(x[1:], x[:-1], out=out[1:])
    torch.sub(x[0], x[-1], out=out[0])


def _right(x: torch.Tensor, out: torch.Tensor) -> None:
    """Backward differences along the columns, periodic."""
    torch.sub(x[:, 1:], x[:, :-1], out=out[:, 1:])
    torch.sub(x[:, 0], x[:, -1], out=out[:, 0])
