"""Figures for a model card: several methods on the same data, mean and spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from stabview.measures.errors import psnr, ssim
from stabview.sampling.operator import SamplingOperator


@torch.no_grad()
def compare(
    methods: dict[str, Callable], cases: Sequence[tuple[SamplingOperator, torch.Tensor]], title: str
) -> dict[str, object]:
    """"PSNR network" etc. as "mean +- standard deviation" over the cases (operator, x), each without noise."""
    scores: dict[str, list[float]] = {}
    for operator, x in cases:
        y = operator(x)
        for name, method in methods.items():
            estimate = method(y, operator)
            scores.setdefault(f"PSNR {name} (dB)", []).append(psnr(estimate, x))
            scores.setdefault(f"SSIM {name}", []).append(ssim(estimate, x))
    figures: dict[str, object] = {"measured on": title}
    for name, values in scores.items():
        digits = 4 if name.startswith("SSIM") else 2
        figures[name] = f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"
    return figures
