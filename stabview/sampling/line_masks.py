"""The line masks whose definition fixes which lines belong together: fastMRI, Darestani et al., and MRI-VN.

Each gives (1, W) booleans, centred; rows of k-space are alike.
"""

from __future__ import annotations

from math import comb

import numpy as np

FASTMRI_CENTRE = 0.08  # the middle lines fastMRI takes at 4x; 0.04 at 8x, so 0.32 of the rate below 4x
FASTMRI_CENTRE_OF_RATE = 0.32
VN_WIDTH, VN_CENTRE, VN_FEW = 368, 28, 0.05


def fastmri_random_lines(
    width: int,
    acceleration: float,
    centre_fraction: float,
    generator: np.random.Generator,
    *,
    tolerance: float | None = None,
    keep: int | None = None,
) -> np.ndarray:
    """Which of `width` lines fastMRI's random mask takes: round(centre_fraction n) in the middle, others i.i.d.

    Their probability (n / acceleration - n_c) / (n - n_c) gives the acceleration on average (Zbontar et al. 2018).

    Parameters
    ----------
    tolerance : redraw until |n / lines - acceleration| is below it, or as small as it can be; Darestani et al. (ICML
        2021) use 0.03 with a centre fraction of 0.07.
    keep : only the middle `keep` lines survive, then (320 of 368 with Darestani et al.).
    """
    block = max(1, round(centre_fraction * width))
    others = max(1, width - block)
    probability = min(1.0, max(0.0, (width / acceleration - block) / others))
    outside = np.ones(width, dtype=bool)
    outside[middle(width, block)] = False
    lines = ~outside
    if tolerance is None:
        lines |= generator.random(width) < probability
    else:
        count = _redrawn(width, acceleration, block, tolerance, generator)
        lines[generator.permutation(np.flatnonzero(outside))[:count]] = True
    if keep is not None:
        beyond = np.ones(width, dtype=bool)
        beyond[middle(width, keep)] = False
        lines &= ~beyond
    return lines


def _redrawn(
    width: int, acceleration: float, block: int, tolerance: float, generator: np.random.Generator
) -> int:
    """How many lines beside the block: binomial, given that the acceleration is met within the tolerance."""
    count = np.arange(width - block + 1)
    error = np.abs(width / (block + count) - acceleration)
    allowed = np.flatnonzero(error <= max(tolerance, error.min()))
    probability = min(1.0, max(0.0, (width / acceleration - block) / max(1, width - block)))
    others = width - block
    weights = [comb(others, k) * probability**k * (1 - probability) ** (others - k) for k in allowed.tolist()]
    return int(generator.choice(allowed, p=np.array(weights) / sum(weights))) if sum(weights) > 0 else int(allowed[0])


def fastmri_random(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """A middle of 8 %, 4 % at 8x, and the others i.i.d. with the probability that gives the rate on average."""
    return fastmri_random_lines(shape[1], 1 / rate, _centre_fraction(rate), generator)[None, :]


def fastmri_darestani(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """A middle of 7 %, the acceleration met within 0.03, and nothing beyond 320 of 368 lines."""
    width = shape[1]
    centre = min(0.07, FASTMRI_CENTRE_OF_RATE * rate)
    keep = round(width * 320 / 368)
    return fastmri_random_lines(width, 1 / rate, centre, generator, tolerance=0.03, keep=keep)[None, :]


def fastmri_equispaced(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """Centre block and every a'-th line, a' adjusted for the block so that the rate is met ("equispaced fraction")."""
    width = shape[1]
    acceleration = 1 / rate
    block = max(1, round(_centre_fraction(rate) * width))
    lines = np.zeros(width, dtype=bool)
    denominator = block * acceleration - width
    if denominator < 0:
        step = acceleration * (block - width) / denominator
        offset = generator.integers(0, max(1, round(step)))
        lines[np.round(np.arange(offset, width - 1, step)).astype(int)] = True
    lines[middle(width, block)] = True
    return lines[None, :]


def _centre_fraction(rate: float) -> float:
    """0.08 down to 4x, then falling with the rate through the 0.04 of 8x."""
    return min(FASTMRI_CENTRE, FASTMRI_CENTRE_OF_RATE * rate)


def vn_uniform(shape: tuple[int, int], rate: float, generator: np.random.Generator) -> np.ndarray:
    """Lines an integer step apart on each side of a middle block, as the MRI-VN experiment of Antun et al. has them.

    The block of 368 lines reaches from -14 to 14, from -7 to 7 where the rate is 5 % or less, and in proportion with
    other widths. Steps are rounded, so the rate comes out several lines off. Nothing is drawn.
    """
    width = shape[1]
    block = VN_CENTRE * (0.5 if rate <= VN_FEW else 1) * width / VN_WIDTH
    half = int(min(block, width * rate) / 2)
    start, stop = max(0, width // 2 - half), min(width, width // 2 + half)
    wanted = max(0, int(np.ceil(rate * width - 1e-9)) - 2 * half)
    lines = np.zeros(width, dtype=bool)
    lines[start : stop + 1] = True
    for first, last, share in ((0, start, (wanted + 1) // 2), (stop + 2, width, wanted // 2)):
        if share > 0 and last > first:
            lines[first : last : max(1, round((width - stop if first else start) / share))] = True
    return lines[None, :]


def middle(width: int, count: int) -> slice:
    """The `count` lines about the zero frequency; of an even count one more lies below it."""
    start = width // 2 - count // 2
    return slice(start, start + count)
