"""Where a perturbation lives: in the image, in the samples, in the operator; and what the data are with it.

A search knows a perturbation only as a tensor v of `shape`. The space turns it into data, into an image to be shown,
and into a size relative to `reference`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch

from stabview.images.errors import InputError
from stabview.perturbation.ball import Ball, Euclidean
from stabview.sampling.operator import SamplingOperator


class Space(ABC):
    """The perturbations of the data y of x (or of several: x (B, H, W), y (B, *data_shape), one v for all).

    Attributes
    ----------
    shape, dtype : of one v. ball : which norm is bounded.
    reference : the norm that a relative norm of 1 means. unit : in words, "||x||".
    """

    name: str
    unit: str
    ball: Ball = Euclidean()

    def __init__(
        self, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *, shape: tuple[int, ...],
        dtype: torch.dtype, reference: float,
    ) -> None:  # fmt: skip
        self.operator, self.x, self.y = operator, x, y
        self.shape, self.dtype, self.reference = tuple(shape), dtype, reference
        if not reference > 0:
            raise InputError("The image (or its data) is zero everywhere, so there is nothing to perturb.")

    @abstractmethod
    def data(self, v: torch.Tensor) -> torch.Tensor:
        """Data y' (n, [B,] *data_shape) of a batch v (n, *shape); differentiable."""

    def image(self, v: torch.Tensor) -> torch.Tensor:
        """The image r (H, W) that is shown for one v: the smallest one with the same change of the (first) data."""
        if not bool(v.any()):
            return torch.zeros_like(self.x)
        with torch.no_grad():
            return self.operator.minimum_norm(self.data(v[None])[0] - self.y)

    def allowed(self, v: torch.Tensor) -> torch.Tensor:
        """v without what it must not have."""
        return v

    @property
    def zero(self) -> torch.Tensor:
        """v = 0."""
        return torch.zeros(self.shape, dtype=self.dtype, device=self.x.device)

    def relative_norm(self, v: torch.Tensor) -> float:
        """The size of one v over the reference."""
        return float(self.ball.norm(v[None])[0]) / self.reference

    def random(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """(count, *shape) Gaussian directions of norm 1 among the allowed ones."""
        kind = torch.complex64 if self.dtype.is_complex else torch.float32
        noise = torch.randn((count, *self.shape), generator=generator, dtype=kind)
        return self.ball.normalised(self.allowed(noise.to(self.x.device, self.dtype)))

    def project(self, v: torch.Tensor, budget: float) -> torch.Tensor:
        """The nearest v whose relative norm is at most `budget`."""
        return self.ball.project(v, budget * self.reference)

    def noise_norm(self, noise: torch.Tensor) -> float:
        """The size of a perturbation that changes the data by at most as much as this noise; same units as norms."""
        return mean_norm(noise, len(self.operator.data_shape))


class ImageSpace(Space):
    """r is added to the image and measured: y + A r.

    real_only : keep its imaginary part at zero (Fourier operators; others are real anyway).
    """

    name, unit = "image", "‖x‖"

    def __init__(
        self, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *, real_only: bool = False
    ) -> None:
        super().__init__(operator, x, y, shape=operator.image_shape, dtype=x.dtype, reference=mean_norm(x, 2))
        self.real_only = real_only

    def data(self, v: torch.Tensor) -> torch.Tensor:
        return self.y + _for_each_image(self.operator(v), self.x)

    def image(self, v: torch.Tensor) -> torch.Tensor:
        return v

    def allowed(self, v: torch.Tensor) -> torch.Tensor:
        v = v.to(self.dtype)
        if self.real_only and v.is_complex():
            return torch.complex(v.real, torch.zeros_like(v.real))
        return v

    def noise_norm(self, noise: torch.Tensor) -> float:
        return super().noise_norm(noise) / self.operator.norm()


class SampleSpace(Space):
    """e is added to the samples: y + e. Only what is measured is touched."""

    name, unit = "samples", "‖y‖"

    def __init__(self, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor) -> None:
        axes = len(operator.data_shape)
        super().__init__(operator, x, y, shape=operator.data_shape, dtype=y.dtype, reference=mean_norm(y, axes))

    def data(self, v: torch.Tensor) -> torch.Tensor:
        return self.y + _for_each_image(v, self.x)

    def allowed(self, v: torch.Tensor) -> torch.Tensor:
        return self.operator.restrict(v.to(self.dtype))


class OperatorSpace(Space):
    """The scanner measures with another operator A' than the method is told: y + (A' - A) x (Raj et al., ICML 2020).

    Of all D = A' - A that do the same to the images, v holds the smallest: D = v Q*, Q an orthonormal basis of the
    span of the images. So the norm of v is the Frobenius norm of D, and for one image the spectral norm, too. One
    image makes this the same search as in the samples; a D for several images differs from one e for all.
    """

    name, unit = "operator", "‖A‖"

    def __init__(self, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor) -> None:
        columns = x.reshape(-1, x.shape[-2] * x.shape[-1]).T
        self.coordinates = torch.linalg.qr(columns, mode="r").R  # Q* x of every image, (rank, B)
        shape = operator.data_shape if x.ndim == 2 else (len(self.coordinates), *operator.data_shape)
        reference = operator.norm() if bool(x.any()) else 0.0
        super().__init__(operator, x, y, shape=shape, dtype=y.dtype, reference=reference)

    def data(self, v: torch.Tensor) -> torch.Tensor:
        if self.x.ndim == 2:
            return self.y + v * self.coordinates[0, 0]
        return self.y + torch.einsum("nr...,rb->nb...", v, self.coordinates)

    def allowed(self, v: torch.Tensor) -> torch.Tensor:
        return self.operator.restrict(v.to(self.dtype))

    def noise_norm(self, noise: torch.Tensor) -> float:
        return super().noise_norm(noise) / mean_norm(self.x, 2)


SPACES = {space.name: space for space in (ImageSpace, SampleSpace, OperatorSpace)}


def mean_norm(z: torch.Tensor, axes: int) -> float:
    """The root mean square, over the leading axes, of the norms over the last `axes` ones."""
    count = z.shape[: z.ndim - axes].numel()
    return float(torch.linalg.vector_norm(z)) / count**0.5


def _for_each_image(change: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """(n, *data_shape) made to add to data of one image or of several."""
    return change if x.ndim == 2 else change.unsqueeze(1)
