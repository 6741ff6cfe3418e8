"""Noise around a perturbation: its norm, and where it lives."""

import torch

from stabview.experiments import catalogue
from stabview.experiments.perturbation_ball import ball_draw
from stabview.experiments.setting import setting

SMALL = {"size": 48, "steps": 6, "budget": 0.2, "draws": 5}


def test_the_noise_is_measurable_and_as_long_as_asked_for():
    case = setting({"network": "deep-mri", "size": 48})
    v = ball_draw(case, 0.7, torch.Generator().manual_seed(1))
    assert abs(float(torch.linalg.vector_norm(v)) - 0.7) < 1e-5
    assert torch.allclose(case.operator.adjoint(case.operator(v)), v, atol=1e-5)  # v is in the range of A*


def test_without_noise_all_of_the_artefact_stays():
    result = list(catalogue.run("perturbation-ball", SMALL | {"share": 1e-6}))[-1]
    assert abs(result.figures["least share of the artefact kept"] - 1) < 1e-2
    assert len(result.tables[0].rows) == 5 and result.done == result.total
    assert sum(result.charts[0].lines[0].y) == 2 * 5  # every draw is in the histogram, both ends of its bin
