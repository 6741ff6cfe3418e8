"""Problems whose worst perturbation is known, to try a search on: a linear twin and a planted instability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from stabview.methods.method import Method, MethodSpec
from stabview.perturbation.ball import INSIDE
from stabview.perturbation.goal import Change
from stabview.perturbation.objective import Objective
from stabview.perturbation.space import Space
from stabview.sampling.operator import SamplingOperator

CUTOFF = 0.15
"""Frequency, in cycles per pixel, at which the twin's filter is half as large as at zero."""


class LinearTwin:
    """The direct reconstruction, filtered by 1 / (1 + (w / CUTOFF)^2): linear, with one largest singular value.

    Zero-filling alone will not do: of single-coil data all sampled frequencies are equally bad.
    """

    spec = MethodSpec("linear-twin", "Linear twin")
    takes_batches = True

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        image = operator.quick_inverse(y)
        down, right = (torch.fft.fftfreq(side, device=y.device, dtype=image.real.dtype) for side in image.shape[-2:])
        gain = 1 / (1 + (down[:, None].square() + right.square()) / CUTOFF**2)
        filtered = torch.fft.ifft2(torch.fft.fft2(image) * gain)
        return filtered if image.is_complex() else filtered.real


def largest_gain(objective: Objective) -> float:
    """The largest singular value of a linear method in the objective's space, by Lanczos on J*J."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    zero = objective.space.zero
    twice = 2 if zero.is_complex() else 1
    size, rest = zero.numel() * twice, objective.having(goal=Change())

    def apply(flat: np.ndarray) -> np.ndarray:
        v = torch.from_numpy(flat.astype(np.float32 if zero.real.dtype == torch.float32 else np.float64))
        v = torch.view_as_complex(v.reshape(*zero.shape, 2)) if zero.is_complex() else v.reshape(zero.shape)
        gradient = rest(v.to(zero.device)).gradient  # of 1/2 ||J v||^2, which is J*J v
        return (torch.view_as_real(gradient) if zero.is_complex() else gradient).cpu().double().numpy().ravel()

    begin = np.random.default_rng(0).standard_normal(size)
    values = eigsh(LinearOperator((size, size), apply), k=1, v0=begin, tol=1e-6, return_eigenvectors=False)
    return float(values[-1]) ** 0.5


@dataclass(frozen=True, eq=False)
class Planted:
    """f(y') + effect |s|^difficulty d, with s = Re<u, y' - y> over its largest value in the ball of the budget.

    u is a random direction among those that perturbations reach, d a random image of norm 1. So a perturbation of the
    budget's size with about this effect exists. With difficulty 1 it is a planted singular vector; the larger the
    difficulty, the flatter the function is around the clean data, and the harder it is to find.
    """

    method: Method
    y: torch.Tensor
    u: torch.Tensor
    pattern: torch.Tensor
    largest: float
    effect: float
    difficulty: float

    @property
    def spec(self) -> MethodSpec:
        facts = {**self.method.spec.parameters, "planted": self.effect, "difficulty": self.difficulty}
        return MethodSpec(self.method.spec.name, f"{self.method.spec.title} with a planted instability", facts)

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        share = (self.u.conj() * (y - self.y)).real.sum() / self.largest
        return self.method(y, operator) + self.effect * share.abs() ** self.difficulty * self.pattern

    def found(self, reconstruction: torch.Tensor, clean: torch.Tensor) -> float:
        """What of the effect a reconstruction shows: the change over the effect."""
        return float(torch.linalg.vector_norm(reconstruction - clean)) / self.effect


def planted(
    method: Method, space: Space, *, budget: float, effect: float, difficulty: float, seed: int = 0
) -> Planted:
    """Plant an instability in a method of one image."""
    generator = torch.Generator().manual_seed(seed)
    radius = budget * space.reference * INSIDE
    hidden = space.random(1, generator) * radius
    with torch.no_grad():
        u = space.data(hidden)[0] - space.y
    u = u / torch.linalg.vector_norm(u)
    v = space.zero[None].requires_grad_(True)
    with torch.enable_grad():
        inner = (u.conj() * (space.data(v)[0] - space.y)).real.sum()
    (slope,) = torch.autograd.grad(inner, v)
    best = space.ball.extreme(space.allowed(slope)) * radius
    with torch.no_grad():
        largest = float((u.conj() * (space.data(best)[0] - space.y)).real.sum())
    kind = torch.complex64 if space.x.is_complex() else torch.float32
    pattern = torch.randn(space.x.shape, generator=generator, dtype=kind).to(space.x.device, space.x.dtype)
    return Planted(
        method, space.y, u, pattern / torch.linalg.vector_norm(pattern), largest, effect, difficulty
    )  # fmt: skip
