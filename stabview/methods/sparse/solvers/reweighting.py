"""Reweighted l1 (Candes, Wakin and Boyd 2008): solve, take weights from the solution, and solve again, from there.

The weights come from the reconstruction alone, never from the truth. Every round is a convex problem solved by ADMM, in
place of the Bregman updates of the data in Antun et al. (2020), which take hundreds of rounds and have no tolerance.
Together the rounds look for a local minimum of a problem that is not convex, which depends on where they start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from stabview.methods.sparse.objective import Objective, Squares
from stabview.methods.sparse.solvers.admm import admm_iterates
from stabview.methods.sparse.solvers.image_update import is_exact
from stabview.methods.sparse.solvers.iterate import SolverIterate, WarmStart
from stabview.methods.sparse.solvers.primal_dual import primal_dual_iterates
from stabview.sampling.operator import SamplingOperator

ROUND = 12
"""Steps of every round but the last: after 10 to 20 the image hardly changes, long before the gap is small."""
SETTLED = 5e-3
"""Relative change of the image from round to round at which the weights are kept."""
NAME = "reweighted"


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
    solver = admm_iterates
    if not is_exact(operator, regulariser) and not isinstance(objective.data, Squares):
        solver = primal_dual_iterates
    current, before, settled, step = objective, None, False, 0
    if start is not None:
        before = start.tensors[0][0].clone()
        current = replace(objective, regulariser=regulariser.reweighted(regulariser.analyse(start.tensors[0])))
    while step < max_steps:
        iterate = None
        for iterate in solver(current, operator, y, start=start, max_steps=max_steps - step):
            step += 1
            state = replace(iterate.start, algorithm=NAME) if iterate.start is not None else None
            if settled:
                yield replace(iterate, step=step, start=state)
                continue
            yield SolverIterate(step, iterate.z, start=state)
            if iterate.step == ROUND:
                break
        x, start = iterate.z[0], iterate.start
        if before is not None:
            settled = float(torch.linalg.vector_norm(x - before)) <= SETTLED * float(torch.linalg.vector_norm(x))
        before = x
        current = replace(objective, regulariser=regulariser.reweighted(regulariser.analyse(iterate.z)))
