"""Reweighted l1 (Candes, Wakin and Boyd 2008): solve, take weights from the solution, and solve again, from there.

The weights come from the reconstruction alone, never from the truth. Every round is a convex problem solved by ADMM, in
place of the Bregman updates of the data in Antun et al. (2020), which take hundreds of rounds and have no tolerance.
Together the rounds look for a local minimum of a problem that is not convex, which depends on where they start: at the
solution of a cheaper regulariser, since nearly all rounds from the unweighted problem only lead there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import torch

from stabview.images.errors import InputError
from stabview.methods.sparse.objective import Norm, Objective, Squares
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.solvers.admm import admm_iterates
from stabview.methods.sparse.solvers.image_update import is_exact
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.methods.sparse.solvers.primal_dual import primal_dual_iterates
from stabview.methods.sparse.solvers.stopping import GapRule
from stabview.sampling.operator import SamplingOperator

BEGINNING = 1e-2
"""Relative gap to which the first problem is solved."""
ROUND = 12
"""Steps of every round but the last: after 10 to 20 the image hardly changes, long before the gap is small."""
SETTLED = 1e-2
"""Relative change of the image from round to round at which the weights are kept."""
NAME = "reweighted"


class Reweightable(Protocol):
    """A regulariser that can be weighted anew.

    Attributes
    ----------
    beginning : the regulariser of the first solve, with the same auxiliary planes.
    """

    beginning: Regulariser

    def reweighted(self, c: list[torch.Tensor]) -> Regulariser:
        """Itself with weights from coefficients."""


@torch.no_grad()
def reweighted_iterates(
    objective: Objective, operator: SamplingOperator, y: torch.Tensor, *, start: WarmStart | None = None,
    max_steps: int = 1000,
) -> Iterator[SolverIterate]:  # fmt: skip
    """Iterates of all rounds. Objective and gap are those of the last round's weights, and None until it has begun.

    So a stopping rule is satisfied when the weights have settled and the problem that they define is solved.
    A warm start brings its weights with it, as those of its image.
    """
    regulariser = objective.regulariser
    if getattr(regulariser, "beginning", None) is None:
        raise InputError(f"{regulariser.title} cannot be weighted anew; choose another algorithm than reweighted.")
    by_admm = is_exact(operator, regulariser) or isinstance(objective.data, Squares | Norm)
    solver, length = (admm_iterates, ROUND) if by_admm else (primal_dual_iterates, 4 * ROUND)
    before, settled, step, rule = None, False, 0, GapRule(BEGINNING)
    current = replace(objective, regulariser=regulariser.beginning)
    if start is not None:
        before, current = start.tensors[0][0].clone(), _weighted(objective, start.tensors[0])
    while step < max_steps:
        first, iterate = current.regulariser is regulariser.beginning, None
        for iterate in solver(current, operator, y, start=start, max_steps=max_steps - step):
            step += 1
            state = None if first or iterate.start is None else replace(iterate.start, algorithm=NAME)
            if settled:
                yield replace(iterate, step=step, start=state)
                continue
            yield SolverIterate(step, iterate.z, start=state)
            if rule.reached(iterate) if first else iterate.step == length:
                break
        x = iterate.x
        if before is not None:
            settled = float(torch.linalg.vector_norm(x - before)) <= SETTLED * float(torch.linalg.vector_norm(x))
        before, current = x, _weighted(objective, iterate.z)
        start = _entrance(current, iterate, by_admm=by_admm) if first and iterate.start is not None else iterate.start


def _weighted(objective: Objective, z: torch.Tensor) -> Objective:
    return replace(objective, regulariser=objective.regulariser.reweighted(objective.regulariser.analyse(z)))


def _entrance(objective: Objective, iterate: SolverIterate, *, by_admm: bool) -> WarmStart:
    """The first weighted problem's start: the image of the beginning, its coefficients as they are."""
    z, coefficients = iterate.z, objective.regulariser.analyse(iterate.z)
    if by_admm:
        threshold = objective.regulariser.shrinkage * max(float(iterate.x.abs().max()), 1e-30)
        return WarmStart("admm", (z, *coefficients), objective.lambda_ / threshold)
    u = iterate.start.tensors[1]
    return WarmStart("primal-dual", (z, u, *(torch.zeros_like(part) for part in coefficients)))
