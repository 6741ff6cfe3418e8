"""What the networks that come as a graph have in common: inputs of stated shapes, one image at a time if they must."""

from __future__ import annotations

import torch
from torch import nn

Shape = tuple[int | None, ...]


class GraphNetwork(nn.Module):
    """Base of the networks read from .pt2 and ONNX: differentiable, evaluated node by node.

    Attributes
    ----------
    input_shapes : of every input; None is an axis of any length.
    """

    input_shapes: tuple[Shape, ...]

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        fixed = self.input_shapes[0][0] if self.input_shapes and self.input_shapes[0] else None
        if fixed == 1 and inputs[0].shape[0] > 1:
            return torch.cat([self.evaluate(*(one[k : k + 1] for one in inputs)) for k in range(inputs[0].shape[0])])
        return self.evaluate(*inputs)

    def evaluate(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The graph's first output."""
        raise NotImplementedError
