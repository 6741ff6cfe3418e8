"""A sparse method: an objective, an algorithm, a tolerance; called like every other method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import torch

from stabview.methods.method import MethodSpec
from stabview.methods.sparse.objective import Objective
from stabview.methods.sparse.solvers.admm import admm_iterates
from stabview.methods.sparse.solvers.douglas_rachford import douglas_rachford_iterates
from stabview.methods.sparse.solvers.firenet import firenet_iterates
from stabview.methods.sparse.solvers.fista import fista_iterates
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.methods.sparse.solvers.primal_dual import primal_dual_iterates
from stabview.methods.sparse.solvers.reweighting import reweighted_iterates
from stabview.methods.sparse.solvers.stopping import GapRule
from stabview.sampling.operator import SamplingOperator

ALGORITHMS: dict[str, Callable[..., Iterator[SolverIterate]]] = {
    "admm": admm_iterates,
    "douglas-rachford": douglas_rachford_iterates,
    "primal-dual": primal_dual_iterates,
    "reweighted": reweighted_iterates,
    "firenet": firenet_iterates,
    "fista": fista_iterates,
    "ista": lambda *arguments, **options: fista_iterates(*arguments, accelerated=False, **options),
}
SMALL = 1 << 17
"""Pixels up to which a problem is solved by one thread."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What a solve ended with.

    Attributes
    ----------
    x : (H, W). objective : F at the last look.
    gap : (F - F*) / F*, certified or estimated as `certified` says. converged : it is below the tolerance.
    start : where a neighbouring problem may start. planes : (planes, H, W), x and the auxiliary ones.
    """

    x: torch.Tensor
    objective: float | None
    gap: float
    certified: bool
    steps: int
    converged: bool
    start: WarmStart | None
    planes: torch.Tensor | None = None


class SparseMethod:
    """min g(Ax - y) + lambda R(x), solved from zero until the stopping rule is satisfied; deterministic.

    Parameters
    ----------
    name, title : for captions and reports.
    tolerance : of the relative gap (F - F*) / F*; see `GapRule`.

    After a call `last` is its `Solution`.
    """

    def __init__(
        self, name: str, title: str, objective: Objective, *, algorithm: str = "admm", tolerance: float = 1e-3,
        max_steps: int = 1000,
    ) -> None:  # fmt: skip
        self.objective, self.algorithm, self.tolerance, self.max_steps = objective, algorithm, tolerance, max_steps
        self.last: Solution | None = None
        self.spec = MethodSpec(
            name, title,
            {
                "problem": objective.data.name, "lambda": objective.lambda_, **objective.regulariser.describe(),
                "algorithm": algorithm, "tolerance": tolerance, "max_steps": max_steps,
            },
        )  # fmt: skip

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        """The reconstruction (H, W), from a cold start."""
        return self.solve(y, operator).x

    def iterates(
        self, y: torch.Tensor, operator: SamplingOperator, *, start: WarmStart | None = None
    ) -> Iterator[SolverIterate]:
        """The algorithm's iterates; the caller looks and stops."""
        if start is not None and start.algorithm != self.algorithm:
            start = None
        solver = ALGORITHMS[self.algorithm]
        return solver(self.objective, operator, y, start=start, max_steps=self.max_steps)

    def warm_up(self, operator: SamplingOperator) -> None:
        """Compile what solves with this operator need, or read it from the cache on disk; for a background thread.

        The first time ever on a machine takes a few seconds, which the first solve would take otherwise.
        """
        x = torch.zeros(operator.image_shape, dtype=operator.dtype, device=operator.device)
        x[0, 0] = 1
        for _ in islice(self.iterates(operator._forward(x), operator), 4):
            pass

    def solve(
        self, y: torch.Tensor, operator: SamplingOperator, *, start: WarmStart | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Solution:  # fmt: skip
        """Solve until the rule is satisfied or `stopped()`; from `start`, the state of a neighbouring solve."""
        rule, iterate, objective, converged = GapRule(self.tolerance), None, None, False
        with _one_thread_for_small(operator):
            for iterate in self.iterates(y, operator, start=start):
                objective = iterate.objective if iterate.objective is not None else objective
                if converged := rule.reached(iterate):
                    break
                if stopped():
                    break
        self.last = Solution(
            iterate.x, objective, rule.gap, rule.certified, iterate.step, converged, iterate.start, iterate.z
        )  # fmt: skip
        return self.last


@contextmanager
def _one_thread_for_small(operator: SamplingOperator) -> Iterator[None]:
    """Passes over a few hundred kB are done before a second thread wakes: 1.5 to 2 times faster alone at 256 x 256."""
    small = operator.name == "fourier" and operator.image_shape[0] * operator.image_shape[1] <= SMALL
    threads = torch.get_num_threads()
    if not small or threads == 1 or operator.device.type != "cpu":
        yield
        return
    torch.set_num_threads(1)  # holds for this thread of the program only
    try:
        yield
    finally:
        torch.set_num_threads(threads)
