"""Grey windows, the amplification of r and the words for a pixel's value."""

import numpy as np
import pytest

from stabview.study import reading
from stabview.study.frames import Scene


def scene(units="HU", scale=2000.0, offset=-1000.0):
    none = dict.fromkeys(("spacing", "orientation", "mask", "angles", "rate", "trained_rate"))
    words = dict.fromkeys(("title", "network_title", "soa_title", "quick_title", "trust"), "")
    return Scene(
        x=np.ones((4, 4), np.float32), steps=(), units=units, scale=scale, offset=offset, samples=16, **none, **words
    )


def test_percentiles_leave_the_air_out():
    x = np.zeros((100, 100), np.float32)
    x[40:60, 40:60] = np.linspace(0.4, 1.0, 400).reshape(20, 20)
    low, high = reading.percentile_window(x, 1.0, 99.0)
    assert low == pytest.approx(0.406, abs=1e-3)
    assert high == pytest.approx(0.994, abs=1e-3)


def test_a_ct_window_lands_on_the_scale_of_x():
    low, high = reading.window_from_units(scene(), -160.0, 240.0)
    assert (low, high) == (pytest.approx(0.42), pytest.approx(0.62))
    assert reading.units_text(scene(), low) == "-160 HU"
    assert reading.units_text(scene(units="a.u."), 0.5) == ""


@pytest.mark.parametrize(("norm", "expected"), [(0.5, 1.0), (0.1, 1.0), (0.01, 10.0), (0.001, 100.0)])
def test_twice_the_rms_of_an_amplified_perturbation_comes_to_the_end_of_the_bar(norm, expected):
    x = np.ones((32, 32), np.float32)
    factor = reading.amplification_for(x, norm, 0.2, (1, 2, 5, 10, 20, 50, 100, 200))
    assert factor == expected
    assert reading.amplification_for(x, 0.0, 0.2, (1, 2, 5)) == 1.0


def test_a_value_never_reads_minus_zero():
    assert reading.value_text(-0.0001, signed=True) == "+0.000"
    assert reading.value_text(-0.25, signed=True) == "-0.250"
    assert reading.value_text(0.5) == "0.500"
