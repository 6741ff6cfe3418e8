"""A LASSO on two columns that standard solvers get wrong without a warning (Antun and Colbrook, Geilo lectures 2021).

The two columns differ by delta. Cyclic coordinate descent goes to the wrong one in its first sweep; leaving it takes
about 1 / (6 delta^2) sweeps, each of which changes less than any usual tolerance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from stabview.experiments.finding import Chart, Finding, Line, Table

EXPONENTS = (1, 7, 15, 20, 24, 26, 28, 30)
"""delta = 2^-e in the lectures' table."""
FAILS_FROM = 15
WRONG_COLUMN = 1.1693
"""sqrt(2) (1 - sqrt(3) 0.1), the distance between the columns' own solutions; 1.17 in the lectures."""


@dataclass(frozen=True)
class Descent:
    """Where coordinate descent ended.

    Attributes
    ----------
    x : coefficients of the columns as given. sweeps : taken. stopped : its rule held (no warning), not the limit.
    change : the largest change of a coefficient in the last sweep.
    """

    x: np.ndarray
    sweeps: int
    stopped: bool
    change: float


def problem(delta: float) -> tuple[np.ndarray, np.ndarray]:
    """A (3, 2) and y (3,) of the lectures."""
    half = 1 / np.sqrt(2)
    a = np.array([[half - delta, half], [-half - delta, -half], [2 * delta, 0.0]])
    return a, np.array([half, -half, 0.0])


def minimiser(lambda_: float) -> np.ndarray:
    """The exact minimiser: on the second column only, (0, 1 - sqrt(3) lambda), whatever delta > 0 is."""
    return np.array([0.0, max(0.0, 1 - np.sqrt(3) * lambda_)])


def coordinate_descent(
    a: np.ndarray, y: np.ndarray, lambda_: float, *, tolerance: float, max_sweeps: int
) -> Descent:
    """min 1/(2m) ||A z - y||^2 + lambda ||z||_1 over columns rescaled to norm sqrt(m), cyclically from zero.

    Ends when no coefficient changes by more than `tolerance` times the largest one.
    """
    m = len(y)
    lengths = np.linalg.norm(a, axis=0) / np.sqrt(m)
    first, second = (a / lengths).T
    z1 = z2 = change = 0.0
    residual = y.copy()
    for sweep in range(1, max_sweeps + 1):
        before1, before2 = z1, z2
        z1 = _soft(z1 + float(first @ residual) / m, lambda_)
        residual = residual - (z1 - before1) * first
        z2 = _soft(z2 + float(second @ residual) / m, lambda_)
        residual = residual - (z2 - before2) * second
        change = max(abs(z1 - before1), abs(z2 - before2))
        if change <= tolerance * max(abs(z1), abs(z2)):
            return Descent(np.array([z1, z2]) / lengths, sweep, True, change)
    return Descent(np.array([z1, z2]) / lengths, max_sweeps, False, change)


def objective(a: np.ndarray, y: np.ndarray, z: np.ndarray, lambda_: float) -> float:
    """F at z, coefficients of the columns as given; the penalty is of the rescaled ones."""
    lengths = np.linalg.norm(a, axis=0) / np.sqrt(len(y))
    return float(np.sum((a @ z - y) ** 2) / (2 * len(y)) + lambda_ * np.sum(np.abs(z) * lengths))


def sweeps_needed(delta: float, lambda_: float) -> float:
    """Sweeps until the wrong column has left the support.

    With rho the correlation of the columns, rho^2 = 1 / (1 + 6 delta^2), a sweep takes the coefficient z_1 to
    rho^2 z_1 - lambda (1 - rho) as long as both are positive; z_1 starts at rho / sqrt(3) - lambda and has to reach 0.
    """
    square = 6 * delta**2
    rho2 = 1 / (1 + square)
    one_less_rho = square * rho2 / (1 + np.sqrt(rho2))
    offset = lambda_ * one_less_rho
    limit = offset / (1 - rho2) if rho2 < 1 else lambda_ / 2
    start = np.sqrt(rho2 / 3) - lambda_
    return 1 + float(np.log((start + limit) / limit) / np.log1p(square))


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The lectures' table, a delta at a time, with the reason beside each row. Float64 on the CPU whatever `device`."""
    lambda_, tolerance, limit = float(values["lambda"]), float(values["tolerance"]), int(values["sweeps"])
    exact = minimiser(lambda_)
    wrong = float(np.sqrt(2) * exact[1])
    usual: list[tuple[object, ...]] = []
    reason: list[tuple[object, ...]] = []
    errors: dict[str, dict[int, float]] = {"usual": {}, "tight": {}}
    needed: list[float] = []
    for done, exponent in enumerate(EXPONENTS, start=1):
        delta = 2.0**-exponent
        a, y = problem(delta)
        normal = coordinate_descent(a, y, lambda_, tolerance=tolerance, max_sweeps=limit)
        tight = coordinate_descent(a, y, lambda_, tolerance=float(np.finfo(float).eps), max_sweeps=limit)
        errors["usual"][exponent] = _distance(normal.x, exact)
        errors["tight"][exponent] = _distance(tight.x, exact)
        needed.append(sweeps_needed(delta, lambda_))
        name = f"2^-{exponent}"
        usual.append((
            name, errors["usual"][exponent], normal.sweeps, _warning(normal), errors["tight"][exponent], tight.sweeps,
            _warning(tight),
        ))  # fmt: skip
        values_at = objective(a, y, normal.x, lambda_), objective(a, y, exact, lambda_)
        reason.append((
            name, float(np.linalg.cond(a)), normal.change, needed[-1],
            (values_at[0] - values_at[1]) / values_at[1], "yes" if 1 + 6 * delta**2 == 1 else "no",
        ))  # fmt: skip
        yield _finding(done, lambda_, tolerance, limit, wrong, usual, reason, errors, needed)


def _finding(
    done: int, lambda_: float, tolerance: float, limit: int, wrong: float, usual: list, reason: list,
    errors: dict[str, dict[int, float]], needed: list[float],
) -> Finding:  # fmt: skip
    exponents = EXPONENTS[:done]
    deltas = tuple(2.0**-e for e in exponents)
    failing = [errors["usual"][e] for e in exponents if e >= FAILS_FROM]
    finished = done == len(EXPONENTS)
    as_published = lambda_ == 0.1
    agrees = None
    if finished and as_published:
        agrees = all(abs(e - WRONG_COLUMN) < 5e-4 for e in failing) and errors["usual"][1] < 1e-12
    verdict = (
        f"For delta <= 2^-15 coordinate descent stops after {usual[-1][2]} sweeps at the wrong column, "
        f"{failing[-1]:.4f} from the minimiser, and reports success."
        if failing
        else "The columns are still far enough apart for coordinate descent."
    )
    if agrees is not None:
        verdict += " This is the lectures' 1.17." if agrees else " The lectures have 1.17."
    figures: dict[str, float | int | str | bool] = {"error of the wrong column": wrong}
    if failing:
        figures["error for delta <= 2^-15, largest"] = max(failing)
        figures["error for delta <= 2^-15, smallest"] = min(failing)
    return Finding(
        done, len(EXPONENTS), verdict, agrees, figures,
        tables=(
            Table(
                "Distance to the exact minimiser (0, 1 - sqrt(3) lambda)",
                ("delta", f"error, tolerance {tolerance:g}", "sweeps", "warning", "error, tolerance 2.2e-16", "sweeps",
                 f"warning after {limit} sweeps"),
                tuple(usual),
            ),
            Table(
                "Why: both columns fit almost equally well, and the way from one to the other is long",
                ("delta", "condition number", "last change of a coefficient", "sweeps needed", "relative objective gap",
                 "1 + 6 delta^2 rounds to 1"),
                tuple(reason),
            ),
        ),
        charts=(
            Chart(
                "Error of coordinate descent", "delta", "distance to the minimiser",
                (
                    Line(f"tolerance {tolerance:g}", deltas, tuple(errors["usual"][e] for e in exponents)),
                    Line("tolerance 2.2e-16", deltas, tuple(errors["tight"][e] for e in exponents)),
                ),
                log_x=True,
            ),
            Chart(
                "Sweeps until the wrong column is left", "delta", "sweeps",
                (Line("needed", deltas, tuple(needed)), Line("allowed", deltas, (float(limit),) * done)),
                log_x=True, log_y=True,
            ),
        ),
    )  # fmt: skip


def _soft(value: float, threshold: float) -> float:
    return max(value - threshold, 0.0) if value > 0 else min(value + threshold, 0.0)


def _distance(x: np.ndarray, exact: np.ndarray) -> float:
    return float(np.linalg.norm(x - exact))


def _warning(descent: Descent) -> str:
    return "none" if descent.stopped else "sweep limit"
