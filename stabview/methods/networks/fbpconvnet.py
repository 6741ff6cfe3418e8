"""FBPConvNet (Ell 50, Med 50): a U-Net with batch normalisation that corrects a filtered back-projection."""

from __future__ import annotations

import torch
from torch import nn

from stabview.sampling.radon import RadonOperator


class FBPConvNet(nn.Module):
    """x = FBP(y) + U(FBP(y)) (Jin et al., IEEE TIP 2017); `width` 64 is the published net, 34.6 million parameters.

    Call with y : (..., views, bins) real and the operator; returns (..., H, W) real. H and W are padded by
    reflection to multiples of 16 inside.
    """

    operator = "radon"

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        w = [width * 2**k for k in range(5)]
        self.down = nn.ModuleList(
            [_convs(1, w[0], 3), *(_convs(w[k], w[k + 1], 2) for k in range(4))]
        )
        self.up = nn.ModuleList(_deconv(w[k + 1], w[k]) for k in reversed(range(4)))
        self.merge = nn.ModuleList(_convs(2 * w[k], w[k], 2) for k in reversed(range(4)))
        self.last = nn.Conv2d(w[0], 1, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, y: torch.Tensor, operator: RadonOperator) -> torch.Tensor:
        batch = y.shape[:-2]
        start = operator.quick_inverse(y.reshape(-1, *y.shape[-2:]))
        x = start + self.correction(start[:, None])[:, 0].to(start.dtype)
        return x.reshape(*batch, *x.shape[-2:])

    def correction(self, x: torch.Tensor) -> torch.Tensor:
        """The U-Net alone. x : (batch, 1, H, W)."""
        height, width = x.shape[-2:]
        x = nn.functional.pad(x, (0, -width % 16, 0, -height % 16), mode="reflect")
        skips = []
        for k, convs in enumerate(self.down):
            x = convs(x if k == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(torch.cat((skips.pop(), up(x)), dim=1))
        return self.last(x)[..., :height, :width]


def _convs(n_in: int, n_out: int, count: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for k in range(count):
        layers += [
            nn.Conv2d(n_in if k == 0 else n_out, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)


def _deconv(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=1, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(),
    )
