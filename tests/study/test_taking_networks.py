"""Taking a shipped MRI network into a study: what it was trained for comes with it, and goes with it."""

from dataclasses import replace

import pytest
import torch

from stabview.measures.errors import psnr
from stabview.methods.networks.cards import shipped_card
from stabview.study.networks import taking
from stabview.study.problem import Parts, build_problem
from stabview.study.study import SamplingChoice, Study


@pytest.mark.parametrize(("name", "gain"), [("unet", 1.5), ("varnet", 3), ("mri-vn", 1.5), ("irim", 3)])
def test_a_network_reconstructs_the_head_of_the_study_it_is_taken_into(name, gain):
    usual = Study()
    study = usual.having(**taking(shipped_card(name), usual))
    problem = build_problem(study, Parts())
    with torch.no_grad():
        network, quick = (psnr(f(problem.y, problem.operator), problem.x) for f in (problem.network, problem.quick))
    assert network > quick + gain


def test_coils_lines_and_noise_of_a_network_come_and_go_with_it():
    usual = Study()
    card = shipped_card("mri-vn")
    taken = usual.having(**taking(card, usual))
    expected = {"operator": "multicoil", "rate": card.trained_rate, **card.sampling}
    assert {key: getattr(taken.sampling, key) for key in expected} == expected and expected["coils"] == 15
    back = taken.having(**taking(shipped_card("deep-mri"), taken))
    assert back.sampling == replace(SamplingChoice(), rate=shipped_card("deep-mri").trained_rate)
    louder = taken.having(sampling=replace(taken.sampling, noise=0.2))
    kept = louder.having(**taking(shipped_card("deep-mri"), louder))
    assert kept.sampling.noise == 0.2, "what the user chose stays"
