"""Searches that are kept beside the present one, to be compared with it and to go back to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stabview.study.study import Study

if TYPE_CHECKING:
    import torch

    from stabview.perturbation.iterate import Iterate
    from stabview.study.curve import Draw
    from stabview.study.outcome import Kept
    from stabview.study.problem import Problem
    from stabview.study.source import SourceImage


@dataclass(frozen=True, eq=False)
class KeptSearch:
    """What a search had found. Goes back into the workbench as a session does.

    Attributes
    ----------
    number : counted from 1. study : it was made with. soa : iterate -> what the sparse method made of it.
    """

    number: int
    study: Study
    source: SourceImage
    kept: Kept
    soa: dict[int, torch.Tensor] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its settings in a line."""
        choice = self.study.perturbation
        parts = [choice.search, f"{100 * choice.max_relative_norm:g} %", f"{len(self.kept.iterates) - 1} iterates"]
        if choice.domain != "image":
            parts.append(f"in the {choice.domain}")
        return f"{self.number}: {', '.join(parts)}, seed {choice.seed}"

    def series(self, method: str, measure: str) -> list[tuple[float, float]]:
        """(relative norm, value) of every iterate whose measure is known."""
        known = ((one.relative_norm, self.measures.get(one.index, {}).get(method, {})) for one in self.kept.iterates)
        return [(norm, values[measure]) for norm, values in known if measure in values]

    # --- what the workbench asks of something that is brought back

    @property
    def measures(self) -> dict[int, dict[str, dict[str, float]]]:
        return self.kept.measures

    @property
    def position(self) -> int:
        return self.kept.position

    @property
    def planned(self) -> int:
        return self.kept.planned

    @property
    def resumable(self) -> bool:
        return self.kept.resumable

    @property
    def draws(self) -> tuple[Draw, ...]:
        return self.kept.draws

    @property
    def sweep_position(self) -> int:
        return self.kept.sweep_position

    def iterates(self, problem: Problem) -> Iterator[Iterate]:
        """The iterates, for the same problem built anew."""
        yield from (iterate.to(problem.device) for iterate in self.kept.iterates)


def placed(series: list[tuple[float, float]], norms: list[float]) -> list[tuple[float, float]]:
    """(x, value) of (norm, value): x is where a search with these norms has the same one; beyond its end left out."""
    if len(norms) < 2:
        return []
    rising = np.maximum.accumulate(norms)
    return [
        (float(np.interp(norm, rising, np.arange(len(rising)))), value) for norm, value in series
        if norm <= rising[-1] * (1 + 1e-6)
    ]  # fmt: skip


@dataclass(frozen=True)
class SearchRow:
    """One search in the comparison: where it ended, and what it had done at a norm that all of them reached."""

    title: str
    iterates: int
    norm: float
    change: float | None
    psnr: float | None
    soa_change: float | None
    at_norm: float
    change_at: float | None


def compared(searches: tuple[KeptSearch, ...]) -> tuple[SearchRow, ...]:
    """Rows for searches with at least one iterate; the common norm is the smallest of their last ones."""
    searches = tuple(search for search in searches if len(search.kept.iterates) > 1)
    if not searches:
        return ()
    common = min(search.kept.iterates[-1].relative_norm for search in searches)
    return tuple(_row(search, common) for search in searches)


def _row(search: KeptSearch, common: float) -> SearchRow:
    last = search.kept.iterates[-1]
    network, soa = (search.measures.get(last.index, {}).get(name, {}) for name in ("network", "soa"))
    within = [value for norm, value in search.series("network", "change") if norm <= common * (1 + 1e-6)]
    return SearchRow(
        search.title, len(search.kept.iterates) - 1, last.relative_norm, network.get("change"), network.get("psnr"),
        soa.get("change"), common, max(within, default=None),
    )  # fmt: skip
