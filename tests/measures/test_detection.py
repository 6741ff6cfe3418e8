"""d' against the tables of signal detection theory, and its interval against simulated observers."""

import math

import numpy as np
import pytest

from stabview.measures.detection import two_alternatives, wilson, yes_or_no


@pytest.mark.parametrize(("correct", "d_prime"), [(0.5, 0.0), (0.76, 1.0), (0.92, 2.0)])
def test_two_alternatives_agree_with_the_table(correct, d_prime):
    # Macmillan and Creelman 2005, table A5.2: 2AFC, rounded to two digits of the share
    trials = 1_000_000
    assert two_alternatives(round(correct * trials), trials).d_prime == pytest.approx(d_prime, abs=0.02)


def test_yes_or_no_agrees_with_the_table():
    # Macmillan and Creelman 2005, chapter 1: H = 0.8, F = 0.4: d' = 1.095, c = -0.294
    found = yes_or_no(800_000, 1_000_000, 400_000, 1_000_000)
    assert found.d_prime == pytest.approx(1.095, abs=1e-3)
    assert found.criterion == pytest.approx(-0.294, abs=1e-3)
    assert found.correct == pytest.approx(0.7)


def test_wilson_agrees_with_the_published_example():
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)  # Newcombe 1998, table I, method 3


def test_perfect_and_worst_observers_stay_finite_and_bounded_on_one_side():
    best, worst = two_alternatives(10, 10), two_alternatives(0, 10)
    assert best.d_prime == pytest.approx(-worst.d_prime) and math.isfinite(best.d_prime)
    assert best.low < best.d_prime and math.isinf(best.high)
    perfect = yes_or_no(10, 10, 0, 10)
    assert 0 < perfect.low < perfect.d_prime < perfect.high < math.inf


def test_intervals_hold_the_truth_as_often_as_they_say():
    generator = np.random.default_rng(1)
    d_prime, trials, rounds = 1.2, 60, 400
    signal, noise = (generator.standard_normal((rounds, trials)) for _ in range(2))
    pairs = [two_alternatives(int(k), trials) for k in (signal + d_prime > noise).sum(axis=1)]
    counts = zip((signal + d_prime > 0.5).sum(axis=1), (noise > 0.5).sum(axis=1), strict=True)
    single = [yes_or_no(int(hit), trials, int(alarm), trials) for hit, alarm in counts]
    for found in (pairs, single):
        held = np.mean([one.low <= d_prime <= one.high for one in found])
        assert 0.92 <= held <= 0.99
