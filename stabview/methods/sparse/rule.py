"""The default weight of the sparse methods, by a rule that never looks at the truth.

For Fourier samples it is a table made on training images (never validation or test ones) of the brain MR data of Lesjak
et al. 2017, 256 x 256, scaled to a maximum of 1, with a mask each; complex Gaussian noise; P2 with TV or db4 wavelets
of 4 levels, 40 steps; lambda on the grid 1e-3 2^k. Taken is the largest lambda whose mean PSNR is within 0.03 dB of the
best, since larger ones are solved in fewer steps.

One coil: five slices, one of each training subject. The best lay inside the grid except without noise at scattered
points: there hardly any weight at all is best, but from the weight taken down to 2e-6 TV gains 0.25 dB at rate 0.5 and
below 0.05 dB up to rate 0.33. With 1 % of noise TV at points had its best at the end of the grid, too, at rates 0.1 and
0.2. Haar wavelets, tried at 16 of the 30 settings, want the same weights within one step of the grid.

Several coils: two slices with a smooth phase, a birdcage of 8 coils. Coils make up for samples and average the noise:
in units of noise / (coils)^(1/2) the best weights of 4 and of 15 coils are the same within one step of the grid (TV,
lines, rates 0.12 to 0.5).

P1 and P3 take over P2's solution at that weight: eta is its mean misfit ||Ax - y||, and lambda of P3 is P2's over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stabview.sampling.operator import SamplingOperator

NOISES = (0.0, 0.01, 0.03)
"""Of the rows of a table: ||e|| / ||Ax||, with several coils divided by the square root of their number."""
SOFTENING = 0.005
"""Tables are interpolated in log(noise + this), so that no noise has a place on the axis."""
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Table:
    """1000 lambda of P2 by noise and rate, and 1000 ||Ax - y|| / (pixels)^(1/2) of the solutions there."""

    rates: tuple[float, ...]
    lambdas: Rows
    misfits: Rows

    def weight(self, rate: float, noise: float) -> float:
        return 1e-3 * self._at(self.lambdas, rate, noise)

    def misfit(self, rate: float, noise: float, coils: int) -> float:
        """The noise's part grows with the square root of the number of coils, the table has 8."""
        more = (coils / COILS) ** 0.5 if coils > 1 else 1.0
        grown = (self.misfits[0], *(tuple(more * value for value in row) for row in self.misfits[1:]))
        return 1e-3 * self._at(grown, rate, noise)

    def _at(self, rows: Rows, rate: float, noise: float) -> float:
        """Between the entries, at the outer rates beyond them, and in proportion to the noise above the largest."""
        at_rate = [np.interp(np.log(rate), np.log(self.rates), np.log(row)) for row in rows]
        at = np.log(min(noise, NOISES[-1]) + SOFTENING)
        value = np.exp(np.interp(at, np.log(np.array(NOISES) + SOFTENING), at_rate))
        return float(value) * max(1.0, noise / NOISES[-1])


ONE_COIL, COILS = (0.05, 0.1, 0.2, 0.33, 0.5), 8
MANY_COILS = (0.06, 0.12, 0.25, 0.5)
TABLES = {
    ("tv", "lines"): Table(
        ONE_COIL,
        ((16, 8, 2, 1, 0.25), (16, 8, 4, 2, 1), (32, 16, 8, 4, 4)),
        ((6.8, 5.1, 1.9, 1.1, 0.33), (7.2, 5.5, 3.8, 2.5, 1.5), (13, 11, 8.1, 5.4, 5.9)),
    ),
    ("tv", "points"): Table(
        ONE_COIL,
        ((0.25, 0.25, 0.125, 0.0625, 0.03125), (1, 0.25, 0.5, 0.5, 0.5), (4, 4, 2, 4, 4)),
        ((0.22, 0.27, 0.17, 0.096, 0.053), (0.87, 0.28, 0.65, 0.73, 0.81), (3.5, 4.1, 2.6, 5.2, 5.7)),
    ),
    ("wavelet", "lines"): Table(
        ONE_COIL,
        ((32, 16, 8, 4, 1), (32, 16, 8, 4, 2), (64, 32, 16, 8, 8)),
        ((8.7, 6.5, 4.5, 2.6, 0.75), (9, 6.8, 4.8, 2.9, 1.7), (15, 13, 9.3, 5.9, 6.4)),
    ),
    ("wavelet", "points"): Table(
        ONE_COIL,
        ((16, 8, 2, 1, 0.125), (16, 8, 4, 2, 2), (32, 16, 8, 8, 8)),
        ((6.2, 4.4, 1.4, 0.79, 0.11), (6.3, 4.5, 2.8, 1.6, 1.7), (11, 8.5, 5.5, 6, 6.4)),
    ),
    ("tv", "coils, lines"): Table(
        MANY_COILS,
        ((4, 2, 0.125, 0.0625), (4, 2, 1, 1), (8, 8, 4, 4)),
        ((3, 2, 0.36, 0.17), (7.6, 7.3, 7.1, 7.4), (21, 22, 22, 22)),
    ),
    ("tv", "coils, points"): Table(
        MANY_COILS,
        ((0.25, 0.125, 0.03125, 0.03125), (1, 1, 1, 1), (8, 4, 4, 4)),
        ((0.61, 0.4, 0.16, 0.083), (6.8, 7, 7.2, 7.4), (22, 22, 22, 23)),
    ),
    ("wavelet", "coils, lines"): Table(
        MANY_COILS,
        ((1, 1, 0.25, 0.125), (1, 1, 1, 1), (8, 8, 8, 8)),
        ((1.1, 1.1, 0.49, 0.22), (6.5, 6.7, 6.9, 7.2), (21, 21, 22, 23)),
    ),
    ("wavelet", "coils, points"): Table(
        MANY_COILS,
        ((0.5, 0.25, 0.125, 0.0625), (4, 2, 2, 2), (16, 8, 8, 8)),
        ((0.78, 0.5, 0.28, 0.097), (7.5, 7, 7.2, 7.4), (23, 22, 22, 23)),
    ),
}
"""Lines are "cartesian-gaussian", points "multilevel"."""
BRIGHTNESS = 0.25
"""||x|| / (pixels)^(1/2) of a usual image of maximum 1, where no table says more about ||y||."""
CT_MISFIT = (0.0015, 0.55)
"""The misfit of P2's solution from views, in units of ||A|| times the usual ||x||: without noise, and for the noise.

Three training slices; of TV and wavelets, 20 to 200 views and noises of 0, 1 and 3 % all but three means lie within a
factor of 1.6.
"""


EXACT = 0.005
"""What P3 takes for that misfit at least, wavelets excepted: without noise TV's misfit is in proportion to its weight,
so that P3 has either an exact fit or, with slightly more weight, an image far too smooth. This is on the first side."""


def default_lambda(name: str, operator: SamplingOperator, *, problem: str = "p2", noise: float = 0.0) -> float:
    """lambda of P2 and P3, eta of P1, for images of maximum modulus 1.

    With a sampling rate: the table, log-interpolated between rates and noises, kept at the outer rates, and in
    proportion to the noise above 3 %. TGV takes half of TV's weight and shearlets a quarter (three slices, no noise;
    for shearlets the smallest weight tried was best), other regularisers all of it. Without one (Radon): for P2
    5e-5 ||A||^2 plus 0.01 ||A||^2 times the noise. The first is a compromise: without noise smaller ones gain 1 to 6 dB
    and take two or three times the steps. The second meets the best of a grid of factors of four on training slices at
    50, 100 and 200 views with 1 and 3 % of noise; at 20 views three times as much is better.

    Parameters
    ----------
    noise : ||e|| / ||Ax|| of the data.
    """
    size = float(np.prod(operator.image_shape)) ** 0.5
    share = {"tgv": 0.5, "shearlet": 0.25, "shearlet-tgv": 0.25}.get(name, 1.0)
    if operator.rate is not None:
        coils = getattr(operator, "coils", 1)
        table = TABLES["wavelet" if name == "wavelet" else "tv", _kind(operator, coils)]
        noise = noise / coils**0.5
        weight, misfit = table.weight(operator.rate, noise), table.misfit(operator.rate, noise, coils) * size
    else:
        weight = operator.norm() ** 2 * (5e-5 + 0.01 * noise)
        units = CT_MISFIT[0] + CT_MISFIT[1] * noise
        units = max(units, EXACT) if problem == "p3" and name != "wavelet" else units
        misfit = operator.norm() * BRIGHTNESS * size * units
    return {"p1": misfit, "p2": share * weight, "p3": share * weight / misfit}[problem]


def _kind(operator: SamplingOperator, coils: int) -> str:
    """Whether full lines of the spectrum are measured; operators without a mask take the larger weights of lines."""
    mask = operator.mask
    full = mask is None or mask.ndim != 2 or (mask == mask[:1]).all() or (mask == mask[:, :1]).all()
    return ("coils, " if coils > 1 else "") + ("lines" if full else "points")
