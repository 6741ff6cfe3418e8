"""What a method keeps of a painted detail, and how much of it the samples can see at all."""

from __future__ import annotations

import torch

from stabview.sampling.operator import SamplingOperator


def contrast_kept(with_detail: torch.Tensor, without_detail: torch.Tensor, detail: torch.Tensor) -> float:
    """C = <f(A x) - f(A (x - d)), d> / ||d||^2, real inner product: 1 is kept, 0 is lost."""
    difference = with_detail - without_detail
    if difference.is_complex():
        difference = difference.real
    detail = detail.real if detail.is_complex() else detail
    return float((difference * detail).sum(dtype=torch.float64) / detail.square().sum(dtype=torch.float64))


def exposure(operator: SamplingOperator, detail: torch.Tensor) -> float:
    """||A^+ A d||^2 / ||d||^2, the share of the detail's energy that the samples determine, in [0, 1]."""
    detail = detail.to(operator.dtype)
    seen = operator.minimum_norm(operator(detail))
    return float((torch.linalg.vector_norm(seen) / torch.linalg.vector_norm(detail)) ** 2)
