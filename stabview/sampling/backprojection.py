"""Back-projection along a fan: every pixel takes the filtered views where it is seen, weighted by its distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from stabview.sampling.projectors import compiled_for, in_threads


@dataclass(frozen=True, eq=False)
class Fan:
    """angles : of the views, radians. radius : source to centre, pixels. spacing : pixels at the centre, or radians."""

    angles: np.ndarray
    bins: int
    radius: float
    spacing: float
    flat: bool

    def back(self, views: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        """(batch, views, bins) -> (batch, H, W): sum over the views, linear between bins (Kak and Slaney, 3.4).

        The weight is (radius / depth)^2 for a flat detector and (radius / distance)^2 for an arc.
        """
        if compiled_for(views):
            return self._compiled("interpolate", views, views.new_zeros(len(views), *shape), shape[0])
        x = views.new_zeros(len(views), *shape)
        for view, place, weight, fraction in self._looks(views, shape):
            near, far = views[:, view, place], views[:, view, place + 1]
            x += weight * ((1 - fraction) * near + fraction * far)
        return x

    def forth(self, x: torch.Tensor) -> torch.Tensor:
        """The transpose of `back`."""
        if compiled_for(x):
            views = x.new_zeros(len(x), len(self.angles), self.bins)
            return self._compiled("smear", x, views, len(self.angles))
        views = x.new_zeros(len(x), len(self.angles), self.bins)
        for view, place, weight, fraction in self._looks(x, tuple(x.shape[-2:])):
            seen = (weight * x).flatten(1)
            views[:, view].index_add_(1, place.flatten(), seen * (1 - fraction).flatten())
            views[:, view].index_add_(1, place.flatten() + 1, seen * fraction.flatten())
        return views

    def _compiled(self, name: str, source: torch.Tensor, target: torch.Tensor, items: int) -> torch.Tensor:
        from stabview.sampling.ray_kernels import kernels

        loop = getattr(kernels(), name)
        cosine, sine = np.cos(self.angles), np.sin(self.angles)
        cost = len(self.angles) * target[0].numel() if name == "interpolate" else len(self.angles) * source[0].numel()
        ends = np.arange(1, items + 1) * (cost // items)
        for one, into in zip(source.detach().contiguous().numpy(), target.numpy(), strict=True):
            in_threads(
                lambda _, a, b: loop(one, cosine, sine, self.radius, self.spacing, self.flat, into, a, b), ends  # noqa: B023
            )
        return target

    def _looks(self, like: torch.Tensor, shape: tuple[int, int]):
        """For each view: its number, and every pixel's lower bin, weight and fraction towards the next bin."""
        v = (shape[0] - 1) / 2 - torch.arange(shape[0], dtype=torch.float64)[:, None]
        u = torch.arange(shape[1], dtype=torch.float64)[None, :] - (shape[1] - 1) / 2
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
