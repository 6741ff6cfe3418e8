"""The 10^-K table: the minimisers, and where LISTA and FIRENET end."""

import itertools

import pytest

from stabview.experiments import catalogue
from stabview.experiments.digits import BITS, DIGITS, twin_problem


@pytest.mark.parametrize(("bits", "digits"), list(itertools.product(BITS, DIGITS)))
def test_inputs_agree_to_n_bits_and_minimisers_do_not(bits, digits):
    one, other = (twin_problem(bits, digits, column) for column in (0, 1))
    assert float((one.a - other.a).abs().max()) <= 2.0**-bits
    assert float((one.minimiser - other.minimiser).norm()) * 10**digits == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize("digits", DIGITS)
def test_the_minimiser_is_one(digits):
    """It fits exactly, and a dual v with ||v|| <= 1 has |A* v| <= 1, reached on the support only."""
    problem = twin_problem(10, digits, 1)
    assert float((problem.a @ problem.minimiser - problem.y).norm()) < 1e-12
    v = problem.y * float(problem.minimiser[1])
    slope = problem.a.T @ v
    assert float(v.norm()) <= 1
    assert float(slope[1]) == pytest.approx(1, abs=1e-12)
    assert float(slope[[0, *range(2, len(slope))]].abs().max()) < 1


def test_neither_method_gets_k_digits():
    result = list(catalogue.run("digits", {"epochs": 40, "samples": 100}))[-1]
    assert result.agrees
    for _, digits, _, _, lista, firenet, _ in result.tables[0].rows:
        assert 10.0**-digits < lista <= 3.03 * 10.0**-digits
        assert firenet * 10**digits == pytest.approx(1.5, rel=0.01)  # the point between the two minimisers
