"""A trained network as a method: weights frozen, evaluation mode, checked against the operator it was made for."""

from __future__ import annotations

import torch
from torch import nn

from stabview.images.errors import InputError
from stabview.methods.method import MethodSpec
from stabview.methods.networks.cards import Card
from stabview.methods.networks.wired import WiredNetwork
from stabview.sampling.operator import SamplingOperator


class NetworkMethod:
    """`method(y, operator)` with a network; differentiable in y, its weights are not.

    Attributes
    ----------
    card : what is known of the network. trust : one line on its file, for the window.
    untrained : whether it is fitted to the data when it is called, which takes long and leaves no gradient in them.
    takes_batches : whether several data (n, *data_shape) may be given at once; networks of files may not take them.

    channels_last : lay tensors out so, which convolutions are faster with; graphs of other programs may not take it.
    """

    def __init__(
        self, module: nn.Module, card: Card, *, trust: str, device: str = "cpu", channels_last: bool = True,
        advice: str = "another network",
    ) -> None:  # fmt: skip
        channels_last = channels_last and getattr(module, "channels_last", True)
        layout = {"memory_format": torch.channels_last} if channels_last else {}
        self.module = module.eval().requires_grad_(False).to(device, **layout)
        self.card, self.trust, self._advice = card, trust, advice
        self.untrained = getattr(module, "untrained", False)
        self.takes_batches = not isinstance(module, WiredNetwork)
        self.spec = MethodSpec(card.name, card.title, dict(card.parameters), card.weights_sha256)

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        refusal = self.refusal(operator)
        if refusal:
            raise InputError(refusal)
        return self.module(y, operator)

    def refusal(self, operator: SamplingOperator) -> str:
        """Why it does not take the data of an operator, in a sentence; empty where it does."""
        if not self.card.takes(operator.name):
            return (
                f"{self.card.title} was made for {self.card.operator} data and the study samples with {operator.name};"
                f" choose the operator '{self.card.operator}' or {self._advice}."
            )
        if self.card.fixed and operator.spec != self.card.operator_spec:
            return (
                f"{self.card.title} takes one operator only ({self.card.only_operator}), and the data are of another;"
                f" choose that one or {self._advice}."
            )
        return ""
