"""The shipped examples are complete studies, each with something to say about itself."""

import numpy as np
import pytest
import torch

from stabview.images.details import render_each
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.measures.details import contrast_kept
from stabview.study.examples import DETAILS, EXAMPLES, SAMPLING, SEARCH, example
from stabview.study.gallery import BEGIN, EXAMPLE, FIGURES, SECTIONS, entries
from stabview.study.problem import Parts, build_problem
from stabview.study.searching import search
from stabview.study.study import sweep_rates

TESTED = {"ell-50", "med-50", "dagan", "mri-vn", "deep-mri", "automap"}
"""The networks of Antun et al."""
TWO = ("network", "soa")


def test_every_figure_and_every_network_of_the_paper_is_one_click_away():
    shown = [entry for entry in entries() if entry.section in (BEGIN, FIGURES)]
    for figure in range(1, 6):
        assert any(f"Fig. {figure}" in entry.source for entry in shown), f"Fig. {figure}"
    studies = [example(entry.name).study() for entry in shown if entry.kind == EXAMPLE]
    assert {study.network.name for study in studies} == TESTED
    curves = {entry.study().network.name for entry in EXAMPLES.values() if entry.shows == SAMPLING}
    assert curves == TESTED - {"automap"}, "AUTOMAP takes one number of samples only"


def test_the_page_begins_with_three_stories_and_then_has_the_figures_in_order():
    found = entries()
    assert [entry.name for entry in found[:4] if entry.section == BEGIN] == [
        "hidden-lesion",
        "hallucination",
        "ell50-text",
    ]
    places = [SECTIONS.index(entry.section) for entry in found]
    assert places == sorted(places) and set(places) == set(range(len(SECTIONS))), "sections in order, none empty"
    figures = [entry.source.partition("Fig. ")[2][:1] for entry in found if entry.section == FIGURES]
    assert figures == sorted(figures, key=lambda figure: figure or "9")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_has_what_it_is_opened_for(name):
    entry, study = example(name), example(name).study()
    assert entry.shows in (SEARCH, SAMPLING, DETAILS)
    assert entry.shows != DETAILS or study.details
    if entry.shows == SAMPLING:
        trained = study.sampling.views if study.sampling.counts_views else study.sampling.rate
        assert min(sweep_rates(study)) < trained < max(sweep_rates(study)), "the curve goes on where training stopped"


def test_the_lesion_is_hidden_from_the_network_and_kept_by_the_reference_method():
    problem = build_problem(example("hidden-lesion").study(), Parts(), device=torch.device("cpu"))
    *_, last = search(problem)
    lesion = problem.details[0]
    data = problem.y - problem.operator(lesion.to(problem.operator.dtype))
    seen = {name: (last.reconstruction if name == "network" else problem.soa(last.y, problem.operator)) for name in TWO}
    left = {name: contrast_kept(seen[name], problem.methods[name](data, problem.operator), lesion) for name in TWO}
    assert abs(left["network"]) < 0.2 and left["soa"] > 0.7, left


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_can_be_run_and_says_what_it_shows(name):
    entry = example(name)
    study = entry.study()
    assert entry.name == name and entry.title and entry.sentence.endswith(".") and "20" in entry.source
    assert study.image.phantom and study.network.name, "an example needs no file of the user"
    x = prepare(phantom(study.image.phantom, study.image.size, study.image.seed), size=study.image.size).x
    for picture in render_each(x.shape, study.details):
        assert picture.any(), "a painted detail lies on the image"
        assert np.abs(x)[picture != 0].min() > 0, "and on the object, not on air"


def test_an_unknown_example_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="'lesion'"):
        example("leison")
