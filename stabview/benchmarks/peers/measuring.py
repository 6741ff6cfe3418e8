"""How a peer is measured: the best of its settings, how many iterations reach the gap, and how long a cold run takes.

The gap is (F - F*) / F* with the peer's own objective F, in its own discretisation, evaluated in float64.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

ENOUGH = 0.4
"""Seconds after which a timing is not repeated within one round."""
REPEATS = 9


class Solver:
    """One problem as a peer solves it.

    Attributes
    ----------
    settings : what is tried (step sizes, penalties, ...), the customary one first; plain values.
    cap : iterations after which a setting is given up.
    cost : what an iteration costs beside one of the first setting, roughly.
    long : iterations of the runs that determine F*.
    traced : whether `solve` shows its iterates to `look`; if not, the number of iterations is found by bisection.
    """

    settings: tuple[dict, ...]
    cap = 2000
    long = 1500
    traced = True

    def solve(self, setting: dict, iterations: int, look: Callable | None = None, fine: bool = False):
        """A cold run. look(x): shown every iterate; `fine`: in float64 where the peer can."""
        raise NotImplementedError

    def objective(self, x) -> float:
        """F(x), in float64."""
        raise NotImplementedError

    def cost(self, setting: dict) -> float:
        return 1.0

    def overhead(self) -> float:
        """Seconds of a run that are not the solver's (starting a program); taken off its time."""
        return 0.0


class Operation:
    """Plain calls that are timed by themselves (forward, adjoint); `error`: |<Ax, y> - <x, A*y>| / |<Ax, y>|."""

    def __init__(self, parts: dict[str, Callable[[], object]], error: float) -> None:
        self.parts, self.error = parts, error

    def found(self) -> dict:
        return {"adjoint_error": self.error}


class Reached(Exception):
    """The gap is small enough."""


def search(solver: Solver, tolerance: float) -> dict:
    """F*, and of all settings the one that is below `tolerance` soonest.

    F* is the least value met: in long runs (float64 where the peer can) of the first setting and of the best one, and
    on the way. Settings are compared by iterations times `cost`; those within a factor of 1.5 of the best by the clock.
    """
    best = _final(solver, solver.settings[0])
    tried: list[tuple[float, int, dict]] = []
    for setting in solver.settings:
        cost = solver.cost(setting)
        cap = int(min(solver.cap, 1.5 * min((work for work, _, _ in tried), default=float("inf")) / cost + 1))
        count, least = iterations_to(solver, setting, best, tolerance, cap)
        best = min(best, least)
        if count is not None:
            tried.append((count * cost, count, setting))
    if not tried:
        return {"minimum": best, "setting": solver.settings[0], "iterations": None, "gap": None}
    least_work = min(work for work, _, _ in tried)
    near = [(count, setting) for work, count, setting in tried if work <= 1.5 * least_work]
    setting = min(near, key=lambda one: time_solver(solver, one[1], one[0]))[1] if len(near) > 1 else near[0][1]
    if setting != solver.settings[0]:
        best = min(best, _final(solver, setting))
    count, least = iterations_to(solver, setting, best, tolerance, solver.cap)
    if count is None:
        return {"minimum": best, "setting": setting, "iterations": None, "gap": None}
    gap = (solver.objective(solver.solve(setting, count)) - best) / best
    return {"minimum": best, "setting": setting, "iterations": count, "gap": gap}


def iterations_to(
    solver: Solver, setting: dict, minimum: float, tolerance: float, cap: int
) -> tuple[int | None, float]:
    """The first iteration with a gap of at most `tolerance` (None: not within the cap), and the least F met.

    Iterates that follow one far above the tolerance are not looked at.
    """
    limit = minimum * (1 + tolerance)
    least = float("inf")
    if not solver.traced:
        return _bisect(solver, setting, limit, cap)
    count = next_look = 0

    def look(x) -> None:
        nonlocal least, count, next_look
        count += 1
        if count < next_look and count < cap:
            return
        value = solver.objective(x)
        least = min(least, value)
        if value <= limit:
            raise Reached
        next_look = count + (4 if value > minimum * (1 + 20 * tolerance) else 1)

    try:
        solver.solve(setting, cap, look)
    except Reached:
        return count, least
    return None, least


def _bisect(solver: Solver, setting: dict, limit: float, cap: int) -> tuple[int | None, float]:
    """The same where iterates cannot be seen: runs of growing length, then halving between the last two."""
    values: dict[int, float] = {}

    def value(count: int) -> float:
        values[count] = solver.objective(solver.solve(setting, count))
        return values[count]

    low, high = 0, 8
    while not value(high) <= limit:
        low, high = high, 2 * high
        if low >= cap:
            return None, min(values.values())
    while high - low > max(1, high // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if value(middle) <= limit else (middle, high)
    return high, min(values.values())


def _final(solver: Solver, setting: dict) -> float:
    value = solver.objective(solver.solve(setting, solver.long, fine=True))
    return value if value == value else float("inf")


def time_solver(solver: Solver, setting: dict, iterations: int, rounds: int = REPEATS) -> float:
    """Seconds of a cold run of so many iterations, nobody looking: the median of a few."""
    return seconds(lambda: solver.solve(setting, iterations), rounds) - solver.overhead()


def time_operation(operation: Operation) -> dict[str, float]:
    return {name: seconds(call, REPEATS) for name, call in operation.parts.items()}


def seconds(call: Callable[[], object], rounds: int) -> float:
    times: list[float] = []
    while len(times) < rounds and sum(times) < ENOUGH:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
