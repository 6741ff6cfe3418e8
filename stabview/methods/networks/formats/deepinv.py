"""Reconstructors of deepinv: called as `model(y, physics)` with a physics object made of StabView's operator.

deepinv itself is not needed: the object has the methods that its reconstructors call. Complex images and k-space have
two real channels, k-space is centred as deepinv's MRI has it, and sinograms are (bins, views).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from stabview.images.errors import InputError
from stabview.methods.networks.centring import centred, cornered
from stabview.sampling.operator import SamplingOperator


class Physics(nn.Module):
    """A, its adjoint and what follows from them, on tensors (batch, channels, ...) of real numbers.

    Attributes
    ----------
    mask : (1, channels, H, W) of ones and zeros, centred, for Fourier data; None otherwise.
    img_size : (channels, H, W). noise_model : the identity, as noise is part of the study.
    """

    def __init__(self, operator: SamplingOperator) -> None:
        super().__init__()
        self.operator = operator
        self.noise_model = nn.Identity()
        channels = 2 if operator.is_complex else 1
        self.img_size = (channels, *operator.image_shape)
        self.mask = None
        if hasattr(operator, "weights") and operator.mask is not None:
            weights = torch.fft.fftshift(operator.weights, dim=(-2, -1))
            self.mask = weights.expand(1, channels, *operator.image_shape)

    def forward(self, x: torch.Tensor, **_: object) -> torch.Tensor:
        return self.A(x)

    def A(self, x: torch.Tensor, **_: object) -> torch.Tensor:
        """A x."""
        return self.data_channels(self.operator(self.image(x)))

    def A_adjoint(self, y: torch.Tensor, **_: object) -> torch.Tensor:
        """A* y."""
        return self.image_channels(self.operator.adjoint(self.data(y)))

    def A_vjp(self, x: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """A* v, the product with the Jacobian, which does not depend on x."""
        return self.A_adjoint(v)

    def A_adjoint_A(self, x: torch.Tensor, **_: object) -> torch.Tensor:
        return self.A_adjoint(self.A(x))

    def A_A_adjoint(self, y: torch.Tensor, **_: object) -> torch.Tensor:
        return self.A(self.A_adjoint(y))

    def A_dagger(self, y: torch.Tensor, **_: object) -> torch.Tensor:
        """The direct reconstruction for Fourier and Radon data, the pseudo-inverse for others."""
        data = self.data(y)
        if self.operator.name in ("fourier", "multicoil", "radon", "radial-fourier"):
            return self.image_channels(self.operator.quick_inverse(data))
        return self.image_channels(self.operator.minimum_norm(data))

    def prox_l2(self, z: torch.Tensor, y: torch.Tensor, gamma: float | torch.Tensor, **_: object) -> torch.Tensor:
        """argmin_x gamma/2 ||A x - y||^2 + 1/2 ||x - z||^2, by ten steps of conjugate gradients."""
        right = z + gamma * self.A_adjoint(y)
        x, residual = z, right - z - gamma * self.A_adjoint_A(z)
        direction, energy = residual, residual.square().sum()
        for _ in range(10):
            image = direction + gamma * self.A_adjoint_A(direction)
            step = energy / (direction * image).sum().clamp_min(1e-30)
            x, residual = x + step * direction, residual - step * image
            previous, energy = energy, residual.square().sum()
            direction = residual + energy / previous.clamp_min(1e-30) * direction
        return x

    def compute_norm(self, x0: torch.Tensor | None = None, **_: object) -> torch.Tensor:
        """||A||^2, as deepinv counts it."""
        return torch.tensor(self.operator.norm() ** 2)

    def image(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, H, W) as (batch, H, W)."""
        return torch.complex(x[:, 0], x[:, 1]) if self.operator.is_complex else x[:, 0]

    def image_channels(self, image: torch.Tensor) -> torch.Tensor:
        return torch.stack((image.real, image.imag), dim=1) if image.is_complex() else image.unsqueeze(1)

    def data(self, y: torch.Tensor) -> torch.Tensor:
        """Data of deepinv's layout as the operator's."""
        if self.operator.name == "radon":
            return y[:, 0].mT
        if not self.operator.is_complex:
            return y[:, 0]
        return cornered(torch.complex(y[:, 0], y[:, 1]), "both") if self._gridded else torch.complex(y[:, 0], y[:, 1])

    def data_channels(self, data: torch.Tensor) -> torch.Tensor:
        if self.operator.name == "radon":
            return data.mT.unsqueeze(1)
        if not data.is_complex():
            return data.unsqueeze(1)
        laid = centred(data, "both") if self._gridded else data
        return torch.stack((laid.real, laid.imag), dim=1)

    @property
    def _gridded(self) -> bool:
        return self.operator.name in ("fourier", "multicoil")


def through_physics(model: Callable, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
    """x : (batch, H, W) from y : (batch, *data_shape) by a reconstructor of deepinv."""
    physics = Physics(operator)
    x = model(physics.data_channels(y), physics)
    channels = physics.img_size[0]
    if not isinstance(x, torch.Tensor) or x.ndim != 4 or x.shape[1] not in (1, channels):
        shape = tuple(x.shape) if isinstance(x, torch.Tensor) else type(x).__name__
        raise InputError(f"The reconstructor gave {shape} where (batch, {channels}, H, W) is expected.")
    return physics.image(x) if x.shape[1] == channels else x[:, 0]
