"""A small invertible recurrent inference machine, in the role of the i-RIM of Putzky and Welling (NeurIPS 2019)."""

from __future__ import annotations

import torch
from torch import nn

from stabview.methods.networks.gram import gram
from stabview.sampling.operator import SamplingOperator


class InvertibleRIM(nn.Module):
    """The state of an image and its memory, changed `iterations` times by invertible steps with the same weights.

    The state has `channels` planes, of which the first two are real and imaginary part of the image. A step adds what a
    convolution makes of the gradient of the data misfit to the memory, which leaves the image alone, and then goes
    through `layers` couplings; each of these can be undone exactly (`Step.inverse`).

    Call with y : (..., *data_shape) complex and the operator; returns (..., H, W) complex.
    """

    operator = "fourier"

    def __init__(self, channels: int = 32, layers: int = 3, hidden: int = 48, iterations: int = 4) -> None:
        super().__init__()
        if channels < 4 or channels % 2:
            raise ValueError(f"channels is {channels}; it has to be even and at least 4")
        self.channels, self.iterations = channels, iterations
        self.step = Step(channels, layers, hidden)

    def forward(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        batch = y.shape[: y.ndim - len(operator.data_shape)]
        start = operator.adjoint(y.reshape(-1, *operator.data_shape))
        image = _planes(start)
        state = torch.cat((image, image.new_zeros(len(image), self.channels - 2, *image.shape[2:])), dim=1)
        for _ in range(self.iterations):
            state = self.step(state, start, operator)
        return _complex(state).reshape(*batch, *operator.image_shape)


class Step(nn.Module):
    """One invertible step. start : A*y, (batch, H, W) complex."""

    def __init__(self, channels: int, layers: int, hidden: int) -> None:
        super().__init__()
        self.gradient = nn.Conv2d(2, channels - 2, 3, padding=1)
        self.couplings = nn.ModuleList(Coupling(channels, hidden, 2**k) for k in range(layers))

    def forward(self, state: torch.Tensor, start: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        state = state + self._told(state, start, operator)
        for coupling in self.couplings:
            state = coupling(state)
        return state

    def inverse(self, state: torch.Tensor, start: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        for coupling in reversed(self.couplings):
            state = coupling.inverse(state)
        return state - self._told(state, start, operator)

    def _told(self, state: torch.Tensor, start: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        """What the memory is told of the misfit A*(A x - y); it depends on the image only, and changes it not."""
        misfit = gram(_complex(state), operator) - start
        told = self.gradient(_planes(misfit)).to(state.dtype)
        return nn.functional.pad(told, (0, 0, 0, 0, 2, 0))


class Coupling(nn.Module):
    """Channels mixed by an orthogonal matrix Q, one half changed by a function of the other, and mixed back by Q^T.

    Q is a product of Householder reflections; the function is three convolutions, the second dilated.
    """

    def __init__(self, channels: int, hidden: int, dilation: int, reflections: int = 3) -> None:
        super().__init__()
        self.normals = nn.Parameter(torch.randn(reflections, channels))
        half = channels // 2
        self.change = nn.Sequential(
            nn.Conv2d(half, hidden, 3, padding=1), nn.ReLU(),
            nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation), nn.ReLU(),
            nn.Conv2d(hidden, half, 3, padding=1),
        )  # fmt: skip
        nn.init.zeros_(self.change[-1].weight)
        nn.init.zeros_(self.change[-1].bias)

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        return self._couple(state, 1)

    def inverse(self, state: torch.Tensor) -> torch.Tensor:
        return self._couple(state, -1)

    def _couple(self, state: torch.Tensor, sign: int) -> torch.Tensor:
        matrix = self._matrix()
        kept, changed = _mixed(state, matrix).chunk(2, dim=1)
        changed = changed + sign * self.change(kept).to(changed.dtype)
        return _mixed(torch.cat((kept, changed), dim=1), matrix.mT)

    def _matrix(self) -> torch.Tensor:
        matrix = torch.eye(self.normals.shape[1], device=self.normals.device)
        for normal in self.normals:
            matrix = matrix - 2 * torch.outer(matrix @ normal, normal) / normal.square().sum()
        return matrix


def _mixed(state: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Each pixel's channels times a matrix, in full precision: the way back has to meet the way there."""
    with torch.autocast(state.device.type, enabled=False):
        return nn.functional.conv2d(state.float(), matrix[:, :, None, None])


def _planes(image: torch.Tensor) -> torch.Tensor:
    return torch.stack((image.real, image.imag), dim=1)


def _complex(state: torch.Tensor) -> torch.Tensor:
    return torch.complex(state[:, 0].float(), state[:, 1].float())
