"""Norm balls that perturbations must stay in: size, nearest point, and the point furthest along a direction.

Every function takes a batch v (n, *shape) of perturbations and treats each of them by itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch

INSIDE = 1 - 1e-6
"""Points put on the sphere of a radius lie a hair inside, so that rounding never passes it."""

NEWTON_STEPS = 8


class Ball(ABC):
    """The ball of a norm."""

    @abstractmethod
    def norm(self, v: torch.Tensor) -> torch.Tensor:
        """(n,) the norm of each perturbation."""

    @abstractmethod
    def extreme(self, m: torch.Tensor) -> torch.Tensor:
        """The v of norm 1 with the largest Re<m, v>; 0 where m is 0."""

    @abstractmethod
    def project(
        self, v: torch.Tensor, radius: torch.Tensor | float, metric: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The nearest perturbations whose norm is at most the radius, a number or (n,).

        metric : positive weights like v; nearest is then by the sum of metric |u - v|^2.
        """

    def normalised(self, v: torch.Tensor) -> torch.Tensor:
        """v scaled to norm 1."""
        return v / each(self.norm(v).clamp_min(_TINY), v)

    @abstractmethod
    def typical(self, shape: tuple[int, ...]) -> float:
        """The size of an entry of a perturbation of norm 1 that is spread evenly."""


class Euclidean(Ball):
    """||v||, the root of the sum of squares; complex moduli."""

    def norm(self, v: torch.Tensor) -> torch.Tensor:
        return torch.linalg.vector_norm(v.flatten(1), dim=1)

    def extreme(self, m: torch.Tensor) -> torch.Tensor:
        return self.normalised(m)

    def project(
        self, v: torch.Tensor, radius: torch.Tensor | float, metric: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = v if metric is None else self._drawn_in(v, radius * INSIDE, metric)
        return v * each((radius * INSIDE / self.norm(v).clamp_min(_TINY)).clamp_max(1), v)

    def _drawn_in(self, v: torch.Tensor, radius: torch.Tensor | float, metric: torch.Tensor) -> torch.Tensor:
        """s v / (s + mu) of norm `radius`, s the metric: Newton's method for mu, from below (Moré, Sorensen 1983)."""
        pull, mu = metric * v, torch.zeros(len(v), dtype=v.real.dtype, device=v.device)
        for _ in range(NEWTON_STEPS):
            inside = metric + each(mu, v)
            size = self.norm(pull / inside)
            slope = (pull.abs().square() / inside**3).flatten(1).sum(dim=1)
            mu = mu + ((size / radius - 1) * size.square() / slope.clamp_min(_TINY)).clamp_min(0)
        return pull / (metric + each(mu, v))

    def typical(self, shape: tuple[int, ...]) -> float:
        return max(1, torch.Size(shape).numel()) ** -0.5


class Box(Ball):
    """max |v_i| of real entries."""

    def norm(self, v: torch.Tensor) -> torch.Tensor:
        return v.abs().flatten(1).amax(dim=1)

    def extreme(self, m: torch.Tensor) -> torch.Tensor:
        return m.sgn()

    def project(
        self, v: torch.Tensor, radius: torch.Tensor | float, metric: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Whatever the metric: every entry by itself."""
        limit = each(torch.as_tensor(radius * INSIDE, dtype=v.dtype, device=v.device).expand(len(v)), v)
        return torch.clamp(v, -limit, limit)

    def typical(self, shape: tuple[int, ...]) -> float:
        return 1.0


class Spike(Ball):
    """sum |v_i| over pairs (real, imaginary) of entries: its extreme points are single complex spikes."""

    def norm(self, v: torch.Tensor) -> torch.Tensor:
        return _moduli(v).sum(dim=1)

    def extreme(self, m: torch.Tensor) -> torch.Tensor:
        moduli = _moduli(m)
        size, place = moduli.max(dim=1, keepdim=True)
        chosen = torch.zeros_like(moduli).scatter_(1, place, 1 / size.clamp_min(_TINY))
        return (m.reshape(len(m), -1, 2) * chosen[..., None]).reshape(m.shape)

    def project(
        self, v: torch.Tensor, radius: torch.Tensor | float, metric: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Soft thresholding of the moduli (Duchi et al., ICML 2008); a pair weighs as its two entries on average."""
        moduli = _moduli(v)
        ease = torch.ones_like(moduli) if metric is None else 1 / metric.reshape(len(v), -1, 2).mean(dim=2)
        limit = torch.as_tensor(radius * INSIDE, dtype=v.dtype, device=v.device).expand(len(v))[:, None]
        order = (moduli / ease).argsort(dim=1, descending=True)
        ordered, eased = moduli.gather(1, order), ease.gather(1, order)
        mu = (ordered.cumsum(dim=1) - limit) / eased.cumsum(dim=1)  # if so many moduli stay above 0
        kept = (ordered > mu * eased).sum(dim=1, keepdim=True).clamp_min(1)
        threshold = mu.gather(1, kept - 1).clamp_min(0) * ease
        share = (1 - threshold / moduli.clamp_min(_TINY)).clamp_min(0)
        return (v.reshape(len(v), -1, 2) * share[..., None]).reshape(v.shape)

    def typical(self, shape: tuple[int, ...]) -> float:
        return 1.0


@dataclass(frozen=True)
class Product(Ball):
    """Several balls, one for each stretch of entries of a flat v (n, K); the norm is the largest of theirs."""

    parts: tuple[tuple[slice, Ball], ...]

    def norm(self, v: torch.Tensor) -> torch.Tensor:
        return torch.stack([ball.norm(v[:, part]) for part, ball in self.parts]).amax(dim=0)

    def extreme(self, m: torch.Tensor) -> torch.Tensor:
        return torch.cat([ball.extreme(m[:, part]) for part, ball in self.parts], dim=1)

    def project(
        self, v: torch.Tensor, radius: torch.Tensor | float, metric: torch.Tensor | None = None
    ) -> torch.Tensor:
        metrics = [None if metric is None else metric[:, part] for part, _ in self.parts]
        pieces = [ball.project(v[:, part], radius, m) for (part, ball), m in zip(self.parts, metrics, strict=True)]
        return torch.cat(pieces, dim=1)

    def normalised(self, v: torch.Tensor) -> torch.Tensor:
        return torch.cat([ball.normalised(v[:, part]) for part, ball in self.parts], dim=1)

    def typical(self, shape: tuple[int, ...]) -> float:
        return 1.0


def each(numbers: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(n,) numbers shaped so that they multiply a batch (n, *shape)."""
    return numbers.reshape(-1, *[1] * (like.ndim - 1))


def _moduli(v: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm(v.reshape(len(v), -1, 2), dim=2)


_TINY = 1e-30
