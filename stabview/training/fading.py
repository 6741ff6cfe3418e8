"""Does a detail fade when the measurements are perturbed? AUTOMAP's heart (Antun et al., PNAS 2020, Fig. 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from stabview.measures.details import contrast_kept
from stabview.measures.errors import psnr
from stabview.methods.method import Method
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import ChangeObjective
from stabview.sampling.operator import SamplingOperator

STEPS = 30


def fading_detail(
    network: Method, operator: SamplingOperator, images: Sequence[torch.Tensor], detail: torch.Tensor,
    norms: Sequence[float], name: str,
) -> dict[str, object]:  # fmt: skip
    """What network and TV keep of a detail, and their PSNR, at the perturbed samples that a search for the network
    gives at each relative norm ||e|| / ||y||; means over the images.

    The contrast compares the reconstructions of A(x + d) + e and of A x + e, e found at A(x + d): how much of the
    detail is still there. Beside it stands the contrast within the network's image of A(x + d) + e alone, against that
    of clean data without the detail: what the eye sees.
    """
    tv = sparse_method("tv", operator)
    kept: dict[float, list[tuple[float, ...]]] = {norm: [] for norm in norms}
    for x in images:
        data = operator(x + detail)
        objective = ChangeObjective(network, operator, x + detail, data, domain="samples")
        with torch.no_grad():
            bare = network(operator(x), operator)
        for norm in norms:
            y = data
            if norm > 0:
                for iterate in continuation(objective, steps=STEPS, budget=norm):
                    y = iterate.y
            with torch.no_grad():
                estimate, without = network(y, operator), network(y - operator(detail), operator)
                smooth, smooth_without = tv(y, operator), tv(y - operator(detail), operator)
            kept[norm].append((
                contrast_kept(estimate, without, detail), contrast_kept(estimate, bare, detail),
                contrast_kept(smooth, smooth_without, detail), psnr(estimate, x + detail), psnr(smooth, x + detail),
            ))  # fmt: skip
    figures: dict[str, object] = {
        "search in the samples": f"{len(images)} test images with {name} painted, means; contrast kept of it"
    }
    for norm, values in kept.items():
        change, seen, tv_change, quality, tv_quality = np.mean(values, axis=0)
        figures[f"at ||e|| / ||y|| = {norm:.0%}"] = (
            f"network {change:.2f} (seen against clean data without it {seen:.2f}), TV {tv_change:.2f};"
            f" PSNR {quality:.1f} dB, TV {tv_quality:.1f} dB"
        )
    return figures
