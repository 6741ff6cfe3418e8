"""How well observers tell two kinds of pictures apart: d' of signal detection theory, with an interval.

Green and Swets, Signal Detection Theory and Psychophysics, 1966; Macmillan and Creelman, Detection Theory, 2005.
Counts are corrected as by Hautus 1995 (half a trial more of each kind), so that perfect scores stay finite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Sensitivity:
    """What a number of trials say of an observer.

    Attributes
    ----------
    d_prime : distance of the two kinds in standard deviations; 0 is guessing.
    low, high : interval of `level` for d'; infinite where the trials set no bound.
    correct : share of right answers. trials : how many there were.
    criterion : c, positive for an observer who says "no" more readily; None where two pictures were shown together.
    """

    d_prime: float
    low: float
    high: float
    correct: float
    trials: int
    criterion: float | None = None
    level: float = 0.95


def two_alternatives(right: int, trials: int, *, level: float = 0.95) -> Sensitivity:
    """Two pictures at a time, one of each kind: d' = sqrt(2) z(share correct).

    The interval is Wilson's for the share of right answers, carried over to d'.
    """
    _check(right, trials)
    corrected = (right + 0.5) / (trials + 1)
    low, high = wilson(right, trials, level=level)
    return Sensitivity(_of_two(corrected), _of_two(low), _of_two(high), right / trials, trials, level=level)


def yes_or_no(hits: int, signals: int, false_alarms: int, noises: int, *, level: float = 0.95) -> Sensitivity:
    """One picture at a time: d' = z(H) - z(F), c = -(z(H) + z(F)) / 2.

    hits : "yes" among the `signals` pictures that have it. false_alarms : "yes" among the `noises` that do not.
    The interval is that of Gourevitch and Galanter 1967, from the variance of the two shares.
    """
    _check(hits, signals)
    _check(false_alarms, noises)
    shares = (hits + 0.5) / (signals + 1), (false_alarms + 0.5) / (noises + 1)
    hit, alarm = (_NORMAL.inv_cdf(share) for share in shares)
    variance = sum(
        share * (1 - share) / (count * _NORMAL.pdf(z) ** 2)
        for share, count, z in zip(shares, (signals, noises), (hit, alarm), strict=True)
    )
    half = _NORMAL.inv_cdf(0.5 + level / 2) * math.sqrt(variance)
    d_prime, trials = hit - alarm, signals + noises
    correct = (hits + noises - false_alarms) / trials
    return Sensitivity(d_prime, d_prime - half, d_prime + half, correct, trials, -(hit + alarm) / 2, level)


def wilson(count: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a share (1927)."""
    z = _NORMAL.inv_cdf(0.5 + level / 2)
    share = count / trials
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return (middle - half if count else 0.0), (middle + half if count < trials else 1.0)


def _of_two(share: float) -> float:
    if share <= 0 or share >= 1:
        return math.copysign(math.inf, share - 0.5)
    return math.sqrt(2) * _NORMAL.inv_cdf(share)


def _check(count: int, trials: int) -> None:
    if trials < 1 or not 0 <= count <= trials:
        raise ValueError(f"{count} of {trials} is no count of answers")
