"""Every search, space, goal and target of a study, from its file to its result."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.study.checks import check_study
from stabview.study.outcome import Kept, arrays_of
from stabview.study.problem import Parts, build_problem
from stabview.study.searching import search, search_facts
from stabview.study.session import open_session, save_session
from stabview.study.study import Detail, ImageChoice, PerturbationChoice, SamplingChoice, Study
from stabview.study.toml_file import study_from_dict, study_text

PARTS = Parts()
STUDY = Study(
    image=ImageChoice(phantom="head-flair", size=32), sampling=SamplingChoice(noise=0.01, rate=0.5),
    details=(Detail("lesion", (16, 14), 4, 0.3),),
)  # fmt: skip


def problem_of(**choices):
    study = STUDY.having(perturbation=PerturbationChoice(**{"steps": 4, **choices}))
    check_study(study)
    assert study_from_dict(tomllib.loads(study_text(study))) == study
    return build_problem(study, PARTS)


@pytest.mark.parametrize(
    "choices",
    [
        {"search": "projected", "restarts": 2}, {"search": "adam", "domain": "operator"}, {"goal": "unseen"},
        {"search": "minimal-norm", "loss": 0.5, "steps": 12},
        {"search": "minimal-norm", "goal": "hide", "share": 0.2, "steps": 14}, {"goal": "region", "against": "soa"},
        {"goal": "hide", "search": "projected"}, {"against": "quick"}, {"precision": "bfloat16", "goal": "error"},
        {"domain": "physical", "knobs": {"motion": 0.5, "spike": 0.1}, "box": 0.5},
    ],
    ids=lambda choices: " ".join(map(str, choices.values())),
)  # fmt: skip
def test_a_study_may_ask_for_any_of_them(choices):
    problem = problem_of(**choices)
    iterates = list(search(problem))
    clean, last = iterates[0], iterates[-1]
    assert clean.index == 0 and len(iterates) > 3
    assert last.objective > 0 and 0 < last.relative_norm <= (0.5 if "box" in choices else 0.05)
    facts = search_facts(problem, tuple(iterates))
    if choices.get("domain") == "physical":
        assert facts["knobs"]["motion"]["size"] <= 0.25 and facts["knobs"]["spike"]["size"] <= 0.05
    if choices.get("against") == "soa":
        again = problem.objective.reconstruct(last.y)
        assert np.allclose(again, last.reconstruction, atol=1e-5), "what is shown is the network's"
    if choices.get("search") == "minimal-norm":
        assert facts["not_found_up_to"] < facts["smallest_harmful_norm"] <= 0.05


def test_a_budget_may_be_given_in_norms_of_the_noise():
    problem = problem_of(max_noise_ratio=0.7)
    *_, last = search(problem)
    size = np.linalg.norm(last.r) / np.linalg.norm(problem.noise)
    assert size == pytest.approx(0.7, rel=1e-4)
    assert search_facts(problem, (last,))["norm_over_noise"] == pytest.approx(0.7, rel=1e-3)
    quiet = replace(STUDY.sampling, noise=0.0)
    quiet = STUDY.having(sampling=quiet, perturbation=PerturbationChoice(max_noise_ratio=0.7))
    with pytest.raises(InputError, match="needs noise"):
        list(search(build_problem(quiet, Parts())))


def test_what_was_found_is_saved_and_applied_again(tmp_path):
    problem = problem_of()
    found = list(search(problem))
    np.savez(tmp_path / "r.npz", **arrays_of(problem, Kept(tuple(found), {})))
    again = list(search(problem_of(search="saved", saved=str(tmp_path / "r.npz"))))
    for one, other in zip(found, again, strict=True):
        assert np.allclose(one.reconstruction, other.reconstruction, atol=1e-4)
        assert one.objective == pytest.approx(other.objective, rel=1e-3, abs=1e-6)
    np.save(tmp_path / "small.npy", np.ones((8, 8)))
    with pytest.raises(InputError, match="8 x 8 pixels"):
        list(search(problem_of(search="saved", saved=str(tmp_path / "small.npy"))))


@pytest.mark.parametrize("name", ["projected", "adam", "minimal-norm"])
def test_a_session_brings_back_everything_a_search_goes_on_from(name, tmp_path):
    problem = problem_of(search=name, restarts=2, steps=6)
    whole = list(search(problem))
    kept = Kept(tuple(whole[:4]), {}, resumable=True, planned=7)
    save_session(tmp_path / "s.stabview", problem, kept, {})
    *_, last = open_session(tmp_path / "s.stabview").iterates(problem)
    rest = list(search(problem, last.state))
    assert [one.index for one in rest] == [one.index for one in whole[4:]]
    for one, other in zip(rest, whole[4:], strict=True):
        assert one.objective == pytest.approx(other.objective, rel=1e-4)


def test_unknown_knobs_and_limits_are_refused():
    for knobs, words in (({"moton": 1.0}, "motion"), ({"motion": -1.0}, "above 0"), ({"view-angle": 1.0}, "no knob")):
        with pytest.raises(InputError, match=words):
            problem_of(domain="physical", knobs=knobs).objective  # noqa: B018
