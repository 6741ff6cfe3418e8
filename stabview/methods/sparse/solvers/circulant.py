"""The circulant nearest to A*A: what image updates and conjugate gradients are preconditioned with."""

from __future__ import annotations

import weakref

import torch

from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator

FLOOR = 1e-4
"""Eigenvalues are not let fall below this share of the largest one."""
ALIKE = 0.5
"""A*A counts as nearly shift-invariant when its answers to two points differ by less than this share of their norm."""

_known: weakref.WeakKeyDictionary[SamplingOperator, torch.Tensor] = weakref.WeakKeyDictionary()


def nearest_circulant(operator: SamplingOperator) -> torch.Tensor:
    """Positive (H, W) eigenvalues, in the order of `torch.fft.fft2`, of a circulant like A*A; kept for each operator.

    A*A itself where it is a circulant; the nearest one in the Frobenius norm (T. Chan 1988) for several coils, and for
    operators that answer alike to different points; else a multiple of the identity with the trace of A*A.
    """
    if operator not in _known:
        spectrum = _spectrum(operator)
        _known[operator] = spectrum.clamp(min=FLOOR * float(spectrum.max()))
    return _known[operator]


def _spectrum(operator: SamplingOperator) -> torch.Tensor:
    exact = operator.gram_spectrum()
    if exact is not None:
        return exact
    if isinstance(operator, MultiCoilOperator):
        return _of_coils(operator)
    middle = _answer(operator, *(size // 2 for size in operator.image_shape))
    other = _answer(operator, *(size // 3 for size in operator.image_shape))
    if torch.linalg.vector_norm(middle - other) < ALIKE * torch.linalg.vector_norm(middle):
        spectrum = _of_shifts(operator)
        return torch.maximum(spectrum, _mean_about(spectrum.clamp(min=0)))
    probe = torch.randn(operator.image_shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    probe = probe.sign().to(operator.device, operator.dtype)
    return torch.full_like(middle.real, float(torch.linalg.vector_norm(operator._forward(probe))) ** 2 / probe.numel())


def _of_shifts(operator: SamplingOperator) -> torch.Tensor:
    """The circulant nearest to a Toeplitz A*A: its answers t(d) and t(d - n) weighted by how often each occurs."""
    height, width = operator.image_shape
    right = _answer(operator, 0, 0, turned=False)
    left = _answer(operator, 0, width - 1, turned=False).flip(1)  # t(d_1, -d_2)
    back = [(-torch.arange(size, device=operator.device)) % size for size in (height, width)]
    down, across = (torch.arange(size, device=operator.device) / size for size in (height, width))
    down, across = down[:, None].to(right.real.dtype), across[None, :].to(right.real.dtype)
    # t(-d) is the conjugate of t(d), since A*A is Hermitian
    near = (1 - across) * right + across * left[:, back[1]]
    far = (1 - across) * left[back[0]].conj() + across * right[back[0]][:, back[1]].conj()
    return torch.fft.fft2((1 - down) * near + down * far).real


def _mean_about(spectrum: torch.Tensor) -> torch.Tensor:
    """Over 5 x 5 frequencies: two answers know single frequencies badly, and too small an eigenvalue harms most."""
    padded = torch.nn.functional.pad(spectrum[None, None], (2, 2, 2, 2), mode="circular")
    return torch.nn.functional.avg_pool2d(padded, 5, 1)[0, 0]


def _answer(operator: SamplingOperator, row: int, column: int, *, turned: bool = True) -> torch.Tensor:
    """(H, W) A*A's answer to a point, with the point brought to [0, 0] if `turned`."""
    point = torch.zeros(operator.image_shape, dtype=operator.dtype, device=operator.device)
    point[row, column] = 1
    answer = operator.gram(point)
    return torch.roll(answer, (-row, -column), dims=(0, 1)) if turned else answer


def _of_coils(operator: MultiCoilOperator) -> torch.Tensor:
    """Diagonal of F A*A F*: the mask averaged with weights sum_c |F S_c|^2, by a circular convolution."""
    smear = torch.fft.fft2(operator.maps).abs().square().sum(dim=0) / operator.mask.size**2
    return torch.fft.ifft2(torch.fft.fft2(smear).conj() * torch.fft.fft2(operator.weights)).real.contiguous()
