"""Sparse and least squares methods with a gradient in the data, by implicit differentiation at the minimum.

At the minimum z of g(A x - y) + lambda sum w |K z|, x the first plane of z, the optimality condition differentiated
says H dz = A* C dy with H = A* C A + lambda K* D K: C the Hessian of g, D that of the moduli. So the gradient of a
number in y from its gradient v in x is C A H^-1 v, one linear system for each evaluation, however many iterations the
solver took. The moduli are rounded (Huber) below a small share of max|x|, since they have no Hessian at zero.

P1 is not differentiated: its constraint is either active, and then it is P2 for another lambda, or x does not depend
on y smoothly. Nor are reweighted methods, whose weights depend on the data.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from stabview.images.errors import InputError
from stabview.methods.linear.least_squares import LeastSquares
from stabview.methods.method import Method
from stabview.methods.sparse.method import Solution, SparseMethod
from stabview.methods.sparse.objective import Norm, Squares
from stabview.methods.sparse.regularisers.regulariser import Block
from stabview.sampling.fourier import REAL_OF
from stabview.sampling.operator import SamplingOperator

ROUNDING = 1e-3
"""Below this share of max|x| the modulus of a coefficient is rounded."""
EXACT = 1e-4
"""Share of ||y|| below which the misfit of P3 counts as zero."""
STEPS, TOLERANCE = 200, 1e-3
"""Of the conjugate gradients for the linear system: steps at most, and relative residual."""


class ImplicitMethod:
    """`method` with a gradient; called like it, and it solves in the same way.

    After a call `last` is its `Solution` (with its gap); `residual` is that of the last linear system, relative.
    """

    def __init__(self, method: SparseMethod | LeastSquares) -> None:
        if isinstance(method, SparseMethod) and not isinstance(method.objective.data, Squares | Norm):
            raise InputError(
                f"{method.spec.title} is constrained and has no gradient in the data; choose [soa] problem p2 or p3."
            )
        if isinstance(method, SparseMethod) and method.algorithm == "reweighted":
            raise InputError(
                f"{method.spec.title} changes its objective from solve to solve and has no gradient in the data; choose"
                " [soa] method tv, tgv, wavelet or firenet."
            )
        self.method = method
        self.spec = replace(method.spec, parameters={**method.spec.parameters, "gradient": "implicit"})
        self.last: Solution | None = None
        self.residual = 0.0

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        return _Minimum.apply(y, operator, self)

    def solve(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        """z (planes, H, W)."""
        self.last = self.method.solve(y, operator)
        return self.last.x[None] if self.last.planes is None else self.last.planes

    def pull_back(
        self, gradient: torch.Tensor, z: torch.Tensor, y: torch.Tensor, operator: SamplingOperator
    ) -> torch.Tensor:
        """The gradient in y, from that in x (H, W)."""
        if isinstance(self.method, LeastSquares):
            weight = self.method.weight(operator)
            seen = operator.norm() ** 2
            system = _System(lambda p: operator.gram(p[0])[None] + weight * p, lambda p: p / (seen + weight))
            return operator._forward(self._solved(system, gradient[None])[0])
        misfit = operator._forward(z[0]) - y
        curve, size = _curvature(self.method.objective.data, misfit, float(torch.linalg.vector_norm(y)))
        right = torch.zeros_like(z)
        right[0] = gradient
        system = _sparse_system(self.method, operator, z, curve, size)
        return curve(operator._forward(self._solved(system, right)[0]))

    def _solved(self, system: _System, right: torch.Tensor) -> torch.Tensor:
        solution, self.residual = system.solve(right)
        return solution


def differentiable(method: Method) -> Method:
    """The method itself where automatic differentiation goes through it, or with an implicit gradient."""
    return ImplicitMethod(method) if isinstance(method, SparseMethod | LeastSquares) else method


class _Minimum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y: torch.Tensor, operator: SamplingOperator, owner: ImplicitMethod) -> torch.Tensor:
        z = owner.solve(y, operator)
        ctx.operator, ctx.owner = operator, owner
        ctx.save_for_backward(y, z)
        return z[0].clone()

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        y, z = ctx.saved_tensors
        return ctx.owner.pull_back(gradient, z, y, ctx.operator), None, None


class _System:
    """H p = b by preconditioned conjugate gradients; H symmetric and positive."""

    def __init__(self, apply, precondition) -> None:
        self.apply, self.precondition = apply, precondition

    @torch.no_grad()
    def solve(self, b: torch.Tensor) -> tuple[torch.Tensor, float]:
        """The solution and its relative residual."""
        size = float(torch.linalg.vector_norm(b))
        p, residual = torch.zeros_like(b), b
        if size == 0:
            return p, 0.0
        ahead = self.precondition(residual)
        direction, energy = ahead, _inner(residual, ahead)
        for _ in range(STEPS):
            image = self.apply(direction)
            length = energy / max(_inner(direction, image), 1e-30)
            p, residual = p + length * direction, residual - length * image
            if float(torch.linalg.vector_norm(residual)) <= TOLERANCE * size:
                break
            ahead = self.precondition(residual)
            before, energy = energy, _inner(residual, ahead)
            direction = ahead + (energy / before) * direction
        return p, float(torch.linalg.vector_norm(residual)) / size


def _sparse_system(method: SparseMethod, operator: SamplingOperator, z: torch.Tensor, curve, size: float) -> _System:
    """H of a sparse method at z. `size` : about how large C is."""
    regulariser, weight = method.objective.regulariser, method.objective.lambda_
    blocks = regulariser.blocks
    least = max(ROUNDING * float(z[0].abs().max()), 1e-12)
    curved = [_Curved(block, c, least) for block, c in zip(blocks, regulariser.analyse(z), strict=True)]

    def apply(p: torch.Tensor) -> torch.Tensor:
        bent = [one(c) for one, c in zip(curved, regulariser.analyse(p), strict=True)]
        image = weight * regulariser.synthesise(bent)
        image[0] = image[0] + operator._adjoint(curve(operator._forward(p[0])))
        return image + floor * p

    typical = weight * sum(one.typical for one in curved) / len(curved)
    floor = 1e-6 * size * operator.norm() ** 2
    symbol = regulariser.gram_spectrum(operator.image_shape, z.device, REAL_OF[z.dtype])
    seen = operator.gram_spectrum()
    seen = seen if seen is not None else operator.norm() ** 2 * min(1.0, operator.rate or 0.5)
    if symbol is None or regulariser.planes > 1:
        return _System(apply, lambda p: p)
    divisor = size * seen + typical * symbol[0, 0] + floor

    def precondition(p: torch.Tensor) -> torch.Tensor:
        image = torch.fft.ifft2(torch.fft.fft2(p) / divisor)
        return image if p.is_complex() else image.real

    return _System(apply, precondition)


class _Curved:
    """The Hessian of sum w |c|, rounded below `least`, times coefficients."""

    def __init__(self, block: Block, c: torch.Tensor, least: float) -> None:
        self.block, size = block, block.size(c)
        self.straight = size > least
        self.unit = torch.where(self.straight, c / size.clamp_min(least), torch.zeros_like(c))
        self.scale = block.weight / size.clamp_min(least)

    @property
    def typical(self) -> float:
        """A number to stand for the Hessian in a preconditioner: the geometric mean of its scale."""
        return float(self.scale.clamp_min(1e-12).log().mean().exp())

    def __call__(self, d: torch.Tensor) -> torch.Tensor:
        along = (self.unit.conj() * d).real
        along = along.sum(dim=0, keepdim=True) if self.block.grouped else along
        return self.scale * (d - self.unit * along)


def _curvature(data: Squares | Norm, misfit: torch.Tensor, whole: float):
    """C, the Hessian of the data term, and about how large it is: 1, or (I - u u*) / ||misfit||.

    P3 may meet the data exactly; then a stiff spring stands for the constraint. whole : ||y||.
    """
    if isinstance(data, Squares):
        return (lambda v: v), 1.0
    size = float(torch.linalg.vector_norm(misfit))
    if size < EXACT * whole:
        size = EXACT * whole
        return (lambda v: v / size), 1 / size
    unit = misfit / size
    return (lambda v: (v - unit * (unit.conj() * v).real.sum()) / size), 1 / size


def _inner(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a.conj() * b).real.sum(dtype=torch.float64))
