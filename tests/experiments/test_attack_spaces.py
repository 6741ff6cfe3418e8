"""The 2 x 2 problem: searches against closed forms."""

import pytest

from stabview.experiments import catalogue


def test_searches_meet_the_closed_forms_and_the_image_hides_what_the_data_show():
    result = list(catalogue.run("attack-spaces", {"eps": 0.1}))[-1]
    assert result.agrees
    assert result.figures["amplification by the inverse, image"] == pytest.approx(1)
    assert result.figures["amplification by the inverse, data"] == pytest.approx(100)


def test_the_robust_filter_gives_up_little_and_gains_much():
    rows = list(catalogue.run("attack-spaces", {"eps": 0.1}))[-1].tables[0].rows
    inverse, robust = (row for row in rows if row[0] == 0.1)
    assert robust[2] == pytest.approx(0.1 / (0.01 + 0.005))  # rho / (rho^2 + eps^2 lambda / (1 + lambda))
    assert robust[9] < 0.12 and inverse[10] - robust[10] > 0.4
