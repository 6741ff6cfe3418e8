"""When a solver has done enough: a certified gap where the algorithm has one, a calibrated estimate elsewhere."""

from __future__ import annotations

from stabview.methods.sparse.solvers.iterate import SolverIterate

CALIBRATION = 0.4
"""The estimate stops at this share of the tolerance: measured, it is never more than 2.5 times too small."""


class GapRule:
    """An estimate of (F - F*) / F* from the last decreases of the objective, or the certificate where there is one.

    Decreases d between looks fall nearly geometrically, so what is still to come is about d q / (1 - q) with q the
    ratio of the last two. `stabview bench soa` prints the true gap against a float64 reference beside the stated one.

    Attributes
    ----------
    gap : the last estimate or certificate. certified : whether it is a certificate.
    """

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.gap, self.certified = float("inf"), False
        self._values: list[float] = []

    def reached(self, iterate: SolverIterate) -> bool:
        """Feed the newest iterate; True when the gap is small enough."""
        if iterate.gap is not None:
            self.gap, self.certified = iterate.gap, True
            return iterate.gap <= self.tolerance
        if iterate.objective is None:
            return False
        self._values = [*self._values[-2:], iterate.objective]
        if len(self._values) == 3:
            first, second, third = self._values
            before, last = abs(first - second), abs(second - third)
            q = min(0.9, last / before) if before > 0 else 0.0
            self.gap = max(last, before * q) * q / (1 - q) / max(third, 1e-30)
        return self.gap <= CALIBRATION * self.tolerance
