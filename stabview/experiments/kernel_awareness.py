"""What of a detail the samples see at all: the pair x and x + P_null d has identical data (Geilo lectures 2021).

P_null d = d - A^+ A d is the part of a detail d in the kernel of A. No method can tell x from x + P_null d, and no
amount of training changes that; only more samples do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from stabview.experiments.accuracy_rule import kinds
from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, plain, setting, short, signed
from stabview.measures.details import exposure, kernel_awareness
from stabview.sampling.operator import SamplingOperator, least_squares

RATES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.33, 0.4, 0.5, 0.65, 0.8, 1.0)
VIEWS = (10, 20, 35, 50, 75, 100, 150, 200)
SHARES = (0.5, 0.9)
PROJECTION_STEPS = 1000
SAME = 1e-5
"""Relative difference up to which data and images count as identical: rounding, and conjugate gradients for CT."""


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The pair first, then the share that is seen against the amount of data."""
    case = setting(values, device=device)
    details = kinds(case, float(values["contrast"]), float(values["detail_size"]))
    painted = {name: case.painted(detail) for name, detail in details.items()}
    amounts = VIEWS if case.operator.rate is None else RATES
    figures, pictures = pair(case, painted[str(values["detail"])])
    curves: dict[str, list[float]] = {name: [] for name in painted}
    for done, amount in enumerate(amounts, 1):
        operator = case.at(amount).operator
        for name, detail in painted.items():
            curves[name].append(exposure(operator, detail))
        yield _finding(case, done, amounts, curves, figures, pictures)


@torch.no_grad()
def pair(case: Setting, detail: torch.Tensor) -> tuple[dict[str, float], list[Picture]]:
    """x and x + P_null d: how far data and images of all methods are apart, and what they look like."""
    hidden = hidden_part(case.operator, detail)
    twin = case.x + hidden.to(case.x.dtype)
    norm = torch.linalg.vector_norm
    y, z = case.operator(case.x), case.operator(twin)
    figures = {
        "||P_null d|| / ||d||": float(norm(hidden) / norm(detail)),
        "||Ax - Ax'|| / ||Ax||": _size_of_data(case.operator, hidden) / float(norm(y)),
        "kappa of d": kernel_awareness(case.operator, detail),
    }
    pictures = [
        Picture("x", plain(case.x), case.title), Picture("x + d", plain(case.x + detail)),
        Picture("x' = x + P_null d", plain(twin), "the same data as x"),
    ]  # fmt: skip
    for method in case.methods.values():
        one, two = method(y, case.operator), method(z, case.operator)
        figures[f"{short(method)}, ||f(Ax) - f(Ax')|| / ||f(Ax)||"] = float(norm(one - two) / norm(one))
        if method is not case.quick:
            pictures.append(Picture(f"{short(method)} of Ax'", plain(two)))
    pictures += [Picture("d", signed(detail), signed=True)]
    pictures += [Picture("P_null d", signed(hidden.to(case.x.dtype)), signed=True)]
    return figures, pictures


def _size_of_data(operator: SamplingOperator, difference: torch.Tensor) -> float:
    """||A (x - x')|| in float64: as the difference of two data it would be the rounding of float32."""
    wide = operator.to(dtype=torch.float64)
    return float(torch.linalg.vector_norm(wide(difference.to(wide.dtype))))


def hidden_part(operator: SamplingOperator, detail: torch.Tensor) -> torch.Tensor:
    """P_null d in float64, with more conjugate gradients than pictures need: what they leave over would be seen."""
    wide = operator.to(dtype=torch.float64)
    hidden = detail.to(wide.dtype)
    return hidden - least_squares(wide, wide(hidden), steps=PROJECTION_STEPS, tolerance=1e-10)


def needed(amounts: Sequence[float], seen: Sequence[float], share: float) -> float | str:
    """The amount of data at which a share of the energy is seen, linear between the measured ones."""
    for k, value in enumerate(seen):
        if value >= share:
            if k == 0:
                return f"below {amounts[0]:g}"
            return float(np.interp(share, (seen[k - 1], value), (amounts[k - 1], amounts[k])))
    return f"above {amounts[len(seen) - 1]:g}"


def _finding(
    case: Setting, done: int, amounts: Sequence[float], curves: Mapping[str, list[float]], figures: dict[str, float],
    pictures: list[Picture],
) -> Finding:  # fmt: skip
    finished = done == len(amounts)
    images = max(value for name, value in figures.items() if name.endswith("/ ||f(Ax)||"))
    data = figures["||Ax - Ax'|| / ||Ax||"]
    same = data < SAME and images < 100 * SAME
    unit = "views" if case.operator.rate is None else "rate"
    rows = [(name, *(needed(amounts, seen, share) for share in SHARES), seen[-1]) for name, seen in curves.items()]
    verdict = (
        f"{figures['||P_null d|| / ||d||']:.0%} of the detail's norm cannot be seen: added to x it changes the data by"
        f" {data:.0e} and no method's image by more than {images:.0e}."
    )
    lines = tuple(Line(name, tuple(map(float, amounts[: len(seen)])), tuple(seen)) for name, seen in curves.items())
    return Finding(
        done, len(amounts), verdict, same if finished else None, dict(figures),
        (Table("How much data a detail needs", ("detail", *(f"{unit} for {share:.0%}" for share in SHARES),
                                                f"seen at {amounts[done - 1]:g}"), tuple(rows)),),
        (Chart("What the samples see of a detail", unit, "||A^+ A d||^2 / ||d||^2", lines),), tuple(pictures),
    )  # fmt: skip
