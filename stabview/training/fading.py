"""Does a detail fade when the measurements are perturbed? AUTOMAP's heart (Antun et al., PNAS 2020, Fig. 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from stabview.measures.details import contrast_kept
from stabview.measures.errors import psnr
from stabview.methods.method import Method
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import ChangeObjective
from stabview.sampling.operator import SamplingOperator

STEPS = 30
RING = 3


def fading_detail(
    network: Method, operator: SamplingOperator, images: Sequence[torch.Tensor], detail: torch.Tensor,
    norms: Sequence[float], name: str,
) -> dict[str, object]:  # fmt: skip
    """What network and TV keep of a detail, and their PSNR, at the perturbed samples that a search for the network
    gives at each relative norm ||e|| / ||y||; means over the images.

    The contrast compares the reconstructions of A(x + d) + e and of A x + e, e found at A(x + d): how much the method
    answers to the detail. Beside it stands what the eye sees of it (`_visible`), so that an image which darkens as a
    whole does not count.
    """
    tv = sparse_method("tv", operator)
    kept: dict[float, list[list[float]]] = {norm: [] for norm in norms}
    for x in images:
        data = operator(x + detail)
        objective = ChangeObjective(network, operator, x + detail, data, domain="samples")
        with torch.no_grad():
            bare = [method(operator(x), operator) for method in (network, tv)]
        for norm in norms:
            y = data
            if norm > 0:
                for iterate in continuation(objective, steps=STEPS, budget=norm):
                    y = iterate.y
            row: list[float] = []
            for method, clean in zip((network, tv), bare, strict=True):
                with torch.no_grad():
                    estimate, without = method(y, operator), method(y - operator(detail), operator)
                row += [contrast_kept(estimate, without, detail), _visible(estimate, clean, detail)]
                row.append(psnr(estimate, x + detail))
            kept[norm].append(row)
    figures: dict[str, object] = {
        "search in the samples": f"{len(images)} test images with {name} painted, means: contrast kept of it (in"
        " brackets how far it stands out from its surroundings)"
    }
    for norm, rows in kept.items():
        answer, seen, quality, tv_answer, tv_seen, tv_quality = np.mean(rows, axis=0)
        figures[f"at ||e|| / ||y|| = {norm:.0%}"] = (
            f"network {answer:.2f} ({seen:.2f}), TV {tv_answer:.2f} ({tv_seen:.2f});"
            f" PSNR {quality:.1f} dB, TV {tv_quality:.1f} dB"
        )
    return figures


def _visible(estimate: torch.Tensor, clean: torch.Tensor, detail: torch.Tensor) -> float:
    """How much brighter a detail is than its surroundings, beyond what `clean`, the image without it, has there; 1 is
    as painted. Surroundings are the pixels up to `RING` away."""
    painted = (detail > 0.5 * detail.max()).float()
    around = nn.functional.max_pool2d((detail > 0).float()[None, None], 2 * RING + 1, stride=1, padding=RING)[0, 0]
    around = around * (detail == 0)
    template = painted / painted.sum() - around / around.sum()
    return float((template * (estimate.abs() - clean.abs())).sum() / (template * detail).sum())
