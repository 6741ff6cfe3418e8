"""Experiments of a study: run without a window, their results written, their parameters checked."""

import csv
import json

import pytest

from stabview.experiments.catalogue import experiment
from stabview.experiments.finding import Finding
from stabview.images.errors import InputError
from stabview.report.findings import write_findings
from stabview.study.experiments import ExperimentRun
from stabview.study.runner import run_experiments
from stabview.study.study import ExperimentChoice, Study
from stabview.study.toml_file import read_study, study_from_dict, write_study

QUICK = ExperimentChoice("lasso-failure", {"sweeps": 500})


def test_a_study_with_an_experiment_reads_back_and_refuses_what_it_does_not_take(tmp_path):
    study = Study(experiments=(QUICK,))
    write_study(study, tmp_path / "study.toml")
    assert read_study(tmp_path / "study.toml") == study
    for parameters, words in (({"sweep": 5}, "no parameter"), ({"sweeps": "many"}, "whole number")):
        with pytest.raises(InputError, match=words):
            study_from_dict({"experiments": [{"name": "lasso-failure", "parameters": parameters}]})
    with pytest.raises(InputError, match="did you mean 'lasso-failure'"):
        study_from_dict({"experiments": [{"name": "lasso-failures"}]})


def test_files_of_experiments_start_at_the_studys_folder_and_are_reported_by_name(tmp_path):
    given = {"name": "methods-gallery", "parameters": {"mr_image": "data/slice.npy"}}
    study = study_from_dict({"experiments": [given]}, folder=tmp_path)
    path = study.experiments[0].parameters["mr_image"]
    assert path == str(tmp_path / "data" / "slice.npy")
    write_study(study, tmp_path / "study.toml")
    assert 'mr_image = "data/slice.npy"' in (tmp_path / "study.toml").read_text()
    entry = experiment("methods-gallery")
    run = ExperimentRun(entry, entry.values({"mr_image": path}), Finding(1, 1, ""), 0.0, None, finished=True)
    assert run.facts["parameters"]["mr_image"] == "slice.npy" and run.facts["parameters"]["ct_image"] == ""


def test_experiments_are_run_and_written_each_under_its_name(tmp_path):
    news = []
    study = Study(experiments=(QUICK, QUICK))
    files = run_experiments(study, tmp_path, write_findings, device="cpu", tell=lambda *facts: news.append(facts))
    result = json.loads((tmp_path / "result.json").read_text())
    assert set(result["experiments"]) == {"lasso-failure", "lasso-failure-2"}
    entry = result["experiments"]["lasso-failure"]
    assert entry["figures"]["error of the wrong column"] == pytest.approx(1.1693, abs=1e-4)
    assert entry["finished"] and result["provenance"]["device"]
    assert news[-1][1] == news[-1][2], "progress comes to its end"
    with (tmp_path / "lasso-failure" / "table-1.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == entry["tables"][0]["columns"] and len(rows) == 1 + len(entry["tables"][0]["rows"])
    page = (tmp_path / "report.html").read_text()
    assert entry["verdict"].split("<")[0] in page and "Not for diagnosis" in page
    assert read_study(tmp_path / "study.toml") == study and all(path.is_file() for path in files)
