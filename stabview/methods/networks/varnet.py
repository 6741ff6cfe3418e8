"""The end-to-end variational network (Sriram et al., MICCAI 2020), with the key names of the published weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from stabview.methods.networks.unet import UNet
from stabview.sampling.multicoil import MultiCoilOperator

TINY = 1e-20
"""Added to what is divided by, so that zero data give finite values."""


class VarNet(nn.Module):
    """k <- k - w P (k - y) - F S U(sum_c conj(S_c) F* k_c), unrolled, with sensitivities S that it learns as well.

    12 cascades have 29.9 million parameters. Everything is done in the order of `torch.fft.fft2`: the images are
    those of the centred transforms of fastMRI, so its weights mean the same. Where full lines are measured, the
    transform along them is undone once in the beginning and never made again; the result is the same.

    Call with y : (..., C, H, W) complex and the operator; returns (..., H, W) complex.

    Parameters
    ----------
    width, pools : of the U-Net of each cascade. sens_width, sens_pools : of the one for the sensitivities.
    combine : "rss" for the root of the sum of squares over coils, as published; "learnt" for the modulus of what the
        learnt sensitivities make of the coils, which leaves out noise that no object has; "maps" for the complex image
        by the operator's own sensitivities, which keeps the phase.
    calibrated : the learnt sensitivities correct those of the calibration, low-resolution images of the coils over
        their root sum of squares, and the cascades begin as steps of data consistency: learns in fewer steps.
    """

    operator = "multicoil"
    channels_last = UNet.channels_last

    def __init__(
        self, cascades: int = 12, width: int = 18, pools: int = 4, sens_width: int = 8, sens_pools: int = 4,
        combine: str = "rss", calibrated: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        if combine not in ("rss", "learnt", "maps"):
            raise ValueError(f"combine is '{combine}'; it has to be rss, learnt or maps")
        self.combine = combine
        self.sens_net = Sensitivities(sens_width, sens_pools, calibrated)
        self.cascades = nn.ModuleList(Cascade(width, pools) for _ in range(cascades))
        if calibrated:
            for network in (self.sens_net.norm_unet, *(cascade.model for cascade in self.cascades)):
                last = network.unet.up_conv[-1][-1]
                nn.init.zeros_(last.weight)
                nn.init.zeros_(last.bias)

    def forward(self, y: torch.Tensor, operator: MultiCoilOperator) -> torch.Tensor:
        batch = y.shape[:-3]
        y = y.reshape(-1, *y.shape[-3:])
        axes = (-2, -1)
        if operator.full_lines:
            y, axes = torch.fft.ifft(y, dim=-2, norm="ortho"), (-1,)
        maps = self.sens_net(y, operator.mask, axes)
        kspace = y
        for cascade in self.cascades:
            kspace = cascade(kspace, y, operator.weights, maps, axes)
        coils = _image(kspace, axes)
        if self.combine == "rss":
            x = torch.linalg.vector_norm(coils, dim=-3).to(coils.dtype)
        elif self.combine == "learnt":
            x = (maps.conj() * coils).sum(dim=-3).abs().to(coils.dtype)
        else:
            power = operator.maps.abs().square().sum(dim=-3).clamp_min(1e-6)
            x = (operator.maps.conj() * coils).sum(dim=-3) / power
        return x.reshape(*batch, *x.shape[-2:])


class Cascade(nn.Module):
    """One step: soft data consistency with a learnt weight, and a U-Net on the image that the coils combine to."""

    def __init__(self, width: int, pools: int) -> None:
        super().__init__()
        self.model = NormUNet(width, pools)
        self.dc_weight = nn.Parameter(torch.ones(1))

    def forward(
        self, kspace: torch.Tensor, y: torch.Tensor, weights: torch.Tensor, maps: torch.Tensor, axes: tuple[int, ...]
    ) -> torch.Tensor:
        image = (maps.conj() * _image(kspace, axes)).sum(dim=1, keepdim=True)
        return kspace - weights * (kspace - y) * self.dc_weight - _kspace(maps * self.model(image), axes)


class Sensitivities(nn.Module):
    """A U-Net on the image of each coil, from the fully sampled middle of k-space; divided by the sum of squares."""

    def __init__(self, width: int, pools: int, calibrated: bool) -> None:
        super().__init__()
        self.norm_unet = NormUNet(width, pools)
        self.calibrated = calibrated

    def forward(self, y: torch.Tensor, mask: np.ndarray, axes: tuple[int, ...]) -> torch.Tensor:
        middle = torch.from_numpy(np.fft.ifftshift(middle_of(mask)).copy()).to(y.device)
        images = _image(y * middle, axes).flatten(0, 1).unsqueeze(1)
        maps = self.norm_unet(images)
        maps = (maps + images if self.calibrated else maps).reshape(y.shape)
        return maps / (torch.linalg.vector_norm(maps, dim=1, keepdim=True) + TINY)


class NormUNet(nn.Module):
    """A U-Net on real and imaginary part, each brought to mean 0 and deviation 1 and padded to a multiple of 16."""

    def __init__(self, width: int, pools: int) -> None:
        super().__init__()
        self.unet = UNet(2, 2, width, pools)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x : (batch, 1, H, W) complex; returns the same."""
        parts = torch.cat((x.real, x.imag), dim=1)
        mean = parts.mean(dim=(-2, -1), keepdim=True)
        deviation = parts.std(dim=(-2, -1), keepdim=True)
        height, width = parts.shape[-2:]
        top, left = (-height % 16) // 2, (-width % 16) // 2
        padding = (left, -width % 16 - left, top, -height % 16 - top)
        parts = nn.functional.pad((parts - mean) / (deviation + TINY), padding)
        parts = self.unet.image_to_image(parts)[..., top : top + height, left : left + width]
        parts = parts * deviation + mean
        return torch.complex(parts[:, :1], parts[:, 1:])


def middle_of(mask: np.ndarray) -> np.ndarray:
    """The fully sampled middle of a centred mask: the lines (or, for points, the rectangle) around zero frequency.

    As in fastMRI the same number of lines is taken on both sides, twice the shorter one, at least one.
    """
    middle = np.ones_like(mask)
    middle &= _run(mask[mask.shape[0] // 2])[None, :]
    if not (mask == mask[:1]).all():
        middle &= _run(mask[:, mask.shape[1] // 2])[:, None]
    return middle


def _run(line: np.ndarray) -> np.ndarray:
    centre = line.size // 2
    left, right = (int(np.argmin(np.append(side, False))) for side in (line[:centre][::-1], line[centre:]))
    count = max(2 * min(left, right), 1)
    start = (line.size - count + 1) // 2
    kept = np.zeros(line.size, dtype=bool)
    kept[start : start + count] = True
    return kept


def _image(kspace: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    return torch.fft.ifftn(kspace, dim=axes, norm="ortho")


def _kspace(image: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    return torch.fft.fftn(image, dim=axes, norm="ortho")
