"""The DAS pattern: a number of samples for each block of dyadic bands, from the sparsity in each wavelet scale.

Adcock, Antun and Hansen, Uniform recovery in infinite-dimensional compressed sensing and applications to structured
binary sampling (2021); used by FIRENET (Colbrook, Antun and Hansen, PNAS 2022).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from stabview.images.phantoms.shepp_logan import shepp_logan

SMOOTHNESS = (0.0, 0.339, 0.636, 0.913)  # q of Daubechies' wavelets with 1, 2, 3, 4 vanishing moments
THRESHOLD = 0.5


def das_order(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """All points of k-space in the order in which DAS takes them; the first m are its pattern of m samples.

    A block with density M holds min(round(c M), size) samples, uniformly drawn; c is what gives m of them. So its
    j-th sample comes in at c = (j - 1/2) / M, and sorting all samples by that c solves for every m at once. The zero
    frequency comes first.
    """
    levels = max(1, int(np.log2(min(shape))))
    density = das_density(phantom_sparsities(levels))
    blocks = np.ix_(_bands(shape[0], levels), _bands(shape[1], levels))
    label = (blocks[0] * levels + blocks[1]).ravel()
    draw = generator.random(label.size)
    centre = shape[0] // 2 * shape[1] + shape[1] // 2
    draw[centre] = -1
    shuffled = np.lexsort((draw, label))
    sizes = np.bincount(label, minlength=levels**2)
    place = np.arange(label.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    enters = (place + 0.5) / density.ravel()[label[shuffled]]
    enters[shuffled == centre] = 0
    return shuffled[np.argsort(enters, kind="stable")]


def das_density(sparsities: tuple[int, ...] | np.ndarray, *, moments: int = 1) -> np.ndarray:
    """M[k1, k2], up to a factor the number of samples in the block of the k1-th and k2-th band (coarsest first).

    Parameters
    ----------
    sparsities : s_l, how many wavelet coefficients of scale l matter, coarsest first.
    moments : vanishing moments v of the wavelet, 1 (Haar) to 4; its smoothness q follows.
    """
    s = np.asarray(sparsities, dtype=float)
    smooth, vanishing = 2 * SMOOTHNESS[moments - 1] + 1, 2 * moments + 1
    scale = np.arange(len(s))
    density = np.zeros((len(s), len(s)))
    for k1 in range(len(s)):
        for k2 in range(k1, len(s)):
            coarse, middle, fine = scale <= k1, (scale > k1) & (scale <= k2), scale > k2
            exponent = np.select(
                [coarse, middle, fine],
                [
                    smooth * (k1 - scale) + smooth * (k2 - scale),
                    (scale - k1) + smooth * (k2 - scale),
                    (scale - k1) + vanishing * (scale - k2),
                ],
            )
            density[k1, k2] = density[k2, k1] = (s * 2.0**-exponent).sum()
    density[0, :] *= 2  # the first band is as wide as the second
    density[:, 0] *= 2
    return density


@lru_cache(maxsize=8)
def phantom_sparsities(levels: int) -> tuple[int, ...]:
    """How many Haar coefficients of the Shepp-Logan phantom exceed 0.5 in each scale, coarsest first.

    The phantom has 2^levels pixels a side; the coarsest scale includes the mean.
    """
    counts = []
    image = shepp_logan(2 ** max(3, levels), supersampling=1).pixels
    while len(image) > 1:
        a, b, c, d = (image[i::2, j::2] for i in (0, 1) for j in (0, 1))
        details = (a + b - c - d) / 2, (a - b + c - d) / 2, (a - b - c + d) / 2
        counts.append(sum(int((np.abs(detail) > THRESHOLD).sum()) for detail in details))
        image = (a + b + c + d) / 2
    counts[-1] += int(abs(image[0, 0]) > THRESHOLD)
    return tuple(counts[::-1][:levels])


def _bands(length: int, levels: int) -> np.ndarray:
    """The dyadic band, 0 to levels - 1, of each centred frequency; band 0 is 2 wide and the last reaches the edge."""
    band = np.full(length, levels - 1)
    for k in range(levels - 2, -1, -1):
        width = round(length / 2 ** (levels - 1 - k))
        start = length // 2 - width // 2
        band[start : start + width] = k
    return band
