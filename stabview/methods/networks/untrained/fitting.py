"""Fitting a generator to the data of one image: min_theta ||A G(theta) - c y||^2, by Adam, the best network kept.

The data are scaled by c so that the generator's first picture has the norm of their direct reconstruction; the
picture is scaled back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn

from stabview.sampling.operator import SamplingOperator

BETTER = 0.995
"""A network is kept when its loss is this share of the kept one's (Darestani et al., 2021)."""


@dataclass(frozen=True)
class Protocol:
    """How a fit is done.

    Attributes
    ----------
    build : (image shape, number of channels) -> generator.
    steps : of Adam. learning_rate : of Adam, constant. seed : of the fixed input and the first weights.
    consistent : at the end x + A*(y - A x): measured samples are overwritten with the data (Fourier operators only).
    """

    build: Callable[[tuple[int, int], int], nn.Module]
    steps: int
    learning_rate: float
    seed: int = 0
    consistent: bool = True


class Fit:
    """A fit that stands somewhere: it goes on step by step, and its picture can be had at any time.

    Attributes
    ----------
    step : steps done. loss : ||A G - c y||^2 / ||c y||^2 of the last one; best_loss : of the kept network.
    scale : c.
    """

    def __init__(
        self, protocol: Protocol, y: torch.Tensor, operator: SamplingOperator, *, start: Fit | None = None
    ) -> None:
        """start : a fit of similar data, whose weights this one takes over (a warm start)."""
        self.protocol, self.y, self.operator = protocol, y.detach(), operator
        self.step, self.loss, self.best_loss = 0, float("inf"), float("inf")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(protocol.seed)
            network = protocol.build(operator.image_shape, 2 if operator.is_complex else 1).to(y.device).train()
            self.network = network.to(memory_format=torch.channels_last) if network.channels_last else network
            with torch.no_grad():  # within the seed, because the input may be jittered
                size = float(torch.linalg.vector_norm(operator.quick_inverse(self.y)))
                self.scale = float(torch.linalg.vector_norm(self.picture_of(self.network))) / max(size, 1e-30)
            self._random = torch.random.get_rng_state()
        if start is not None:
            self.network.load_state_dict(start.network.state_dict())
            self.scale = start.scale
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=protocol.learning_rate)
        self._energy = max(float((self.scale * self.y).abs().square().sum()), 1e-30)
        self.best = copy.deepcopy(self.network.state_dict())

    def advance(self) -> None:
        """One step of Adam."""
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.random.set_rng_state(self._random)
            self.optimiser.zero_grad(set_to_none=True)
            loss = self.misfit(self.picture_of(self.network), self.scale * self.y)
            loss.backward()
            self._random = torch.random.get_rng_state()
        self.loss = float(loss.detach())
        if self.loss < BETTER * self.best_loss:
            self.best_loss, self.best = self.loss, copy.deepcopy(self.network.state_dict())
        self.optimiser.step()
        self.step += 1

    def misfit(self, picture: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """||A picture - data||^2 over the energy of the fitted data."""
        return (self.operator(picture) - data).abs().square().sum() / self._energy

    def picture_of(self, network: nn.Module) -> torch.Tensor:
        """(H, W), what the generator draws, at its own scale; a second channel is the imaginary part."""
        channels = network().float()
        return torch.complex(channels[0], channels[1]) if self.operator.is_complex else channels[0]

    @torch.no_grad()
    def result(self) -> torch.Tensor:
        """(H, W) picture of the kept network without jitter, in the units of the data, made consistent with them."""
        network = copy.deepcopy(self.network)
        network.load_state_dict(self.best)
        if hasattr(network, "jitter"):
            network.jitter = 0.0
        x = self.picture_of(network) / self.scale
        if self.protocol.consistent and self.operator.name in ("fourier", "multicoil"):
            x = x + self.operator.adjoint(self.y - self.operator(x))
        return x

    def run(self) -> Iterator[Fit]:
        """Itself after every step, to the end; where the loop is left, `run` goes on later."""
        while self.step < self.protocol.steps:
            self.advance()
            yield self
