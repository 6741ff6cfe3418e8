"""What every reconstruction method offers: call it with data and operator, and it says what it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Protocol

import torch

from stabview.sampling.operator import SamplingOperator


@dataclass(frozen=True)
class MethodSpec:
    """Name, title for captions, and everything that fixes the method's output."""

    name: str
    title: str
    parameters: dict[str, object] = field(default_factory=dict)
    sha256: str | None = None

    @property
    def hash(self) -> str:
        text = json.dumps([self.name, self.parameters, self.sha256], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Method(Protocol):
    """`method(y, operator) -> x_hat`: y (*data_shape), x_hat (H, W), one image at a time."""

    spec: MethodSpec

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor: ...


class QuickInverse:
    """The customary direct reconstruction: zero-filling for Fourier data, filtered back-projection for Radon data."""

    def __init__(self, operator: SamplingOperator) -> None:
        self.spec = MethodSpec(operator.quick_name, operator.quick_title)

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        return operator.quick_inverse(y)
