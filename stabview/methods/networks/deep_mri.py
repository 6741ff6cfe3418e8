"""Deep MRI: the cascade of convolutional blocks and exact data consistency of Schlemper et al. (D5-C5)."""

from __future__ import annotations

import itertools

import torch
from torch import nn

from stabview.sampling.fourier import FourierOperator


class DeepMRI(nn.Module):
    """Cascade of `cascades` residual blocks of `depth` 3 x 3 convolutions, each followed by data consistency.

    D5-C5 with 64 filters has 565,770 parameters (Schlemper et al., IEEE TMI 2018; tested by Antun et al., PNAS 2020).

    Call with y : (..., H, W) complex, zero where not sampled, and the operator; returns (..., H, W) complex.
    """

    operator = "fourier"

    def __init__(self, cascades: int = 5, depth: int = 5, filters: int = 64) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_block(depth, filters) for _ in range(cascades))

    def forward(self, y: torch.Tensor, operator: FourierOperator) -> torch.Tensor:
        batch = y.shape[:-2]
        y = y.reshape(-1, *y.shape[-2:])
        x = operator.adjoint(y)
        for block in self.blocks:
            channels = torch.stack((x.real, x.imag), dim=1)
            channels = channels + block(channels).to(channels.dtype)
            x = operator.enforce_data(torch.complex(channels[:, 0], channels[:, 1]), y)
        return x.reshape(*batch, *x.shape[-2:])


def _block(depth: int, filters: int) -> nn.Sequential:
    widths = [2, *[filters] * (depth - 1), 2]
    layers: list[nn.Module] = []
    for i, (n_in, n_out) in enumerate(itertools.pairwise(widths)):
        convolution = nn.Conv2d(n_in, n_out, 3, padding=1)
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        nn.init.zeros_(convolution.bias)
        layers.append(convolution)
        if i < depth - 1:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)
