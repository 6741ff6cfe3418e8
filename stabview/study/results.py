"""What is known of a study so far: iterates, measures, pictures, details and curve, and what is still missing.

Bookkeeping only: no thread, no torch, nobody is told. Whoever shares it between threads holds a lock around its calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from stabview.engine.cache import BoundedCache
from stabview.study.curve import Draw, SweepPoint, sweep_points
from stabview.study.frames import (
    COMPONENTS,
    IMAGE_PANELS,
    SIGNED_PANELS,
    DetailReport,
    Frame,
    FramePart,
    Scene,
)

if TYPE_CHECKING:
    import torch

    from stabview.perturbation.iterate import Iterate
    from stabview.study.outcome import Kept
    from stabview.study.session import StoredSession

PICTURE_MEMORY = 1 << 29
"""Bytes of pictures that are kept; those not looked at for longest are made again when they are wanted."""
STATE_MEMORY = 1 << 28
"""Bytes of the states of iterates other than the last, from which a search can be resumed."""
PARTS = ("network", "soa")
"""The parts that every frame is made of."""


class Results:
    """What was computed for a study, and where the slider stands in it.

    Attributes
    ----------
    scene : the problem before any reconstruction; an old one stays until the next is there.
    iterates : r_0 = 0 first. The newest have the state from which a search goes on, as many as fit the memory.
    measures : iterate -> method -> measure -> value.
    exposures : detail -> share of its energy that the samples determine; known long before the reports.
    soa_estimates : iterate -> what the sparse method makes of it, (H, W) tensors.
    curves : iterate -> draws of its sampling curve; sweep_position : the iterate whose curve is shown.
    position : the iterate at which the slider stands.
    plan : how many iterates the search was to find, r_0 = 0 included.
    resumable : whether a stopped search may go on from the last iterate.
    restored : a session that was opened and whose iterates are not here yet.
    component : one of `COMPONENTS`, what pictures of complex images show.
    others : parts "other:NAME" of methods beside the study's own, with what they make and measure of the iterates.
    """

    def __init__(self) -> None:
        self._pictures: BoundedCache[FramePart] = BoundedCache(PICTURE_MEMORY)
        self.scene: Scene | None = None
        self.component = "magnitude"
        self.others: tuple[str, ...] = ()
        self.exposures: dict[int, float] = {}  # the old ones stay until there are new ones, so that nothing flickers
        self.forget()

    def forget(self) -> None:
        """Forget everything but the scene."""
        self.iterates: list[Iterate] = []
        self._state_bytes: list[int] = []
        self.measures: dict[int, dict[str, dict[str, float]]] = {}
        self.soa_estimates: dict[int, torch.Tensor] = {}
        self.other_estimates: dict[tuple[str, int], torch.Tensor] = {}
        self.other_measures: dict[int, dict[str, dict[str, float]]] = {}
        self.detail_reports: tuple[DetailReport, ...] = ()
        self.curves: dict[int, tuple[Draw, ...]] = {}
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
        self.soa_estimates, self.detail_reports, self.curves = {}, (), {}
        self._stand_in = None

    def drop_search(self) -> None:
        """Back to the clean data alone; details and curve stay."""
        self.keep_until(0)

    def keep_until(self, last: int) -> None:
        """Forget the iterates after this one."""
        del self.iterates[last + 1 :], self._state_bytes[last + 1 :]
        self._keep_pictures([(k, name) for k in range(last + 1) for name in self.parts])
        self.other_estimates = {key: estimate for key, estimate in self.other_estimates.items() if key[1] <= last}
        self.measures = {k: measures for k, measures in self.measures.items() if k <= last}
        self.soa_estimates = {k: estimate for k, estimate in self.soa_estimates.items() if k <= last}
        self.curves = {k: draws for k, draws in self.curves.items() if k <= last}
        self._stand_in = None
        self.position = min(self.position, last)
        if self.sweep_position > last:
            self.sweep_position = 0

    def add_iterate(self, iterate: Iterate, part: FramePart) -> None:
        """The next iterate and the network's part of its frame."""
        self.iterates.append(iterate)
        self._state_bytes.append(_bytes(iterate))
        while sum(self._state_bytes[:-1]) > STATE_MEMORY:
            oldest = next(k for k, size in enumerate(self._state_bytes) if size)
            self.iterates[oldest], self._state_bytes[oldest] = replace(self.iterates[oldest], state=None), 0
        self.store(iterate.index, "network", part)

    def store(self, index: int, name: str, part: FramePart, component: str = "magnitude") -> None:
        """One part ("network" or "soa") of the frame of an iterate."""
        self._pictures.put((index, name, component), part, part.size)
        measures = self.measures if name in PARTS else self.other_measures
        measures.setdefault(index, {}).update(part.measures)

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

    def series(self, method: str, measure: str) -> list[float | None]:
        """A measure at every iterate; None while unknown or without meaning (the change at r = 0)."""
        return [self.measures.get(k, {}).get(method, {}).get(measure) for k in range(self.count)]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts a frame is made of."""
        return (*PARTS, *self.others)

    def missing(self, index: int, component: str | None = None) -> list[str]:
        """The parts whose pictures the frame of an iterate lacks; none when there is no such iterate."""
        component = component or self.component
        return [name for name in self.parts if index < self.count and (index, name, component) not in self._pictures]

    @property
    def ready(self) -> tuple[bool, ...]:
        """Of every iterate, whether all its pictures are there, so that the slider finds them without waiting."""
        return tuple(not self.missing(k) for k in range(self.count))

    def frame(self, index: int, component: str | None = None) -> Frame | None:
        """All that is known of an iterate; None when there is none of this index."""
        if not 0 <= index < self.count:
            return None
        component = component or self.component
        iterate, panels = self.iterates[index], {}
        for name in self.parts:
            part = self._pictures.get((index, name, component))
            if part is not None:
                panels.update(part.panels)
        provisional = frozenset()
        stand_in = self._stand_in if component == "magnitude" else None
        if "soa" not in panels and stand_in is not None and stand_in[0] == index:
            provisional = frozenset(stand_in[1].panels)
            panels.update(stand_in[1].panels)
        theirs = (f"{part}{kind}" for part in self.others for kind in ("", "Difference", "Error"))
        pending = frozenset(name for name in (*IMAGE_PANELS, *SIGNED_PANELS, *theirs) if name not in panels)
        measures = {**self.measures.get(index, {}), **self.other_measures.get(index, {})}
        return Frame(index, iterate.relative_norm, iterate.objective, panels, measures, pending, provisional)

    @property
    def sweep_points(self) -> tuple[SweepPoint, ...]:
        """The points of the sampling curve that is shown."""
        return sweep_points(self.curves.get(self.sweep_position, ()))

    def kept(self) -> Kept:
        """What sessions and reports are written from, as it stands now."""
        from stabview.study.outcome import Kept

        return Kept(
            tuple(self.iterates), {k: dict(v) for k, v in self.measures.items()}, self.detail_reports,
            self.curves.get(self.sweep_position, ()), self.sweep_position, self.position, self.planned, self.resumable,
        )  # fmt: skip

    def _change(self, index: int, method: str) -> float | None:
        measures = self.measures.get(index, {}).get(method)
        return None if measures is None else measures.get("change", 0.0)

    def _keep_pictures(self, keys: Iterable[tuple[int, str]]) -> None:
        """Forget all pictures but these."""
        kept = [((*key, component), self._pictures.get((*key, component))) for key in keys for component in COMPONENTS]
        self._pictures.clear()
        for key, part in kept:
            if part is not None:
                self._pictures.put(key, part, part.size)


def _bytes(iterate: Iterate) -> int:
    """The memory its state takes; 0 without one."""
    if iterate.state is None:
        return 0
    tensors = (iterate.state.v, *iterate.state.memory.values())
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
