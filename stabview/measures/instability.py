"""The universal instability bound: who recovers two images whose data nearly agree cannot be stable.

Gottschling, Antun, Adcock and Hansen, The troublesome kernel (2020), Theorem 3.1; Antun and Colbrook, Geilo lectures
2021. If ||f(Ax) - x||, ||f(Ax') - x'|| and ||Ax - Ax'|| are all at most eta, then for every eps >= eta the Lipschitz
constant of f over the ball of radius eps about Ax is at least (||x - x'|| - 2 eta) / eps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from stabview.sampling.operator import SamplingOperator

Reconstruction = Callable[[torch.Tensor, SamplingOperator], torch.Tensor]


@dataclass(frozen=True)
class InstabilityBound:
    """What two images x and x' say about a method. Norms are l2 over all pixels or samples.

    Attributes
    ----------
    error, other_error : ||f(Ax) - x||, ||f(Ax') - x'||.
    distance, data_distance : ||x - x'||, ||Ax - Ax'||.
    change : ||f(Ax') - f(Ax)||.
    false_negative : ||f(A x' + e) - x|| with e = A(x - x'): what x' has beyond x is missed after a change of
        ||e|| = data_distance. false_positive : ||f(A x + e) - x'|| with e = A(x' - x): it is invented.
    """

    error: float
    other_error: float
    distance: float
    data_distance: float
    change: float
    false_negative: float
    false_positive: float

    @property
    def eta(self) -> float:
        """The smallest radius of which the theorem speaks."""
        return max(self.error, self.other_error, self.data_distance) + 1e-12

    @property
    def lipschitz(self) -> float:
        """The bound at eps = eta; it says nothing where it is not positive."""
        return (self.distance - 2 * self.eta) / self.eta

    @property
    def vacuous(self) -> bool:
        return self.lipschitz <= 0

    @property
    def measured(self) -> float:
        """||f(Ax') - f(Ax)|| / ||Ax' - Ax||, a lower bound of the same constant by this pair itself."""
        return self.change / self.data_distance if self.data_distance > 0 else float("inf") if self.change else 0.0

    @property
    def witnesses_hold(self) -> bool:
        """Whether both witnesses are within eta, as the theorem says (rounding aside)."""
        slack = self.eta + 1e-5 * self.distance
        return self.false_negative <= slack and self.false_positive <= slack


@torch.no_grad()
def instability_bound(
    method: Reconstruction, operator: SamplingOperator, x: torch.Tensor, other: torch.Tensor
) -> InstabilityBound:
    """The bound of a method from the pair x, x' = other, both (H, W) of the operator's type, without noise."""
    norm = torch.linalg.vector_norm
    y, z = operator(x), operator(other)
    estimate, twin = method(y, operator), method(z, operator)
    return InstabilityBound(
        float(norm(estimate - x)), float(norm(twin - other)), float(norm(x - other)), float(norm(y - z)),
        float(norm(twin - estimate)),
        float(norm(method(z + operator(x - other), operator) - x)),
        float(norm(method(y + operator(other - x), operator) - other)),
    )  # fmt: skip
