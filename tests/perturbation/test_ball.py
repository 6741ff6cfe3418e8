"""Nearest points of the balls, in the usual sense and in another metric."""

import pytest
import torch

from stabview.perturbation.ball import Ball, Box, Euclidean, Product, Spike

PRODUCT = Product(((slice(0, 6), Euclidean()), (slice(6, 9), Box()), (slice(9, 15), Spike())))


@pytest.mark.parametrize("ball", [Euclidean(), Box(), Spike(), PRODUCT])
@pytest.mark.parametrize("weighted", [False, True])
def test_no_point_of_the_ball_is_nearer(ball: Ball, weighted: bool):
    """<s (v - u), w - u> <= 0 for every w in the ball, which the furthest w along s (v - u) decides."""
    generator = torch.Generator().manual_seed(1)
    width = 15 if ball is PRODUCT else 14
    v = 3 * torch.randn((4, width), generator=generator, dtype=torch.float64)
    v[3] *= 1e-3  # inside already
    metric = 10 ** (4 * torch.rand((4, width), generator=generator, dtype=torch.float64) - 3)
    for start in (0,) if isinstance(ball, Spike) else (9,) if ball is PRODUCT else ():
        metric[:, start + 1 :: 2] = metric[:, start : width - 1 : 2]  # a pair has one weight
    u = ball.project(v, 0.8, metric if weighted else None)
    assert (ball.norm(u) <= 0.8).all() and torch.allclose(u[3], v[3], rtol=1e-9)
    pull = (metric if weighted else 1) * (v - u)
    for part, one in ball.parts if ball is PRODUCT else ((slice(None), ball),):
        p = pull[:3, part]
        beyond = (p * (0.8 * one.extreme(p) - u[:3, part])).sum(dim=1)
        assert (beyond <= 2e-5 * (p * v[:3, part]).sum(dim=1).abs()).all()
