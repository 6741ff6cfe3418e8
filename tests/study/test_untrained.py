"""A study with an untrained network: the fit shows its progress, can be cancelled, and never blocks anybody."""

import time

import pytest

from stabview.images.errors import InputError
from stabview.methods.networks.cards import shipped_card
from stabview.study.answers import search
from stabview.study.networks import first_for, taking
from stabview.study.problem import Parts, build_problem
from stabview.study.study import ImageChoice, NetworkChoice, PerturbationChoice, Study
from stabview.study.workbench import Workbench

STUDY = Study(ImageChoice(phantom="head-flair", size=32), network=NetworkChoice(name="conv-decoder"))
WAIT = 30


def until(holds) -> None:
    end = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_fit_shows_progress_and_is_cancelled_at_once():
    bench = Workbench(STUDY)
    try:
        until(lambda: bench.progress.text == "fitting ConvDecoder" and bench.progress.done > 3)
        assert bench.progress.busy and bench.progress.total == 1000
        assert bench.scene is not None, "what is measured is shown before the fit has ended"
        bench.cancel()
        assert bench.settle(WAIT) and not bench.progress.busy and bench.last_error is None
        bench.change(STUDY.having(network=NetworkChoice(name="firenet")), "network")
        assert bench.settle(WAIT) and bench.frame().panels["network"].shape == (32, 32)
    finally:
        assert bench.close()


def test_taking_one_brings_the_search_that_works_and_leaving_it_the_usual():
    usual = Study()
    taken = usual.having(**taking(shipped_card("conv-decoder"), usual))
    assert taken.perturbation.search == "joint-descent"
    back = taken.having(**taking(shipped_card("deep-mri"), taken))
    assert back.perturbation == PerturbationChoice()
    assert first_for("radial-fourier").name == "firenet", "none that takes minutes is chosen unasked"


def test_searches_by_gradients_refuse_before_any_fit():
    problem = build_problem(STUDY, Parts())
    with pytest.raises(InputError, match="use the search 'joint-descent'"):
        next(search(problem))
