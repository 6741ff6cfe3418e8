"""Sampling by a dense matrix: any given one, or Gaussian."""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.fourier import COMPLEX_OF, REAL_OF
from stabview.sampling.lanczos import lanczos_norm
from stabview.sampling.operator import SamplingOperator, least_squares

LARGEST_BYTES = 2**30
"""What one matrix may take."""
DECOMPOSED = 1024
"""Matrices whose shorter side is at most this have their singular values computed; others are iterated on."""


class MatrixOperator(SamplingOperator):
    """y = M x with the pixels of x in the order of its rows; data are vectors (..., m).

    Parameters
    ----------
    matrix : (m, H W), real or complex.
    image_shape : (H, W); None takes the columns as one row of pixels.
    """

    name = "matrix"

    def __init__(
        self,
        matrix: np.ndarray | torch.Tensor,
        image_shape: tuple[int, int] | None = None,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        source = torch.as_tensor(matrix)
        if source.ndim != 2 or 0 in source.shape:
            raise InputError(f"A sampling matrix has rows and columns; this array has the shape {tuple(source.shape)}.")
        height, width = (1, source.shape[1]) if image_shape is None else image_shape
        self.image_shape = (int(height), int(width))
        if height * width != source.shape[1]:
            raise InputError(
                f"The matrix has {source.shape[1]} columns, "
                f"but an image of {height} x {width} has {height * width} pixels."
            )
        if not bool(torch.isfinite(source).all()):
            raise InputError("The sampling matrix holds values that are not finite.")
        real = REAL_OF[dtype]
        self.is_complex = source.is_complex()
        self.matrix = source.to(device, COMPLEX_OF[real] if self.is_complex else real).contiguous()
        self.samples = source.shape[0]
        self.data_shape = (self.samples,)
        self.rate = self.samples / source.shape[1]
        self._norm: float | None = None
        self._pseudo_inverse: torch.Tensor | None = None

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(-2).to(self.dtype) @ self.matrix.T

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return (y.to(self.dtype) @ self.matrix.conj()).unflatten(-1, self.image_shape)

    def norm(self) -> float:
        if self._norm is None:
            small = min(self.matrix.shape) <= DECOMPOSED
            self._norm = float(torch.linalg.svdvals(self.matrix)[0]) if small else lanczos_norm(self)
        return self._norm

    def minimum_norm(self, y: torch.Tensor) -> torch.Tensor:
        """A^+ y, exactly by singular values where the matrix is small enough, else by conjugate gradients."""
        if min(self.matrix.shape) > DECOMPOSED:
            return least_squares(self, y)
        if self._pseudo_inverse is None:
            wide = torch.complex128 if self.is_complex else torch.float64
            self._pseudo_inverse = torch.linalg.pinv(self.matrix.to(wide)).to(self.dtype)
        return (y.to(self.dtype) @ self._pseudo_inverse.T).unflatten(-1, self.image_shape)

    @property
    def dtype(self) -> torch.dtype:
        return self.matrix.dtype

    @property
    def device(self) -> torch.device:
        return self.matrix.device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> MatrixOperator:
        return MatrixOperator(
            self.matrix, self.image_shape, device=device or self.device, dtype=dtype or REAL_OF[self.dtype]
        )

    def describe(self) -> dict[str, object]:
        single = self.matrix.cpu().to(torch.complex64 if self.is_complex else torch.float32)
        return {
            "operator": self.name, "shape": self.image_shape, "samples": self.samples,
            "matrix_sha256": hashlib.sha256(torch.view_as_real(single).numpy().tobytes() if self.is_complex
                                            else single.numpy().tobytes()).hexdigest(),
        }  # fmt: skip


class GaussianOperator(MatrixOperator):
    """A_ij ~ N(0, 1 / m), independent; complex ones have E |A_ij|^2 = 1 / m. E A*A is the identity.

    For one seed the rows of a smaller m are among those of a larger, up to the factor 1 / sqrt(m), and they are the
    same on every machine.

    Parameters
    ----------
    image_shape : (H, W).
    samples : number m of rows; or give `rate`, m over the number of pixels.
    """

    name = "gaussian"

    def __init__(
        self,
        image_shape: tuple[int, int],
        samples: int | None = None,
        *,
        rate: float | None = None,
        seed: int = 0,
        complex: bool = False,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        height, width = image_shape
        samples = sample_count(height * width, samples, rate)
        real = REAL_OF[dtype]
        _check_size(height, width, samples, (2 if complex else 1) * real.itemsize)
        matrix = _normal_rows(samples, height * width, seed, real, complex)
        super().__init__(matrix, (height, width), device=device, dtype=real)
        self.seed = int(seed)

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> GaussianOperator:
        return GaussianOperator(
            self.image_shape, self.samples, seed=self.seed, complex=self.is_complex, device=device or self.device,
            dtype=dtype or REAL_OF[self.dtype],
        )  # fmt: skip

    def describe(self) -> dict[str, object]:
        return {
            "operator": self.name, "shape": self.image_shape, "samples": self.samples, "seed": self.seed,
            "complex": self.is_complex,
        }  # fmt: skip


def sample_count(pixels: int, samples: int | None, rate: float | None) -> int:
    """The number of samples, from one of the two ways to say it."""
    if (samples is None) == (rate is None):
        raise InputError("Give either the number of samples or the sampling rate.")
    count = round(rate * pixels) if samples is None else int(samples)
    if count < 1:
        raise InputError("There would be no sample; choose a higher rate.")
    return count


def _check_size(height: int, width: int, samples: int, entry_bytes: int) -> None:
    if samples * height * width * entry_bytes <= LARGEST_BYTES:
        return
    rate = samples / (height * width)
    side = int((LARGEST_BYTES / (rate * entry_bytes)) ** 0.25)
    rows = LARGEST_BYTES // (height * width * entry_bytes)
    fewer = f", or at most {rows} samples ({rows / (height * width):.2%}) of this one" if rows else ""
    raise InputError(
        f"A dense matrix of {samples} x {height * width} would take "
        f"{samples * height * width * entry_bytes / 2**30:.1f} GiB; "
        f"choose an image of at most {side} x {side} pixels at this rate{fewer}."
    )


def _normal_rows(samples: int, pixels: int, seed: int, real: torch.dtype, complex: bool) -> torch.Tensor:
    """Drawn row by row in double precision, so that neither m nor the precision changes what is drawn."""
    generator = np.random.default_rng(seed)
    parts = 2 if complex else 1
    matrix = torch.empty((samples, pixels, parts), dtype=real)
    rows = max(1, 2**22 // (pixels * parts))
    for begin in range(0, samples, rows):
        block = matrix[begin : begin + rows]
        block[:] = torch.from_numpy(generator.standard_normal(tuple(block.shape)) / np.sqrt(parts * samples))
    return torch.view_as_complex(matrix) if complex else matrix[..., 0]
