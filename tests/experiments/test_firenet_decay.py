"""FIRENET's restarts: e^-k with 50 inner steps, a stall with 5, measured from a certified minimum."""

import math

import pytest

from stabview.experiments import catalogue
from stabview.experiments.firenet_decay import decay_slope


def test_decay_with_50_inner_steps_and_stall_with_5():
    result = list(catalogue.run("firenet-decay", {"size": 64, "restarts": 12}))[-1]
    assert result.agrees, result.verdict
    assert result.figures["its certified relative gap"] <= 1e-8
    gap = {inner: [row[2] for row in result.tables[0].rows if row[0] == inner] for inner in (5, 50, 200)}
    assert min(min(values) for values in gap.values()) > 0  # nothing lies below the minimum
    for before, after in zip(gap[50][2:6], gap[50][3:7], strict=True):
        assert before / after == pytest.approx(math.e, rel=0.2)
    assert gap[5][-1] > 0.9 * gap[5][-4]
    assert gap[200][-1] < 0.2 * gap[50][-1] < 1e-3 * gap[5][-1]


def test_slope_of_a_decay_that_ends():
    values = [math.exp(-k) + 1e-4 for k in range(20)]
    assert decay_slope(values) == pytest.approx(-1, abs=0.03)
    assert math.isnan(decay_slope([1.0, 0.99, 0.98]))
