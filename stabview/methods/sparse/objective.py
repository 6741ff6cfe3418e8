"""What the sparse methods minimise: a data term of A x - y plus lambda times a regulariser.

The three problems of compressed sensing, by the names of Antun and Colbrook's lectures (Geilo 2021):
P1  min R(x) subject to ||Ax - y|| <= eta,   P2  min 1/2 ||Ax - y||^2 + lambda R(x)   (here with 1/2),
P3  min ||Ax - y|| + lambda R(x)   (square-root LASSO: its lambda does not depend on the noise level).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch

from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.sampling.operator import SamplingOperator


class DataTerm(ABC):
    """g(v) of the misfit v = Ax - y."""

    name: str

    @abstractmethod
    def value(self, v: torch.Tensor) -> float:
        """g(v); a constraint is 0, whether it is met or not."""

    @abstractmethod
    def prox(self, v: torch.Tensor, t: float) -> torch.Tensor:
        """argmin_w g(w) + ||w - v||^2 / (2 t)."""

    def dual_step(self, q: torch.Tensor, sigma: float) -> torch.Tensor:
        """The proximal map of sigma g*, by Moreau's identity: the dual step of primal-dual algorithms."""
        return q - sigma * self.prox(q / sigma, 1 / sigma)

    @abstractmethod
    def conjugate(self, u: torch.Tensor) -> float:
        """g*(u), infinite where the dual is not feasible (with 1e-6 of slack)."""


class Squares(DataTerm):
    """P2: 1/2 ||v||^2."""

    name = "p2"

    def value(self, v: torch.Tensor) -> float:
        return 0.5 * _norm(v) ** 2

    def prox(self, v: torch.Tensor, t: float) -> torch.Tensor:
        return v / (1 + t)

    def conjugate(self, u: torch.Tensor) -> float:
        return 0.5 * _norm(u) ** 2


class Norm(DataTerm):
    """P3: ||v||."""

    name = "p3"

    def value(self, v: torch.Tensor) -> float:
        return _norm(v)

    def prox(self, v: torch.Tensor, t: float) -> torch.Tensor:
        return v * max(0.0, 1 - t / max(_norm(v), 1e-30))

    def conjugate(self, u: torch.Tensor) -> float:
        return 0.0 if _norm(u) <= 1 + 1e-6 else float("inf")


@dataclass(frozen=True)
class Ball(DataTerm):
    """P1: the constraint ||v|| <= eta."""

    eta: float
    name = "p1"

    def value(self, v: torch.Tensor) -> float:
        return 0.0

    def prox(self, v: torch.Tensor, t: float) -> torch.Tensor:
        return v * min(1.0, self.eta / max(_norm(v), 1e-30))

    def conjugate(self, u: torch.Tensor) -> float:
        return self.eta * _norm(u)


@dataclass(frozen=True, eq=False)
class Objective:
    """F(z) = g(A x - y) + lambda sum_b w_b |(K z)_b|, x the first plane of z. `lambda_` is 1 for P1."""

    data: DataTerm
    regulariser: Regulariser
    lambda_: float

    def value(self, operator: SamplingOperator, z: torch.Tensor, y: torch.Tensor) -> float:
        """F(z). z : (planes, H, W)."""
        fit = self.data.value(operator._forward(z[0]) - y)
        return fit + self.lambda_ * float(self.regulariser.value(self.regulariser.analyse(z)))


def _norm(v: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(torch.view_as_real(v) if v.is_complex() else v))
