"""Untrained networks as methods: ConvDecoder, Deep Decoder and Deep Image Prior, fitted when they are called."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from functools import partial

import torch
from torch import nn

from stabview.methods.networks.untrained.fitting import Fit, Protocol
from stabview.methods.networks.untrained.generators import ConvDecoder, DeepDecoder, Hourglass
from stabview.methods.waiting import report
from stabview.sampling.operator import SamplingOperator

GENERATORS = {"conv-decoder": ConvDecoder, "deep-decoder": DeepDecoder, "deep-image-prior": Hourglass}
RATES = {"conv-decoder": 0.008, "deep-decoder": 0.01, "deep-image-prior": 0.01}
"""Adam's learning rates as published."""
TITLES = {"conv-decoder": "ConvDecoder", "deep-decoder": "Deep Decoder", "deep-image-prior": "Deep Image Prior"}
KEPT = 64
"""Results that are remembered."""


class UntrainedNetwork(nn.Module):
    """x of y by a fit of `steps` steps from fresh weights; remembered by operator, data, seed and settings.

    There is no gradient in y: each datum has a fit of its own. A fit that was stopped goes on where it was when the
    same data come again.

    Parameters
    ----------
    kind : one of `GENERATORS`. settings : of the generator. learning_rate : None is the published one.
    """

    operator = "any"
    untrained = True

    def __init__(
        self, kind: str, *, steps: int = 1000, seed: int = 0, learning_rate: float | None = None, **settings: int
    ) -> None:
        super().__init__()
        self.kind, self.title = kind, TITLES[kind]
        self.protocol = Protocol(
            partial(GENERATORS[kind], **settings), steps, learning_rate or RATES[kind], seed
        )
        self._results: OrderedDict[str, torch.Tensor] = OrderedDict()
        self._unfinished: dict[str, Fit] = {}
        self._fitting = threading.Lock()

    def forward(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        """(..., H, W) of y (..., *data_shape), one fit for each."""
        axes = len(operator.data_shape)
        flat = y.detach().reshape(-1, *operator.data_shape)
        x = torch.stack([self._one(data, operator) for data in flat])
        return x.reshape(*y.shape[: y.ndim - axes], *operator.image_shape)

    def start_fit(self, y: torch.Tensor, operator: SamplingOperator) -> Fit:
        """A fit of one set of data from fresh weights, at its beginning."""
        return Fit(self.protocol, y, operator)

    def _one(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        key = _key(y, operator)
        while not self._fitting.acquire(timeout=0.2):  # another thread fits, perhaps to the same data
            report(f"waiting for another fit of {self.title}", 0, 0)
        try:
            if key not in self._results:
                self._remember(key, self._fitted(key, y, operator))
            return self._results[key].clone()
        finally:
            self._fitting.release()

    def _fitted(self, key: str, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        fit = self._unfinished.pop(key, None) or self.start_fit(y, operator)
        self._unfinished = {key: fit}
        for now in fit.run():
            report(f"fitting {self.title}", now.step, self.protocol.steps)
        del self._unfinished[key]
        return fit.result()

    def _remember(self, key: str, x: torch.Tensor) -> None:
        self._results[key] = x
        while len(self._results) > KEPT:
            self._results.popitem(last=False)


def _key(y: torch.Tensor, operator: SamplingOperator) -> str:
    digest = hashlib.sha256(y.resolve_conj().cpu().contiguous().numpy().tobytes()).hexdigest()
    return f"{operator.spec} {digest}"
