"""What a method keeps of a painted detail, and how much of it the samples can see at all."""

from __future__ import annotations

from collections.abc import Callable

import torch

from stabview.sampling.operator import SamplingOperator


def contrast_kept(with_detail: torch.Tensor, without_detail: torch.Tensor, detail: torch.Tensor) -> float:
    """C = Re <f(A x) - f(A (x - d)), d> / ||d||^2: 1 is kept, 0 is lost. d is complex where the image has a phase."""
    product = (with_detail - without_detail) * detail.conj()
    if product.is_complex():
        product = product.real
    return float(product.sum(dtype=torch.float64) / detail.abs().square().sum(dtype=torch.float64))


def seen_part(operator: SamplingOperator, image: torch.Tensor) -> torch.Tensor:
    """A^+ A x, the part of an image that the samples determine; x minus it lies in the kernel of A. (H, W)."""
    return operator.minimum_norm(operator(image.to(operator.dtype)))


def exposure(operator: SamplingOperator, detail: torch.Tensor) -> float:
    """||A^+ A d||^2 / ||d||^2, the share of the detail's energy that the samples determine, in [0, 1]."""
    detail = detail.to(operator.dtype)
    seen = seen_part(operator, detail)
    return float((torch.linalg.vector_norm(seen) / torch.linalg.vector_norm(detail)) ** 2)


def kernel_awareness(operator: SamplingOperator, difference: torch.Tensor) -> float:
    """kappa = ||A (x - x')|| / ||x - x'||: small where two different images give nearly the same data."""
    data = operator(difference.to(operator.dtype))
    return float(torch.linalg.vector_norm(data) / torch.linalg.vector_norm(difference))


def smallest_captured(
    captured: Callable[[float], float], low: float, high: float, *, threshold: float = 0.5, tolerance: float = 0.01,
    looks: int = 14,
) -> tuple[float, float]:  # fmt: skip
    """The amount of a detail (contrast or size) that is just captured, and its C, by bisection of log(amount).

    `low` when it is captured even there, `high` with its C below the threshold when it is not captured at all;
    otherwise threshold <= C <= threshold + tolerance, or as near as `looks` allow.
    """
    for end in (low, high):
        kept = captured(end)
        if (kept >= threshold) == (end == low):
            return end, kept
    for _ in range(looks):
        middle = (low * high) ** 0.5
        found = captured(middle)
        if found >= threshold:
            high, kept = middle, found
            if found <= threshold + tolerance:
                break
        else:
            low = middle
    return high, kept
