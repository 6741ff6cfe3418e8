"""The space of what goes wrong in scanners: the worst plausible case, beside the worst case."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from stabview.images.errors import InputError
from stabview.perturbation.ball import Product
from stabview.perturbation.knobs import KNOBS, Knob, Scan
from stabview.perturbation.space import SPACES, Space
from stabview.sampling.fourier import REAL_OF
from stabview.sampling.operator import SamplingOperator


class PhysicalSpace(Space):
    """v holds the numbers of several knobs one after another, in shares of their limits; 1 is the whole box.

    knobs : name -> limit in the knob's unit; empty: every knob of this operator with its usual limit.
    """

    name, unit = "physical", "the box"

    def __init__(
        self, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *,
        knobs: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        chosen = dict(knobs) if knobs else dict.fromkeys(knobs_of(operator.name))
        for name in chosen:
            if name not in knobs_of(operator.name):
                raise InputError(f"There is no knob '{name}' for {operator.name} data; {_known(operator.name)}.")
        if not chosen:
            raise InputError(f"Nothing physical is known to go wrong with {operator.name} data; perturb the samples.")
        scan = Scan(operator, x if x.ndim == 3 else x[None], y if x.ndim == 3 else y[None])
        self.knobs: tuple[Knob, ...] = tuple(KNOBS[name](scan, limit) for name, limit in chosen.items())
        ends, parts = 0, []
        for knob in self.knobs:
            parts.append((slice(ends, ends + knob.count), knob.ball))
            ends += knob.count
        self.ball = Product(tuple(parts))
        reference = 1.0 if bool(x.any()) else 0.0
        super().__init__(operator, x, y, shape=(ends,), dtype=REAL_OF[y.dtype], reference=reference)

    def data(self, v: torch.Tensor) -> torch.Tensor:
        y = self.y if self.x.ndim == 3 else self.y[None]
        data = y.expand(len(v), *y.shape)
        for knob, (part, _) in zip(self.knobs, self.ball.parts, strict=True):
            data = knob.turn(data, v[:, part] * knob.limit)
        return data if self.x.ndim == 3 else data[:, 0]

    def noise_norm(self, noise: torch.Tensor) -> float:
        return float("inf")

    def settings(self, v: torch.Tensor) -> dict[str, tuple[float, str]]:
        """Of one v: name -> (largest modulus of the knob's numbers in its unit, the unit)."""
        return {
            knob.name: (float(knob.ball.norm(v[None, part])[0]) * knob.limit, knob.unit)
            for knob, (part, _) in zip(self.knobs, self.ball.parts, strict=True)
        }


def knobs_of(operator_name: str) -> list[str]:
    """The knobs of an operator."""
    return [name for name, knob in KNOBS.items() if operator_name in knob.operators]


def space_of(
    name: str, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, *, real_only: bool = False,
    knobs: Mapping[str, float] | None = None,
) -> Space:  # fmt: skip
    """The space of a name: image, samples, operator or physical."""
    if name == PhysicalSpace.name:
        return PhysicalSpace(operator, x, y, knobs=knobs)
    options = {"real_only": real_only} if name == "image" else {}
    return SPACES[name](operator, x, y, **options)


def _known(operator_name: str) -> str:
    return f"there {'are' if knobs_of(operator_name) else 'is'} {', '.join(knobs_of(operator_name)) or 'none'}"
