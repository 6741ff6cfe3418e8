"""Networks of one single operator: a study has to have it, and taking such a network brings it."""

from dataclasses import replace

import pytest
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.loading import load_shipped
from stabview.methods.networks.trial import operator_for
from stabview.study.answers import sweep
from stabview.study.checks import check_study
from stabview.study.curve import sweep_points
from stabview.study.networks import first_for, named, taking
from stabview.study.problem import Parts, build_problem
from stabview.study.settings import with_settings
from stabview.study.study import ImageChoice, NetworkChoice, PerturbationChoice, SamplingChoice, Study, SweepChoice
from stabview.study.toml_file import study_from_dict, study_to_dict

FIXED = ("automap", "lista")


@pytest.mark.parametrize("name", FIXED)
def test_taking_it_gives_a_study_that_works(name):
    card, study = named(name), Study(perturbation=PerturbationChoice(steps=2))
    study = study.having(**taking(card, study))
    check_study(study)
    assert (study.image.size, study.sampling.operator, study.network.name) == (card.size, card.operator, name)
    problem = build_problem(study, Parts())
    assert problem.objective.clean.shape == (card.size, card.size)
    back = study.having(**taking(named("deep-mri"), study))
    check_study(back)
    assert back.image.size == ImageChoice().size and back.sampling.pattern == SamplingChoice().pattern


def test_a_study_with_another_operator_is_refused_with_what_to_set():
    study = Study(network=NetworkChoice(name="automap"))
    with pytest.raises(InputError) as refused:
        check_study(study)
    told = str(refused.value)
    assert "\n" not in told
    for part in ("[image] size = 32", "[sampling]", 'pattern = "poisson-disc"', "rate = 0.6"):
        assert part in told
    right = study.having(**taking(named("automap"), study))
    with pytest.raises(InputError, match=r"set \[sampling\] seed = 0"):
        check_study(right.having(sampling=replace(right.sampling, seed=1)))


def test_a_study_file_and_a_setting_need_no_more_than_its_name():
    written = study_from_dict({"network": {"name": "automap"}})
    assert (written.image.size, written.sampling.pattern, written.sampling.rate) == (32, "poisson-disc", 0.6)
    assert study_from_dict(study_to_dict(written)) == written
    assert with_settings(Study(), ["sampling.rate=0.2", "network.name=automap"]) == written
    with pytest.raises(InputError, match="one operator only"):
        with_settings(Study(), ["network.name=automap", "image.size=64"])


@pytest.mark.parametrize("name", FIXED)
def test_the_network_itself_takes_no_other_data(name):
    network = load_shipped(name)
    operator = operator_for(network.card)
    assert network.refusal(operator) == ""
    changed = replace(network.card, sampling={**network.card.sampling, "seed": 1})
    for other in (operator_for(changed), operator_for(replace(network.card, size=48))):
        with pytest.raises(InputError, match=rf"{network.card.title} takes one operator only .*32 x 32 pixels"):
            network(torch.zeros(other.data_shape, dtype=other.dtype), other)


def test_the_sampling_curve_goes_on_without_it():
    study = Study(image=ImageChoice(phantom="ellipses"), sweep=SweepChoice(rates=(0.3, 0.6)))
    study = study.having(**taking(named("automap"), study))
    problem = build_problem(study, Parts())
    with torch.no_grad():
        still = type("Still", (), {"r": torch.zeros_like(problem.x)})()
        points = {round(point.rate, 1): set(point.psnr) for point in sweep_points(sweep(problem, still))}
    assert points == {0.3: {"soa", "quick"}, 0.6: {"soa", "quick", "network"}}


def test_an_operator_begins_with_its_usual_network():
    assert first_for("fourier").name == "deep-mri" and first_for("radon").name == "ell-50"
    assert first_for("gaussian").operator == "gaussian" and first_for("radial-fourier").operator == "any"
