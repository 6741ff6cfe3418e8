"""LISTA: a few iterations of soft thresholding whose matrices are learnt (Gregor and LeCun, ICML 2010)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import nn

from stabview.methods.sparse.regularisers.wavelet_transform import WaveletTransform
from stabview.methods.sparse.solvers.firenet import soft
from stabview.sampling.operator import SamplingOperator

Linear = Callable[[torch.Tensor], torch.Tensor]


def thresholded(
    code: torch.Tensor, misfit: Linear, layers: Iterable[tuple[Linear, torch.Tensor]]
) -> torch.Tensor:
    """code <- S_theta(code + back(misfit(code))) for each layer (back, theta)."""
    for back, threshold in layers:
        code = soft(code + back(misfit(code)), threshold.relu())
    return code


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

    def forward(self, y: torch.Tensor, operator: Linear) -> torch.Tensor:
        """x (..., batch, columns) of y (..., batch, rows); `operator` is x -> A x. Differentiable in y."""
        x = y.new_zeros((*y.shape[:-1], self.matrices[0].shape[-2]))
        backs = [lambda misfit, matrix=matrix: misfit @ matrix.mT for matrix in self.matrices]
        return thresholded(x, lambda x: y - operator(x) / self.scale, zip(backs, self.thresholds, strict=True))


class ImageLISTA(nn.Module):
    """The same for the orthonormal wavelet coefficients c of an image: c + W V_k (y - A W* c), thresholded by scale.

    Consecutive layers share a matrix V_k, so that the file stays small; each has thresholds of its own, one a scale.
    With V_k = A* / ||A||^2 and thresholds lambda / ||A||^2, where it starts (`start_as_ista`), it is ISTA.

    Call with y : (..., samples) real and the operator; returns (..., size, size) real.

    Parameters
    ----------
    layers : of thresholding. matrices : how many different V_k they have.
    """

    operator = "gaussian"

    def __init__(
        self, size: int = 32, samples: int = 410, *, layers: int = 10, matrices: int = 4, wavelet: str = "db4",
        levels: int = 3,
    ) -> None:  # fmt: skip
        super().__init__()
        self.size, self.layers = size, layers
        self.transform = WaveletTransform(wavelet, (size, size), levels)
        scales = self.transform.by_scale([float(k + 1) for k in range(levels)], 0.0).long()
        self.register_buffer("scales", scales, persistent=False)
        self.matrices = nn.Parameter(torch.zeros(matrices, size**2, samples))
        self.thresholds = nn.Parameter(torch.zeros(layers, levels + 1))

    def start_as_ista(self, operator: SamplingOperator, weight: float) -> None:
        """Its first values: ISTA for min ||A W* c - y||^2 / 2 + weight ||c||_1."""
        with torch.no_grad():
            back = operator.adjoint(torch.eye(operator.samples, dtype=operator.dtype)).flatten(1).mT
            self.matrices.copy_(back / operator.norm() ** 2)
            self.thresholds.fill_(weight / operator.norm() ** 2)

    def forward(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        code = y.new_zeros((*y.shape[:-1], self.size, self.size))
        transform, shape = self.transform, (self.size, self.size)
        shared = [self.matrices[k * len(self.matrices) // self.layers] for k in range(self.layers)]
        backs = [lambda z, matrix=matrix: transform.forward((z @ matrix.mT).unflatten(-1, shape)) for matrix in shared]
        code = thresholded(
            code, lambda code: y - operator(transform.inverse(code)),
            zip(backs, (row[self.scales] for row in self.thresholds), strict=True),
        )  # fmt: skip
        return transform.inverse(code)
