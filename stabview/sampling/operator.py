"""A linear sampling operator A: forward, exact adjoint, norm; its adjoint is what autograd uses going backward."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod

import numpy as np
import torch


class SamplingOperator(ABC):
    """y = A x, immutable. A new mask or a new set of angles is a new operator.

    Subclasses give `_forward` and `_adjoint` on tensors of shape (..., *image_shape) and (..., *data_shape);
    any number of leading batch dimensions is allowed. Both directions are differentiable any number of times.

    Attributes
    ----------
    name : "fourier", "radon", ...
    image_shape, data_shape : shapes of one image and one set of data.
    is_complex : whether images (and data) are complex.
    samples : number m of measured scalars (complex ones count once).
    rate : m over the number of pixels (Fourier), or None where a rate has no meaning.
    mask : (H, W) boolean array of the sampled frequencies, centred, or None.
    angles : of the views or spokes in degrees, or None.
    quick_name, quick_title : of `quick_inverse`, for reports and captions.
    """

    name: str
    image_shape: tuple[int, int]
    data_shape: tuple[int, ...]
    is_complex: bool
    samples: int
    rate: float | None
    mask: np.ndarray | None = None
    angles: np.ndarray | None = None
    quick_name = "adjoint"
    quick_title = "Adjoint"

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """A x. x : (..., *image_shape)."""
        return _Apply.apply(x, self, False)

    def adjoint(self, y: torch.Tensor) -> torch.Tensor:
        """A* y, exactly the transpose. y : (..., *data_shape)."""
        return _Apply.apply(y, self, True)

    @abstractmethod
    def _forward(self, x: torch.Tensor) -> torch.Tensor: ...

    @abstractmethod
    def _adjoint(self, y: torch.Tensor) -> torch.Tensor: ...

    @abstractmethod
    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> SamplingOperator:
        """The same operator on another device or in another real precision (float32, float64)."""

    @property
    @abstractmethod
    def dtype(self) -> torch.dtype:
        """Type of images and data: complex64, float32, ..."""

    @property
    @abstractmethod
    def device(self) -> torch.device: ...

    @abstractmethod
    def describe(self) -> dict[str, object]:
        """What makes this operator this operator, as plain values (for the report and the hash)."""

    @abstractmethod
    def norm(self) -> float:
        """The spectral norm ||A||."""

    def gram(self, x: torch.Tensor) -> torch.Tensor:
        """A*A x, without gradients; operators for which it is cheaper than its two halves override it."""
        return self._adjoint(self._forward(x))

    def gram_spectrum(self) -> torch.Tensor | None:
        """The (H, W) eigenvalues of A*A in the order of `torch.fft.fft2`, or None when A*A is not circulant."""
        return None

    def quick_inverse(self, y: torch.Tensor) -> torch.Tensor:
        """The customary direct reconstruction: zero-filled adjoint, or filtered back-projection."""
        return self.adjoint(y)

    def minimum_norm(self, y: torch.Tensor) -> torch.Tensor:
        """A^+ y, the minimum-norm (least-squares) image of the data, by conjugate gradients unless overridden."""
        return least_squares(self, y)

    def restrict(self, y: torch.Tensor) -> torch.Tensor:
        """y with everything removed that is not a measurement (the unsampled part of a k-space grid)."""
        return y

    @property
    def spec(self) -> str:
        """A short hash of `describe()`."""
        return hashlib.sha256(repr(sorted(self.describe().items())).encode()).hexdigest()[:16]


class _Apply(torch.autograd.Function):
    """A, or A* when `adjoint`; going backward each is the other, so both differentiate any number of times."""

    @staticmethod
    def forward(ctx, z: torch.Tensor, operator: SamplingOperator, adjoint: bool) -> torch.Tensor:
        ctx.operator, ctx.adjoint = operator, adjoint
        with torch.autocast(z.device.type, enabled=False):
            return operator._adjoint(z) if adjoint else operator._forward(z)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        return _Apply.apply(gradient, ctx.operator, not ctx.adjoint), None, None

    @staticmethod
    def jvp(ctx, tangent: torch.Tensor, *_):
        return ctx.operator._adjoint(tangent) if ctx.adjoint else ctx.operator._forward(tangent)


def power_iteration(operator: SamplingOperator, *, steps: int = 60, seed: int = 0) -> float:
    """||A|| by power iteration on A*A; a lower bound that is within about 1e-4 for the operators here."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(operator.image_shape, generator=generator).to(operator.device, operator.dtype)
    value = 0.0
    for _ in range(steps):
        x = x / torch.linalg.vector_norm(x)
        x = operator._adjoint(operator._forward(x))
        value = float(torch.linalg.vector_norm(x))
    return value**0.5


def least_squares(
    operator: SamplingOperator, y: torch.Tensor, *, steps: int = 200, tolerance: float = 1e-6
) -> torch.Tensor:
    """argmin ||A x - y|| of minimum norm: conjugate gradients on the normal equations, started at zero.

    Stops when the normal residual ||A*(Ax - y)|| has fallen by `tolerance`.
    """
    residual = operator._adjoint(y)
    x = torch.zeros_like(residual)
    direction = residual
    energy = _energy(residual)
    target = energy * tolerance**2
    for _ in range(steps):
        if energy <= target or energy == 0:
            break
        image = operator._forward(direction)
        step = energy / _energy(image)
        x = x + step * direction
        residual = residual - step * operator._adjoint(image)
        previous, energy = energy, _energy(residual)
        direction = residual + (energy / previous) * direction
    return x


def _energy(z: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(z)) ** 2
