"""How long total variation takes to its stated gap, and how good the calibrated stopping rule is."""

from __future__ import annotations

import statistics
import time
from functools import partial
from itertools import islice

import torch

from stabview.engine.device import choose_device, device_label
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask

PATTERNS = ("cartesian-gaussian", "fastmri-random", "multilevel", "radial")
ROUNDS = 9


def run(*, threads: int | None = None) -> dict[str, object]:
    """Median and fastest time of `ROUNDS` cold solves for each mask, beside one FFT pair and the true gap."""
    device = choose_device("cpu", threads)
    x = torch.from_numpy(prepare(phantom("head-t1", 256, seed=1)).x.copy()).to(torch.complex64)
    figures: dict[str, object] = {"device": device_label(device), "FFT pair": _median(lambda: _pair(x))}
    for pattern in PATTERNS:
        operator = FourierOperator(sampling_mask(pattern, (256, 256), 0.33))
        y = operator(x)
        method = sparse_method("tv", operator)
        times = _times(partial(method, y, operator))
        gap = true_gap(operator, y, method, method(y, operator))
        figures[pattern] = (
            f"median {statistics.median(times):.0f}, fastest {min(times):.0f}, {method.last.steps} iterations,"
            f" stated gap {method.tolerance:g}, true gap {gap:.1e}"
        )
    return figures


def true_gap(operator: FourierOperator, y: torch.Tensor, method: SparseMethod, estimate: torch.Tensor) -> float:
    """(F - F*) / F* against 1500 iterations in float64."""
    fine, data = operator.to(dtype=torch.float64), y.to(torch.complex128)
    for iterate in islice(method.iterates(data, fine), 1500):
        best = iterate.z
    reference = method.objective.value(fine, best, data)
    return (method.objective.value(fine, estimate[None].to(torch.complex128), data) - reference) / reference


def _pair(x: torch.Tensor) -> torch.Tensor:
    return torch.fft.ifft2(torch.fft.fft2(x))


def _times(work, rounds: int = ROUNDS) -> list[float]:
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def _median(work) -> str:
    return f"median {statistics.median(_times(work, 50)):.2f}"
