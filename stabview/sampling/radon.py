"""Line integrals of an image along parallel rays or a fan of rays, and filtered back-projection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.sampling.backprojection import Fan
from stabview.sampling.filters import check_filter, filter_rows, ramp
from stabview.sampling.lanczos import lanczos_norm
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.projectors import back_project, project
from stabview.sampling.rays import (
    Lines,
    detector_bins,
    equispaced_angles,
    fan_lines,
    joseph_weights,
    kept_tables,
    line_weights,
    parallel_lines,
    ray_table,
)

__all__ = ["GEOMETRIES", "RadonOperator", "detector_bins", "equispaced_angles", "joseph_weights"]

GEOMETRIES = {
    "parallel": "Parallel rays; views over 180 degrees show everything.",
    "fan": "A fan of rays from a point source to a flat detector with equal bins; views over 360 degrees.",
    "fan-arc": "A fan of rays to a detector on an arc around the source, bins at equal angles; views over 360 degrees.",
}
"""How the rays of one view run, in one sentence each."""


class RadonOperator(SamplingOperator):
    """Line integrals of an image (Joseph's weights); the image is one unit wide, a pixel 1 / max(H, W).

    Nothing is stored but where each ray enters, so 1000 views of a 512 x 512 image take 15 MB; where there are no
    compiled loops (no numba, or a GPU) a sparse pair is, up to 512 MiB. The adjoint uses the same weights, so the
    pair is exact to rounding.

    Parameters
    ----------
    image_shape : (H, W).
    angles : view angles in degrees (`equispaced_angles`; over 360 degrees for a fan).
    geometry : "parallel", "fan" (flat detector) or "fan-arc" (equiangular). In the view at 0 degrees parallel rays run
        vertically and the source of a fan is above the image; both turn anticlockwise.
    source, detector : distances of source and detector from the image's centre, in image widths; for fans only.
    bin_width : width of a bin on the detector in image widths; None is one pixel, as magnified from the centre.
        Parallel bins are one pixel wide.
    bins : number of bins; None covers the image's diagonal.
    filter : of `quick_inverse`, one of `filters.FILTERS`.
    """

    name = "radon"
    quick_name = "fbp"
    is_complex = False
    rate = None

    def __init__(
        self,
        image_shape: tuple[int, int],
        angles: np.ndarray,
        *,
        geometry: str = "parallel",
        source: float = 1.5,
        detector: float = 1.0,
        bin_width: float | None = None,
        bins: int | None = None,
        filter: str = "ram-lak",
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.angles = np.array(angles, dtype=np.float64)
        self.angles.flags.writeable = False
        if self.angles.ndim != 1 or self.angles.size == 0 or not np.isfinite(self.angles).all():
            raise InputError("A Radon transform needs at least one view; choose a positive number of views.")
        self.image_shape = (int(image_shape[0]), int(image_shape[1]))
        self.geometry, self.filter = geometry, check_filter(filter)
        self.quick_title = "Back-projection" if filter == "none" else f"FBP ({filter.title()})"
        self.source, self.detector, self.bin_width = float(source), float(detector), bin_width
        self._dtype, self._device = dtype, torch.device(device)
        self._fan: Fan | None = None
        if geometry == "parallel":
            if bin_width is not None:
                raise InputError("The bins of parallel rays are one pixel wide; leave their width out.")
            self.bins = detector_bins(self.image_shape) if bins is None else _count(bins)
            key = (self.image_shape, self.angles.tobytes(), self.bins)
        else:
            self._fan = self._spread_fan(bins)
            self.bins = self._fan.bins
            key = (self.image_shape, self.angles.tobytes(), self.bins, geometry, self._fan.radius, self._fan.spacing)
        self.data_shape = (self.angles.size, self.bins)
        self.samples = self.angles.size * self.bins
        self._table = kept_tables.get(key, lambda: ray_table(self.image_shape, self._lines()))

    def _spread_fan(self, bins: int | None) -> Fan:
        if self.geometry not in GEOMETRIES:
            raise InputError(f'There is no geometry "{self.geometry}"; choose one of {", ".join(GEOMETRIES)}.')
        pixels = max(self.image_shape)
        radius, reach = self.source * pixels, np.hypot(*self.image_shape) / 2
        if not radius > reach:
            raise InputError(
                f"The source is {self.source:g} image widths from the centre, which is inside the image or its "
                f"corners; choose more than {reach / pixels:.3g}."
            )
        if not self.detector >= 0:
            raise InputError("The detector's distance from the centre is negative; choose zero or more.")
        magnification = (self.source + self.detector) / self.source
        width = 1.0 if self.bin_width is None else self.bin_width * pixels / magnification
        if not width > 0:
            raise InputError("The width of a detector bin has to be positive.")
        flat = self.geometry == "fan"
        spacing = width if flat else width / radius
        edge = radius * reach / np.sqrt(radius**2 - reach**2) if flat else np.arcsin(reach / radius)
        number = (2 * int(np.ceil(edge / spacing)) + 1) if bins is None else _count(bins)
        return Fan(self.image_shape, np.deg2rad(self.angles), number, radius, spacing, flat)

    def _lines(self) -> Lines:
        if self._fan is None:
            return parallel_lines(self.angles, self.bins)
        return fan_lines(self.angles, self._bin_angles, self._fan.radius)

    @property
    def _bin_angles(self) -> np.ndarray:
        """Angle of each bin's ray in the fan, radians."""
        place = (np.arange(self.bins) - (self.bins - 1) / 2) * self._fan.spacing
        return np.arctan(place / self._fan.radius) if self._fan.flat else place

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        flat = self._checked(x, self.image_shape)
        return project(flat, self._table).reshape(*x.shape[:-2], *self.data_shape)

    def _adjoint(self, y: torch.Tensor) -> torch.Tensor:
        flat = self._checked(y, self.data_shape).flatten(1)
        return back_project(flat, self._table).reshape(*y.shape[:-2], *self.image_shape)

    def _checked(self, z: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        if tuple(z.shape[-2:]) != shape or z.is_complex():
            kind = "complex " if z.is_complex() else ""
            raise ValueError(f"expected real (..., {shape[0]}, {shape[1]}), got {kind}{tuple(z.shape)}")
        return z.reshape(-1, *shape).to(self._dtype if z.dtype not in (torch.float32, torch.float64) else z.dtype)

    def quick_inverse(self, y: torch.Tensor) -> torch.Tensor:
        """Filtered back-projection with this operator's filter; `none` gives A* y / ||A||^2.

        Parallel rays are back-projected by A* itself (Joseph's linear interpolation); a fan by linear interpolation
        between bins with the weights of its geometry (Kak and Slaney, 3.4), for views over 360 degrees.
        """
        return _Linear.apply(y, self._filtered, self._filtered_transpose)

    def _filtered(self, y: torch.Tensor) -> torch.Tensor:
        if self.filter == "none":
            return self._adjoint(y) / self.norm() ** 2
        if self._fan is None:
            return self._adjoint(filter_rows(y, self._ramp(y))) * self._scale
        rows = filter_rows(y * self._tilt(y), self._ramp(y)).reshape(-1, *self.data_shape)
        return self._fan.back(rows).reshape(*y.shape[:-2], *self.image_shape) * self._scale

    def _filtered_transpose(self, x: torch.Tensor) -> torch.Tensor:
        if self.filter == "none":
            return self._forward(x) / self.norm() ** 2
        if self._fan is None:
            return filter_rows(self._forward(x), self._ramp(x)) * self._scale
        rows = self._fan.forth(x.reshape(-1, *self.image_shape)).reshape(*x.shape[:-2], *self.data_shape)
        return filter_rows(rows, self._ramp(x)) * self._tilt(x) * self._scale

    @property
    def _scale(self) -> float:
        """The step of the integral over the views, with what turns the weights used into those of the formula."""
        pixels = max(self.image_shape)
        if self._fan is None:
            return np.pi / self.angles.size * pixels  # A* weights an interpolation with pixel widths
        return np.pi / self.angles.size / (1 if self._fan.flat else self.source)  # half of 2 pi: each ray counts twice

    def _ramp(self, like: torch.Tensor) -> torch.Tensor:
        fan, pixels = self._fan, max(self.image_shape)
        arc = fan.spacing if fan is not None and not fan.flat else None
        spacing = 1 / pixels if fan is None else fan.spacing if arc else fan.spacing / pixels
        return ramp(self.filter, self.bins, spacing, arc, like.dtype, str(like.device))

    def _tilt(self, like: torch.Tensor) -> torch.Tensor:
        """The weight cos g of every bin before filtering."""
        return torch.from_numpy(np.cos(self._bin_angles)).to(like.device, like.dtype)

    def norm(self) -> float:
        found = self._table.remembered.get("norm")
        if found is None:
            found = self._table.remembered["norm"] = lanczos_norm(self)
        return found

    def system_matrix(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, column and weight of every entry of A as a matrix, for other programs and for the singular values."""
        return line_weights(self.image_shape, self._lines())

    @property
    def dtype(self) -> torch.dtype:
        return self._dtype

    @property
    def device(self) -> torch.device:
        return self._device

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> RadonOperator:
        return RadonOperator(
            self.image_shape, self.angles, geometry=self.geometry, source=self.source, detector=self.detector,
            bin_width=self.bin_width, bins=self.bins, filter=self.filter, device=device or self._device,
            dtype=dtype or self._dtype,
        )  # fmt: skip

    def describe(self) -> dict[str, object]:
        digest = hashlib.sha256(self.angles.tobytes()).hexdigest()
        plain: dict[str, object] = {
            "operator": self.name, "shape": self.image_shape, "views": self.angles.size, "bins": self.bins,
            "samples": self.samples, "angles_sha256": digest, "geometry": self.geometry, "filter": self.filter,
        }  # fmt: skip
        if self._fan is not None:
            plain |= {"source": self.source, "detector": self.detector, "bin_width": self.bin_width}
        return plain


class _Linear(torch.autograd.Function):
    """A linear map given with its transpose; differentiable any number of times, forwards too."""

    @staticmethod
    def forward(ctx, z: torch.Tensor, forward: Callable, transpose: Callable) -> torch.Tensor:
        ctx.maps = forward, transpose
        with torch.autocast(z.device.type, enabled=False):
            return forward(z)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        forward, transpose = ctx.maps
        return _Linear.apply(gradient, transpose, forward), None, None

    @staticmethod
    def jvp(ctx, tangent: torch.Tensor, *_):
        return _Linear.apply(tangent, *ctx.maps)


def _count(bins: int) -> int:
    if bins < 1:
        raise InputError(f"The number of detector bins is {bins}; it has to be at least 1.")
    return int(bins)
