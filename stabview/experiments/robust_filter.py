"""The robust linear reconstruction is a filter of singular values (Raj, Bresler and Li, ICML 2020): learnt and exact.

For images with mean 0 and covariance I and one perturbation e for all of them,

    E ||x - B A x||^2 + lambda max_{||e|| <= eps} E ||x - B (A x + e)||^2
        = (1 + lambda) ||I - B A||_F^2 + lambda eps^2 ||B||^2,

and the best B has the singular vectors of A and values q_i that follow 1 / sigma_i down to a level t, where they stop.
A worst e for each image is another problem with another optimum.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.sampling.cosine import dct_submatrix

RHO = 0.1
"""The small entry of the 2 x 2 case diag(1, rho)."""
CLOSE = 0.02
"""Relative difference at which the learnt filter counts as the exact one."""
STAGES = 20
SAMPLES, ANGLES = 3000, 120


def closed_form(sigma: np.ndarray, eps: float, lambda_: float) -> np.ndarray:
    """q_i of the singular values sigma_i > 0, in their order.

    q_i = t for the m smallest, 1 / sigma_i for the others, t = S_1 / (S_2 + eps^2 lambda / (1 + lambda)) with the sums
    of sigma and sigma^2 over those m, and m such that 1 / sigma_(m+1) <= t < 1 / sigma_m.
    """
    order = np.argsort(sigma)
    ascending = sigma[order]
    penalty = eps**2 * lambda_ / (1 + lambda_)
    for m in range(1, len(sigma) + 1):
        t = ascending[:m].sum() / ((ascending[:m] ** 2).sum() + penalty)
        if m == len(sigma) or 1 / ascending[m] <= t:
            break
    q = np.empty_like(sigma)
    q[order] = np.where(np.arange(len(sigma)) < m, t, 1 / ascending)
    return q


def learnt(matrix: torch.Tensor, eps: float, lambda_: float, *, steps: int, seed: int = 0) -> Iterator[torch.Tensor]:
    """B (n, m) after each of `STAGES` stages of Adam on the min-max problem, with no knowledge of singular vectors."""
    m, n = matrix.shape
    generator = torch.Generator().manual_seed(seed)
    b = (0.1 * torch.randn((n, m), generator=generator, dtype=matrix.dtype)).requires_grad_(True)
    eye = torch.eye(n, dtype=matrix.dtype)
    optimiser = torch.optim.Adam([b], lr=0.1)
    for stage in range(STAGES):
        optimiser.param_groups[0]["lr"] = 0.1 * 10 ** (-4 * stage / (STAGES - 1))  # kinks: steps have to vanish
        for _ in range(max(1, steps // STAGES)):
            optimiser.zero_grad()
            loss = (1 + lambda_) * (eye - b @ matrix).square().sum()
            loss = loss + lambda_ * eps**2 * torch.linalg.matrix_norm(b, 2) ** 2
            loss.backward()
            optimiser.step()
        yield b.detach().clone()


def one_for_each_image(
    rho: float, eps: float, lambda_: float, *, steps: int = 300, seed: int = 0
) -> tuple[float, float]:
    """(q_1, q_2) for A = diag(1, rho) when every image meets its own worst e, over drawn images."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn((SAMPLES, 2), generator=generator, dtype=torch.float64)
    angle = 2 * math.pi * torch.arange(ANGLES, dtype=torch.float64) / ANGLES
    e = eps * torch.stack((angle.cos(), angle.sin()), dim=1)
    sigma = torch.tensor([1.0, rho], dtype=torch.float64)
    q = torch.tensor([1.0, 1.0 / (2 * rho)], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([q], lr=0.3)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 0.3 * 10 ** (-3 * step / steps)
        optimiser.zero_grad()
        rest = x * (1 - q * sigma)
        worst = (rest[:, None] - e * q).square().sum(dim=2).amax(dim=1)
        (rest.square().sum(dim=1) + lambda_ * worst).mean().backward()
        optimiser.step()
    return float(q.detach()[0]), float(q.detach()[1])


def errors(matrix: np.ndarray, b: np.ndarray, eps: float) -> tuple[float, float]:
    """Mean squared error over ||x||^2, clean and with the worst e for all images."""
    n = matrix.shape[1]
    clean = float(np.sum((np.eye(n) - b @ matrix) ** 2)) / n
    return clean, clean + float(eps * np.linalg.norm(b, 2)) ** 2 / n


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The 2 x 2 case, then a part of the cosine transform, learnt stage by stage. Float64 on the CPU."""
    size, eps, lambda_ = int(values["size"]), float(values["eps"]), float(values["lambda"])
    steps, total = int(values["steps"]), STAGES + 2
    small = _two_by_two(eps, lambda_, steps)
    yield Finding(1, total, tables=(small[0],))
    separate = one_for_each_image(RHO, eps, lambda_)[1]
    table = Table(small[0].title, small[0].columns, (*small[0].rows, ("a worst e for each image, learnt", separate)))
    yield Finding(2, total, tables=(table,))
    matrix = dct_submatrix(size, size, 2 * size, int(values["seed"]), dtype=torch.float64).matrix
    u, sigma, vh = np.linalg.svd(matrix.numpy())
    exact = closed_form(sigma, eps, lambda_)
    for stage, b in enumerate(learnt(matrix, eps, lambda_, steps=steps), 1):
        yield _finding(
            2 + stage, total, table, small[1], separate, matrix.numpy(), (u, sigma, vh), exact, b.numpy(), eps, lambda_
        )  # fmt: skip


def _two_by_two(eps: float, lambda_: float, steps: int) -> tuple[Table, float]:
    """(table, relative difference of learnt and exact small entry)."""
    matrix = torch.diag(torch.tensor([1.0, RHO], dtype=torch.float64))
    exact = float(closed_form(np.array([1.0, RHO]), eps, lambda_)[1])
    *_, b = learnt(matrix, eps, lambda_, steps=steps)
    found = float(b[1, 1])
    rows = (("pseudo-inverse", 1 / RHO), ("one e for all images, closed form", exact),
            ("one e for all images, learnt", found))  # fmt: skip
    title = f"The entry that reconstructs the second pixel, A = diag(1, {RHO:g}), eps {eps:g}, lambda {lambda_:g}"
    return Table(title, ("reconstruction", "entry"), rows), abs(found / exact - 1)


def _finding(
    done: int, total: int, table: Table, small: float, separate: float, matrix: np.ndarray,
    decomposition: tuple[np.ndarray, np.ndarray, np.ndarray], exact: np.ndarray, b: np.ndarray, eps: float,
    lambda_: float,
) -> Finding:  # fmt: skip
    u, sigma, vh = decomposition
    filtered = vh @ b @ u
    found = np.diag(filtered)
    beside = float(np.linalg.norm(filtered - np.diag(found)) / np.linalg.norm(found))
    off = float(np.max(np.abs(found / exact - 1)))
    inverse = vh.T @ np.diag(1 / sigma) @ u.T
    robust = vh.T @ np.diag(exact) @ u.T
    rows = [
        (name, *errors(matrix, one, eps))
        for name, one in (("pseudo-inverse", inverse), ("closed form", robust), ("learnt", b))
    ]
    finished = done == total
    agrees = max(off, small, beside) < CLOSE if finished else None
    verdict = (
        f"The learnt filter is within {100 * max(off, small):.2g} % of the closed form; clean error rises from"
        f" {rows[0][1]:.2g} to {rows[2][1]:.2g} of ||x||^2, that with the worst perturbation falls from"
        f" {rows[0][2]:.2g} to {rows[2][2]:.2g}."
        if finished else ""
    )
    figures = {
        "largest relative difference of learnt and exact q": off, "of the 2 x 2 case": small,
        "part of the learnt B off the singular vectors": beside,
        "2 x 2 entry with a worst e for each image": separate,
        "smallest singular value": float(sigma.min()), "condition number": float(sigma.max() / sigma.min()),
    }  # fmt: skip
    axis = tuple(map(float, sigma))
    return Finding(
        done, total, verdict, agrees, figures,
        tables=(
            table,
            Table(
                f"{len(sigma)} x {len(sigma)} part of a cosine transform, eps {eps:g}, lambda {lambda_:g}",
                ("reconstruction", "clean error / ||x||^2", "with the worst e for all images"), tuple(rows),
            ),
        ),
        charts=(
            Chart(
                "Filter of the singular values", "singular value", "q",
                (Line("pseudo-inverse 1 / sigma", axis, tuple(map(float, 1 / sigma))),
                 Line("closed form", axis, tuple(map(float, exact))), Line("learnt", axis, tuple(map(float, found)))),
                log_x=True, log_y=True,
            ),
        ),
    )  # fmt: skip
