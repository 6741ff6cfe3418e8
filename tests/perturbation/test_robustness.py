"""rho(eps): the known answer of a linear method, inside the ball, and monotone."""

import numpy as np
import pytest
import torch

from stabview.perturbation.robustness import monotone, worst_errors
from stabview.sampling.matrices import GaussianOperator


def test_the_worst_errors_of_a_linear_method_are_found():
    operator = GaussianOperator((4, 4), rate=1.5, seed=0, dtype=torch.float64)
    x = torch.randn((3, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    y = operator(x)

    def inverse(data, a):
        return a.minimum_norm(data)

    levels = (0.0, 0.01, 0.1)
    results = list(worst_errors(inverse, operator, x, levels, steps=300, restarts=3))
    gain = 1 / np.linalg.svd(operator.matrix.numpy(), compute_uv=False)[-1]
    for one in results:
        size = torch.linalg.vector_norm(y, dim=1)
        assert bool((torch.linalg.vector_norm(one.delta, dim=1) <= one.level * size * (1 + 1e-9)).all())
        assert one.errors.sqrt().numpy() == pytest.approx((one.level * size * gain).numpy(), rel=0.02, abs=1e-9)
        assert bool((one.noise <= one.errors * (1 + 1e-9)).all())
    curve = monotone(results)
    assert list(curve) == sorted(levels) and list(curve.values()) == sorted(curve.values())
