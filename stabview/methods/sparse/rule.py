"""The default weight of the sparse methods, by a rule that never looks at the truth.

For Fourier samples it is a table made on training images: five slices, one of each training subject (never validation
or test ones) of the brain MR data of Lesjak et al. 2017, 256 x 256, scaled to a maximum of 1, with a mask each;
complex Gaussian noise of 0, 1 and 3 % of ||Ax||; P2 with TV or db4 wavelets of 4 levels, 40 steps; lambda on the grid
1e-3 2^k. Taken is the largest lambda whose mean PSNR is within 0.03 dB of the best, since larger ones are solved in
fewer steps. The best lay inside the grid except without noise at scattered points: there hardly any weight at all is
best, but from the weight taken down to 2e-6 TV gains 0.25 dB at rate 0.5 and below 0.05 dB up to rate 0.33. With 1 % of
noise TV at points had its best at the end of the grid, too, at rates 0.1 and 0.2. Haar wavelets, tried at 16 of the 30
settings, want the same weights within one step of the grid.

P1 and P3 take over P2's solution at that weight: eta is its mean misfit ||Ax - y||, and lambda of P3 is P2's over it.
"""

from __future__ import annotations

import numpy as np

from stabview.sampling.operator import SamplingOperator

RATES = (0.05, 0.1, 0.2, 0.33, 0.5)
NOISES = (0.0, 0.01, 0.03)
SOFTENING = 0.005
"""Tables are interpolated in log(noise + this), so that no noise has a place on the axis."""
LAMBDAS = {
    ("tv", "lines"): ((16, 8, 2, 1, 0.25), (16, 8, 4, 2, 1), (32, 16, 8, 4, 4)),
    ("tv", "points"): ((0.25, 0.25, 0.125, 0.0625, 0.03125), (1, 0.25, 0.5, 0.5, 0.5), (4, 4, 2, 4, 4)),
    ("wavelet", "lines"): ((32, 16, 8, 4, 1), (32, 16, 8, 4, 2), (64, 32, 16, 8, 8)),
    ("wavelet", "points"): ((16, 8, 2, 1, 0.125), (16, 8, 4, 2, 2), (32, 16, 8, 8, 8)),
}
"""1000 lambda of P2 by noise and rate; lines are "cartesian-gaussian", points "multilevel"."""
MISFITS = {
    ("tv", "lines"): ((6.8, 5.1, 1.9, 1.1, 0.33), (7.2, 5.5, 3.8, 2.5, 1.5), (13, 11, 8.1, 5.4, 5.9)),
    ("tv", "points"): ((0.22, 0.27, 0.17, 0.096, 0.053), (0.87, 0.28, 0.65, 0.73, 0.81), (3.5, 4.1, 2.6, 5.2, 5.7)),
    ("wavelet", "lines"): ((8.7, 6.5, 4.5, 2.6, 0.75), (9, 6.8, 4.8, 2.9, 1.7), (15, 13, 9.3, 5.9, 6.4)),
    ("wavelet", "points"): ((6.2, 4.4, 1.4, 0.79, 0.11), (6.3, 4.5, 2.8, 1.6, 1.7), (11, 8.5, 5.5, 6, 6.4)),
}
"""1000 ||Ax - y|| / (pixels)^(1/2) of the solutions at those lambda."""
BRIGHTNESS = 0.25
"""||x|| / (pixels)^(1/2) of a usual image of maximum 1, where no table says more about ||y||."""
RESOLUTION = 0.005
"""The misfit without noise, as a share of ||y||, in that case."""


def default_lambda(name: str, operator: SamplingOperator, *, problem: str = "p2", noise: float = 0.0) -> float:
    """lambda of P2 and P3, eta of P1, for images of maximum modulus 1.

    With a sampling rate: the table, log-interpolated between rates and noises, kept at the outer rates, and in
    proportion to the noise above 3 %. TGV takes half of TV's weight and shearlets a quarter (three slices, no noise;
    for shearlets the smallest weight tried was best), other regularisers all of it. Without one (Radon): for P2
    5e-5 ||A||^2 plus 0.01 ||A||^2 times the noise. The first is a compromise: without noise smaller ones gain 1 to 6 dB
    and take two or three times the steps. The second meets the best of a grid of factors of four on training slices at
    50, 100 and 200 views with 1 and 3 % of noise; at 20 views three times as much is better. P1 and P3 by a rough
    ||y||, not fitted.

    Parameters
    ----------
    noise : ||e|| / ||Ax|| of the data.
    """
    size = float(np.prod(operator.image_shape)) ** 0.5
    share = {"tgv": 0.5, "shearlet": 0.25, "shearlet-tgv": 0.25}.get(name, 1.0)
    if operator.rate is not None:
        key = ("wavelet" if name == "wavelet" else "tv", _kind(operator))
        weight = 1e-3 * _interpolate(LAMBDAS[key], operator.rate, noise)
        misfit = 1e-3 * _interpolate(MISFITS[key], operator.rate, noise) * size
    else:
        weight = operator.norm() ** 2 * (5e-5 + 0.01 * noise)
        misfit = operator.norm() * BRIGHTNESS * size * max(noise, RESOLUTION)
    return {"p1": misfit, "p2": share * weight, "p3": share * weight / misfit}[problem]


def _kind(operator: SamplingOperator) -> str:
    """Whether full lines of the spectrum are measured; operators without a mask take the larger weights of lines."""
    mask = operator.mask
    if mask is None or mask.ndim != 2:
        return "lines"
    return "lines" if (mask == mask[:1]).all() or (mask == mask[:, :1]).all() else "points"


def _interpolate(table: tuple[tuple[float, ...], ...], rate: float, noise: float) -> float:
    values = np.log(np.array(table))
    at_rate = [np.interp(np.log(rate), np.log(RATES), row) for row in values]
    at = np.log(min(noise, NOISES[-1]) + SOFTENING)
    value = np.exp(np.interp(at, np.log(np.array(NOISES) + SOFTENING), at_rate))
    return float(value) * max(1.0, noise / NOISES[-1])
