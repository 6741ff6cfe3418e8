"""The Python interface: what its documentation shows, with the numbers of the command line."""

import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

import stabview
from stabview.cli import main


@pytest.fixture(scope="module")
def study():
    return stabview.Study(
        image=stabview.ImageChoice(phantom="shepp-logan", size=48),
        network=stabview.NetworkChoice(name="firenet"),
        details=(stabview.Detail("lesion", (20.0, 22.0), 5.0, 0.3),),
        perturbation=stabview.PerturbationChoice(steps=3),
        sweep=stabview.SweepChoice(rates=(0.33, 1.0)),
    )


def test_a_run_goes_step_by_step_and_is_what_the_command_line_writes(study, tmp_path):
    run = stabview.Run(study, device="cpu", threads=1)
    first = list(islice(run.search(), 2))
    assert [frame.index for frame in first] == [0, 1] and first[1].panels["network"].shape == (48, 48)
    assert [frame.index for frame in run.search()] == [2, 3], "it goes on where it was left"
    assert next(iter(run.look_for_details())).captured.keys() >= {"network", "soa"}
    points = {point.rate: point for point in run.sweep()}  # they come again with every further mask
    assert sorted(points) == [run.problem.operator.rate, 1.0] and points[run.problem.operator.rate].masks == 3
    run.save(tmp_path / "python")
    assert run.save_animation(tmp_path / "iterates.gif").is_file()
    stabview.write_study(study, tmp_path / "study.toml")
    assert stabview.load_study(tmp_path / "study.toml") == study
    line = ["run", str(tmp_path / "study.toml"), "--out", str(tmp_path / "line"), "--threads", "1", "--quiet"]
    assert main(line) == 0
    ours, theirs = (json.loads((tmp_path / name / "result.json").read_text()) for name in ("python", "line"))
    for one, other in zip(ours["iterates"], theirs["iterates"], strict=True):
        assert one["network"]["psnr"] == pytest.approx(other["network"]["psnr"], rel=1e-5)
        assert one["relative_norm"] == pytest.approx(other["relative_norm"], rel=1e-5)
    assert ours["details"] == theirs["details"]


def test_what_the_window_shows_of_an_iterate_can_be_had(study):
    run = stabview.Run(study, device="cpu", threads=1)
    frames = list(run.search())
    assert np.abs(run.panels(3)["network"] - frames[3].panels["network"]).max() < 1e-6
    phase = run.panels(3, "phase")["network"]
    assert phase.min() >= -np.pi and phase.max() <= np.pi and np.abs(phase).max() > 1e-3
    (row,) = (row for row in run.region(3, (15.0, 17.0), (25.0, 27.0)) if row.name == "network")
    cut = (slice(17, 28), slice(15, 26))
    assert row.now.mean == pytest.approx(frames[3].panels["network"][cut].mean(), abs=1e-5)
    assert row.shift == pytest.approx(row.now.mean - frames[0].panels["network"][cut].mean(), abs=1e-5)
    image, *_ = run.profile(3, (10.0, 22.0), (30.0, 22.0))
    assert image.now[0] == pytest.approx(frames[3].panels["input"][22, 10], abs=1e-5)
    other = run.other("tgv", 3)
    assert other.measures["other:tgv"]["psnr"] > frames[3].measures["quick"]["psnr"]
    with pytest.raises(stabview.InputError, match="tgv"):
        run.other("tgb")


def test_the_accuracy_rule_and_a_reader_study_from_python(study):
    strong = stabview.SoaChoice(lambda_=0.05)  # so that it has a limit at all
    study = study.having(soa=strong, details=(stabview.Detail("lesion", (24.0, 37.0), 3.5, 0.5),))
    run = stabview.Run(study, device="cpu", threads=1)
    contrast = run.fit_contrast(0)
    fitted = study.having(details=(replace(study.details[0], contrast=contrast),))
    (kept,) = stabview.Run(fitted, device="cpu", threads=1).look_for_details()
    assert 0.5 <= kept.captured["soa"] < 0.7
    with pytest.raises(stabview.InputError, match="no detail 1"):
        run.fit_contrast(1)
    list(run.search())
    plan = stabview.ReaderPlan(trials=6, iterate=3)
    trials = list(run.reader_trials(plan))
    assert len(trials) == 6 and {trial.truth for trial in trials} == {0, 1}
    answers = [stabview.Answer(trial.number, trial.truth, trial.truth, 1.0) for trial in trials]
    assert stabview.sensitivity(plan.question, answers).d_prime > 1


def test_experiments_by_name_and_what_is_wrong_is_told(tmp_path):
    run = stabview.run_experiment("lasso-failure", sweeps=1000, out=tmp_path)
    assert run.finding.agrees and (tmp_path / "report.html").is_file()
    with pytest.raises(stabview.InputError, match="no parameter"):
        stabview.run_experiment("lasso-failure", sweep=1)
    with pytest.raises(stabview.InputError, match="hallucination"):
        stabview.load_study("halucination")
    with pytest.raises(AttributeError):
        _ = stabview.nothing
