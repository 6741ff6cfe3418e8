"""What a search climbs: the goal of the reconstruction of the perturbed data, and its exact gradient.

The gradient is that of automatic differentiation through every step of the method and through A itself (not the
shortcut of the released code of Antun et al., which holds the k-space of the data consistency blocks fixed).
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

import torch

from stabview.images.errors import InputError
from stabview.methods.method import Method
from stabview.perturbation.goal import Change, Goal
from stabview.perturbation.space import ImageSpace, SampleSpace, Space
from stabview.sampling.operator import SamplingOperator

AT_ONCE = {"cpu": 1 << 16, "cuda": 1 << 22}
"""Pixels that are reconstructed in one batch where a method takes batches."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """f at a batch of perturbations, or at one of them.

    Attributes
    ----------
    y, reconstruction : (n, [B,] ...). value : (n,) float64 on the CPU (not every GPU has it), the goal minus what it is
        for r = 0.
    gradient : (n, *shape), among the allowed directions.
    """

    y: torch.Tensor
    reconstruction: torch.Tensor
    value: torch.Tensor
    gradient: torch.Tensor

    def __getitem__(self, k: int) -> Evaluation:
        return Evaluation(self.y[k], self.reconstruction[k], self.value[k], self.gradient[k])


class Objective:
    """v -> goal(f(y(v))) - goal(f(y)), with y(v) from the space.

    Parameters
    ----------
    method : differentiable f. operator : A.
    x : (H, W) image, or (B, H, W) images that one v is to disturb together. y : their data A x + n, n fixed.
    space : where v lives; the image if left out. goal : what v aims at; the change of the reconstruction if left out.
    precision : "bfloat16" evaluates networks under autocast; what is kept is computed again in float32 (`exact`).
    """

    def __init__(
        self, method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *,
        space: Space | None = None, goal: Goal | None = None, precision: str = "float32",
    ) -> None:  # fmt: skip
        self.method, self.operator, self.x, self.y = method, operator, x, y
        self.space = ImageSpace(operator, x, y) if space is None else space
        self.goal = Change() if goal is None else goal
        self.precision = precision
        self.clean = self.reconstruct(y)
        self._at_rest = self._goal(self.clean[None]).sum()

    def having(self, *, space: Space | None = None, goal: Goal | None = None) -> Objective:
        """The same with another space or goal; the clean reconstruction is not computed again."""
        other = object.__new__(type(self))
        other.__dict__ = dict(self.__dict__)
        other.space, other.goal = space or self.space, goal or self.goal
        other._at_rest = other._goal(other.clean[None]).sum()
        return other

    def reconstruct(self, y: torch.Tensor) -> torch.Tensor:
        """f of data (..., *data_shape), in float32 and without gradients."""
        axes = len(self.operator.data_shape)
        lead = y.shape[: y.ndim - axes]
        flat = y.reshape(-1, *self.operator.data_shape)
        with torch.no_grad():
            parts = [self._apply(flat[part]) for part in self._parts(len(flat))]
        return torch.cat(parts).reshape(*lead, *self.operator.image_shape)

    def batch(self, v: torch.Tensor) -> Evaluation:
        """Everything at each of (n, *shape) perturbations."""
        v = v.detach().requires_grad_(True)
        with torch.enable_grad():
            y = self.space.data(v)
        several = self.x.ndim == 3
        count = len(self.x) if several else 1
        flat = y.detach().reshape(-1, *self.operator.data_shape)
        values, images, pulled = [], [], []
        for part in self._parts(len(flat)):
            leaf = flat[part].requires_grad_(True)
            with torch.enable_grad():
                with self._autocast():
                    f = self._apply(leaf)
                which = torch.arange(part.start, part.start + len(leaf), device=flat.device) % count
                value = self.goal(f, *self._of_images(which))
                pulled.append(self._pull(value.sum(), leaf))
            values.append(value.detach().cpu().double())
            images.append(f.detach())
        gradient = torch.autograd.grad(y, v, torch.cat(pulled).reshape(y.shape))[0]
        gradient = self.space.allowed(gradient)
        self._check(v, gradient)
        value = torch.cat(values).reshape(len(v), count).sum(dim=1) - self._at_rest
        reconstruction = torch.cat(images).reshape(*y.shape[: y.ndim - len(self.operator.data_shape)],
                                                   *self.operator.image_shape)  # fmt: skip
        return Evaluation(y.detach(), reconstruction, value, gradient)

    def __call__(self, v: torch.Tensor) -> Evaluation:
        """Everything at one perturbation (*shape)."""
        return self.batch(v[None])[0]

    def exact(self, evaluation: Evaluation) -> Evaluation:
        """Reconstruction and value of one perturbation in float32, where they were computed in less."""
        if self.precision == "float32":
            return evaluation
        f = self.reconstruct(evaluation.y)
        value = self._goal(f[None]).sum() - self._at_rest
        return Evaluation(evaluation.y, f, value, evaluation.gradient)

    def value(self, reconstruction: torch.Tensor) -> float:
        """The goal of a reconstruction of perturbed data, minus what it is for r = 0."""
        return float(self._goal(reconstruction[None]).sum() - self._at_rest)

    def relative_norm(self, v: torch.Tensor) -> float:
        return self.space.relative_norm(v)

    def random_direction(self, generator: torch.Generator) -> torch.Tensor:
        """A Gaussian v of norm 1 among the allowed ones."""
        return self.space.random(1, generator)[0]

    def _of_images(self, which: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if self.x.ndim == 2:
            return self.clean[None], self.x[None]
        return self.clean[which], self.x[which]

    def _goal(self, f: torch.Tensor) -> torch.Tensor:
        """(n,) goals of reconstructions (1, [B,] H, W), each part of the sum."""
        f = f.reshape(-1, *f.shape[-2:])
        with torch.no_grad():
            return self.goal(f, *self._of_images(torch.arange(len(f), device=f.device))).cpu().double()

    def _apply(self, y: torch.Tensor) -> torch.Tensor:
        if len(y) > 1 and getattr(self.method, "takes_batches", False):
            return self.method(y, self.operator)
        return torch.stack([self.method(one, self.operator) for one in y])

    def _parts(self, count: int) -> list[slice]:
        """Stretches of a batch that are worked on together."""
        pixels = self.operator.image_shape[0] * self.operator.image_shape[1]
        size = max(1, AT_ONCE.get(self.y.device.type, AT_ONCE["cpu"]) // pixels)
        if not getattr(self.method, "takes_batches", False):
            size = 1
        return [slice(k, min(k + size, count)) for k in range(0, count, size)]

    def _autocast(self):
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.y.device.type, dtype=torch.bfloat16)

    def _pull(self, value: torch.Tensor, leaf: torch.Tensor) -> torch.Tensor:
        gradient = torch.autograd.grad(value, leaf, allow_unused=True)[0] if value.requires_grad else None
        if gradient is None:
            raise InputError(self._no_gradient)
        return gradient

    def _check(self, v: torch.Tensor, gradient: torch.Tensor) -> None:
        if bool(v.any()) and not bool(gradient.any()):
            raise InputError(self._no_gradient)
        if not torch.isfinite(torch.view_as_real(gradient) if gradient.is_complex() else gradient).all():
            raise InputError("The gradient of the network is not finite here; the search cannot go on from this point.")

    @property
    def _no_gradient(self) -> str:
        if getattr(self.method, "untrained", False):
            return without_gradient(self.method.spec.title)
        return (
            f"{self.method.spec.title} has no gradient (it is zero or missing), so no search can find what changes"
            " it and nothing can be said about its stability; `stabview networks check` says more."
        )


def without_gradient(title: str) -> str:
    """Why an untrained network cannot be searched by gradients, in a sentence."""
    return (
        f"{title} is fitted to every set of data anew and has no gradient in them, so this search cannot find what"
        " changes it and nothing can be said about its stability; use the search 'joint-descent', which moves its"
        " weights and the data together."
    )


class ChangeObjective(Objective):
    """The objective of Antun et al., 1/2 ||f(y') - f(y)||^2, with r in the image or e in the samples."""

    def __init__(
        self, method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *,
        domain: str = "image", real_only: bool = False,
    ) -> None:  # fmt: skip
        image = domain == "image"
        space = ImageSpace(operator, x, y, real_only=real_only) if image else SampleSpace(operator, x, y)
        super().__init__(method, operator, x, y, space=space)
