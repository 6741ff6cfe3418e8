"""What the cards of the MRI networks say: figures on the test subjects beside TV and wavelets, and the usual tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from stabview.images.details import PaintedDetail, render_detail
from stabview.measures.errors import psnr
from stabview.sampling.operator import SamplingOperator
from stabview.training.behaviour import kept_details, over_rates, search_sentences, under_search
from stabview.training.brains import WIDTH, brain_slices
from stabview.training.data import ImageFolder
from stabview.training.evaluate import Setting, compare

OperatorAt = Callable[[float, int], SamplingOperator]
"""(rate, seed) -> the operator, with lines by the seed."""
PAINTED = {
    "a heart (14 px)": PaintedDetail("symbol", (150.0, 110.0), 14.0, text="♥"),
    "CAN U SEE IT (8 px)": PaintedDetail("text", (128.0, 140.0), 8.0, text="CAN U SEE IT"),
}
"""Details of contrast 0.2 in the middle of the head."""


def validation_figures(
    network: nn.Module, images: ImageFolder, operator_at: OperatorAt, rate: float, setting: Setting, *, count: int = 8
) -> dict[str, float]:
    """Mean PSNR of network and zero-filling over `count` evenly spread slices; their number seeds lines and noise."""
    scores: dict[str, list[float]] = {"network": [], "zero-filled": []}
    for k in _spread(len(images.images), count):
        operator, x = operator_at(rate, k), torch.from_numpy(images.images[k]).to(torch.complex64)
        with torch.no_grad():
            y = setting.data(operator, x, seed=k)
            scores["network"].append(psnr(setting.seen(network)(y, operator), x))
            scores["zero-filled"].append(psnr(setting.seen(_zero_filled)(y, operator), x))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def mri_figures(
    network: nn.Module, folder: Path | None, operator_at: OperatorAt, rate: float, rates: Sequence[float],
    setting: Setting, *, words: str, count: int = 16, searched: int = 3,
) -> dict[str, object]:  # fmt: skip
    """Figures on `count` slices, evenly spread over the test subjects.

    words : on the data, for the card. rates : of the curve. searched : slices for everything but the comparison.
    """
    test = brain_slices(folder, "test")
    chosen = _spread(len(test.images), count)
    cases = [(operator_at(rate, k), torch.from_numpy(test.images[k]).to(torch.complex64)) for k in chosen]
    methods = {"network": network, "zero-filled": _zero_filled}
    methods |= {title: _sparse(name, setting) for title, name in (("TV", "tv"), ("wavelets", "wavelet"))}
    if setting.weight != 1:
        methods["TV, weight by the rule"] = _sparse("tv", replace(setting, weight=1.0))
        words += f"; TV and wavelets with {setting.weight:g} of the rule's weight, best for TV on validation slices"
    subjects = " and ".join(dict.fromkeys(test.subjects))
    shown = "moduli" if setting.magnitude else "complex images"
    title = f"{count} slices of the test subjects {subjects}, {words}; {shown} compared for every method"
    figures = compare(methods, cases, title, setting=setting)
    network = network.requires_grad_(False)
    few = [cases[k] for k in _spread(count, searched + 2)[1:-1]]
    figures |= search_sentences([under_search(network, operator, x, setting=setting) for operator, x in few])
    images = [x for _, x in few]
    operators = {f"at {at:.0%} of the lines": operator_at(at, 0) for at in rates}
    figures |= over_rates(network, images, operators, setting=setting)
    details = {name: torch.from_numpy(render_detail((WIDTH, WIDTH), detail)) for name, detail in PAINTED.items()}
    return figures | kept_details(network, few[0][0], images, details, setting=setting)


def _zero_filled(y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
    return operator.quick_inverse(y)


def _sparse(name: str, setting: Setting) -> Callable:
    return lambda y, operator: setting.sparse(name, operator)(y, operator)


def _spread(total: int, count: int) -> list[int]:
    return [int(k) for k in np.linspace(0, total - 1, count)]
