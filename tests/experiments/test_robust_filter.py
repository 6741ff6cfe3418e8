"""The robust singular-value filter: the closed form is the minimum, and learning finds it."""

import numpy as np
import pytest

from stabview.experiments import catalogue
from stabview.experiments.robust_filter import closed_form, one_for_each_image


def objective(q: np.ndarray, sigma: np.ndarray, eps: float, lambda_: float) -> float:
    return (1 + lambda_) * np.sum((1 - q * sigma) ** 2) + lambda_ * eps**2 * np.max(np.abs(q)) ** 2


@pytest.mark.parametrize(("eps", "lambda_"), [(0.1, 1.0), (0.5, 0.3), (1e-4, 1.0)])
def test_no_other_filter_is_better_than_the_closed_form(eps, lambda_):
    generator = np.random.default_rng(0)
    sigma = generator.uniform(0.02, 1, 6)
    q = closed_form(sigma, eps, lambda_)
    best = objective(q, sigma, eps, lambda_)
    for size in (1e-1, 1e-2, 1e-3):
        for _ in range(300):
            assert objective(q + size * generator.standard_normal(6), sigma, eps, lambda_) >= best


def test_the_two_by_two_case_and_what_a_worst_case_for_each_image_makes_of_it():
    assert closed_form(np.array([1.0, 0.1]), 0.1, 1.0) == pytest.approx([1.0, 0.1 / (0.01 + 0.005)])
    assert one_for_each_image(0.1, 0.1, 1.0)[1] == pytest.approx(8.49, abs=0.3)


def test_the_learnt_filter_is_the_closed_form():
    finding = list(catalogue.run("robust-filter", {"size": 6, "steps": 3000}))[-1]
    assert finding.agrees
    assert finding.figures["largest relative difference of learnt and exact q"] < 0.02
    clean, worst = ({row[0]: row[k] for row in finding.tables[1].rows} for k in (1, 2))
    assert clean["closed form"] > clean["pseudo-inverse"] and worst["closed form"] < worst["pseudo-inverse"]
