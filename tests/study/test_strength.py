"""A study's proof of strength: kept for the next run, in its result and in its report."""

import json
from dataclasses import replace

import pytest

from stabview.images.errors import InputError
from stabview.report.write import write_outcome
from stabview.study.problem import Parts, build_problem
from stabview.study.runner import run_study
from stabview.study.strength import known_strength, prove
from stabview.study.study import ImageChoice, PerturbationChoice, SamplingChoice, Study, SweepChoice
from stabview.study.workbench import Workbench

STUDY = Study(
    image=ImageChoice(phantom="head-flair", size=32), sampling=SamplingChoice(rate=0.5),
    sweep=SweepChoice(rates=(0.5,)), perturbation=PerturbationChoice(steps=3, max_relative_norm=0.03, prove=True),
)  # fmt: skip


def test_a_proof_is_in_the_result_and_holds_for_the_same_search(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fresh = build_problem(STUDY, Parts())
    assert known_strength(fresh) == {"strength": "strength not established"}
    told = []
    run_study(STUDY, tmp_path / "out", write_outcome, device="cpu", tell=lambda what, *news: told.append(what))
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    proof = result["validity"]
    assert {check["name"] for check in proof["checks"]} >= {"gradient", "linear twin", "planted instability"}
    assert proof["outcome"] in ("observed", "not found within the budget", "inconclusive")
    assert told.count("proof of strength") > 11, "it can be stopped after every step"
    assert proof["strength"] in (tmp_path / "out" / "report.html").read_text()
    assert known_strength(fresh) == {**proof, "checks": proof["checks"]}
    other = replace(STUDY.perturbation, max_relative_norm=0.02)
    longer = build_problem(STUDY.having(perturbation=other), Parts())
    assert "checks" not in known_strength(longer), "another budget, another proof"


def test_the_workbench_proves_what_it_found_when_asked_to(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bench = Workbench(STUDY.having(perturbation=replace(STUDY.perturbation, prove=False)), device="cpu", threads=1)
    try:
        bench.run_search()
        assert bench.settle(60)
        assert bench.strength == "strength not established"
        bench.change(STUDY, "proof")
        assert bench.settle(60)
        assert "grade" in bench.strength or "fails" in bench.strength
        assert bench.count == 4, "the search is still there"
    finally:
        bench.close()


def test_what_is_no_search_cannot_be_proven():
    saved = replace(STUDY.perturbation, search="saved")
    with pytest.raises(InputError, match="cannot be proven"):
        list(prove(build_problem(STUDY.having(perturbation=saved), Parts())))
