"""Perturbed image, perturbed data, another operator: three worst cases of a 2 x 2 problem (Raj et al., ICML 2020).

A = diag(1, rho) and f(y) = B y, B = diag(p, q), with images of E x = 0 and covariance I:
    image:     max ||B A r||, ||r|| <= eps    is eps max(p, q rho): the inverse, (1, 1 / rho), amplifies nothing;
    data:      max ||B e||, ||e|| <= eps      is eps max(p, q): the ill-conditioning shows;
    operator:  max ||B D x||, ||D|| <= eps    is eps max(p, q) ||x||: a mismatch D = A' - A counts like data.
The robust filter minimises E ||x - f(Ax)||^2 + lambda max_e E ||x - f(Ax + e)||^2 over linear f, e the same for all
images; see `robust_filter.closed_form`. Every closed form is checked against what a search finds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.experiments.robust_filter import closed_form
from stabview.methods.method import MethodSpec
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import Objective
from stabview.perturbation.space import ImageSpace, OperatorSpace, SampleSpace
from stabview.sampling.matrices import MatrixOperator
from stabview.sampling.operator import SamplingOperator

SPACES = {"image": ImageSpace, "data": SampleSpace, "operator": OperatorSpace}
RHOS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
AGREE = 1e-3


class Diagonal:
    """f(y) = diag(p, q) y as an image of 1 x 2 pixels."""

    def __init__(self, gains: np.ndarray) -> None:
        self.gains = torch.from_numpy(gains)
        self.spec = MethodSpec("diagonal", f"diag({gains[0]:.3g}, {gains[1]:.3g})")

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        return (y * self.gains.to(y)).unflatten(-1, operator.image_shape)


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for each rho and filter."""
    eps, weight, steps = float(values["eps"]), float(values["lambda"]), int(values["steps"])
    rows: list[tuple[object, ...]] = []
    for done, rho in enumerate(RHOS, 1):
        sigma = np.array([1.0, rho])
        for name, gains in (("inverse", 1 / sigma), ("robust", closed_form(sigma, eps, weight))):
            exact = worst_changes(sigma, gains, eps)
            found = [searched(sigma, gains, eps, space, steps) for space in SPACES]
            clean = float(np.square(1 - gains * sigma).sum())  # E ||x - B A x||^2
            rows.append((rho, name, float(gains[1]), *exact, *found, clean, clean + eps**2 * float(gains.max()) ** 2))
        yield _finding(eps, rows, done, len(RHOS))


def worst_changes(sigma: np.ndarray, gains: np.ndarray, eps: float) -> tuple[float, float, float]:
    """Closed forms of the largest ||f(y') - f(y)|| for ||x|| = 1: image, data and operator perturbed."""
    return eps * float((gains * sigma).max()), eps * float(gains.max()), eps * float(gains.max())


def searched(sigma: np.ndarray, gains: np.ndarray, eps: float, space: str, steps: int) -> float:
    """What the program's own search finds, x = (0.6, 0.8)."""
    operator = MatrixOperator(torch.diag(torch.from_numpy(sigma)), dtype=torch.float64)
    x = torch.tensor([[0.6, 0.8]], dtype=torch.float64)
    y = operator(x)
    place = SPACES[space](operator, x, y)
    objective = Objective(Diagonal(gains), operator, x, y, space=place)
    # eps bounds the perturbation itself, the searches take it relative to ||x||, ||y|| or ||A||
    search = continuation(objective, steps=steps, budget=eps / place.reference, start=1e-3 * eps)
    iterate = deque(search, maxlen=1)[0]
    return float(torch.linalg.vector_norm(iterate.reconstruction - objective.clean))


def _finding(eps: float, rows: list, done: int, total: int) -> Finding:
    finished = done == total
    gap = max(abs(row[6 + k] / row[3 + k] - 1) for row in rows for k in range(3))
    inverse = [row for row in rows if row[1] == "inverse"]
    worst = inverse[-1]
    hidden = worst[4] / worst[3]
    robust = rows[-1]
    verdict = (
        f"At rho = {worst[0]:g} the inverse amplifies perturbed images by {worst[3] / eps:.3g}, perturbed data and a"
        f" wrong operator by {worst[4] / eps:.3g}; the robust filter by {robust[4] / eps:.3g}. Searches meet the closed"
        f" forms to {gap:.0e}."
    )
    agrees = (gap < AGREE and hidden > 1) if finished else None
    if agrees:
        verdict += " As published: perturbing the image hides the ill-conditioning."
    lines = tuple(
        Line(f"{name}, {space}", tuple(row[0] for row in rows if row[1] == name),
             tuple(row[3 + k] / eps for row in rows if row[1] == name))
        for name in ("inverse", "robust") for k, space in enumerate(("image", "data"))
    )  # fmt: skip
    errors = tuple(
        Line(f"{name}, {what}", tuple(row[0] for row in rows if row[1] == name),
             tuple(max(row[k], 1e-12) for row in rows if row[1] == name))
        for name in ("inverse", "robust") for what, k in (("clean", 9), ("worst", 10))
        if not (name == "inverse" and what == "clean")
    )  # fmt: skip
    return Finding(
        done, total, verdict, agrees,
        {"amplification by the inverse, image": worst[3] / eps, "amplification by the inverse, data": worst[4] / eps,
         "amplification by the robust filter, data": robust[4] / eps,
         "largest relative gap search to closed form": gap},
        (Table(f"Largest change for a perturbation of norm {eps:g}",
               ("rho", "filter", "q", "image", "data", "operator", "image, searched", "data, searched",
                "operator, searched", "clean error", "clean + worst error"), tuple(rows)),),
        (Chart("Amplification", "rho, the smaller singular value", "largest change / eps", lines, log_x=True,
               log_y=True),
         Chart("What the robust filter gives up and gains", "rho", "expected squared error", errors, log_x=True,
               log_y=True)),
    )  # fmt: skip
