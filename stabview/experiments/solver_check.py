"""Do the algorithms find the same minimum, and is the gap they state the true one?

Every algorithm that can solve a problem is run twice: in float64 until its own rule says 1e-6 or it has taken many
steps, and in float32 as the program runs it, to 1e-3. Gaps are measured from the lowest objective of the float64 runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.images.phantoms import phantom
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage
from stabview.sampling.simulation import noise

AGREE = 1e-4
"""Relative differences of the float64 objectives that count as the same minimum."""
EXACT, USUAL = 1e-7, 1e-3
"""Tolerances of the float64 and of the float32 runs."""
NOISE = 0.01
SLACK = {True: 1.0, False: 1.5}
"""How many times the tolerance a true gap may be where the stated one is certified, and where it is estimated."""
ROUNDING = 1e-5
"""Of float32, added to both."""
LAMBDA = {"p2": 3e-3, "p3": 5e-3}
"""Times ||A||^2 and ||A||: the same amount of regularisation in every problem."""


@dataclass(frozen=True)
class Case:
    """A problem and the algorithms that solve it."""

    data: str
    method: str
    problem: str
    algorithms: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.data}, {self.method}, {self.problem.upper()}"


CASES = (
    Case("single-coil", "tv", "p2", ("admm", "primal-dual")),
    Case("single-coil", "tv", "p3", ("admm", "primal-dual")),
    Case("single-coil", "tgv", "p2", ("admm", "primal-dual")),
    Case("single-coil", "wavelet", "p2", ("douglas-rachford", "fista", "ista", "primal-dual", "admm")),
    Case("single-coil", "wavelet", "p3", ("douglas-rachford", "primal-dual", "admm", "firenet")),
    Case("multi-coil", "tv", "p2", ("admm", "primal-dual")),
    Case("multi-coil", "tv", "p3", ("admm", "primal-dual")),
    Case("multi-coil", "wavelet", "p2", ("fista", "admm", "primal-dual")),
    Case("multi-coil", "wavelet", "p3", ("primal-dual", "admm", "firenet")),
    Case("CT", "tv", "p2", ("admm", "primal-dual")),
    Case("CT", "tv", "p3", ("admm", "primal-dual")),
    Case("CT", "wavelet", "p2", ("fista", "admm", "primal-dual")),
    Case("CT", "wavelet", "p3", ("primal-dual", "admm", "firenet")),
)
SLOW = {"ista"}
"""Algorithms of which agreement to 1e-4 is not expected within the steps; their gap is shown."""


@dataclass(frozen=True)
class Run:
    """What one algorithm did with one problem."""

    objective: float
    steps: int
    usual_objective: float
    usual_steps: int
    stated: float
    certified: bool
    converged: bool


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for each problem and algorithm; gaps of a problem appear when all its algorithms are done."""
    size, steps = int(values["size"]), int(values["steps"])
    problems = {name: build(size, device) for name, build in DATA.items()}
    total = sum(len(case.algorithms) for case in CASES)
    results: dict[Case, dict[str, Run]] = {}
    for case in CASES:
        operator, y = problems[case.data]
        results[case] = {}
        for algorithm in case.algorithms:
            results[case][algorithm] = _solved(case, algorithm, operator, y, steps)
            yield _finding(sum(map(len, results.values())), total, results)


def _single_coil(size: int, device: str) -> SamplingOperator:
    mask = sampling_mask("multilevel", (size, size), 0.3, seed=0)
    return FourierOperator(mask, device=device, dtype=torch.float64)


def _multi_coil(size: int, device: str) -> SamplingOperator:
    mask = sampling_mask("cartesian-gaussian", (size, size), 0.3, seed=0)
    return MultiCoilOperator(mask, birdcage((size, size), 4), device=device, dtype=torch.float64)


def _tomograph(size: int, device: str) -> SamplingOperator:
    return RadonOperator((size, size), equispaced_angles(size // 3), device=device, dtype=torch.float64)


def _with_data(build: Callable[[int, str], SamplingOperator]) -> Callable:
    """(size, device) -> (operator, y), y of a drawn head or abdomen with noise."""

    def make(size: int, device: str) -> tuple[SamplingOperator, torch.Tensor]:
        operator = build(size, device)
        pixels = np.array(phantom("head-t1" if operator.is_complex else "shepp-logan", size, seed=1).pixels)
        x = torch.from_numpy(pixels / pixels.max()).to(operator.device, operator.dtype)
        clean = operator(x)
        return operator, clean + noise(operator, clean, NOISE, seed=0)

    return make


DATA = {"single-coil": _with_data(_single_coil), "multi-coil": _with_data(_multi_coil), "CT": _with_data(_tomograph)}


def _solved(case: Case, algorithm: str, operator: SamplingOperator, y: torch.Tensor, steps: int) -> Run:
    weight = LAMBDA[case.problem] * operator.norm() ** (2 if case.problem == "p2" else 1)

    def solution(operator: SamplingOperator, y: torch.Tensor, tolerance: float, steps: int):
        method = sparse_method(
            case.method, operator, problem=case.problem, lambda_=weight, algorithm=algorithm, tolerance=tolerance,
            max_steps=steps,
        )  # fmt: skip
        end = method.solve(y, operator)
        return end, end.objective

    exact, objective = solution(operator, y, EXACT, steps)
    single = operator.to(dtype=torch.float32)
    usual, usual_objective = solution(single, y.to(single.dtype), USUAL, steps)
    return Run(objective, exact.steps, usual_objective, usual.steps, usual.gap, usual.certified, usual.converged)


def _finding(done: int, total: int, results: Mapping[Case, Mapping[str, Run]]) -> Finding:
    rows, apart, stopped_early = [], 0.0, 0
    curves: dict[str, list[tuple[float, float]]] = {}
    for case, runs in results.items():
        lowest = min(run.objective for run in runs.values())
        complete = len(runs) == len(case.algorithms)
        for algorithm, run in runs.items():
            exact, usual = ((value - lowest) / lowest for value in (run.objective, run.usual_objective))
            early = run.converged and usual > SLACK[run.certified] * USUAL + ROUNDING
            if complete:
                stopped_early += early
                apart = max(apart, exact if algorithm not in SLOW else 0.0)
                curves.setdefault(algorithm, []).append((run.stated, max(usual, 1e-9)))
            rows.append((
                case.title, algorithm, run.objective, run.steps, exact if complete else "",
                run.usual_steps, run.stated, "certified" if run.certified else "estimated", usual if complete else "",
                "yes" if run.converged else "no",
            ))  # fmt: skip
    finished = done == total
    agrees = apart < AGREE and stopped_early == 0 if finished else None
    verdict = (
        f"{len(results)} problems, {done} runs: the algorithms' minima agree to {apart:.0e} in the objective; "
        f"{stopped_early} runs stopped well before the gap of {USUAL:g} that they state."
    )
    return Finding(
        done, total, verdict, agrees,
        {
            "largest relative difference of the minima": apart,
            "runs that stopped too early": stopped_early,
            "problems": len(results), "runs": done,
        },
        tables=(
            Table(
                f"In float64 to {EXACT:g}, and in float32 to {USUAL:g}",
                ("problem", "algorithm", "objective", "steps", "above the lowest", "steps in float32", "stated gap",
                 "kind", "true gap", "converged"),
                tuple(rows),
            ),
        ),
        charts=(
            Chart(
                "Stated and true gap, float32", "stated gap", "true gap",
                tuple(
                    Line(name, tuple(s for s, _ in sorted(points)), tuple(t for _, t in sorted(points)))
                    for name, points in curves.items()
                ),
                log_x=True, log_y=True,
            ),
        ),
    )  # fmt: skip
