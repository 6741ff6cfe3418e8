"""How FIRENET's gap falls with its restarts (Colbrook, Antun and Hansen, PNAS 2022, Figs. 3 and 5).

With enough inner steps each restart divides the gap by e, until the inner steps are too few for the next one: then it
freezes. The papers' image networks have 5 inner steps and freeze at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.images.phantoms import shepp_logan
from stabview.measures.errors import psnr, relative_error
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.objective import Norm, Objective
from stabview.methods.sparse.solvers.firenet import published_wavelets, restarts
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask

INNER = (5, 50, 200)
REFERENCE = 1e-8
"""Certified relative gap of the minimum that all curves are measured from."""
RATES = 0.9, 1.1
"""Decay rates of the gap per restart that count as e^-k."""
BREAK = 3.0
"""The fit ends where the gap is this many times the level at which it settles."""


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The minimum first, by another algorithm; then the curves, a restart at a time."""
    size, outer = int(values["size"]), int(values["restarts"])
    floor, lambda_ = float(values["floor"]), float(values["lambda"])
    operator = FourierOperator(
        sampling_mask("das", (size, size), float(values["rate"])), device=device, dtype=torch.float64
    )
    x = torch.from_numpy(np.array(shepp_logan(size).pixels)).to(device, torch.complex128)
    y = _noisy(operator, operator(x), float(values["noise"]))
    objective = Objective(Norm(), published_wavelets((size, size), device=device), lambda_)
    exact = SparseMethod(
        "reference", "reference", objective, algorithm="douglas-rachford", tolerance=REFERENCE, max_steps=6000
    ).solve(y, operator)  # fmt: skip
    known = _Known(x, operator, exact.x, exact.objective, exact.gap, outer, floor)
    total = 1 + outer * len(INNER)
    yield known.finding(1, total, {}, {})
    curves: dict[int, list[tuple[float, float, float]]] = {}
    images: dict[int, torch.Tensor] = {}
    done = 1
    for inner in INNER:
        curves[inner] = []
        for image in _restarted(objective, operator, y, inner=inner, outer=outer, floor=floor):
            value = objective.value(operator, image[None], y)
            curves[inner].append((value - exact.objective, relative_error(image, x), relative_error(image, exact.x)))
            images[inner] = image
            done += 1
            yield known.finding(done, total, curves, images)


@torch.no_grad()
def _restarted(
    objective: Objective, operator: FourierOperator, y: torch.Tensor, *, inner: int, outer: int, floor: float
) -> Iterator[torch.Tensor]:
    """psi_1, psi_2, ... by the published plan of eps_k."""
    regulariser, size = objective.regulariser, torch.linalg.vector_norm(y)

    def shrink(z: torch.Tensor, tau: torch.Tensor) -> torch.Tensor:
        coefficients = regulariser.analyse(z[None])
        return regulariser.synthesise(regulariser.shrink(coefficients, objective.lambda_ * float(tau)))[0]

    for psi, *_ in restarts(
        operator._forward, operator._adjoint, shrink, y, torch.zeros_like(operator._adjoint(y)), norm=operator.norm(),
        inner=inner, outer=outer, floor=floor, gap=size, data_axes=2,
    ):  # fmt: skip
        yield psi


class _Known:
    """What does not change while the curves grow."""

    def __init__(
        self, x: torch.Tensor, operator: FourierOperator, minimiser: torch.Tensor, minimum: float, gap: float,
        outer: int, floor: float,
    ) -> None:  # fmt: skip
        self.x, self.operator, self.minimiser = x, operator, minimiser
        self.minimum, self.gap, self.outer, self.floor = minimum, gap, outer, floor

    def finding(self, done: int, total: int, curves: dict[int, list], images: dict[int, torch.Tensor]) -> Finding:
        gaps = {inner: [max(g, 1e-16 * self.minimum) for g, _, _ in curve] for inner, curve in curves.items()}
        finished = done == total
        slopes = {inner: decay_slope(values) for inner, values in gaps.items()} if finished else {}
        figures: dict[str, float | int | str | bool] = {
            "minimum of the objective": self.minimum, "its certified relative gap": self.gap,
            "share of k-space": self.operator.rate, "PSNR of the minimiser": psnr(self.minimiser, self.x),
        }  # fmt: skip
        agrees, verdict = None, f"Restart {done - 1} of {total - 1}."
        if finished:
            stall, fall = gaps[INNER[0]], gaps[INNER[1]]
            figures |= {f"slope with {inner} inner steps": slope for inner, slope in slopes.items()}
            figures |= {f"gap at the end with {inner} inner steps": values[-1] for inner, values in gaps.items()}
            decays = RATES[0] <= -slopes[INNER[1]] <= RATES[1] and fall[-1] < 1e-2 * stall[-1]
            stalls = stall[-1] > 0.5 * stall[len(stall) // 2]
            agrees = decays and stalls
            verdict = (
                f"With 50 inner steps the gap falls like e^({slopes[50]:.2f} k) and freezes at {fall[-1]:.1e}, "
                f"with 200 at {gaps[200][-1]:.1e}; with the papers' 5 it freezes at {stall[-1]:.1e}."
            )
            if agrees:
                verdict += " The published rate is e^-k, for enough inner steps."
        k = tuple(map(float, range(1, self.outer + 1)))

        def lines(column: int) -> tuple[Line, ...]:
            return tuple(
                Line(f"{inner} inner steps", k[: len(curve)], tuple(max(row[column], 1e-16) for row in curve))
                for inner, curve in curves.items()
            )

        first = next(iter(gaps.values()), [])
        guide = (Line("e^-k", k, tuple(first[0] * math.exp(1 - value) for value in k)),) if first else ()
        rows = tuple((inner, j + 1, *row) for inner, curve in curves.items() for j, row in enumerate(curve))
        return Finding(
            done, total, verdict, agrees, figures,
            tables=(
                Table(
                    "After each restart",
                    ("inner steps", "restart", "gap F - F*", "error to the phantom", "distance to the minimiser"), rows,
                ),
            ),
            charts=(
                Chart("Gap of the objective", "restart k", "F - F*", (*lines(0), *guide), log_y=True),
                Chart("Relative error to the phantom", "restart k", "relative error", lines(1), log_y=True),
                Chart("Relative distance to the minimiser", "restart k", "distance", lines(2), log_y=True),
            ),
            pictures=(
                Picture("phantom", _plain(self.x)),
                Picture("minimiser", _plain(self.minimiser), f"{psnr(self.minimiser, self.x):.1f} dB"),
                *(
                    Picture(f"{inner} inner steps", _plain(image), f"{psnr(image, self.x):.1f} dB")
                    for inner, image in images.items()
                ),
            ),
        )  # fmt: skip


def decay_slope(gaps: list[float]) -> float:
    """Least-squares slope of log gap over the restarts until it is near its last level; NaN for fewer than 3."""
    falling = [k for k, gap in enumerate(gaps) if gap > BREAK * min(gaps)]
    last = next((k for k, expected in enumerate(falling) if k != expected), len(falling))
    if last < 3:
        return math.nan
    return float(np.polyfit(range(last), np.log(gaps[:last]), 1)[0])


def _noisy(operator: FourierOperator, y: torch.Tensor, noise: float) -> torch.Tensor:
    """y + e with ||e|| = noise ||y||, complex Gaussian on the samples, the same every time."""
    generator = torch.Generator().manual_seed(0)
    e = operator.restrict(torch.randn(y.shape, generator=generator, dtype=torch.complex128).to(y.device))
    return y + e * (noise * torch.linalg.vector_norm(y) / torch.linalg.vector_norm(e))


def _plain(z: torch.Tensor) -> np.ndarray:
    return z.abs().cpu().numpy().astype(np.float32)
