"""How much a perturbation changes a reconstruction, and the exact gradient of that through method and operator."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from stabview.images.errors import InputError
from stabview.methods.method import Method
from stabview.sampling.operator import SamplingOperator


@dataclass(frozen=True, eq=False)
class Evaluation:
    """f at one perturbation v: the data it saw, what it made of them, half the squared change, and its gradient."""

    y: torch.Tensor
    reconstruction: torch.Tensor
    half_square: float
    gradient: torch.Tensor


class ChangeObjective:
    """v -> 1/2 ||f(y(v)) - f(y(0))||^2, with y(v) = A(x + v) + n or A x + n + v.

    Parameters
    ----------
    method : differentiable f.
    operator : A.
    x : (H, W) image; y : its data A x + n with the study's noise n, which stays fixed.
    domain : "image" (v is an image) or "samples" (v lives where y does).
    real_only : keep the imaginary part of v at zero (Fourier operators; others are real anyway).

    The gradient is that of automatic differentiation through every step of f and through A itself (not the shortcut
    of the released code of Antun et al., which holds the k-space of the data consistency blocks fixed).
    """

    def __init__(
        self, method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *,
        domain: str = "image", real_only: bool = False,
    ) -> None:  # fmt: skip
        self.method, self.operator, self.x, self.y = method, operator, x, y
        self.domain, self.real_only = domain, real_only
        with torch.no_grad():
            self.clean = method(y, operator)
        self.reference_norm = float(torch.linalg.vector_norm(x if domain == "image" else y))
        if self.reference_norm == 0:
            raise InputError("The image (or its data) is zero everywhere, so there is nothing to perturb.")

    @property
    def zero(self) -> torch.Tensor:
        """v = 0."""
        return torch.zeros_like(self.x if self.domain == "image" else self.y)

    def data(self, v: torch.Tensor) -> torch.Tensor:
        if self.domain == "image":
            return self.y + self.operator(v)
        return self.y + v

    def as_image(self, v: torch.Tensor) -> torch.Tensor:
        """The image perturbation r with A r = A v (image) or A r = v (samples, the one of minimum norm)."""
        return v if self.domain == "image" else self.operator.minimum_norm(v)

    def relative_norm(self, v: torch.Tensor) -> float:
        """||v|| / ||x||, or / ||y|| for perturbed samples."""
        return float(torch.linalg.vector_norm(v)) / self.reference_norm

    def __call__(self, v: torch.Tensor) -> Evaluation:
        v = v.detach().requires_grad_(True)
        with torch.enable_grad():
            y = self.data(v)
            reconstruction = self.method(y, self.operator)
            difference = reconstruction - self.clean
            if difference.is_complex():
                difference = torch.view_as_real(difference)
            value = 0.5 * difference.square().sum()
            gradient = torch.autograd.grad(value, v, allow_unused=True)[0] if value.requires_grad else None
        if gradient is None or (bool(v.any()) and not bool(gradient.any())):
            raise InputError(
                f"{self.method.spec.title} has no gradient (it is zero or missing), so no search can find what changes"
                " it and nothing can be said about its stability; `stabview networks check` says more."
            )
        if not torch.isfinite(gradient if not gradient.is_complex() else torch.view_as_real(gradient)).all():
            raise InputError("The gradient of the network is not finite here; the search cannot go on from this point.")
        return Evaluation(y.detach(), reconstruction.detach(), float(value.detach()), self.allowed(gradient))

    def random_direction(self, generator: torch.Generator) -> torch.Tensor:
        """Gaussian v among the allowed ones (real parts only where asked, samples only where measured), norm 1."""
        noise = torch.randn(self.zero.shape, generator=generator, dtype=self._host_type)
        noise = self.allowed(noise.to(self.zero.device))
        return noise / torch.linalg.vector_norm(noise)

    @property
    def _host_type(self) -> torch.dtype:
        return torch.complex64 if self.zero.is_complex() else torch.float32

    def allowed(self, v: torch.Tensor) -> torch.Tensor:
        """v without what it must not have: imaginary parts where only real ones are asked for, unmeasured samples."""
        v = v.to(self.zero.dtype)
        if self.domain == "samples":
            return self.operator.restrict(v)
        if self.real_only and v.is_complex():
            return torch.complex(v.real, torch.zeros_like(v.real))
        return v
