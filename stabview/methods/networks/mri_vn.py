"""MRI-VN: the variational network of Hammernik et al. (MRM 2018) for multi-coil MRI, tested by Antun et al. (2020)."""

from __future__ import annotations

import torch
from torch import nn

from stabview.methods.networks.gram import gram
from stabview.methods.networks.radial_basis import RadialBasis
from stabview.sampling.multicoil import MultiCoilOperator


class VariationalNetwork(nn.Module):
    """u <- u - (1 / filters) sum_i K_i^T phi_i(K_i u) - lambda A*(A u - y), unrolled, everything learnt in every stage.

    Ten stages of 24 filters of 11 x 11 and 31 Gaussians have 65,530 parameters. Each filter is a real one on the real
    part plus another on the imaginary part. As published, data and result are divided and multiplied by max|A*y|.

    Call with y : (..., C, H, W) complex and the operator; returns (..., H, W) complex.
    """

    operator = "multicoil"

    def __init__(self, stages: int = 10, filters: int = 24, side: int = 11, gaussians: int = 31) -> None:
        super().__init__()
        self.stages = nn.ModuleList(Stage(filters, side, gaussians) for _ in range(stages))

    def forward(self, y: torch.Tensor, operator: MultiCoilOperator) -> torch.Tensor:
        start = operator.adjoint(y)
        scale = start.abs().amax(dim=(-2, -1), keepdim=True).clamp_min(1e-12)
        start = start / scale
        u = start
        for stage in self.stages:
            u = stage(u, start, operator)
        return u * scale


class Stage(nn.Module):
    """One step. Filters have mean 0 (real and imaginary part each) and norm at most 1, and lambda is not negative."""

    def __init__(self, filters: int, side: int, gaussians: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(filters, 2, side, side) / side)
        self.activation = RadialBasis(filters, gaussians)
        self.data_weight = nn.Parameter(torch.ones(()))

    def forward(self, u: torch.Tensor, start: torch.Tensor, operator: MultiCoilOperator) -> torch.Tensor:
        """u, start = A*y : (..., H, W) complex."""
        kernel = self.kernel - self.kernel.mean(dim=(-2, -1), keepdim=True)
        kernel = kernel / torch.linalg.vector_norm(kernel, dim=(1, 2, 3), keepdim=True).clamp_min(1)
        planes = torch.view_as_real(u).movedim(-1, -3)
        planes = planes.reshape(-1, *planes.shape[-3:])
        margin = kernel.shape[-1] - 1
        padded = nn.functional.pad(planes, (margin,) * 4, mode="reflect")
        filtered = self.activation(_widely(padded, kernel))
        change = _back(filtered, kernel).float() / len(kernel)
        change = torch.complex(change[:, 0], change[:, 1]).reshape(u.shape)
        misfit = gram(u, operator) - start
        return u - change - self.data_weight.relu() * misfit


def _widely(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """K x without padding, x : (batch, 2, H, W). The columns of the kernel are taken as channels.

    A convolution of side x 1 with `side` times the channels uses a processor far better than one of side x side.
    """
    side = kernel.shape[-1]
    width = x.shape[-1] - side + 1
    shifted = torch.cat([x[..., k : k + width] for k in range(side)], dim=1)
    return nn.functional.conv2d(shifted, kernel.permute(0, 3, 1, 2).flatten(1, 2).unsqueeze(-1))


def _back(z: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The part of K^T z that does not depend on what lies beyond z : (batch, filters, H, W)."""
    side = kernel.shape[-1]
    width = z.shape[-1] - side + 1
    turned = kernel.flip(2, 3).permute(3, 1, 0, 2).flatten(0, 1).unsqueeze(-1)  # (side 2, filters, side, 1)
    columns = nn.functional.conv2d(z, turned).unflatten(1, (side, 2))
    return sum(columns[:, k, :, :, k : k + width] for k in range(side))
