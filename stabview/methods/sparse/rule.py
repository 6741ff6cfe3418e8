"""The default weight of the sparse methods, by a rule that never looks at the truth."""

from __future__ import annotations

from stabview.sampling.operator import SamplingOperator


def tv_lambda(operator: SamplingOperator, *, noise: float = 0.0) -> float:
    """lambda of total variation for images of maximum modulus 1.

    Fourier: 1e-3 (0.33 / rate)^2, fitted to the best mean PSNR over ten training slices (never test ones) on Gaussian
    Cartesian lines: the best of a grid was 4e-3, 1e-3 and 3e-4 at rates 0.15, 0.33 and 0.6.
    Radon: 5e-5 ||A||^2. On random ellipses without noise the smallest lambda tried was best at 50 and at 200 views;
    this is the smallest for which the solver still keeps pace with a user, 5 dB above the network at 50 views.
    Noise of relative norm `noise` adds to it: at 1 % of noise lambda is about ten times that of clean data.
    """
    if operator.rate is not None:
        return 1e-3 * (0.33 / operator.rate) ** 2 + noise
    return operator.norm() ** 2 * (5e-5 + 0.05 * noise)
