"""Does a small structure survive? The contrast that every method keeps of a painted detail (Antun et al., Fig. 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch

from stabview.measures.details import contrast_kept, exposure
from stabview.methods.method import Method
from stabview.sampling.operator import SamplingOperator


@torch.no_grad()
def detail_survival(
    operator: SamplingOperator, y: torch.Tensor, details: Sequence[torch.Tensor], methods: Mapping[str, Method],
    estimates: Mapping[str, torch.Tensor],
) -> Iterator[tuple[int, dict[str, float], float]]:  # fmt: skip
    """For each detail that paints anything: (its number, contrast kept by each method, its exposure).

    Parameters
    ----------
    y : data with all details (and whatever perturbation); details : (H, W) pictures.
    estimates : each method's reconstruction of y, so that only the one without the detail is computed here.
    """
    for number, detail in enumerate(details):
        if float(detail.abs().max()) == 0:
            continue
        without = y - operator(detail.to(operator.dtype))
        captured = {
            name: contrast_kept(estimate, methods[name](without, operator), detail)
            for name, estimate in estimates.items()
        }
        yield number, captured, exposure(operator, detail)
