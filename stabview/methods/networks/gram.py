"""A*A inside a network: in one pass, with its gradient."""

from __future__ import annotations

import torch

from stabview.sampling.operator import SamplingOperator


def gram(x: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
    """A*A x, x : (..., *image_shape), differentiable any number of times."""
    return _Gram.apply(x, operator)


class _Gram(torch.autograd.Function):
    """A*A is its own transpose."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        ctx.operator = operator
        with torch.autocast(x.device.type, enabled=False):
            return operator.gram(x)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        return _Gram.apply(gradient, ctx.operator), None

    @staticmethod
    def jvp(ctx, tangent: torch.Tensor, *_):
        return ctx.operator.gram(tangent)
