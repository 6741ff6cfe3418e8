"""Whether half the bits make convolutions faster here, by a measurement of some milliseconds."""

from __future__ import annotations

import time
from functools import cache

import torch

GAIN = 0.5
"""The share of float32's time below which bfloat16 is worth it: what is kept is evaluated again, almost half a step."""


@cache
def fastest_precision(device: str) -> str:
    """ "bfloat16" where a small block of convolutions, forwards and backwards, is much faster in it; else "float32"."""
    layers = torch.nn.Sequential(*[torch.nn.Conv2d(64, 64, 3, padding=1) for _ in range(2)]).to(device)
    layers.requires_grad_(False)
    x = torch.randn(1, 64, 64, 64, device=device)

    def seconds(half: bool) -> float:
        began = time.perf_counter()
        leaf = x.clone().requires_grad_(True)
        with torch.autocast(torch.device(device).type, dtype=torch.bfloat16, enabled=half):
            value = layers(leaf).float().square().sum()
        float(torch.autograd.grad(value, leaf)[0].sum())  # the CPU waits for a GPU here
        return time.perf_counter() - began

    times = [(seconds(False), seconds(True)) for _ in range(7)][2:]
    single, half = (min(column) for column in zip(*times, strict=True))  # the least disturbed by other programs
    return "bfloat16" if half < GAIN * single else "float32"
