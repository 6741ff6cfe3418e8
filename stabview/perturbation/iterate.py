"""One iterate of a worst-case search: the perturbation, what the method made of it, and every number of the same k."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch


@dataclass(frozen=True, eq=False)
class SearchState:
    """What a search needs to go on: the step it took last, its perturbations (n, *shape), and its own memory."""

    step: int
    v: torch.Tensor
    memory: dict[str, torch.Tensor]

    def to(self, device: torch.device | str) -> SearchState:
        """On another device; numbers of a search stay on the CPU."""
        memory = {name: tensor.to(device if tensor.ndim > 1 else "cpu") for name, tensor in self.memory.items()}
        return SearchState(self.step, self.v.to(device), memory)


@dataclass(frozen=True, eq=False)
class Iterate:
    """Consistent record of step `index`; index 0 is the unperturbed data. With restarts, of the best one.

    Attributes
    ----------
    image : gives r (H, W), the image perturbation; for searches elsewhere the one of minimum norm with the same data,
        which is not computed before it is asked for, and kept then.
    y : data seen by every method. reconstruction : f(y).
    objective : the goal minus what it is for r = 0, minus lambda/2 ||r||^2 where a search has a lambda.
    relative_norm : ||r|| / ||x||, or the size of v over its space's reference.
    v : the perturbation as the search sees it; r itself for searches in the image.
    state : to resume after this iterate; None for index 0.
    """

    index: int
    image: Callable[[], torch.Tensor]
    y: torch.Tensor
    reconstruction: torch.Tensor
    objective: float
    relative_norm: float
    v: torch.Tensor | None = None
    state: SearchState | None = None

    @property
    def r(self) -> torch.Tensor:
        return self.image()

    def to(self, device: torch.device | str) -> Iterate:
        """On another device; itself where it is there already."""
        if self.y.device == torch.device(device):
            return self
        r, v = self.r.to(device), None if self.v is None else self.v.to(device)
        state = None if self.state is None else self.state.to(device)
        return replace(self, image=lambda: r, y=self.y.to(device), reconstruction=self.reconstruction.to(device), v=v,
                       state=state)  # fmt: skip


def clean_iterate(objective) -> Iterate:
    """Index 0: r = 0."""
    zero = torch.zeros_like(objective.x)
    return Iterate(0, lambda: zero, objective.y, objective.clean, 0.0, 0.0, objective.space.zero)
