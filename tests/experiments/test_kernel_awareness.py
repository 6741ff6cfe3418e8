"""A detail in the kernel of the sampling changes no data."""

import pytest

from stabview.experiments import catalogue
from stabview.experiments.accuracy_rule import kinds
from stabview.experiments.kernel_awareness import needed, pair
from stabview.experiments.setting import setting


def test_the_pair_has_identical_data_and_identical_images():
    result = list(catalogue.run("kernel-awareness", {"size": 48}))[-1]
    assert result.figures["||Ax - Ax'|| / ||Ax||"] < 1e-6
    assert result.figures["||P_null d|| / ||d||"] > 0.05
    assert result.agrees
    for line in result.charts[0].lines:  # nested samples see ever more, all of k-space everything
        assert all(later >= earlier - 1e-5 for earlier, later in zip(line.y, line.y[1:], strict=False))
        assert abs(line.y[-1] - 1) < 1e-5


def test_so_it_has_for_tomographs():
    case = setting({"network": "ell-50", "size": 48, "amount": 12.0})
    figures, _ = pair(case, case.painted(kinds(case, 0.2, 10.0)["heart"]))
    assert figures["||Ax - Ax'|| / ||Ax||"] < 1e-6 and figures["||P_null d|| / ||d||"] > 0.05
    assert max(value for name, value in figures.items() if name.endswith("/ ||f(Ax)||")) < 1e-3


def test_the_rate_that_is_needed_lies_between_the_measured_ones():
    assert needed((0.1, 0.2, 0.4), (0.2, 0.4, 0.8), 0.5) == pytest.approx(0.25)
    assert needed((0.1, 0.2), (0.6, 0.8), 0.5) == "below 0.1" and needed((0.1, 0.2), (0.1, 0.2), 0.9) == "above 0.2"
