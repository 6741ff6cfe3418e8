"""How a trained network behaves under the tests of Antun et al.: measured for its card, whatever comes out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from stabview.experiments.sampling_sweep import sampling_sweep
from stabview.experiments.structural_details import detail_survival
from stabview.measures.errors import psnr
from stabview.methods.method import Method, QuickInverse
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import ChangeObjective
from stabview.sampling.operator import SamplingOperator
from stabview.training.evaluate import NOISELESS, Setting

LOST = 5.0
NOISES = 10


@dataclass(frozen=True)
class SearchFigures:
    """One image under continuation, up to the first iterate at which the network has lost `LOST` dB.

    `reached` says whether it had before the budget ended. Losses are in dB of PSNR against the clean data of the same
    method; `noise_loss` is the largest of `NOISES` Gaussian perturbations of the same norm.
    """

    reached: bool
    relative_norm: float
    iterates: int
    seconds: float
    network_loss: float
    tv_loss: float
    noise_loss: float


def under_search(
    network: Method, operator: SamplingOperator, x: torch.Tensor, *, steps: int = 30, budget: float = 0.05,
    setting: Setting = NOISELESS,
) -> SearchFigures:  # fmt: skip
    """Run continuation on one image and compare TV and Gaussian noise at the same norm."""
    y = setting.data(operator, x)
    tv = setting.sparse("tv", operator)
    objective = ChangeObjective(network, operator, x, y)
    clean, tv_clean = psnr(objective.clean, x), psnr(tv(y, operator), x)
    started = time.perf_counter()
    for iterate in continuation(objective, steps=steps, budget=budget):
        loss = clean - psnr(iterate.reconstruction, x)
        if loss >= LOST:
            break
    seconds = time.perf_counter() - started
    generator, noise_losses = torch.Generator().manual_seed(0), []
    size = float(torch.linalg.vector_norm(iterate.r))
    for _ in range(NOISES):
        noise = objective.random_direction(generator) * size
        with torch.no_grad():
            noise_losses.append(clean - psnr(network(y + operator(noise), operator), x))
    return SearchFigures(
        loss >= LOST, iterate.relative_norm, iterate.index, seconds, loss, tv_clean - psnr(tv(iterate.y, operator), x),
        max(noise_losses),
    )  # fmt: skip


def search_sentences(figures: Sequence[SearchFigures]) -> dict[str, object]:
    """The same for a card."""
    def spread(name: str, digits: int = 2, factor: float = 1.0) -> str:
        return ", ".join(f"{factor * getattr(one, name):.{digits}f}" for one in figures)

    reached = sum(one.reached for one in figures)
    return {
        f"continuation: lost {LOST:g} dB within its 5 % and 30 iterates": f"on {reached} of {len(figures)} images",
        "at ||r|| / ||x|| (%)": spread("relative_norm", factor=100),
        "iterates needed": spread("iterates", 0),
        "loss there, network (dB)": spread("network_loss"),
        "loss there, TV on the same data (dB)": spread("tv_loss"),
        f"loss, network, worst of {NOISES} Gaussian perturbations of that norm (dB)": spread("noise_loss"),
    }


def over_rates(
    network: Method, images: Sequence[torch.Tensor], operators: dict[str, SamplingOperator], *,
    setting: Setting = NOISELESS,
) -> dict[str, object]:  # fmt: skip
    """Mean PSNR of network, TV and the quick inverse with each operator ("at 50 views", ...), for a card."""
    table: dict[str, dict[str, list[float]]] = {place: {} for place in operators}
    for x in images:
        points = sampling_sweep(
            x, x, operators, operators.__getitem__, setting.data,
            lambda operator: {"network": network, "TV": setting.sparse("tv", operator),
                              operator.quick_title: setting.seen(QuickInverse(operator))},
        )  # fmt: skip
        for place, _, scores in points:
            for name, value in scores.items():
                table[place].setdefault(name, []).append(value)
    return {
        f"PSNR {place} (dB)": ", ".join(f"{name} {np.mean(values):.2f}" for name, values in scores.items())
        for place, scores in table.items()
    }


def kept_details(
    network: Method, operator: SamplingOperator, images: Sequence[torch.Tensor], details: dict[str, torch.Tensor], *,
    setting: Setting = NOISELESS,
) -> dict[str, object]:  # fmt: skip
    """Mean contrast kept of each named detail by network and TV when painted on each image, for a card."""
    tv = setting.sparse("tv", operator)
    methods = {"network": network, "TV": tv}
    kept: dict[str, dict[str, list[float]]] = {name: {"network": [], "TV": []} for name in details}
    for x in images:
        for name, detail in details.items():
            with torch.no_grad():
                y = setting.data(operator, x + detail)
                estimates = {key: method(y, operator) for key, method in methods.items()}
            for _, captured, _ in detail_survival(operator, y, [detail], methods, estimates):
                for key, value in captured.items():
                    kept[name][key].append(value)
    return {
        f"contrast kept of {name}": ", ".join(f"{key} {np.mean(values):.2f}" for key, values in scores.items())
        for name, scores in kept.items()
    }
