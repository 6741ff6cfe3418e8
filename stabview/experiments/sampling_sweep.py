"""Does more data help? PSNR of every method against the sampling rate (Antun et al., PNAS 2020, Fig. 5, last row)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import torch

from stabview.measures.errors import psnr
from stabview.methods.method import Method
from stabview.sampling.operator import SamplingOperator

Rate = TypeVar("Rate")
"""A sampling rate, a number of views, or a name of either."""


@torch.no_grad()
def sampling_sweep(
    image: torch.Tensor, x: torch.Tensor, rates: Iterable[Rate], operator_at: Callable[[Rate], SamplingOperator],
    data_at: Callable[[SamplingOperator, torch.Tensor], torch.Tensor],
    methods_at: Callable[[SamplingOperator], Mapping[str, Method]],
) -> Iterator[tuple[Rate, SamplingOperator, dict[str, float]]]:  # fmt: skip
    """For each rate: (rate, operator, PSNR of every method against x), all methods on the same data.

    Parameters
    ----------
    image : (H, W) what is measured, x + r_j; x : the reference.
    operator_at, data_at, methods_at : the operator of a rate, its data of an image (noise included), and the methods
        as they are set for an operator (the network never changes, lambda follows its rule).
    """
    for rate in rates:
        operator = operator_at(rate)
        y = data_at(operator, image)
        yield rate, operator, psnr_of_methods(methods_at(operator), operator, y, x)


def psnr_of_methods(
    methods: Mapping[str, Method], operator: SamplingOperator, y: torch.Tensor, x: torch.Tensor
) -> dict[str, float]:
    """PSNR of every method against x from the same data, in dB; without those that reconstruct x exactly."""
    scores = {name: psnr(method(y, operator), x) for name, method in methods.items()}
    return {name: value for name, value in scores.items() if value != float("inf")}


def outside_in(values: Iterable[float]) -> list[float]:
    """An order in which any beginning is spread over the whole range: the ends first, then ever finer between."""
    values = sorted(values)
    if len(values) < 3:
        return values
    order, spans = [0, len(values) - 1], [(0, len(values) - 1)]
    while spans:
        low, high = spans.pop(0)
        if high - low < 2:
            continue
        middle = (low + high) // 2
        order.append(middle)
        spans += [(low, middle), (middle, high)]
    return [values[k] for k in order]
