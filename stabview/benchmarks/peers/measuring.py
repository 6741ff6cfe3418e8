"""How a peer is measured: the best of its settings, how many iterations reach the gap, and how long a cold run takes.

The gap is (F - F*) / F* with the peer's own objective F, in its own discretisation, evaluated in float64.
"""

from __future__ import annotations

import math
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

ENOUGH = 0.4
"""Seconds after which a timing is not repeated within one round."""
REPEATS = 9
SECONDS, ROUNDS_OF = 45.0, 4
"""How long one setting is followed, and how many times as long settings are tried at all."""
OPENING = 16
"""Iterations of the first run where iterates cannot be seen."""


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


class Stopped(Exception):
    """The gap is small enough, or the time is over."""

    def __init__(self, reached: bool) -> None:
        super().__init__()
        self.reached = reached


class Run(NamedTuple):
    """How far one setting came.

    Attributes
    ----------
    count : the first iteration with a gap of at most the tolerance; None if there was none in time.
    least : the least F met. done : iterations that were run.
    """

    count: int | None
    least: float
    done: int


def search(solver: Solver, tolerance: float, minimum: float | None = None, *, seconds: float = SECONDS) -> dict:
    """F*, and of all settings the one that is below `tolerance` soonest.

    F* is what is given or what the solver can compute, otherwise the least value met in long runs (float64 where the
    peer can) of the first setting and of the best one; a lesser value met on the way replaces it.
    Settings are compared by iterations times `cost`; those within a factor of 1.5 of the best by processor time. A
    setting is given up after `seconds`, and no other one is begun after `ROUNDS_OF` times as many. If none arrives,
    "missed" tells the iterations, seconds and gap of the one that came nearest.
    """
    known = solver.minimum() if minimum is None else minimum
    best = _final(solver, solver.settings[0]) if known is None else known
    tried: list[tuple[float, int, dict]] = []
    runs: list[tuple[float, int, dict]] = []
    began = time.perf_counter()
    for setting in solver.settings:
        if runs and time.perf_counter() - began > ROUNDS_OF * seconds:
            break
        cost = solver.cost(setting)
        cap = int(min(solver.cap, 1.5 * min((work for work, _, _ in tried), default=float("inf")) / cost + 1))
        run = iterations_to(solver, setting, best, tolerance, cap, seconds=seconds, opening=cap if tried else OPENING)
        best = min(best, run.least)
        runs.append((run.least, run.done, setting))
        if run.count is not None:
            tried.append((run.count * cost, run.count, setting))
    facts = {"tried": len(runs), "settings": len(solver.settings)}
    if not tried:
        return _missed(solver, best, runs) | facts
    least_work = min(work for work, _, _ in tried)
    near = [(count, setting) for work, count, setting in tried if work <= 1.5 * least_work]
    setting = min(near, key=lambda one: time_solver(solver, one[1], one[0]).cpu)[1] if len(near) > 1 else near[0][1]
    if known is None and setting != solver.settings[0]:
        best = min(best, _final(solver, setting))
    run = iterations_to(solver, setting, best, tolerance, solver.cap, seconds=2 * seconds)
    if run.count is None:
        return _missed(solver, best, [(run.least, run.done, setting)]) | facts
    gap = (solver.objective(solver.solve(setting, run.count)) - best) / best
    return {"minimum": best, "setting": setting, "iterations": run.count, "gap": gap} | facts


def _missed(solver: Solver, minimum: float, runs: list[tuple[float, int, dict]]) -> dict:
    """What the setting that came nearest has reached, and in which time with nobody looking."""
    least, done, setting = min(runs, key=lambda run: run[0])
    cost = time_solver(solver, setting, done)
    missed = {"iterations": done, "wall": cost.wall, "cpu": cost.cpu}
    gap = (least - minimum) / minimum
    return {"minimum": minimum, "setting": setting, "iterations": None, "gap": gap, "missed": missed}


def iterations_to(
    solver: Solver, setting: dict, minimum: float, tolerance: float, cap: int, *, seconds: float = SECONDS,
    opening: int = OPENING,
) -> Run:  # fmt: skip
    """How soon the gap is at most `tolerance`, within `cap` iterations and about so many seconds.

    Iterates that follow one far above the tolerance are not looked at. opening : see `_bracket`.
    """
    if not solver.traced:
        return _bracket(solver, setting, minimum, tolerance, cap, seconds, opening)
    limit, until = minimum * (1 + tolerance), time.perf_counter() + seconds
    least = float("inf")
    count = next_look = 0

    def look(x) -> None:
        nonlocal least, count, next_look
        count += 1
        late = time.perf_counter() > until
        if count < next_look and count < cap and not late:
            return
        value = solver.objective(x)
        least = min(least, value)
        if value <= limit or late:
            raise Stopped(value <= limit)
        next_look = count + (4 if value > minimum * (1 + 20 * tolerance) else 1)

    try:
        solver.solve(setting, cap, look)
    except Stopped as end:
        return Run(count if end.reached else None, least, count)
    return Run(None, least, count)


def _bracket(
    solver: Solver, setting: dict, minimum: float, tolerance: float, cap: int, seconds: float, opening: int
) -> Run:
    """The same where iterates cannot be seen: runs of growing length, then in turn by the gap's slope and by halves.

    opening : length of the first run; the next ones are four times as long.
    """
    until, values = time.perf_counter() + seconds, {}

    def gap(count: int) -> float:
        value = solver.objective(solver.solve(setting, count))
        values[count] = value if value == value else float("inf")
        return (values[count] - minimum) / minimum

    low, gap_low, high = 0, float("inf"), min(opening, cap)
    while not (gap_high := gap(high)) <= tolerance:
        if high >= cap or time.perf_counter() > until:
            return Run(None, min(values.values()), high)
        low, gap_low, high = high, gap_high, min(4 * high, cap)
    by_slope = True
    while high - low > max(1, high // 50):
        share = 0.5
        if by_slope and gap_low < float("inf") and gap_high > 0:
            share = math.log(gap_low / tolerance) / math.log(gap_low / gap_high)
        by_slope = not by_slope
        middle = round(max(low, 1) * (high / max(low, 1)) ** min(max(share, 0.05), 0.95))
        middle = min(max(middle, low + 1), high - 1)
        value = gap(middle)
        if value <= tolerance:
            high, gap_high = middle, value
        else:
            low, gap_low = middle, value
    return Run(high, min(values.values()), high)


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
