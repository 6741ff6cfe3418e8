"""Back-projection along a fan: every pixel takes the filtered views where it is seen, weighted by its distance.

Views that a flip or a turn of the image maps onto each other see it in the same way; up to eight go together, as the
rays of `rays` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from stabview.sampling.projectors import compiled_for, in_threads
from stabview.sampling.rays import LANES, PAD, fill_lanes


@dataclass(frozen=True, eq=False)
class ViewBundles:
    """Views seen through one arrangement of the image, their sources canonical: above, and at most 45 degrees left.

    turned : as in `rays.Bundles`. angles : radians, one for each bundle. views, slots : view i of those that this
    arrangement serves is lane slots % 8 of bundle slots // 8. mirrored : whether its bins are counted from the other
    end there.
    """

    turned: bool | None
    height: int
    width: int
    angles: np.ndarray
    views: np.ndarray
    slots: np.ndarray
    mirrored: np.ndarray


@dataclass(frozen=True, eq=False)
class Fan:
    """A source that turns around an image, and its detector.

    shape : of the image. angles : of the views, radians. radius : source to centre, pixels. spacing : of the bins,
    pixels at the centre (flat) or radians.
    """

    shape: tuple[int, int]
    angles: np.ndarray
    bins: int
    radius: float
    spacing: float
    flat: bool

    def back(self, views: torch.Tensor) -> torch.Tensor:
        """(batch, views, bins) -> (batch, H, W): sum over the views, linear between bins (Kak and Slaney, 3.4).

        The weight is (radius / depth)^2 for a flat detector and (radius / distance)^2 for an arc.
        """
        x = views.new_zeros(len(views), *self.shape)
        if compiled_for(views):
            for one, into in zip(views.detach().contiguous().numpy(), x.numpy(), strict=True):
                self._back_compiled(one, into)
            return x
        for view, place, weight, fraction in self._looks(views):
            near, far = views[:, view, place], views[:, view, place + 1]
            x += weight * ((1 - fraction) * near + fraction * far)
        return x

    def forth(self, x: torch.Tensor) -> torch.Tensor:
        """The transpose of `back`."""
        views = x.new_zeros(len(x), len(self.angles), self.bins)
        if compiled_for(x):
            for one, into in zip(x.detach().contiguous().numpy(), views.numpy(), strict=True):
                self._forth_compiled(one, into)
            return views
        for view, place, weight, fraction in self._looks(x):
            seen = (weight * x).flatten(1)
            views[:, view].index_add_(1, place.flatten(), seen * (1 - fraction).flatten())
            views[:, view].index_add_(1, place.flatten() + 1, seen * fraction.flatten())
        return views

    def _back_compiled(self, views: np.ndarray, x: np.ndarray) -> None:
        from stabview.sampling import ray_kernels

        interpolate = ray_kernels.compiled(ray_kernels.interpolate, x.dtype)
        gather = ray_kernels.compiled(ray_kernels.gather, x.dtype)
        for part in self._parts:
            lanes = np.zeros((len(part.angles) * LANES, self.bins), views.dtype)
            lanes[part.slots] = _mirror(views[part.views], part)
            lanes = np.ascontiguousarray(lanes.reshape(-1, LANES, self.bins).transpose(0, 2, 1))
            stack = np.zeros((part.height, part.width + 2 * PAD, LANES), views.dtype)
            geometry = np.cos(part.angles), np.sin(part.angles), self.radius, self.spacing, self.flat
            ends = np.arange(1, part.height + 1) * part.width * len(part.angles)
            in_threads(lambda _, a, b: interpolate(lanes, *geometry, stack, a, b), ends)  # noqa: B023
            gather(stack, x, part.turned is not True, part.turned is not False)

    def _forth_compiled(self, x: np.ndarray, views: np.ndarray) -> None:
        from stabview.sampling import ray_kernels

        arrange, smear = (ray_kernels.compiled(loop, x.dtype) for loop in (ray_kernels.arrange, ray_kernels.smear))
        for part in self._parts:
            stack = np.empty((part.height, part.width + 2 * PAD, LANES), x.dtype)
            arrange(x, stack, part.turned is not True, part.turned is not False)
            lanes = np.zeros((len(part.angles), self.bins, LANES), x.dtype)
            geometry = np.cos(part.angles), np.sin(part.angles), self.radius, self.spacing, self.flat
            ends = np.arange(1, len(part.angles) + 1) * part.width * part.height
            in_threads(lambda _, a, b: smear(stack, *geometry, lanes, a, b), ends)  # noqa: B023
            lanes = lanes.transpose(0, 2, 1).reshape(-1, self.bins)
            views[part.views] = _mirror(lanes[part.slots], part)

    @cached_property
    def _parts(self) -> tuple[ViewBundles, ...]:
        right, up = -np.sin(self.angles), np.cos(self.angles)  # where the source is
        turned = np.abs(right) > np.abs(up)
        right, up = np.where(turned, up, right), np.where(turned, right, up)
        down, leftwards = up < 0, right > 0
        lane = 4 * turned + 2 * down + leftwards
        mirrored = turned ^ down ^ leftwards
        canonical = np.arctan2(np.abs(right), np.abs(up))
        height, width = self.shape
        if height == width:
            groups = [(None, np.arange(len(lane)), height, width)]
        else:
            groups = [(False, np.flatnonzero(~turned), height, width), (True, np.flatnonzero(turned), width, height)]
        parts = []
        for side, views, high, wide in groups:
            if len(views):
                key = np.round(canonical[views] * 1e9).astype(np.int64)
                order, leader, slots = fill_lanes(key, lane[views])
                angles = canonical[views][leader]
                parts.append(ViewBundles(side, high, wide, angles, views[order], slots, mirrored[views][order]))
        return tuple(parts)

    def _looks(self, like: torch.Tensor) -> Iterator[tuple[int, torch.Tensor, torch.Tensor, torch.Tensor]]:
        """For each view: its number, and every pixel's lower bin, weight and fraction towards the next bin."""
        height, width = self.shape
        v = (height - 1) / 2 - torch.arange(height, dtype=torch.float64)[:, None]
        u = torch.arange(width, dtype=torch.float64)[None, :] - (width - 1) / 2
        for view, angle in enumerate(self.angles):
            cosine, sine = np.cos(angle), np.sin(angle)
            depth, along = self.radius + u * sine - v * cosine, u * cosine + v * sine
            if self.flat:
                place, distance = self.radius * along / (depth * self.spacing), depth**2
            else:
                place, distance = torch.atan2(along, depth) / self.spacing, depth**2 + along**2
            place = place + (self.bins - 1) / 2
            lower = place.floor()
            seen = (lower >= 0) & (lower < self.bins - 1)
            weight = torch.where(seen, self.radius**2 / distance, 0.0)
            yield (
                view, torch.where(seen, lower, 0).long().to(like.device), weight.to(like.device, like.dtype),
                torch.where(seen, place - lower, 0.0).to(like.device, like.dtype),
            )  # fmt: skip


def _mirror(views: np.ndarray, part: ViewBundles) -> np.ndarray:
    return np.where(part.mirrored[:, None], views[:, ::-1], views)
