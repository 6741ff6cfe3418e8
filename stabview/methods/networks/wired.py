"""A network with its wiring: from the data to what it is fed with, and from what it gives to the image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from stabview.images.errors import InputError
from stabview.methods.networks.centring import centred, cornered
from stabview.methods.networks.wiring import IMAGES, Wiring
from stabview.sampling.operator import SamplingOperator


class WiredNetwork(nn.Module):
    """`module` as a map (y, operator) -> image; scaling and padding are part of it and are differentiated."""

    def __init__(self, module: nn.Module, wiring: Wiring) -> None:
        super().__init__()
        self.module, self.wiring = module, wiring

    def forward(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        call = self.module if self.wiring.input == "data+operator" else _image_part(self.module)
        return reconstruct(call, self.wiring, y, operator)


def _image_part(module: nn.Module) -> Callable[..., torch.Tensor]:
    """An architecture of StabView's own has its image-to-image part beside its forward."""
    return getattr(module, "image_to_image", module)


def reconstruct(
    network: Callable[..., torch.Tensor], wiring: Wiring, y: torch.Tensor, operator: SamplingOperator
) -> torch.Tensor:
    """x : (..., H, W) of `operator.dtype` from y : (..., *data_shape).

    Raises InputError where network and wiring, or the size of the image, do not go together.
    """
    batch = y.shape[: y.ndim - len(operator.data_shape)]
    y = y.reshape(-1, *operator.data_shape)
    if wiring.size and tuple(operator.image_shape) != (wiring.size, wiring.size):
        raise InputError(
            f"This network takes images of {wiring.size} x {wiring.size} only and the study has "
            f"{operator.image_shape[0]} x {operator.image_shape[1]}; set the size of the image to {wiring.size}."
        )
    if wiring.input == "data+operator":
        x = _tensor(network(y, operator))
    elif wiring.input == "data+physics":
        from stabview.methods.networks.formats.deepinv import through_physics

        x = through_physics(network, y, operator)
    elif wiring.input in IMAGES:
        x = _from_image(network, wiring, start_image(wiring, y, operator))
    else:
        x = _from_data(network, wiring, y, operator)
    expected = (y.shape[0], *operator.image_shape)
    if tuple(x.shape) != expected:
        raise InputError(
            f"The network gave {tuple(x.shape)} where the image is {expected}; correct what it is fed with."
        )
    return x.to(operator.dtype).reshape(*batch, *operator.image_shape)


def start_image(wiring: Wiring, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
    """The image a network is fed with, before scaling. y : (batch, *data_shape); returns (batch, H, W)."""
    if wiring.input == "rss" and hasattr(operator, "rss"):
        return operator.rss(y)
    if wiring.input == "zero-filled":
        if not operator.is_complex:
            raise InputError(f"Only MRI data are zero-filled; for {operator.name} choose the input image.")
        return operator.adjoint(y)
    if wiring.input == "fbp" and operator.name != "radon":
        raise InputError(f"Only CT data are back-projected; for {operator.name} choose the input image.")
    return operator.quick_inverse(y)


def _from_image(network: Callable, wiring: Wiring, image: torch.Tensor) -> torch.Tensor:
    planes = _to_planes(image, wiring.channels)
    mean, scale = _normalisation(planes, wiring.scaling)
    fed = (planes - mean) / scale
    if wiring.clamp:
        fed = fed.clamp(-wiring.clamp, wiring.clamp)
    height, width = fed.shape[-2:]
    rows, columns = -height % wiring.multiple, -width % wiring.multiple
    padded = nn.functional.pad(fed, (0, columns, 0, rows), mode="reflect") if rows or columns else fed
    given = _unlaid(_tensor(network(_laid(padded, wiring.layout))), wiring.layout)
    if given.ndim != 4:
        raise InputError(f"The network gave an array with {given.ndim} axes where an image was expected.")
    given = given[..., :height, :width]
    if given.is_complex() and not fed.is_complex():
        given = torch.cat((given.real, given.imag), dim=1)
    if wiring.output in ("correction", "noise"):
        if given.shape != fed.shape:
            raise InputError("The network gives another number of channels than it takes: its output is an image.")
        given = fed + given if wiring.output == "correction" else fed - given
    same = given.shape[1] == mean.shape[1] or mean.shape[1] == 1
    if not same:
        raise InputError(f"The network gave {given.shape[1]} channels where {mean.shape[1]} were expected.")
    return _to_image(given * scale + mean)


def _from_data(network: Callable, wiring: Wiring, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
    scale = torch.ones((), device=y.device)
    if wiring.scaling == "max":
        scale = _positive(operator.quick_inverse(y).abs().amax(dim=(-2, -1)))
    data = y / scale.reshape(-1, *[1] * (y.ndim - 1))
    if wiring.input == "sinogram":
        given = _tensor(network(_laid(data.unsqueeze(1), wiring.layout)))
    else:
        if operator.mask is None:
            raise InputError(f"The data of {operator.name} are no k-space on a grid; choose another input.")
        arguments = [_laid(_kspace_planes(centred(data, wiring.centring), wiring.channels), wiring.layout)]
        if wiring.input == "kspace+mask":
            arguments.append(_mask(operator, wiring, arguments[0]))
        given = _tensor(network(*arguments))
    if wiring.output == "kspace":
        planes = _unlaid(given, wiring.layout)
        kspace = torch.complex(planes[..., 0, :, :], planes[..., 1, :, :]) if wiring.channels == "two" else planes
        kspace = cornered(kspace.reshape(y.shape), wiring.centring)
        single = operator.name == "fourier"
        x = torch.fft.ifft2(kspace, norm="ortho") if single else operator.quick_inverse(kspace)
    else:
        x = _to_image(_unlaid(given, wiring.layout if given.ndim == 4 else "no-channels"))
    return x * scale.reshape(-1, 1, 1)


def _to_planes(image: torch.Tensor, channels: str) -> torch.Tensor:
    """(batch, H, W) as (batch, channels, H, W)."""
    if channels == "complex":
        return (image if image.is_complex() else torch.complex(image, torch.zeros_like(image))).unsqueeze(1)
    if channels == "two":
        return torch.stack((image.real, image.imag if image.is_complex() else torch.zeros_like(image)), dim=1)
    if channels == "magnitude":
        return image.abs().unsqueeze(1)
    return (image.real if image.is_complex() else image).unsqueeze(1)


def _to_image(planes: torch.Tensor) -> torch.Tensor:
    """(batch, channels, H, W) as (batch, H, W)."""
    if planes.shape[1] == 2:
        return torch.complex(planes[:, 0], planes[:, 1])
    if planes.shape[1] != 1:
        raise InputError(f"The network gave {planes.shape[1]} channels; an image has one, or two for its two parts.")
    return planes[:, 0]


def _kspace_planes(data: torch.Tensor, channels: str) -> torch.Tensor:
    """(batch, [coils,] H, W) complex as (batch, [coils,] 2, H, W), or (batch, coils, H, W) where it stays complex."""
    if channels == "complex":
        return data.unsqueeze(1) if data.ndim == 3 else data
    if channels != "two":
        raise InputError(f"k-space has two channels or complex ones; the wiring says {channels}.")
    return torch.stack((data.real, data.imag), dim=-3)


def _mask(operator: SamplingOperator, wiring: Wiring, fed: torch.Tensor) -> torch.Tensor:
    """The mask with as many axes as the k-space it goes with, ones and zeros."""
    mask = torch.fft.fftshift(operator.weights, dim=(-2, -1)) if wiring.centring != "corner" else operator.weights
    mask = mask.reshape(1, *[1] * (fed.ndim - 3), *mask.shape[-2:])
    return _laid(mask, wiring.layout).expand(fed.shape[0], *[-1] * (fed.ndim - 1))


def _laid(planes: torch.Tensor, layout: str) -> torch.Tensor:
    if layout == "channels-last":
        return planes.movedim(-3, -1)
    return planes.squeeze(1) if layout == "no-channels" else planes


def _unlaid(given: torch.Tensor, layout: str) -> torch.Tensor:
    if layout == "channels-last":
        return given.movedim(-1, -3)
    return given.unsqueeze(1) if layout == "no-channels" else given


def _normalisation(planes: torch.Tensor, scaling: str) -> tuple[torch.Tensor, torch.Tensor]:
    """What is subtracted and what is divided by, for each image of the batch. (batch, 1, 1, 1) each."""
    mean = torch.zeros_like(planes[:, :1, :1, :1])
    if scaling == "none":
        return mean, torch.ones_like(mean.real)
    every = (1, 2, 3)
    if scaling == "max":
        modulus = planes.abs() if planes.shape[1] == 1 else torch.linalg.vector_norm(planes, dim=1, keepdim=True)
        return mean, _positive(modulus.amax(dim=every, keepdim=True))
    return planes.mean(dim=every, keepdim=True), planes.std(dim=every, keepdim=True) + 1e-11


def _positive(scale: torch.Tensor) -> torch.Tensor:
    """Zero data stay zero."""
    return torch.where(scale > 0, scale, torch.ones_like(scale))


def _tensor(given: object) -> torch.Tensor:
    """What a network gave, where it is one tensor; a tuple or list of one is opened."""
    while isinstance(given, tuple | list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, torch.Tensor):
        raise InputError(f"The network gave a {type(given).__name__}; wrap it so that it gives the image, one tensor.")
    return given
