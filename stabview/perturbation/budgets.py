"""One search at several budgets, from the largest down: what was found in a larger ball starts the next one.

As Genzel et al. (TPAMI 2022), who keep the best of several restarts for the next lower level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from stabview.perturbation.iterate import Iterate
from stabview.perturbation.objective import Objective
from stabview.perturbation.search import best_of


def over_budgets(
    objective: Objective, search: Callable[..., Iterator[Iterate]], budgets: Sequence[float], *, keep: int = 3,
    restarts: int = 1, **options: object,
) -> Iterator[tuple[float, Iterate]]:  # fmt: skip
    """(budget, best iterate) for each budget, the largest first.

    Parameters
    ----------
    search : one that takes `starts`. keep : perturbations that are handed down. restarts : fresh random starts beside.
    """
    kept: torch.Tensor | None = None
    for budget in sorted(budgets, reverse=True):
        starts = restarts if kept is None else restarts + len(kept)
        found = best_of(search(objective, budget=budget, restarts=starts, starts=kept, **options))
        yield budget, found
        if found.state is not None:
            fresh = torch.cat((found.v[None], found.state.v))
            kept = fresh[: min(keep, len(fresh))]
