"""Radial Fourier sampling off the grid: spokes through the centre of k-space, gridded with a Kaiser-Bessel kernel."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.fourier import COMPLEX_OF, REAL_OF
from stabview.sampling.lanczos import lanczos_norm
from stabview.sampling.masks import GOLDEN_ANGLE
from stabview.sampling.operator import SamplingOperator

OVERSAMPLING = 2
Quarters = tuple[tuple[tuple[slice, slice], tuple[slice, slice]], ...]
KERNEL_WIDTH = {torch.float32: 7, torch.float64: 9}  # grid points; errors of about 7e-7 and 8e-9


class RadialFourierOperator(SamplingOperator):
    """y[s, j] = c sum_r x(r) exp(-2 pi i w_sj . r) at frequencies w_sj on spokes, not on the grid.

    Spoke s runs at its angle t through zero: w_sj = (j - n // 2) / n (cos t, sin t) cycles per pixel, along columns
    and down rows, for its n samples, out to the edge of k-space; r is counted from the pixel [H // 2, W // 2]. The
    factor c = (H W spokes n / max(H, W))^(-1/2) gives a constant square image about the gain 1, so ||A|| is near 1
    (0.98 at 256 x 256, 1.2 where one side is thrice the other).

    A is a zero-padded FFT on a grid twice as fine and a sparse interpolation (Fessler and Sutton, IEEE TSP 2003, with
    the kernel of Beatty, Nishimura and Pauly, IEEE TMI 2005); A* is exactly the transpose of these.

    Parameters
    ----------
    image_shape : (H, W).
    angles : of the spokes in degrees, a number of spokes a golden angle apart otherwise.
    readout : samples n on each spoke; 2 max(H, W) unless given.
    """

    name = "radial-fourier"
    quick_name, quick_title = "gridding", "Gridding (density compensated)"
    is_complex = True

    def __init__(
        self,
        image_shape: tuple[int, int],
        angles: np.ndarray | int,
        *,
        readout: int | None = None,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.angles = golden_angles(angles) if isinstance(angles, int) else np.asarray(angles, dtype=np.float64)
        if self.angles.ndim != 1 or self.angles.size == 0 or not np.isfinite(self.angles).all():
            raise InputError("Radial sampling needs at least one spoke; choose a positive number of them.")
        self.image_shape = (int(image_shape[0]), int(image_shape[1]))
        self.readout = 2 * max(self.image_shape) if readout is None else int(readout)
        if self.readout < 2:
            raise InputError(f"A spoke needs at least 2 samples, not {self.readout}; choose twice the image's side.")
        self.data_shape = (self.angles.size, self.readout)
        self.samples = self.angles.size * self.readout
        self.rate = self.samples / (self.image_shape[0] * self.image_shape[1])
        self._real = REAL_OF[dtype]
        self._device = torch.device(device)
        self._plan = _plan(self.image_shape, tuple(self.angles), self.readout, self._real, str(self._device))
        self._norm: float | None = None
        self._gram_spectrum: torch.Tensor | None = None

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._plan.forward(x).reshape(*x.shape[:-2], *self.data_shape)

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return self._plan.adjoint(y.reshape(*y.shape[:-2], self.samples))

    def gram(self, x: torch.Tensor) -> torch.Tensor:
        """A*A x as a convolution on the doubled grid: a pair of FFTs without interpolation.

        It is the Toeplitz form of Wajer and Pruessmann (ISMRM 2001), nearer to the exact sum than A* after A, from
        which it differs by the interpolation's error.
        """
        if self._gram_spectrum is None:
            self._gram_spectrum = self._toeplitz_spectrum()
        height, width = self.image_shape
        spectrum = torch.fft.fft2(x, s=(2 * height, 2 * width)).mul_(self._gram_spectrum)
        return torch.fft.ifft2(spectrum)[..., :height, :width]

    def _toeplitz_spectrum(self) -> torch.Tensor:
        """The transform of c^2 sum_sj exp(2 pi i w_sj . r) over all differences r of pixels, real, (2 H, 2 W)."""
        double = (2 * self.image_shape[0], 2 * self.image_shape[1])
        plan = _make_plan(double, tuple(self.angles), self.readout, torch.float64, str(self._device))
        ones = torch.ones(self.samples, dtype=torch.complex128, device=self._device)
        response = plan.adjoint(ones) * (self._plan.scale**2 / plan.scale)
        response[0, :] = response[:, 0] = 0  # a difference of -H or -W never occurs, and has no partner
        return torch.fft.fft2(torch.fft.ifftshift(response)).real.to(self._real)

    def quick_inverse(self, y: torch.Tensor) -> torch.Tensor:
        """Gridding: each sample weighted by the area of k-space it stands for, then A* without its scale."""
        return self.adjoint(y * self.areas) / self._plan.scale**2

    @property
    def areas(self) -> torch.Tensor:
        """The area of k-space a sample stands for, (spokes, readout), in (cycles / pixel)^2; the sum is near pi / 4.

        |w| times step and angle, with |w| as the transform of the ramp's kernel over the readout's field of view
        (Kak and Slaney, chapter 3), which leaves the right share to w = 0.
        """
        distance = np.arange(self.readout)
        distance = np.minimum(distance, self.readout - distance)
        odd = distance % 2 == 1
        kernel = np.zeros(self.readout)
        kernel[0], kernel[odd] = 0.25, -1 / (np.pi * distance[odd]) ** 2
        ramp = np.roll(np.fft.fft(kernel).real, self.readout // 2)
        areas = _angular_shares(self.angles)[:, None] * ramp / self.readout
        return torch.as_tensor(areas).to(self._device, self._real)

    def norm(self) -> float:
        if self._norm is None:
            self._norm = lanczos_norm(self)
        return self._norm

    @property
    def dtype(self) -> torch.dtype:
        return COMPLEX_OF[self._real]

    @property
    def device(self) -> torch.device:
        return self._device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> RadialFourierOperator:
        return RadialFourierOperator(
            self.image_shape, self.angles, readout=self.readout,
            device=device or self._device, dtype=dtype or self._real,
        )  # fmt: skip

    def describe(self) -> dict[str, object]:
        return {
            "operator": self.name, "shape": self.image_shape, "spokes": self.angles.size, "readout": self.readout,
            "samples": self.samples, "angles_sha256": hashlib.sha256(self.angles.tobytes()).hexdigest(),
        }  # fmt: skip


def golden_angles(spokes: int, *, first: float = 0.0) -> np.ndarray:
    """first + 180 * 0.618034 i degrees, below 180; any number of them covers the half circle nearly evenly."""
    if spokes < 1:
        raise InputError(f"The number of spokes is {spokes}; it has to be at least 1.")
    return (first + GOLDEN_ANGLE * np.arange(spokes)) % 180


def spoke_frequencies(angles: np.ndarray, readout: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies down rows and along columns, each (spokes, readout), in cycles per pixel."""
    along = (np.arange(readout) - readout // 2) / readout
    turn = np.deg2rad(angles)[:, None]
    return along * np.sin(turn), along * np.cos(turn)


@dataclass(frozen=True)
class _Plan:
    """What A needs, made once: the fine grid's shape, where parts of the image go on it, weights and matrices."""

    grid: tuple[int, int]
    quarters: Quarters
    correction: torch.Tensor
    interpolation: torch.Tensor
    spreading: torch.Tensor
    scale: float

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(..., H, W) to (..., samples)."""
        padded = x.new_zeros((*x.shape[:-2], *self.grid))
        for grid_part, image_part in self.quarters:
            padded[(..., *grid_part)] = x[(..., *image_part)] * self.correction[image_part]
        return _multiply(self.interpolation, torch.fft.fft2(padded).flatten(-2))

    def adjoint(self, y: torch.Tensor) -> torch.Tensor:
        """(..., samples) to (..., H, W)."""
        spectrum = _multiply(self.spreading, y).unflatten(-1, self.grid)
        padded = torch.fft.ifft2(spectrum, norm="forward")
        x = y.new_empty((*y.shape[:-1], *self.correction.shape))
        for grid_part, image_part in self.quarters:
            x[(..., *image_part)] = padded[(..., *grid_part)] * self.correction[image_part]
        return x


def _make_plan(
    shape: tuple[int, int], angles: tuple[float, ...], readout: int, dtype: torch.dtype, device: str
) -> _Plan:
    from scipy.sparse import csr_matrix

    width = KERNEL_WIDTH[dtype]
    beta = np.pi * np.sqrt((width / OVERSAMPLING) ** 2 * (OVERSAMPLING - 0.5) ** 2 - 0.8)
    grid = tuple(max(OVERSAMPLING * side, width) for side in shape)
    frequencies = spoke_frequencies(np.asarray(angles), readout)
    points, weights = zip(
        *(_neighbours(w.ravel(), side, width, beta) for w, side in zip(frequencies, grid, strict=True)), strict=True
    )
    columns = points[0][:, :, None] * grid[1] + points[1][:, None, :]
    values = weights[0][:, :, None] * weights[1][:, None, :]
    rows = np.arange(0, values.size + 1, width**2)
    matrix = csr_matrix((values.ravel(), columns.ravel(), rows), shape=(len(values), grid[0] * grid[1]))
    scale = (shape[0] * shape[1] * len(angles) * readout / max(shape)) ** -0.5
    transforms = (_kernel_transform(n, side, width, beta) for n, side in zip(shape, grid, strict=True))
    correction = scale / np.outer(*transforms)
    return _Plan(
        grid, _quarters(shape, grid), torch.from_numpy(correction).to(device, dtype),
        _to_torch(matrix, dtype, device), _to_torch(matrix.T.tocsr(), dtype, device), scale,
    )  # fmt: skip


_plan = lru_cache(maxsize=4)(_make_plan)


def _neighbours(frequency: np.ndarray, side: int, width: int, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """The `width` grid points about each frequency and their Kaiser-Bessel weights, each (samples, width)."""
    place = frequency * side
    first = np.floor(place - width / 2).astype(np.int64) + 1
    points = first[:, None] + np.arange(width)
    inside = np.maximum(0, 1 - (2 * (points - place[:, None]) / width) ** 2)
    return points % side, np.i0(beta * np.sqrt(inside))


def _kernel_transform(length: int, side: int, width: int, beta: float) -> np.ndarray:
    """The kernel's Fourier transform at the pixels, counted from length // 2."""
    argument = beta**2 - (np.pi * width * (np.arange(length) - length // 2) / side) ** 2
    root = np.sqrt(argument)  # real within the image, since the grid is twice as fine as needed
    return width * np.sinh(root) / root


def _quarters(shape: tuple[int, int], grid: tuple[int, int]) -> Quarters:
    """Slices of the grid and of the image that belong together: pixel [H // 2, W // 2] goes first, the rest wraps."""
    parts = []
    for length, side in zip(shape, grid, strict=True):
        middle = length // 2
        after = slice(0, length - middle), slice(middle, length)
        parts.append([after, (slice(side - middle, side), slice(0, middle))])
    return tuple(((down[0], right[0]), (down[1], right[1])) for down in parts[0] for right in parts[1])


def _angular_shares(angles: np.ndarray) -> np.ndarray:
    """Half the way to the neighbours on either side, in radians modulo pi; equal spokes share. The sum is pi."""
    degrees = np.round(np.asarray(angles) % 180, 9) % 180
    different, which, count = np.unique(degrees, return_inverse=True, return_counts=True)
    gaps = np.deg2rad(np.diff(np.append(different, different[0] + 180)))
    return ((gaps + np.roll(gaps, 1)) / 2 / count)[which]


def _multiply(matrix: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """A real sparse matrix times complex vectors (..., n), as pairs of real ones."""
    batch = z.shape[:-1]
    columns = torch.view_as_real(z).reshape(-1, z.shape[-1], 2).movedim(0, 1).reshape(z.shape[-1], -1)
    product = (matrix @ columns.contiguous()).reshape(matrix.shape[0], -1, 2).movedim(1, 0)
    return torch.view_as_complex(product.contiguous()).reshape(*batch, matrix.shape[0])


def _to_torch(matrix, dtype: torch.dtype, device: str) -> torch.Tensor:
    with warnings.catch_warnings():
        # torch says once that its CSR tensors are beta; the products used here are tested
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        return torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int32)), torch.from_numpy(matrix.indices.astype(np.int32)),
            torch.from_numpy(matrix.data).to(dtype), size=matrix.shape, check_invariants=False,
        ).to(device)  # fmt: skip
