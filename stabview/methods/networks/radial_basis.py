"""Learnt activation functions as sums of Gaussians, evaluated through a fine table (variational networks)."""

from __future__ import annotations

import torch
from torch import nn

FINENESS = 32
"""Table entries from one Gaussian to the next: linear interpolation is within 1.3e-4 of the largest weight."""
REACH = 4.0
"""The table ends this many standard deviations beyond the outermost Gaussians, where they have faded to 3e-4."""


class RadialBasis(nn.Module):
    """phi_i(z) = sum_j w_ij exp(-(z - mu_j)^2 / (2 sigma^2)), one function for each channel i.

    `count` means mu_j are spread over [-1, 1], sigma is their distance (Hammernik et al., MRM 2018). It begins as a
    line: w_ij = slope mu_j. Beyond the Gaussians phi is 0, as it is in the sum.

    Called with z : (batch, channels, H, W), real. What is computed is the piecewise linear function of a table of phi;
    its derivatives in z and in w are exact. One look into the table replaces `count` exponentials a pixel.
    """

    def __init__(self, channels: int, count: int = 31, slope: float = 0.04) -> None:
        super().__init__()
        means = torch.linspace(-1, 1, count, dtype=torch.float64)
        self.weight = nn.Parameter((slope * means).float().repeat(channels, 1))
        sigma = float(means[1] - means[0])
        self.start, self.step = -1 - REACH * sigma, sigma / FINENESS
        entries = round(2 * (1 + REACH * sigma) / self.step) + 1
        grid = self.start + self.step * torch.arange(entries, dtype=torch.float64)
        gaussians = torch.exp(-0.5 * ((grid - means[:, None]) / sigma) ** 2)
        gaussians[:, 0] = gaussians[:, -1] = 0
        self.register_buffer("gaussians", gaussians.float(), persistent=False)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        with torch.autocast(z.device.type, enabled=False):
            table = self.weight.float() @ self.gaussians
            return LookUp.apply(z.float(), table, self.start, self.step)


class LookUp(torch.autograd.Function):
    """Linear interpolation of channel i of z in row i of a table, which is 0 at both ends and is continued by 0."""

    @staticmethod
    def forward(ctx, z: torch.Tensor, table: torch.Tensor, start: float, step: float) -> torch.Tensor:
        place, part = _place(z, table.shape[1], start, step)
        ctx.save_for_backward(z, table)
        ctx.start, ctx.step = start, step
        low = torch.take(table, place)
        return low.add_((torch.take(table, place + 1) - low).mul_(part))

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        z, table = ctx.saved_tensors
        place, part = _place(z, table.shape[1], ctx.start, ctx.step)
        to_z = to_table = None
        if ctx.needs_input_grad[0]:
            to_z = gradient * ((torch.take(table, place + 1) - torch.take(table, place)) / ctx.step)
        if ctx.needs_input_grad[1]:
            upper = gradient * part
            to_table = _collected(place, gradient - upper, table) + _collected(place + 1, upper, table)
        return to_z, to_table, None, None


def _place(z: torch.Tensor, entries: int, start: float, step: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The entry below z, counted over the whole table, and how far z lies beyond it, in [0, 1)."""
    position = ((z.detach() - start) / step).clamp_(0, entries - 1.001)
    below = position.floor()
    rows = entries * torch.arange(z.shape[1], device=z.device).reshape(-1, 1, 1)
    return below.long() + rows, position.sub_(below)


def _collected(place: torch.Tensor, values: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """The transpose of looking up: every value is added to the entry it came from."""
    return torch.bincount(place.flatten(), values.flatten(), minlength=table.numel()).reshape(table.shape).to(table)
