"""Exact recovery from radial lines (Candès, Romberg and Tao, IEEE Trans. Information Theory 2006, Fig. 1).

The phantom of ten ellipses is piecewise constant, so few differences are not zero. Minimal total variation among all
images that have the measured frequencies is the phantom itself; zero-filling shows streaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.images.phantoms import shepp_logan
from stabview.measures.errors import psnr
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator

EXACT = 60.0
"""dB from which a recovery counts as exact: an error of 1e-3 of the maximum, and falling with further steps."""
LAMBDA = 1e-9
"""Weight of P2. At 1e-9 the data are fitted to rounding: that is P1 with eta = 0, equality of the samples."""
STEPS, TRIAL = 4000, 2000
"""Steps at most with the lines asked for, and with fewer."""
LOOK = 25


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """PSNR of total variation as it is iterated, then the fewest lines that are enough."""
    size, lines = int(values["size"]), int(values["lines"])
    pixels = shepp_logan(size, supersampling=1).pixels
    fewest = list(range(lines - 1, 5, -1)) if bool(values["fewest"]) else []
    total = STEPS // LOOK + len(fewest)
    x = torch.from_numpy(np.array(pixels)).to(device, torch.complex128)
    operator = _operator(size, lines, device)
    y = operator(x)
    zero_filled = operator.adjoint(y)
    scores: list[tuple[int, float]] = []
    estimate = zero_filled
    for step, estimate in _total_variation(operator, y):
        scores.append((step, psnr(estimate, x)))
        yield _finding(step // LOOK, total, x, operator, lines, zero_filled, estimate, scores, [])
        if scores[-1][1] > EXACT + 20:
            break
    tried = [(lines, scores[-1][1])]
    for done, n in enumerate(fewest, start=1):
        trial = _operator(size, n, device)
        best = 0.0
        for step, other in _total_variation(trial, trial(x)):
            best = psnr(other, x)
            if best > EXACT or step >= TRIAL:
                break
        tried.append((n, best))
        yield _finding(STEPS // LOOK + done, total, x, operator, lines, zero_filled, estimate, scores, tried)
        if best < EXACT:
            break
    yield _finding(total, total, x, operator, lines, zero_filled, estimate, scores, tried)


def radial_mask(size: int, lines: int) -> np.ndarray:
    """(size, size) centred: `lines` one-pixel lines through zero frequency at angles 180 i / lines degrees."""
    mask = np.zeros((size, size), dtype=bool)
    half = size // 2
    reach = np.arange(-half, half + 0.25, 0.25) * np.sqrt(2)
    for angle in np.pi * np.arange(lines) / lines:
        rows = np.round(half - reach * np.sin(angle)).astype(int)
        columns = np.round(half + reach * np.cos(angle)).astype(int)
        inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
        mask[rows[inside], columns[inside]] = True
    return mask


def _operator(size: int, lines: int, device: str) -> FourierOperator:
    return FourierOperator(radial_mask(size, lines), device=device, dtype=torch.float64)


def _total_variation(operator: FourierOperator, y: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
    method = sparse_method("tv", operator, lambda_=LAMBDA, algorithm="admm", max_steps=STEPS)
    for iterate in method.iterates(y, operator):
        if iterate.step % LOOK == 0:
            yield iterate.step, iterate.x


def _finding(
    done: int, total: int, x: torch.Tensor, operator: FourierOperator, lines: int, zero_filled: torch.Tensor,
    estimate: torch.Tensor, scores: list[tuple[int, float]], tried: list[tuple[int, float]],
) -> Finding:  # fmt: skip
    poor, best = psnr(zero_filled, x), max(value for _, value in scores)
    finished, size = done == total, x.shape[-1]
    agrees = (best > EXACT and poor < 30) if finished and lines == 22 and size == 256 else None
    enough = min((n for n, value in tried if value > EXACT), default=None)
    exact = "recovers the phantom exactly" if best > EXACT else "does not recover the phantom"
    verdict = (
        f"From {lines} lines ({100 * operator.rate:.1f} % of k-space) total variation {exact}, {best:.0f} dB; "
        f"zero-filling reaches {poor:.1f} dB."
    )
    if agrees:
        verdict += " This is the published recovery."
    figures: dict[str, float | int | str | bool] = {
        "PSNR of total variation": best, "PSNR of zero-filling": poor, "steps": scores[-1][0],
        "share of k-space": operator.rate, "lambda of P2": LAMBDA, "condition": "P1 with eta = 0 to rounding",
    }  # fmt: skip
    if enough is not None:
        figures["fewest lines that recover it"] = enough
    curve = Line("total variation", tuple(float(s) for s, _ in scores), tuple(v for _, v in scores))
    tables = [Table("PSNR in dB", ("method", "PSNR"), (("zero-filled", poor), ("total variation", best)))]
    if len(tried) > 1:
        tables.append(Table("How many lines are enough", ("lines", "PSNR of total variation"), tuple(sorted(tried))))
    return Finding(
        done, total, verdict, agrees, figures, tuple(tables),
        charts=(Chart("Total variation on its way", "step", "PSNR in dB", (curve,)),),
        pictures=(
            Picture("phantom", _plain(x)),
            Picture("zero-filled", _plain(zero_filled), f"{poor:.1f} dB"),
            Picture("total variation", _plain(estimate), f"{best:.1f} dB"),
            Picture("sampled frequencies", operator.mask.astype(np.float32), f"{lines} lines"),
        ),
    )  # fmt: skip


def _plain(z: torch.Tensor) -> np.ndarray:
    return z.abs().cpu().numpy().astype(np.float32)
