"""The curve of PSNR over the sampling: draws of masks at the planned rates, and the points made of them. No torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from stabview.study.study import Study, sweep_rates


@dataclass(frozen=True)
class Draw:
    """PSNR of every method for the data of one mask.

    Attributes
    ----------
    planned : the rate (or number of views) asked for; rate : the one that came of it.
    number : 0 is the mask of the study's own seed, k that of seed + k.
    psnr : method -> dB; empty where the data were those of draw 0, as with equispaced views without noise.
    """

    planned: float
    number: int
    rate: float
    psnr: dict[str, float]


@dataclass(frozen=True)
class SweepPoint:
    """PSNR of every method at one rate (Fourier) or number of views (Radon).

    Attributes
    ----------
    psnr : with the mask of the study's own seed, the one that the pictures have.
    masks : how many masks were drawn at this rate. low, high : the least and the largest PSNR among them, where there
        are several.
    """

    rate: float
    psnr: dict[str, float]
    masks: int = 1
    low: dict[str, float] = field(default_factory=dict)
    high: dict[str, float] = field(default_factory=dict)


def sweep_points(draws: Iterable[Draw]) -> tuple[SweepPoint, ...]:
    """A point for every rate whose own mask was measured, ascending."""
    at: dict[float, list[Draw]] = {}
    for draw in draws:
        at.setdefault(draw.planned, []).append(draw)
    points = [_point(sorted(some, key=lambda draw: draw.number)) for some in at.values()]
    return tuple(sorted((point for point in points if point is not None), key=lambda point: point.rate))


def sweep_count(study: Study) -> int:
    """How many draws the whole curve of a study has."""
    return len(sweep_rates(study)) * study.sweep.masks


def _point(draws: list[Draw]) -> SweepPoint | None:
    own, *others = draws
    if own.number != 0:
        return None
    others = [draw for draw in others if draw.psnr]
    if not others:
        return SweepPoint(own.rate, own.psnr)
    values = {name: [draw.psnr[name] for draw in (own, *others) if name in draw.psnr] for name in own.psnr}
    low, high = ({name: pick(some) for name, some in values.items()} for pick in (min, max))
    return SweepPoint(own.rate, own.psnr, 1 + len(others), low, high)
