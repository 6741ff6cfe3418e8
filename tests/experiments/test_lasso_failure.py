"""The failing LASSO: the lectures' figures, and that the reason given for them is the right one."""

import numpy as np
import pytest

from stabview.experiments import catalogue
from stabview.experiments.lasso_failure import coordinate_descent, minimiser, objective, problem, sweeps_needed


def finding(**given):
    return list(catalogue.run("lasso-failure", given))[-1]


def test_the_table_of_the_lectures():
    result = finding(sweeps=20_000)
    assert result.agrees
    error, tight, warning = ({row[0]: row[k] for row in result.tables[0].rows} for k in (1, 4, 6))
    assert error["2^-1"] < 1e-12
    for exponent in (15, 20, 24, 26, 28, 30):
        assert error[f"2^-{exponent}"] == pytest.approx(1.1693, abs=5e-5)
        assert tight[f"2^-{exponent}"] == pytest.approx(1.17, abs=5e-3)
    assert tight["2^-7"] < 1e-14
    # as in the lectures: the limit is reached, and reported, until the columns cannot be told apart in float64
    assert [warning[f"2^-{e}"] for e in (15, 20, 24, 26, 28, 30)] == ["sweep limit"] * 4 + ["none"] * 2


def test_the_second_column_alone_is_the_minimiser():
    for delta in (0.5, 2.0**-7, 2.0**-12):
        a, y = problem(delta)
        exact = minimiser(0.1)
        unit = a / np.linalg.norm(a, axis=0) * np.sqrt(3)
        scaled = exact * np.linalg.norm(a, axis=0) / np.sqrt(3)
        slope = unit.T @ (unit @ scaled - y) / 3
        assert slope[1] == pytest.approx(-0.1, abs=1e-14) and abs(slope[0]) < 0.1
        assert objective(a, y, exact, 0.1) < objective(a, y, exact[::-1].copy(), 0.1)


@pytest.mark.parametrize("exponent", [4, 6, 8])
def test_the_sweeps_needed_are_the_sweeps_taken(exponent):
    delta = 2.0**-exponent
    a, y = problem(delta)
    end = coordinate_descent(a, y, 0.1, tolerance=0.0, max_sweeps=40_000)
    assert np.linalg.norm(end.x - minimiser(0.1)) < 1e-12
    assert end.sweeps == pytest.approx(sweeps_needed(delta, 0.1), abs=4)
