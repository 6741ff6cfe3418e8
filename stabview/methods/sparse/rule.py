"""The default weight of the sparse methods, by a rule that never looks at the truth."""

from __future__ import annotations

from stabview.sampling.operator import SamplingOperator


def default_lambda(name: str, operator: SamplingOperator, *, problem: str = "p2", noise: float = 0.0) -> float:
    """lambda of P2 for images of maximum modulus 1.

    Fourier, TV: 1e-3 (0.33 / rate)^2, fitted to the best mean PSNR over ten training slices (never test ones) on
    Gaussian Cartesian lines: of 3e-4, 1e-3, 2e-3 and 4e-3 the best was 4e-3, 1e-3 and 3e-4 at rates 0.15, 0.33 and
    0.6, so the outer two are the ends of that grid; at 0.15 the choice mattered by 0.2 dB only.
    Radon, TV: 5e-5 ||A||^2, a compromise: on three random ellipses without noise the smallest lambda tried was best in
    PSNR at 50 and at 200 views, and slowest to solve.
    Noise of relative norm `noise` adds to it, at 1 % about ten times the weight for clean data; that share was not
    fitted.
    """
    if operator.rate is not None:
        return 1e-3 * (0.33 / operator.rate) ** 2 + noise
    return operator.norm() ** 2 * (5e-5 + 0.05 * noise)
