"""A report is replayed: the same numbers agree, a changed number or file is found and named."""

import json

import pytest

from stabview.images.errors import InputError
from stabview.report.findings import write_findings
from stabview.report.verify import verify
from stabview.report.write import write_outcome
from stabview.study.runner import StudyRun, run_experiments
from stabview.study.study import (
    Detail,
    ExperimentChoice,
    ImageChoice,
    NetworkChoice,
    PerturbationChoice,
    Study,
    SweepChoice,
)

STUDY = Study(
    image=ImageChoice(phantom="shepp-logan", size=48),
    network=NetworkChoice(name="firenet"),
    details=(Detail("lesion", (20.0, 22.0), 5.0, 0.3),),
    perturbation=PerturbationChoice(steps=3),
    sweep=SweepChoice(rates=(0.33, 1.0)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A report of a search that was stopped after two steps, its details and curve at the last iterate."""
    run = StudyRun(STUDY, device="cpu", threads=1)
    for frame in run.search():
        if frame.index == 2:
            break
    list(run.look_for_details(2))
    list(run.sweep(2))
    folder = tmp_path_factory.mktemp("report")
    run.write(write_outcome, folder)
    return folder


def changed(folder, tmp_path, change, *, keep_study=True):
    """A copy of result.json (and study.toml) after `change(result)`."""
    result = json.loads((folder / "result.json").read_text())
    change(result)
    (tmp_path / "result.json").write_text(json.dumps(result))
    if keep_study:
        (tmp_path / "study.toml").write_bytes((folder / "study.toml").read_bytes())
    return tmp_path / "result.json"


def test_a_report_is_reproduced_on_the_same_machine(folder):
    found = verify(folder, device="cpu", threads=1)
    assert found.agrees and found.largest < 1e-5 and found.compared > 60
    assert found.sentence.startswith("REPRODUCED")


def test_a_changed_number_is_named(folder, tmp_path):
    def better(result):
        result["iterates"][2]["network"]["psnr"] += 0.5

    found = verify(changed(folder, tmp_path, better), device="cpu", threads=1)
    assert not found.agrees and found.sentence.startswith("NOT REPRODUCED: 1 of")
    assert found.differences[0].startswith("iterates[2].network.psnr is ")


def test_the_study_within_the_result_is_enough_and_when_it_ran_does_not_count(folder, tmp_path):
    def another_day(result):
        result["provenance"] = {"started": "1999-12-31T23:59:59+00:00", "seconds": 1e9}

    assert verify(changed(folder, tmp_path, another_day, keep_study=False), device="cpu", threads=1).agrees


def test_a_changed_file_beside_the_report_is_named(folder, tmp_path):
    copy = tmp_path / "copy"
    for file in folder.rglob("*"):
        if file.is_file():
            (copy / file.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(folder)).write_bytes(file.read_bytes())
    (copy / "iterates.csv").write_text("index,psnr\n0,99\n")
    (copy / "arrays.npz").unlink()
    found = verify(copy, device="cpu", threads=1)
    assert set(found.differences) == {"iterates.csv was changed: its SHA-256 is another", "arrays.npz is missing"}


def test_a_report_of_an_earlier_version_is_replayed(folder, tmp_path):
    """Without what later versions say of the numbers, and with the study's own title."""

    def earlier(result):
        for key in ("outcome", "sizes", "anomalies", "left_out", "magnitude_image", "files"):
            result.pop(key, None)

    found = verify(changed(folder, tmp_path, earlier), device="cpu", threads=1)
    assert found.agrees and found.compared > 60


def test_what_is_said_of_the_numbers_is_not_compared_but_the_numbers_are(folder, tmp_path):
    def other_words(result):
        result["outcome"], result["anomalies"] = {"word": "INCONCLUSIVE"}, ["another sentence"]

    assert verify(changed(folder, tmp_path, other_words), device="cpu", threads=1).agrees


def test_an_experiment_is_replayed(tmp_path):
    choice = ExperimentChoice("lasso-failure", {"sweeps": 1000})
    run_experiments(Study(experiments=(choice,)), tmp_path, write_findings, device="cpu", threads=1)
    assert verify(tmp_path, device="cpu", threads=1).agrees


def test_what_is_no_result_is_refused(tmp_path):
    with pytest.raises(InputError, match="no result"):
        verify(tmp_path)
    (tmp_path / "result.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="no result of StabView"):
        verify(tmp_path)
