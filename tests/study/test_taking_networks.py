"""Taking a shipped MRI network into a study: what it was trained for comes with it, and goes with it."""

from dataclasses import replace

import pytest
import torch

from stabview.measures.errors import psnr
from stabview.methods.networks.cards import shipped_card, shipped_cards
from stabview.study.checks import check_study
from stabview.study.networks import brought, taking
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


TRAINED = [card for card in shipped_cards() if card.operator != "any"]


@pytest.mark.parametrize("card", TRAINED, ids=lambda card: card.name)
def test_every_network_brings_the_data_it_was_trained_at(card):
    usual = Study()
    other = usual.having(
        image=replace(usual.image, size=96), sampling=replace(usual.sampling, pattern="radial", rate=0.5, noise=0.2)
    )
    parts = taking(card, other)
    taken = other.having(**parts)
    check_study(taken)
    sampling = taken.sampling
    assert (taken.image.size, sampling.operator) == (card.size, card.operator)
    assert (sampling.views if sampling.counts_views else sampling.rate) == card.trained_rate
    assert sampling.noise == card.sampling.get("noise", 0)
    assert sampling.pattern == card.sampling.get("pattern", SamplingChoice().pattern)
    assert card.title in brought(card, other, parts) and brought(card, taken, taking(card, taken)) == ""
