"""AUTOMAP: fully connected layers from the samples to an image, then a few convolutions (Zhu et al., Nature 2018)."""

from __future__ import annotations

import torch
from torch import nn

from stabview.sampling.fourier import FourierOperator

_BORDER = 4


class AUTOMAP(nn.Module):
    """The samples of one fixed mask -> tanh layer -> linear layer -> two 5 x 5 convolutions -> image.

    As tested by Antun et al. (PNAS 2020) at 128 x 128 with 25,000 hidden numbers. The mean of the linear layer's image
    is taken out before the convolutions, as there, and put back after them. The image is real, as published; it is
    returned as a complex one of phase 0.

    Call with y : (..., size, size) complex, zero where not sampled; returns (..., size, size) complex.

    Parameters
    ----------
    samples : of the mask. Their places, in the flattened order of `torch.fft.fft2`, are the buffer `places`; what their
        real and imaginary parts are divided by, so that all are about as large, is `scale`.
    """

    operator = "fourier"

    def __init__(self, size: int = 32, samples: int = 614, hidden: int = 2048, filters: int = 64) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("places", torch.arange(samples))
        self.register_buffer("scale", torch.ones(2 * samples))
        self.hidden = nn.Linear(2 * samples, hidden)
        self.image = nn.Linear(hidden, size**2)
        self.first = nn.Conv2d(1, filters, 5, padding=2)
        self.second = nn.Conv2d(filters, filters, 5, padding=2)
        self.last = nn.ConvTranspose2d(filters, 1, 7, padding=3)

    def forward(self, y: torch.Tensor, operator: FourierOperator) -> torch.Tensor:
        batch = y.shape[:-2]
        samples = y.reshape(-1, self.size**2)[:, self.places]
        samples = torch.cat((samples.real, samples.imag), dim=1) / self.scale
        image = self.image(torch.tanh(self.hidden(samples)))
        mean = image.mean(dim=1, keepdim=True)
        planes = (image - mean).reshape(-1, 1, self.size, self.size)
        planes = nn.functional.pad(planes, (_BORDER,) * 4, mode="reflect")
        planes = self.last(torch.relu(self.second(torch.tanh(self.first(planes)))))
        x = planes[:, 0, _BORDER:-_BORDER, _BORDER:-_BORDER].float() + mean[..., None].float()
        return torch.complex(x, torch.zeros_like(x)).reshape(*batch, self.size, self.size)
