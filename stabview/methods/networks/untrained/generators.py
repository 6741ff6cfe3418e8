"""The generators G(theta) of untrained reconstruction: a fixed input, drawn once, and layers that are fitted.

Each is called without arguments and gives (channels, H, W). Batch normalisation stays in training mode: it normalises
by the one image there is. `channels_last` is the layout of its weights that is faster on a CPU.
"""

from __future__ import annotations

import torch
from torch import nn


class ConvDecoder(nn.Module):
    """Darestani and Heckel (IEEE TCI 2021): `layers` of nearest upsampling, 3 x 3 convolution, ReLU, batch norm; 1 x 1.

    The sizes grow geometrically from `start` pixels to those of the image; the last of the layers does not enlarge.
    With 5 layers of 64 channels it has 0.19 million weights, as in the authors' setting for brains.
    """

    channels_last = False

    def __init__(
        self, shape: tuple[int, int], out: int, *, channels: int = 64, layers: int = 5, start: int = 8
    ) -> None:
        super().__init__()
        sizes = [_between(start, shape, k / (layers - 1)) for k in range(layers)]
        self.register_buffer("input", torch.rand(1, channels, *sizes[0]))
        blocks: list[nn.Module] = []
        for size in (*sizes[1:], None):
            if size is not None:
                blocks.append(nn.Upsample(size=size, mode="nearest"))
            blocks += [nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.ReLU(), nn.BatchNorm2d(channels)]
        self.layers = nn.Sequential(*blocks, nn.Conv2d(channels, out, 1))

    def forward(self) -> torch.Tensor:
        return self.layers(self.input)[0]


class DeepDecoder(nn.Module):
    """Heckel and Hand (ICLR 2019): `layers` of 1 x 1 convolution, bilinear upsampling, ReLU, batch norm; 1 x 1.

    It has fewer weights than the image has pixels and mixes channels only: upsampling alone makes neighbours alike.
    """

    channels_last = True

    def __init__(
        self, shape: tuple[int, int], out: int, *, channels: int = 64, layers: int = 5, start: int = 8
    ) -> None:
        super().__init__()
        sizes = [_between(start, shape, k / layers) for k in range(layers + 1)]
        self.register_buffer("input", torch.rand(1, channels, *sizes[0]))
        blocks: list[nn.Module] = []
        for size in sizes[1:]:
            blocks += [
                nn.Conv2d(channels, channels, 1, bias=False), nn.Upsample(size=size, mode="bilinear"), nn.ReLU(),
                nn.BatchNorm2d(channels),
            ]  # fmt: skip
        self.layers = nn.Sequential(*blocks, nn.Conv2d(channels, out, 1))

    def forward(self) -> torch.Tensor:
        return self.layers(self.input)[0]


class Hourglass(nn.Module):
    """The deep image prior's network (Ulyanov, Vedaldi and Lempitsky, CVPR 2018): down and up with thin skips.

    The input is jittered by Gaussian noise at every step of the fit, `jitter` times its own range.
    """

    channels_last = False

    def __init__(
        self, shape: tuple[int, int], out: int, *, widths: tuple[int, ...] = (16, 32, 64, 128, 128), skip: int = 4,
        inputs: int = 32, jitter: float = 1 / 30,
    ) -> None:  # fmt: skip
        super().__init__()
        self.shape, self.jitter = shape, jitter
        unit = 2 ** len(widths)
        padded = [-(-side // unit) * unit for side in shape]
        self.register_buffer("input", 0.1 * torch.rand(1, inputs, *padded))
        before = (inputs, *widths[:-1])
        self.down = nn.ModuleList(
            nn.Sequential(*_block(n_in, n_out, 3, stride=2), *_block(n_out, n_out, 3))
            for n_in, n_out in zip(before, widths, strict=True)
        )
        self.skips = nn.ModuleList(nn.Sequential(*_block(n_in, skip, 1)) for n_in in before)
        deeper = (*widths[1:], widths[-1])
        self.up = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(deep + skip), *_block(deep + skip, width, 3), *_block(width, width, 1))
            for deep, width in zip(deeper, widths, strict=True)
        )
        self.last = nn.Conv2d(widths[0], out, 1)

    def forward(self) -> torch.Tensor:
        x = self.input
        if self.training and self.jitter:
            x = x + self.jitter * torch.randn_like(x) * 0.1
        thin = []
        for down, skip in zip(self.down, self.skips, strict=True):
            thin.append(skip(x))
            x = down(x)
        for up in reversed(self.up):
            larger = nn.functional.interpolate(x, scale_factor=2, mode="bilinear")
            x = up(torch.cat((larger, thin.pop()), dim=1))
        return self.last(x)[0, :, : self.shape[0], : self.shape[1]]


def _block(n_in: int, n_out: int, kernel: int, *, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, padding_mode="reflect")
    return [convolution, nn.BatchNorm2d(n_out), nn.LeakyReLU(0.2)]


def _between(start: int, shape: tuple[int, int], share: float) -> tuple[int, int]:
    """Sizes on the geometric way from `start` to the image's."""
    return tuple(max(1, round(start * (side / start) ** share)) for side in shape)
