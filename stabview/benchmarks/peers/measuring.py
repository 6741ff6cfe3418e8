"""How a peer is measured: the best of its settings, how many iterations reach the gap, and how long a cold run takes.

The gap is (F - F*) / F* with the peer's own objective F, in its own discretisation, evaluated in float64.
"""

from __future__ import annotations

import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

ENOUGH = 0.4
"""Seconds after which a timing is not repeated within one round."""
REPEATS = 9


class Cost(NamedTuple):
    """What a call took, in seconds: by the clock, and of processors (its own and its children's, all threads)."""

    wall: float
    cpu: float


class Solver(ABC):
    """One problem as a peer solves it.

    Attributes
    ----------
    settings : what is tried (step sizes, penalties, ...), the customary one first; plain values.
    cap : iterations after which a setting is given up.
    cost : what an iteration costs beside one of the first setting, roughly.
    variant : name of the objective, where somebody else can compute F* for it; "" if it is the peer's alone.
    long : iterations of the runs that determine F* if nothing better does.
    traced : whether `solve` shows its iterates to `look`; if not, the number of iterations is found by bisection.
    """

    settings: tuple[dict, ...]
    cap = 2000
    long = 1500
    variant = ""
    traced = True

    @abstractmethod
    def solve(self, setting: dict, iterations: int, look: Callable | None = None, fine: bool = False):
        """A cold run. look(x): shown every iterate; `fine`: in float64 where the peer can."""

    @abstractmethod
    def objective(self, x) -> float:
        """F(x), in float64."""

    def cost(self, setting: dict) -> float:
        return 1.0

    def minimum(self) -> float | None:
        """F* by a method of its own; None: by long runs of the peer."""
        return None

    def overhead(self) -> Cost:
        """What of a run is not the solver's (starting a program); taken off."""
        return Cost(0.0, 0.0)


class Operation:
    """Plain calls that are timed by themselves (forward, adjoint); `error`: |<Ax, y> - <x, A*y>| / |<Ax, y>|."""

    def __init__(self, parts: dict[str, Callable[[], object]], error: float) -> None:
        self.parts, self.error = parts, error

    def found(self) -> dict:
        return {"adjoint_error": self.error}


class Reached(Exception):
    """The gap is small enough."""


def search(solver: Solver, tolerance: float, minimum: float | None = None) -> dict:
    """F*, and of all settings the one that is below `tolerance` soonest.

    F* is what is given or what the solver can compute, otherwise the least value met in long runs (float64 where the
    peer can) of the first setting and of the best one; a lesser value met on the way replaces it.
    Settings are compared by iterations times `cost`; those within a factor of 1.5 of the best by processor time.
    """
    known = solver.minimum() if minimum is None else minimum
    best = _final(solver, solver.settings[0]) if known is None else known
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
    setting = min(near, key=lambda one: time_solver(solver, one[1], one[0]).cpu)[1] if len(near) > 1 else near[0][1]
    if known is None and setting != solver.settings[0]:
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


def time_solver(solver: Solver, setting: dict, iterations: int) -> Cost:
    """A cold run of so many iterations, nobody looking."""
    cost, off = cost_of(lambda: solver.solve(setting, iterations)), solver.overhead()
    return Cost(cost.wall - off.wall, cost.cpu - off.cpu)


def time_operation(operation: Operation) -> dict[str, Cost]:
    return {name: cost_of(call) for name, call in operation.parts.items()}


def cost_of(call: Callable[[], object]) -> Cost:
    """The medians of a few calls, one where it takes long."""
    costs: list[Cost] = []
    while len(costs) < REPEATS and sum(cost.wall for cost in costs) < ENOUGH:
        costs.append(one_cost(call))
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


def one_cost(call: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), _processor_seconds()
    call()
    return Cost(time.perf_counter() - wall, _processor_seconds() - cpu)


def _processor_seconds() -> float:
    if find_spec("resource") is None:
        return time.process_time()
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
