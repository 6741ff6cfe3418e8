"""Parallel-beam Radon transform as a pair of sparse matrices (Joseph's weights), and filtered back-projection."""

from __future__ import annotations

import hashlib
import warnings
from functools import lru_cache

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.operator import SamplingOperator, power_iteration


class RadonOperator(SamplingOperator):
    """Line integrals of an image along parallel rays; the image is one unit wide, a pixel 1 / max(H, W).

    The adjoint is the transposed matrix itself, so the pair is exact to rounding.

    Parameters
    ----------
    image_shape : (H, W).
    angles : view angles in degrees; detector bins are one pixel wide and cover the image's diagonal.
    """

    name = "radon"
    is_complex = False
    rate = None

    def __init__(
        self,
        image_shape: tuple[int, int],
        angles: np.ndarray,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.angles = np.asarray(angles, dtype=np.float64)
        if self.angles.ndim != 1 or self.angles.size == 0:
            raise InputError("A Radon transform needs at least one view; choose a positive number of views.")
        self.image_shape = (int(image_shape[0]), int(image_shape[1]))
        self.bins = detector_bins(self.image_shape)
        self.data_shape = (self.angles.size, self.bins)
        self.samples = self.angles.size * self.bins
        self._dtype = dtype
        self._device = torch.device(device)
        self._matrix, self._transpose = _matrix_pair(self.image_shape, tuple(self.angles), dtype, str(self._device))
        self._norm: float | None = None

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        return _product(self._matrix, x, self.image_shape, self.data_shape)

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return _product(self._transpose, y, self.data_shape, self.image_shape)

    def quick_inverse(self, y: torch.Tensor) -> torch.Tensor:
        """Filtered back-projection with the Ram-Lak filter (linear interpolation of the Joseph pair)."""
        return self.adjoint(_FilterRows.apply(y, self)) * self._fbp_factor

    @property
    def _fbp_factor(self) -> float:
        """pi / views times the two pixel widths that turn the matrix's weights into those of an interpolation."""
        return np.pi / self.angles.size * max(self.image_shape)

    @property
    def ramp(self) -> torch.Tensor:
        return _ramp(self.bins, max(self.image_shape), self._dtype, str(self._device))

    def norm(self) -> float:
        if self._norm is None:
            self._norm = power_iteration(self)
        return self._norm

    @property
    def dtype(self) -> torch.dtype:
        return self._dtype

    @property
    def device(self) -> torch.device:
        return self._device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> RadonOperator:
        return RadonOperator(
            self.image_shape, self.angles, device=device or self._device, dtype=dtype or self._dtype
        )

    def describe(self) -> dict[str, object]:
        digest = hashlib.sha256(self.angles.tobytes()).hexdigest()
        return {
            "operator": self.name, "shape": self.image_shape, "views": self.angles.size,
            "bins": self.bins, "samples": self.samples, "angles_sha256": digest,
        }  # fmt: skip


class _FilterRows(torch.autograd.Function):
    """The ramp filter along the detector; symmetric, so it is its own backward."""

    @staticmethod
    def forward(ctx, y: torch.Tensor, operator: RadonOperator) -> torch.Tensor:
        ctx.operator = operator
        ramp = operator.ramp
        length = 2 * (ramp.shape[-1] - 1)
        spectrum = torch.fft.rfft(y, n=length, dim=-1) * ramp
        return torch.fft.irfft(spectrum, n=length, dim=-1)[..., : operator.bins].contiguous()

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        return _FilterRows.apply(gradient, ctx.operator), None


def equispaced_angles(views: int) -> np.ndarray:
    """180 i / views degrees, end point excluded (the convention of Jin et al. and Antun et al.)."""
    if views < 1:
        raise InputError(f"The number of views is {views}; it has to be at least 1.")
    return 180.0 * np.arange(views) / views


def detector_bins(shape: tuple[int, int]) -> int:
    """An odd number of pixel-wide bins that covers the diagonal."""
    bins = int(np.ceil(np.hypot(*shape))) + 1
    return bins | 1


def _product(matrix: torch.Tensor, x: torch.Tensor, source: tuple[int, ...], target: tuple[int, ...]) -> torch.Tensor:
    batch = x.shape[: x.ndim - len(source)]
    if tuple(x.shape[x.ndim - len(source) :]) != tuple(source):
        raise ValueError(f"expected (..., {', '.join(map(str, source))}), got {tuple(x.shape)}")
    flat = x.reshape(-1, int(np.prod(source)))
    if flat.shape[0] == 1:
        return (matrix @ flat[0]).reshape(*batch, *target)
    return (matrix @ flat.T.contiguous()).T.reshape(*batch, *target)


@lru_cache(maxsize=8)
def _matrix_pair(
    shape: tuple[int, int], angles: tuple[float, ...], dtype: torch.dtype, device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    from scipy.sparse import csr_matrix

    rows, columns, weights = joseph_weights(shape, np.asarray(angles))
    size = (len(angles) * detector_bins(shape), shape[0] * shape[1])
    matrix = csr_matrix((weights, (rows, columns)), shape=size)
    return _to_torch(matrix, dtype, device), _to_torch(matrix.T.tocsr(), dtype, device)


def _to_torch(matrix, dtype: torch.dtype, device: str) -> torch.Tensor:
    with warnings.catch_warnings():
        # torch says once that its CSR tensors are beta; the products used here are tested
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        return torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int32)), torch.from_numpy(matrix.indices.astype(np.int32)),
            torch.from_numpy(matrix.data).to(dtype), size=matrix.shape, check_invariants=False,
        ).to(device)  # fmt: skip


def joseph_weights(shape: tuple[int, int], angles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, column and weight of every entry of the projection matrix (Joseph, IEEE TMI 1982).

    The ray of bin s at angle t is {(u, v): u cos t + v sin t = s} with u to the right and v upwards from the centre.
    Along the axis in which the ray is steeper it visits every pixel line once and interpolates between two pixels.
    """
    height, width = shape
    bins = detector_bins(shape)
    offsets = np.arange(bins) - (bins - 1) / 2
    pixel = 1.0 / max(shape)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for view, angle in enumerate(np.deg2rad(angles)):
        cosine, sine = np.cos(angle), np.sin(angle)
        by_row = abs(cosine) >= abs(sine)
        lines = np.arange(height if by_row else width)
        across = width if by_row else height
        if by_row:
            v = (height - 1) / 2 - lines
            position = (offsets[:, None] - v[None, :] * sine) / cosine + (width - 1) / 2
            length = pixel / abs(cosine)
        else:
            u = lines - (width - 1) / 2
            position = (height - 1) / 2 - (offsets[:, None] - u[None, :] * cosine) / sine
            length = pixel / abs(sine)
        lower = np.floor(position).astype(np.int64)
        fraction = position - lower
        ray = np.broadcast_to(view * bins + np.arange(bins)[:, None], lower.shape)
        line = np.broadcast_to(lines[None, :], lower.shape)
        for index, weight in ((lower, 1 - fraction), (lower + 1, fraction)):
            inside = (index >= 0) & (index < across) & (weight > 0)
            column = line * width + index if by_row else index * width + line
            parts.append((ray[inside], column[inside], weight[inside] * length))
    return tuple(np.concatenate([part[k] for part in parts]) for k in range(3))


@lru_cache(maxsize=8)
def _ramp(bins: int, pixels: int, dtype: torch.dtype, device: str) -> torch.Tensor:
    """The band-limited Ram-Lak filter, from its exact spatial samples (Kak and Slaney, chapter 3)."""
    length = 1 << int(np.ceil(np.log2(2 * bins)))
    n = np.minimum(np.arange(length), length - np.arange(length))
    kernel = np.zeros(length)
    kernel[0] = 0.25
    odd = n % 2 == 1
    kernel[odd] = -1.0 / (np.pi * n[odd]) ** 2
    # sampled with bins one pixel (1 / pixels) wide: one factor of `pixels` is left after the convolution's own
    return torch.from_numpy(np.fft.rfft(kernel).real * pixels).to(device=device, dtype=dtype)
