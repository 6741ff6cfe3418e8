"""Intervals and lines against known values."""

import math

import numpy as np

from stabview.measures.statistics import bootstrap_interval, linear_fit, rank_correlation, wilson_interval


def test_wilson_interval_of_a_textbook():
    low, high = wilson_interval(81, 263)  # Newcombe 1998, Table I
    assert math.isclose(low, 0.2553, abs_tol=5e-5) and math.isclose(high, 0.3662, abs_tol=5e-5)
    low, high = wilson_interval(0, 20)
    assert low == 0 and math.isclose(high, 0.1611, abs_tol=5e-5)


def test_bootstrap_interval_is_near_that_of_the_normal_distribution():
    values = np.random.default_rng(0).normal(3, 2, 400)
    low, high = bootstrap_interval(values)
    half = 1.96 * values.std() / 20
    assert math.isclose(low, values.mean() - half, abs_tol=0.03)
    assert math.isclose(high, values.mean() + half, abs_tol=0.03)


def test_line_and_ranks():
    fit = linear_fit([1, 2, 3], [5, 3, 1])
    assert math.isclose(fit.slope, -2) and math.isclose(fit.intercept, 7) and math.isclose(fit.r_squared, 1)
    assert math.isclose(rank_correlation([1, 2, 3, 4], [1, 8, 27, 64]), 1)
    assert math.isclose(rank_correlation([1, 2, 3], [3, 1, 2]), -0.5)
