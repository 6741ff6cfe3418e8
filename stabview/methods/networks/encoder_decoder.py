"""A convolutional encoder and decoder after the pseudo-inverse: the network of Raj et al. for compressed sensing."""

from __future__ import annotations

import torch
from torch import nn

from stabview.sampling.operator import SamplingOperator


class EncoderDecoder(nn.Module):
    """x = A^+ y + U(A^+ y), U an encoder and decoder of 3 x 3 convolutions without normalisation.

    The structure of Raj, Bresler and Li (ICML 2020), whose widths are not published; for real images of any operator
    with a cheap pseudo-inverse (Gaussian matrices, cosines).

    Parameters
    ----------
    width : channels at full resolution, doubled by each of `levels` poolings.
    """

    def __init__(self, width: int = 24, levels: int = 2) -> None:
        super().__init__()
        widths = [width * 2**k for k in range(levels + 1)]
        self.levels = levels
        self.down = nn.ModuleList(convolutions(1 if k == 0 else widths[k - 1], widths[k]) for k in range(levels + 1))
        self.up = nn.ModuleList(convolutions(widths[k + 1] + widths[k], widths[k]) for k in reversed(range(levels)))
        self.last = nn.Conv2d(width, 1, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        """(..., H, W) of y (..., *data_shape)."""
        start = operator.minimum_norm(y.reshape(-1, *operator.data_shape))
        x = start + self.correction(start[:, None])[:, 0].to(start.dtype)
        return x.reshape(*y.shape[: y.ndim - len(operator.data_shape)], *x.shape[-2:])

    def correction(self, x: torch.Tensor) -> torch.Tensor:
        """The convolutions alone. x : (batch, 1, H, W)."""
        height, width = x.shape[-2:]
        unit = 2**self.levels
        x = nn.functional.pad(x, (0, -width % unit, 0, -height % unit))
        skips = []
        for k, block in enumerate(self.down):
            x = block(x if k == 0 else nn.functional.avg_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for block in self.up:
            larger = nn.functional.interpolate(x, scale_factor=2, mode="nearest")
            x = block(torch.cat((skips.pop(), larger), dim=1))
        return self.last(x)[..., :height, :width]


def convolutions(n_in: int, n_out: int) -> nn.Sequential:
    """Two 3 x 3 convolutions with ReLU."""
    layers: list[nn.Module] = []
    for channels in (n_in, n_out):
        convolution = nn.Conv2d(channels, n_out, 3, padding=1)
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        nn.init.zeros_(convolution.bias)
        layers += [convolution, nn.ReLU()]
    return nn.Sequential(*layers)
