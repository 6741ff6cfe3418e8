"""The Python interface: what its documentation shows, with the numbers of the command line."""

import json
from itertools import islice

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


def test_experiments_by_name_and_what_is_wrong_is_told(tmp_path):
    run = stabview.run_experiment("lasso-failure", sweeps=1000, out=tmp_path)
    assert run.finding.agrees and (tmp_path / "report.html").is_file()
    with pytest.raises(stabview.InputError, match="no parameter"):
        stabview.run_experiment("lasso-failure", sweep=1)
    with pytest.raises(stabview.InputError, match="hallucination"):
        stabview.load_study("halucination")
    with pytest.raises(AttributeError):
        _ = stabview.nothing
