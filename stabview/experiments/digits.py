"""K digits that a trained LISTA and FIRENET do not get (Colbrook, Antun and Hansen, PNAS 2022; Geilo lectures 2021).

Two square-root LASSO problems whose matrices and data agree to 2^-n have minimisers 3 10^-K apart: who sees the data
to n bits only cannot tell which one is asked for. Both methods are given one problem and measured against the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.methods.networks.lista import LISTA
from stabview.methods.sparse.solvers.firenet import restarts, soft

DIGITS = (1, 3, 6)
BITS = (10, 20, 30)
BLOCK = 18
"""N2: unknowns beside the two that matter; the lectures have N = 20, m = 19."""
SPARE = 5
"""Entries of the block that training signals have, so that they are 6-sparse."""
DELTA = 1 / 6
INNER, OUTER, FLOOR = 50, 30, 1e-6
UPPER = 3.03
"""10^-K < error <= 3.03 10^-K counts: the minimisers are 3 10^-K apart, half of it is the point between them."""
REPORTS = 25
BARRIER = (
    "Theorem (Colbrook, Antun and Hansen 2022): for every K there are classes of well-conditioned problems like these "
    "for which a network that gives K digits exists, yet no algorithm, trained or not, finds one with probability "
    "above 1/2; K - 1 digits can be had, but need arbitrarily much data; K - 2 digits can be had from L samples."
)


@dataclass(frozen=True, eq=False)
class TwinProblem:
    """One of the two problems min ||A z - y|| + ||z||_1 that agree to 2^-n.

    Attributes
    ----------
    a : (m, N) float64. y : (m,). minimiser : (N,). norm : ||A||.
    """

    a: torch.Tensor
    y: torch.Tensor
    minimiser: torch.Tensor
    norm: float


def twin_problem(bits: int, digits: int, column: int, *, block: int = BLOCK) -> TwinProblem:
    """The problem whose minimiser is on `column` 0 or 1 of A; lambda = 1.

    The first row is gamma / rho in both columns but for gamma / (rho - t) in `column`, the others are ||first row||
    times the identity; all of it and y = e_1 under an orthonormal DCT. The minimiser is (rho - t) / gamma there.
    """
    gamma = math.sqrt(2) * (1 - DELTA) * 10**digits / 3
    rho = 1 - DELTA
    q = 2.0 ** -(bits + 1) / gamma
    t = q * rho**2 / (1 + q * rho)
    first = torch.full((2,), gamma / rho, dtype=torch.float64)
    first[column] = gamma / (rho - t)
    norm = float(first.norm())
    a = torch.zeros(1 + block, 2 + block, dtype=torch.float64)
    a[0, :2] = first
    a[1:, 2:] = norm * torch.eye(block, dtype=torch.float64)
    minimiser = torch.zeros(2 + block, dtype=torch.float64)
    minimiser[column] = (rho - t) / gamma
    transform = _dct(1 + block)
    return TwinProblem(transform @ a, transform[:, 0].clone(), minimiser, norm)


def firenet(problem: TwinProblem) -> torch.Tensor:
    """FIRENET's answer with the lectures' parameters: 30 restarts of 50 steps, delta = 1e-6."""
    a, size = problem.a, problem.y.norm()
    *_, (psi, *_) = restarts(
        lambda z: a @ z, lambda u: a.T @ u, soft, problem.y, torch.zeros_like(problem.minimiser),
        norm=problem.norm, inner=INNER, outer=OUTER, floor=FLOOR, gap=size,
    )  # fmt: skip
    return psi


class Training:
    """LISTA for the problems of one K and every n, in one pass: Adam at 2e-4 10^(-K/3) on the mean squared error.

    The rate falls to 0 along a cosine; the published 4000 passes can do without, a few dozen cannot.
    A network whose first relative error is above 1 - 1e-5 (its answer is 0, and nothing would ever change it) is drawn
    again, as published.
    """

    def __init__(
        self, problems: list[TwinProblem], digits: int, *, samples: int, batch: int, epochs: int, seed: int,
        device: str,
    ) -> None:  # fmt: skip
        self.a = torch.stack([p.a for p in problems]).to(device)
        self.batch = batch
        self.generator = torch.Generator().manual_seed(seed)
        self.x = self._signals(problems, samples).to(device)
        self.y = self._data(self.x)
        self.network = self._drawn(torch.tensor([p.norm for p in problems], device=device), seed)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=2e-4 * 10 ** (-digits / 3))
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimiser, epochs)

    def epoch(self) -> float:
        """One pass over the signals in random order; returns the largest relative error of the last batch."""
        order = torch.randperm(self.x.shape[1], generator=self.generator)
        for chosen in order.split(self.batch):
            x, y = self.x[:, chosen], self.y[:, chosen]
            misfit = (self.network(y, self._data) - x).square().mean(dim=(1, 2))
            self.optimiser.zero_grad()
            misfit.sum().backward()
            self.optimiser.step()
        self.schedule.step()
        return float((misfit.detach() / x.square().mean(dim=(1, 2))).max().sqrt())

    @torch.no_grad()
    def answers(self, problems: list[TwinProblem]) -> list[torch.Tensor]:
        """The networks' reconstructions of the problems' own data."""
        y = torch.stack([p.y for p in problems])[:, None].to(self.a.device)
        return list(self.network(y, self._data)[:, 0].cpu())

    def _data(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.a.mT

    def _signals(self, problems: list[TwinProblem], samples: int) -> torch.Tensor:
        """(problems, samples, N): the minimiser and `SPARE` Gaussian entries / ||A|| in the block."""
        size = problems[0].minimiser.numel()
        places = torch.rand(samples, size - 2, generator=self.generator).argsort(dim=1)[:, :SPARE] + 2
        entries = torch.randn(samples, SPARE, generator=self.generator, dtype=torch.float64)
        extra = torch.zeros(samples, size, dtype=torch.float64).scatter_(1, places, entries)
        return torch.stack([p.minimiser + extra / p.norm for p in problems])

    @torch.no_grad()
    def _drawn(self, norms: torch.Tensor, seed: int) -> LISTA:
        network = LISTA(self.a.shape[-2], self.a.shape[-1], norms, seed=seed)
        for attempt in range(1, 1000):
            answer = network(self.y[:, : self.batch], self._data)
            x = self.x[:, : self.batch]
            error = (answer - x).square().sum(dim=(1, 2)).sqrt() / x.square().sum(dim=(1, 2)).sqrt()
            bad = error > 1 - 1e-5
            if not bad.any():
                break
            fresh = LISTA(self.a.shape[-2], self.a.shape[-1], norms, seed=seed + 1000 * attempt)
            for parameter, new in zip(network.parameters(), fresh.parameters(), strict=True):
                parameter[bad] = new[bad]
        return network


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The table, FIRENET first, then LISTA while it is trained, a K at a time."""
    bits = BITS
    asked = {(n, k): twin_problem(n, k, 0) for n in bits for k in DIGITS}
    given = {(n, k): twin_problem(n, k, 1) for n in bits for k in DIGITS}
    epochs, samples, seed = int(values["epochs"]), int(values["samples"]), int(values["seed"])
    total = 1 + len(DIGITS) * epochs
    errors: dict[tuple[str, int, int], float] = {}
    for (n, k), problem in given.items():
        errors["FIRENET", n, k] = _distance(firenet(problem), asked[n, k])
    yield _finding(1, total, errors, asked, given, {})
    losses: dict[int, list[float]] = {}
    for place, k in enumerate(DIGITS):
        problems = [given[n, k] for n in bits]
        training = Training(
            problems, k, samples=samples, batch=max(1, samples // 5), epochs=epochs, seed=seed, device=device
        )  # fmt: skip
        losses[k] = []
        for epoch in range(1, epochs + 1):
            losses[k].append(training.epoch())
            if epoch % max(1, epochs // REPORTS) == 0 or epoch == epochs:
                for n, answer in zip(bits, training.answers(problems), strict=True):
                    errors["LISTA", n, k] = _distance(answer, asked[n, k])
                yield _finding(1 + place * epochs + epoch, total, errors, asked, given, losses)


def _finding(
    done: int, total: int, errors: dict[tuple[str, int, int], float], asked: dict, given: dict,
    losses: dict[int, list[float]],
) -> Finding:  # fmt: skip
    rows = tuple(
        (
            n, k, _distance(given[n, k].minimiser, asked[n, k]), _apart(asked[n, k], given[n, k]),
            errors.get(("LISTA", n, k), float("nan")),
            errors["FIRENET", n, k], 10.0**-k,
        )
        for k in DIGITS for n in BITS
    )  # fmt: skip
    finished = done == total
    agrees = None
    if finished:
        agrees = all(10.0**-k < error <= UPPER * 10.0**-k for (_, _, k), error in errors.items())
    verdict = f"Training LISTA, {done - 1} of {total - 1} passes."
    if finished:
        verdict = (
            "Neither LISTA nor FIRENET gets K digits: every error lies between 10^-K and 3.03 10^-K, as published, "
            "although a network that does exists."
            if agrees
            else "Not every error lies between 10^-K and 3.03 10^-K; train LISTA for longer."
        )
    figures: dict[str, float | int | str | bool] = {"barrier theorem": BARRIER}
    figures |= {f"{name}, K = {k}, n = {n}": error for (name, n, k), error in errors.items()}
    return Finding(
        done, total, verdict, agrees, figures,
        tables=(
            Table(
                "Distance to the minimiser that was asked for; the data agree with it to 2^-n",
                ("n", "K", "distance of the two minimisers", "distance of the two inputs", "LISTA", "FIRENET", "10^-K"),
                rows,
            ),
        ),
        charts=tuple(
            Chart(
                "LISTA in training", "pass over the signals", "relative error, worst n",
                tuple(Line(f"K = {k}", tuple(map(float, range(1, len(v) + 1))), tuple(v)) for k, v in losses.items()),
                log_y=True,
            )
            for _ in range(bool(losses))
        ),
    )  # fmt: skip


def _distance(x: torch.Tensor, problem: TwinProblem) -> float:
    return float((x - problem.minimiser).norm())


def _apart(one: TwinProblem, other: TwinProblem) -> float:
    """The largest difference of an entry of (A, y), as the theory measures it: at most 2^-n."""
    return float(torch.maximum((one.a - other.a).abs().max(), (one.y - other.y).abs().max()))


def _dct(size: int) -> torch.Tensor:
    """The (size, size) orthonormal DCT-II."""
    k = torch.arange(size, dtype=torch.float64)
    matrix = torch.cos(math.pi * k[:, None] * (k[None, :] + 0.5) / size) * math.sqrt(2 / size)
    matrix[0] /= math.sqrt(2)
    return matrix
