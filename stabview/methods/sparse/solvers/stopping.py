"""When a solver has done enough: a certified gap where the algorithm has one, a calibrated estimate elsewhere."""

from __future__ import annotations

from stabview.methods.sparse.solvers.iterate import SolverIterate

CALIBRATION = 0.4
"""The extrapolated gap must fall to this share of the tolerance."""
WINDOW = 3
"""Looks over which the decreases of the objective and of the slack are compared."""
SHARES = (0.4, 1 / 1.5)
"""Between which shares of the slack the gap is taken to be. On 32 problems (phantoms and brain slices of 64 to 320
pixels, eight masks, rates 0.05 to 0.5, with and without noise) the gap has never been more than the larger one."""

REFUTED = 2.0
"""Decreases since a look that exceed so many times the slack of that look show that it was none."""
SHARES_AUXILIARY = (0.4, 1.0)
"""The same for images with auxiliary planes, measured with TGV."""


class GapRule:
    """An estimate of (F - F*) / F* from the slack or from the last decreases of the objective, or the certificate.

    Slack (ADMM): with p the multiplier for which the image update is optimal,
    F(z) - F* <= sum lambda |K z| - Re<p, K z> + sum max(0, |p| - lambda) |K z*|. The unknown |K z*| is replaced by
    |K z|, which gives a number that is no bound but that is right from the first step on, also after a warm start.
    The gap is a slowly varying share of it: twice what the two decreases say, within limits. Wavelets with several
    coils have another slack, what a proximal gradient step gains, see `admm`.
    Extrapolation: decreases d of the objective between looks fall nearly geometrically, so what is still to come is
    about d q / (1 - q) with q the ratio of the last two. Where the image update is not exact both must be small.
    `stabview bench soa` prints the true gap against a float64 reference beside the stated one.

    Attributes
    ----------
    gap : the last estimate or certificate. certified : whether it is a certificate.
    """

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.gap, self.certified = float("inf"), False
        self._values: list[float] = []
        self._slacks: list[float] = []

    def reached(self, iterate: SolverIterate) -> bool:
        """Feed the newest iterate; True when the gap is small enough."""
        if iterate.gap is not None:
            self.gap, self.certified = iterate.gap, True
            return iterate.gap <= self.tolerance
        if iterate.objective is None:
            return False
        self._values = [*self._values[1 - WINDOW :], iterate.objective]
        estimates = []
        if iterate.slack is not None:
            self._slacks = [*self._slacks[1 - WINDOW :], iterate.slack]
            estimates.append(self._from_slack(len(iterate.z)))
        if iterate.slack is None or not iterate.exact:
            estimates.append(self._extrapolated() / CALIBRATION)
        self.gap = max(estimates)
        return self.gap <= self.tolerance

    def _from_slack(self, planes: int) -> float:
        """The slack's share; nothing while the decreases since an earlier look exceed the gap it spoke of then.

        Near z = 0 the slack is nearly zero, too, however far F is from its minimum.
        """
        least, most = SHARES if planes == 1 else SHARES_AUXILIARY
        now = self._values[-1]
        before = zip(self._values[-len(self._slacks) : -1], self._slacks[:-1], strict=True)
        if len(self._slacks) < 2 or any(value - now > REFUTED * slack * abs(now) for value, slack in before):
            return float("inf")
        share = most
        fallen = self._slacks[0] * self._values[0] - self._slacks[-1] * self._values[-1]
        if len(self._slacks) == WINDOW and fallen > 0:
            share = min(max(2 * (self._values[0] - self._values[-1]) / fallen, least), most)
        return share * self._slacks[-1]

    def _extrapolated(self) -> float:
        if len(self._values) < 3:
            return float("inf")
        first, second, third = self._values[-3:]
        before, last = abs(first - second), abs(second - third)
        q = min(0.9, last / before) if before > 0 else 0.0
        return max(last, before * q) * q / (1 - q) / max(third, 1e-30)
