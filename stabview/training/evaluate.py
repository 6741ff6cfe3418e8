"""Figures for a model card: several methods on the same data, mean and spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from stabview.measures.errors import psnr, ssim
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.rule import default_lambda
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.simulation import noise as gaussian_noise


class Modulus:
    """|f(y)| of a method f."""

    def __init__(self, method: Callable) -> None:
        self.method, self.spec = method, getattr(method, "spec", None)

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        return self.method(y, operator).abs()


@dataclass(frozen=True)
class Setting:
    """How methods are compared: all on the same data A x + e, and all by their modulus where one gives no phase.

    noise : ||e|| / ||A x||. magnitude : moduli of reconstruction and truth.
    weight : of the sparse methods, as a share of what their rule gives; chosen on validation images.
    """

    noise: float = 0.0
    magnitude: bool = False
    weight: float = 1.0

    def data(self, operator: SamplingOperator, x: torch.Tensor, *, seed: int = 0) -> torch.Tensor:
        clean = operator(x)
        return clean + gaussian_noise(operator, clean, self.noise, seed=seed) if self.noise else clean

    def seen(self, method: Callable) -> Callable:
        return Modulus(method) if self.magnitude else method

    def sparse(self, name: str, operator: SamplingOperator) -> Callable:
        """A sparse method for this operator and noise."""
        lambda_ = self.weight * default_lambda(name, operator, noise=self.noise)
        return self.seen(sparse_method(name, operator, lambda_=lambda_))


NOISELESS = Setting()


@torch.no_grad()
def compare(
    methods: dict[str, Callable], cases: Sequence[tuple[SamplingOperator, torch.Tensor]], title: str, *,
    setting: Setting = NOISELESS,
) -> dict[str, object]:  # fmt: skip
    """"PSNR network" etc. as "mean +- standard deviation" over the cases (operator, x); their number seeds noise."""
    scores: dict[str, list[float]] = {}
    for number, (operator, x) in enumerate(cases):
        y = setting.data(operator, x, seed=number)
        truth = x.abs() if setting.magnitude else x
        for name, method in methods.items():
            estimate = setting.seen(method)(y, operator)
            scores.setdefault(f"PSNR {name} (dB)", []).append(psnr(estimate, truth))
            scores.setdefault(f"SSIM {name}", []).append(ssim(estimate, truth))
    figures: dict[str, object] = {"measured on": title}
    for name, values in scores.items():
        digits = 4 if name.startswith("SSIM") else 2
        figures[name] = f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"
    return figures
