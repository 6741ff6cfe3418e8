"""What is known of a study so far: iterates, measures, pictures, details and curve, and what is still missing.

Bookkeeping only: no thread, no torch, nobody is told. Whoever shares it between threads holds a lock around its calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from stabview.engine.cache import BoundedCache
from stabview.study.frames import IMAGE_PANELS, SIGNED_PANELS, DetailReport, Frame, FramePart, Scene, SweepPoint

if TYPE_CHECKING:
    import torch

    from stabview.perturbation.iterate import Iterate
    from stabview.study.outcome import Kept
    from stabview.study.session import StoredSession

PICTURE_MEMORY = 1 << 29
"""Bytes of pictures that are kept; those not looked at for longest are made again when they are wanted."""
PARTS = ("network", "soa")
"""The parts a frame is made of."""


class Results:
    """What was computed for a study, and where the slider stands in it.

    Attributes
    ----------
    scene : the problem before any reconstruction; an old one stays until the next is there.
    iterates : r_0 = 0 first. Only the last one has the state from which a search goes on.
    measures : iterate -> method -> measure -> value.
    soa_estimates : iterate -> what the sparse method makes of it, (H, W) tensors.
    sweep_position : the iterate at which `sweep_points` were computed.
    position : the iterate at which the slider stands.
    plan : how many iterates the search was to find, r_0 = 0 included.
    resumable : whether a stopped search may go on from the last iterate.
    restored : a session that was opened and whose iterates are not here yet.
    """

    def __init__(self) -> None:
        self._pictures: BoundedCache[FramePart] = BoundedCache(PICTURE_MEMORY)
        self.scene: Scene | None = None
        self.forget()

    def forget(self) -> None:
        """Forget everything but the scene."""
        self.iterates: list[Iterate] = []
        self.measures: dict[int, dict[str, dict[str, float]]] = {}
        self.soa_estimates: dict[int, torch.Tensor] = {}
        self.detail_reports: tuple[DetailReport, ...] = ()
        self.sweep_points: tuple[SweepPoint, ...] = ()
        self.sweep_position = 0
        self.position = 0
        self.plan = 0
        self.resumable = False
        self.restored: StoredSession | None = None
        self._stand_in: tuple[int, FramePart] | None = None
        self._pictures.clear()

    def forget_soa(self) -> None:
        """Forget what the sparse method had a part in; the iterates stay."""
        self._keep_pictures((k, "network") for k in range(self.count))
        for measures in self.measures.values():
            measures.pop("soa", None)
        self.soa_estimates, self.detail_reports, self.sweep_points = {}, (), ()
        self._stand_in = None

    def drop_search(self) -> None:
        """Back to the clean data alone; details and curve stay."""
        del self.iterates[1:]
        self._keep_pictures((0, name) for name in PARTS)
        self.measures = {k: measures for k, measures in self.measures.items() if k == 0}
        self.soa_estimates = {k: estimate for k, estimate in self.soa_estimates.items() if k == 0}
        self.position = 0

    def add_iterate(self, iterate: Iterate, part: FramePart) -> None:
        """The next iterate and the network's part of its frame."""
        if self.iterates and self.iterates[-1].state is not None:
            self.iterates[-1] = replace(self.iterates[-1], state=None)
        self.iterates.append(iterate)
        self.store(iterate.index, "network", part)

    def store(self, index: int, name: str, part: FramePart) -> None:
        """One part ("network" or "soa") of the frame of an iterate."""
        self._pictures.put((index, name), part, part.size)
        self.measures.setdefault(index, {}).update(part.measures)

    def stand_in(self, index: int, part: FramePart) -> None:
        """Pictures of the sparse method from a warm-started solve, shown until the cold one has ended."""
        self._stand_in = (index, part)

    @property
    def count(self) -> int:
        """How many iterates there are, r_0 = 0 included."""
        return len(self.iterates)

    @property
    def planned(self) -> int:
        """How many there will be when the search has ended."""
        return max(self.count, self.plan)

    @property
    def curve(self) -> list[tuple[int, float, float | None, float | None]]:
        """(index, relative norm, change of the network, change of SoA) of every iterate; None while unknown."""
        return [
            (iterate.index, iterate.relative_norm, self._change(k, "network"), self._change(k, "soa"))
            for k, iterate in enumerate(self.iterates)
        ]

    def missing(self, index: int) -> list[str]:
        """The parts whose pictures the frame of an iterate lacks; none when there is no such iterate."""
        return [name for name in PARTS if index < self.count and self._pictures.get((index, name)) is None]

    def frame(self, index: int) -> Frame | None:
        """All that is known of an iterate; None when there is none of this index."""
        if not 0 <= index < self.count:
            return None
        iterate, panels = self.iterates[index], {}
        for name in PARTS:
            part = self._pictures.get((index, name))
            if part is not None:
                panels.update(part.panels)
        provisional = frozenset()
        if "soa" not in panels and self._stand_in is not None and self._stand_in[0] == index:
            provisional = frozenset(self._stand_in[1].panels)
            panels.update(self._stand_in[1].panels)
        pending = frozenset(name for name in (*IMAGE_PANELS, *SIGNED_PANELS) if name not in panels)
        measures = dict(self.measures.get(index, {}))
        return Frame(index, iterate.relative_norm, iterate.objective, panels, measures, pending, provisional)

    def kept(self) -> Kept:
        """What sessions and reports are written from, as it stands now."""
        from stabview.study.outcome import Kept

        return Kept(
            tuple(self.iterates), {k: dict(v) for k, v in self.measures.items()}, self.detail_reports,
            self.sweep_points, self.sweep_position, self.position, self.planned, self.resumable,
        )  # fmt: skip

    def _change(self, index: int, method: str) -> float | None:
        measures = self.measures.get(index, {}).get(method)
        return None if measures is None else measures.get("change", 0.0)

    def _keep_pictures(self, keys: Iterable[tuple[int, str]]) -> None:
        """Forget all pictures but these."""
        kept = [(key, self._pictures.get(key)) for key in keys]
        self._pictures.clear()
        for key, part in kept:
            if part is not None:
                self._pictures.put(key, part, part.size)
