"""The image update of ADMM, z = argmin g(A x - y) + rho/2 ||K z - c||^2: where one pair of Fourier transforms does it.

Elsewhere `NormalEquations` comes nearer to it with every step.
"""

from __future__ import annotations

from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.sampling.fourier import REAL_OF, FourierOperator
from stabview.sampling.operator import SamplingOperator


def is_exact(operator: SamplingOperator, regulariser: Regulariser) -> bool:
    """Whether A samples the spectrum of the image and K is circulant, so that `FourierUpdate` serves."""
    if not isinstance(operator, FourierOperator) or operator.gram_spectrum() is None:
        return False
    return regulariser.gram_spectrum((2, 2), operator.device, REAL_OF[operator.dtype]) is not None
