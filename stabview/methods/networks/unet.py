"""The U-Net of fastMRI (Zbontar et al., arXiv:1811.08839), with the key names of the published weights."""

from __future__ import annotations

import torch
from torch import nn

from stabview.methods.networks.slow_phase import slow_phase
from stabview.methods.networks.wired import reconstruct
from stabview.methods.networks.wiring import Wiring
from stabview.sampling.operator import SamplingOperator

FASTMRI = Wiring(operator="any", input="rss", channels="magnitude", scaling="mean-std", clamp=6.0)
"""How fastMRI feeds it: the magnitude image, mean 0 and standard deviation 1, clamped to six of them."""


class UNet(nn.Module):
    """`pools` average poolings, `width` channels at the top, instance normalisation; 7.76 million parameters at 32, 4.

    Call with y : (..., *data_shape) and the operator: the network works as fastMRI's does on the magnitude of the
    direct reconstruction (root of the sum of squares over coils); with two channels on real and imaginary part; with
    two in and one out on these parts after the image's slow phase has been taken off, and puts it on again.
    `image_to_image` is the network alone.
    """

    operator = "any"
    channels_last = False  # instance normalisation is slower with it than convolutions gain

    def __init__(self, in_channels: int = 1, out_channels: int = 1, width: int = 32, pools: int = 4) -> None:
        super().__init__()
        widths = [width * 2**k for k in range(pools + 1)]
        self.in_channels, self.out_channels, self.pools = in_channels, out_channels, pools
        self.down_sample_layers = nn.ModuleList(
            Convolutions(in_channels if k == 0 else widths[k - 1], widths[k]) for k in range(pools)
        )
        self.conv = Convolutions(widths[-2], widths[-1])
        upwards = range(pools - 1, -1, -1)
        self.up_transpose_conv = nn.ModuleList(Enlarge(widths[k + 1], widths[k]) for k in upwards)
        blocks: list[nn.Module] = [Convolutions(2 * widths[k], widths[k]) for k in upwards]
        blocks[-1] = nn.Sequential(blocks[-1], nn.Conv2d(width, out_channels, 1))
        self.up_conv = nn.ModuleList(blocks)

    def forward(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        wiring = FASTMRI
        if (self.in_channels, self.out_channels) == (2, 1):
            return self._along_phase(operator.quick_inverse(y))
        if self.in_channels == 2:
            wiring = Wiring(operator="any", input="image", channels="two", scaling="mean-std")
        return reconstruct(self.image_to_image, wiring, y, operator)

    def _along_phase(self, start: torch.Tensor) -> torch.Tensor:
        """(..., H, W) complex from such an image; what lies along its phase is what is wanted, the rest an artefact."""
        x = start.reshape(-1, *start.shape[-2:])
        phase = slow_phase(x)
        turned, size = x * phase.conj(), x.abs()
        mean, scale = size.mean(dim=(-2, -1), keepdim=True), size.std(dim=(-2, -1), keepdim=True).clamp(min=1e-12)
        along = self.image_to_image(torch.stack(((turned.real - mean) / scale, turned.imag / scale), dim=1))[:, 0]
        return ((along * scale + mean) * phase).reshape(start.shape)

    def image_to_image(self, x: torch.Tensor) -> torch.Tensor:
        """x : (batch, in_channels, H, W); returns (batch, out_channels, H, W). Any size of at least 2**pools."""
        skips = []
        for block in self.down_sample_layers:
            x = block(x)
            skips.append(x)
            x = nn.functional.avg_pool2d(x, 2)
        x = self.conv(x)
        for enlarge, block in zip(self.up_transpose_conv, self.up_conv, strict=True):
            skip = skips.pop()
            x = enlarge(x)
            odd_rows, odd_columns = skip.shape[-2] - x.shape[-2], skip.shape[-1] - x.shape[-1]
            if odd_rows or odd_columns:
                x = nn.functional.pad(x, (0, odd_columns, 0, odd_rows), mode="reflect")
            x = block(torch.cat((x, skip), dim=1))
        return x


class Convolutions(nn.Module):
    """Twice: 3 x 3 convolution, instance normalisation, leaky ReLU, dropout (of nothing, but it counts in the keys)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_layer(n_in, n_out), nn.Dropout2d(0.0), *_layer(n_out, n_out), nn.Dropout2d(0.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


class Enlarge(nn.Module):
    """Transposed 2 x 2 convolution of stride 2, instance normalisation, leaky ReLU."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(n_in, n_out, 2, stride=2, bias=False), nn.InstanceNorm2d(n_out), nn.LeakyReLU(0.2)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def _layer(n_in: int, n_out: int) -> list[nn.Module]:
    return [nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.InstanceNorm2d(n_out), nn.LeakyReLU(0.2)]
