"""Data as a scanner gives them: from an object finer than the grid of the reconstruction, and with noise.

Data made with the very A that the reconstruction inverts flatter every method (the inverse crime).
"""

from __future__ import annotations

import torch

from stabview.images.errors import InputError
from stabview.sampling.cosine import CosineOperator, dct2
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator, spoke_frequencies
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator


def finer_grid_data(x_fine: torch.Tensor, operator: SamplingOperator, factor: int) -> torch.Tensor:
    """Noiseless data of `operator` from the object on a grid `factor` times as fine, in the units of A x.

    Pixels of both grids fill the same field of view; x_fine holds values like those of x (not divided by factor^2).
    Where the object is the same on both grids (constants, harmonics that the coarse grid carries) the result is A x.

    Fourier, multi-coil, cosine: the lowest frequencies of the fine object, with the sensitivities interpolated
    bilinearly. Radial: the same spokes. Radon: `factor` finer rays for every bin, averaged. Detached from autograd.

    Parameters
    ----------
    x_fine : (..., factor H, factor W).

    Raises InputError when the shape does not fit, and for matrices, which know no finer grid.
    """
    height, width = operator.image_shape
    if factor < 1 or tuple(x_fine.shape[-2:]) != (factor * height, factor * width):
        raise InputError(
            f"Data on a grid {factor} times finer than {height} x {width} need an object of "
            f"{factor * height} x {factor * width}, not {' x '.join(map(str, x_fine.shape[-2:]))}."
        )
    x = x_fine.detach().to(operator.device, operator.dtype)
    if isinstance(operator, FourierOperator):
        return operator.restrict(_low_frequencies(x, factor))
    if isinstance(operator, MultiCoilOperator):
        coils = [_low_frequencies(x * _finer_map(map_, factor), factor) for map_ in operator.maps]
        return operator.restrict(torch.stack(coils, dim=-3))
    if isinstance(operator, RadialFourierOperator):
        return _spokes(x, operator, factor)
    if isinstance(operator, RadonOperator):
        return _averaged_rays(x, operator, factor)
    if isinstance(operator, CosineOperator):
        return dct2(x)[..., :height, :width].flatten(-2)[..., operator.chosen] / factor
    raise InputError(f'The operator "{operator.name}" is defined on its own grid only; switch the finer grid off.')


def noise(operator: SamplingOperator, clean: torch.Tensor, relative: float, *, seed: int = 0) -> torch.Tensor:
    """Gaussian noise e on what is measured with ||e|| = relative ||clean||, the same on every device.

    clean : noiseless data. Real data get real noise, complex data noise in both parts.
    """
    if relative == 0:
        return torch.zeros_like(clean)
    generator = torch.Generator().manual_seed(seed)
    host = torch.complex64 if clean.is_complex() else torch.float32
    drawn = torch.randn(clean.shape, generator=generator, dtype=host).to(clean.device, clean.dtype)
    drawn = operator.restrict(drawn)
    return drawn * (relative * torch.linalg.vector_norm(clean) / torch.linalg.vector_norm(drawn))


def _low_frequencies(x: torch.Tensor, factor: int) -> torch.Tensor:
    """The unitary spectrum on the coarse grid's frequencies, seen from the first coarse pixel's centre."""
    height, width = x.shape[-2] // factor, x.shape[-1] // factor
    spectrum = torch.fft.fft2(x, norm="ortho") / factor
    for axis, count in ((-2, height), (-1, width)):
        frequency = torch.fft.fftfreq(count, 1 / count, dtype=torch.float64)
        kept = (frequency.long() % x.shape[axis]).to(x.device)
        shift = _shift(frequency / count, factor, x)
        spectrum = spectrum.index_select(axis, kept) * (shift[:, None] if axis == -2 else shift)
    return spectrum


def _shift(frequency: torch.Tensor, factor: int, like: torch.Tensor, *, pixels: float | None = None) -> torch.Tensor:
    """Phase by which the origin moves `pixels` coarse pixels: from the first fine pixel's centre to the first coarse.

    frequency : in cycles per coarse pixel.
    """
    pixels = (factor - 1) / (2 * factor) if pixels is None else pixels
    turn = 2 * torch.pi * frequency * pixels
    return torch.polar(torch.ones_like(turn), turn).to(like.device, like.dtype)


def _finer_map(map_: torch.Tensor, factor: int) -> torch.Tensor:
    parts = torch.view_as_real(map_).permute(2, 0, 1)[None]
    fine = torch.nn.functional.interpolate(parts, scale_factor=factor, mode="bilinear", align_corners=False)[0]
    return torch.view_as_complex(fine.permute(1, 2, 0).contiguous())


def _spokes(x: torch.Tensor, operator: RadialFourierOperator, factor: int) -> torch.Tensor:
    """The middle of spokes that reach `factor` times as far, their origin moved to that of the coarse image."""
    fine = RadialFourierOperator(
        tuple(x.shape[-2:]), operator.angles, readout=factor * operator.readout, device=operator.device,
        dtype=operator.dtype,
    )  # fmt: skip
    begin = fine.readout // 2 - operator.readout // 2
    data = fine(x)[..., begin : begin + operator.readout]
    for count, along in zip(operator.image_shape, spoke_frequencies(operator.angles, operator.readout), strict=True):
        # both origins are the middle pixel's centre, [count // 2] here and [factor count // 2] there
        moved = (count // 2 + 0.5) - (factor * count // 2 + 0.5) / factor
        data = data * _shift(torch.from_numpy(along), factor, data, pixels=moved)
    return data / factor


def _averaged_rays(x: torch.Tensor, operator: RadonOperator, factor: int) -> torch.Tensor:
    width = None if operator.bin_width is None else operator.bin_width / factor
    fine = RadonOperator(
        tuple(x.shape[-2:]), operator.angles, geometry=operator.geometry, source=operator.source,
        detector=operator.detector, bin_width=width, bins=factor * operator.bins, device=operator.device,
        dtype=operator.dtype,
    )  # fmt: skip
    return fine(x).unflatten(-1, (operator.bins, factor)).mean(dim=-1)
