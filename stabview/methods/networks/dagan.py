"""DAGAN: a U-Net that corrects the modulus of the zero-filled image, trained against a discriminator (Yang et al.)."""

from __future__ import annotations

import torch
from torch import nn

from stabview.sampling.fourier import FourierOperator


class DAGAN(nn.Module):
    """The generator with refinement learning of Yang et al. (IEEE TMI 2018), as tested by Antun et al. (PNAS 2020).

    t = 2 |A* y| - 1; x = (clip(t + tanh(U(t)), -1, 1) + 1) / 2. U is made of 4 x 4 convolutions of stride 2 and their
    transposes with skips. The published one has width 64, 8 levels and a wider decoder, 98.6 million parameters. The
    image is a modulus, as published; it is returned as a complex one of phase 0.

    Call with y : (..., H, W) complex, zero where not sampled; returns (..., H, W) complex. H and W are padded to
    multiples of 2^levels inside.
    """

    operator = "fourier"

    def __init__(self, width: int = 24, levels: int = 6) -> None:
        super().__init__()
        self.levels = levels
        widths = [width * 2 ** min(k, 3) for k in range(levels)]
        self.down = nn.ModuleList(
            _down(n_in, n_out, first=k == 0, last=k == levels - 1)
            for k, (n_in, n_out) in enumerate(zip([1, *widths], widths, strict=False))
        )
        inputs = [widths[-1], *(2 * n for n in reversed(widths[:-1]))]
        outputs = [*reversed(widths[:-1]), width]
        self.up = nn.ModuleList(_up(n_in, n_out) for n_in, n_out in zip(inputs, outputs, strict=True))
        self.last = nn.Conv2d(width, 1, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, y: torch.Tensor, operator: FourierOperator) -> torch.Tensor:
        batch = y.shape[:-2]
        start = 2 * operator.adjoint(y.reshape(-1, *y.shape[-2:])).abs() - 1
        x = start + torch.tanh(self.correction(start[:, None])[:, 0].to(start.dtype))
        x = (x.clamp(-1, 1) + 1) / 2
        return torch.complex(x, torch.zeros_like(x)).reshape(*batch, *x.shape[-2:])

    def correction(self, x: torch.Tensor) -> torch.Tensor:
        """The U-Net alone. x : (batch, 1, H, W)."""
        height, width = x.shape[-2:]
        multiple = 2**self.levels
        x = nn.functional.pad(x, (0, -width % multiple, 0, -height % multiple), mode="replicate")
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        skips.pop()
        for layer in self.up:
            x = layer(x)
            if skips:
                x = torch.cat((x, skips.pop()), dim=1)
        return self.last(x)[..., :height, :width]


def _down(n_in: int, n_out: int, *, first: bool, last: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(n_in, n_out, 4, stride=2, padding=1)]
    if not first and not last:
        layers.append(nn.BatchNorm2d(n_out))
    if not first:
        layers.append(nn.LeakyReLU(0.2))
    return nn.Sequential(*layers)


def _up(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(n_in, n_out, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()
    )
