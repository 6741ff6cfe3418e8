"""Least squares, of several coils the SENSE reconstruction, by conjugate gradients.

Without a preconditioner: the nearest circulant saves no steps to a gap of 1e-3 at lambda 1e-3 (30 instead of 23 with 15
coils and lines, 17 to 23 instead of 10 to 13 of a Radon transform), since it lifts what was hardly measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from stabview.images.errors import InputError
from stabview.methods.method import MethodSpec
from stabview.methods.sparse.method import Solution
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.sampling.operator import SamplingOperator

DELAY = 4
"""Steps whose decreases of F make the estimate of the gap before them (Hestenes and Stiefel 1952)."""
LOOK, REFRESH = 8, 48
"""Steps after which F, and the residual too, are computed anew, so that rounding does not add up in float32."""


class LeastSquares:
    """min 1/2 ||Ax - y||^2 + lambda/2 ||x||^2 from zero, by conjugate gradients on (A*A + lambda) x = A*y.

    With several coils this is SENSE (Pruessmann et al. 2001). Without lambda the iterates first come near to the image
    and later fit the noise; `noise` then ends the iteration where the misfit is as large as the noise (Morozov).

    Parameters
    ----------
    lambda_ : in units of ||A||^2, so 1e-3 means the same for every operator.
    tolerance : of the relative residual ||A*(Ax - y) + lambda x|| / ||A*y||.
    noise : ||e|| / ||Ax|| of the data; 0 means that no misfit is small enough.

    After a call `last` is its `Solution`; `stopped_early` says that the noise ended it.
    """

    def __init__(
        self, *, lambda_: float = 0.0, tolerance: float = 1e-4, noise: float = 0.0, max_steps: int = 500,
        title: str = "Least squares",
    ) -> None:  # fmt: skip
        if not lambda_ >= 0 or not noise >= 0 or not tolerance > 0:
            raise InputError("lambda and the noise level cannot be negative, and the tolerance has to be positive.")
        self.lambda_, self.tolerance, self.noise, self.max_steps = lambda_, tolerance, noise, max_steps
        self.last: Solution | None = None
        self.stopped_early = False
        self.spec = MethodSpec(
            "cg", f"{title}, λ {lambda_:.2g}" if lambda_ else title,
            {"lambda": lambda_, "tolerance": tolerance, "noise": noise, "max_steps": max_steps},
        )  # fmt: skip

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        """The reconstruction (H, W), from zero."""
        return self.solve(y, operator).x

    def weight(self, operator: SamplingOperator) -> float:
        """lambda in the units of A*A."""
        return self.lambda_ * operator.norm() ** 2 if self.lambda_ else 0.0

    def solve(
        self, y: torch.Tensor, operator: SamplingOperator, *, start: WarmStart | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Solution:  # fmt: skip
        """Solve until the residual is small, the misfit is as small as the noise, or `stopped()`."""
        iterate, converged, self.stopped_early = None, False, False
        size = _size(y)
        gaps = _Gap()
        for iterate, residual in self._steps(y, operator, start):
            gap = gaps.estimate(iterate.objective)
            misfit = max(2 * iterate.objective - self.weight(operator) * _energy(iterate.x), 0.0) ** 0.5
            self.stopped_early = self.noise > 0 and misfit <= self.noise * size
            converged = residual <= self.tolerance or self.stopped_early
            if converged or stopped():
                break
        self.last = Solution(iterate.x, iterate.objective, gap, False, iterate.step, converged, iterate.start)
        return self.last

    def iterates(
        self, y: torch.Tensor, operator: SamplingOperator, *, start: WarmStart | None = None
    ) -> Iterator[SolverIterate]:
        """Every iterate with its objective; the caller looks and stops."""
        for iterate, _ in self._steps(y, operator, start):
            yield iterate

    @torch.no_grad()
    def _steps(
        self, y: torch.Tensor, operator: SamplingOperator, start: WarmStart | None
    ) -> Iterator[tuple[SolverIterate, float]]:
        """Iterates, the start among them, and their relative residuals."""
        weight = self.weight(operator)
        back = operator._adjoint(y)
        size = _size(back)
        x = torch.zeros_like(back) if start is None or start.algorithm != "cg" else start.tensors[0]
        residual = _residual(operator, weight, back, x)
        value = _value(operator, weight, y, x)
        direction, energy = residual, _energy(residual)
        for step in range(self.max_steps + 1):
            relative = _size(residual) / size if size > 0 else 0.0
            yield SolverIterate(step, x[None], value, start=WarmStart("cg", (x,))), relative
            if relative == 0:
                return
            image = operator.gram(direction)
            image = image.add_(direction, alpha=weight) if weight else image
            length = energy / _inner(direction, image)
            x = torch.add(x, direction, alpha=length)
            residual = torch.sub(residual, image, alpha=length)
            value -= 0.5 * length * energy
            if (step + 1) % LOOK == 0:
                value = _value(operator, weight, y, x)
            if (step + 1) % REFRESH == 0:
                residual = _residual(operator, weight, back, x)
                direction, energy = residual, _energy(residual)
            else:
                previous, energy = energy, _energy(residual)
                direction = torch.add(residual, direction, alpha=energy / previous)


class _Gap:
    """(F - F*) / F* from the decreases that followed: sum over `DELAY` steps, an estimate from below."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def estimate(self, value: float) -> float:
        self._values = [*self._values[-DELAY:], value]
        if len(self._values) <= DELAY:
            return float("inf")
        return (self._values[0] - value) / max(value, 1e-30)


def least_squares_method(
    operator: SamplingOperator, *, lambda_: float | None = None, noise: float = 0.0, tolerance: float = 1e-4
) -> LeastSquares:
    """The method named "cg", set up for an operator.

    lambda left open: zero where the misfit tells when to stop (`noise` known); 1e-3 for several coils, where a small
    weight keeps the frequencies that no coil resolves from growing, and for everything else that is under-determined.
    """
    title = "SENSE (CG)" if operator.name == "multicoil" else "Least squares (CG)"
    if lambda_ is None:
        lambda_ = 0.0 if noise > 0 else 1e-3
    return LeastSquares(lambda_=lambda_, noise=noise, tolerance=tolerance, title=title)


def _residual(operator: SamplingOperator, weight: float, back: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    if not x.any():
        return back.clone()
    return back - operator.gram(x) - weight * x


def _value(operator: SamplingOperator, weight: float, y: torch.Tensor, x: torch.Tensor) -> float:
    misfit = operator._forward(x) - y if x.any() else y
    return 0.5 * _energy(misfit) + 0.5 * weight * _energy(x)


def _size(z: torch.Tensor) -> float:
    """||z||, summed in float64: F is often a thousandth of the ||y||^2 / 2 that it starts from."""
    parts = torch.view_as_real(z.resolve_conj()) if z.is_complex() else z
    return float(torch.linalg.vector_norm(parts, dtype=torch.float64))


def _energy(z: torch.Tensor) -> float:
    return _size(z) ** 2


def _inner(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(torch.vdot(a.flatten(), b.flatten()).real)
