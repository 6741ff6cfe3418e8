"""The folder of an outcome: complete, consistent, without a half file, and readable by others."""

import csv
import hashlib
import json
import math

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.report.provenance import versions
from stabview.report.write import complete, frames_to_show, write_outcome
from stabview.study.study import ImageChoice
from stabview.study.toml_file import study_to_dict


def write(outcome, folder):
    return write_outcome(outcome.result, outcome.frames, outcome.scene, outcome.study, folder, arrays=outcome.arrays)


@pytest.fixture
def folder(outcome, tmp_path):
    write(outcome, tmp_path / "a" / "out")
    return tmp_path / "a" / "out"


def no_constants(word):
    raise AssertionError(f"{word} is not JSON")


def test_result_json_has_the_promised_form(outcome, folder):
    text = (folder / "result.json").read_text(encoding="utf-8")
    result = json.loads(text, parse_constant=no_constants)
    assert "null" not in text
    keys = {
        "version",
        "stabview",
        "image",
        "sampling",
        "methods",
        "clean",
        "iterates",
        "details",
        "sweep",
        "provenance",
        "study",
        "outcome",
        "anomalies",
        "left_out",
    }
    assert set(result) == keys
    assert result["version"] == 1 and result["stabview"] == "9.8.7"
    assert result["image"] == outcome.result["image"]
    assert result["iterates"] == outcome.result["iterates"]
    assert "quick" not in result["clean"], "an infinite PSNR is left out"
    assert set(result["sweep"][-1]["psnr"]) == {"network", "quick"}
    assert result["provenance"]["device"] == "CPU, 2 threads"
    assert {"python", "torch", "numpy", "platform", "written", "zone", "blas_numpy"} <= set(result["provenance"])
    assert result["outcome"]["word"] == "OBSERVED" and "iterate" in result["outcome"]["reason"]
    assert result["left_out"] == ["clean.quick.psnr", "sweep[4].psnr.soa"]


def test_numbers_of_numpy_become_plain_ones_and_unknown_ones_are_left_out():
    result = complete(
        {"image": {"shape": np.array([2, 3]), "norm": np.float32(0.5)}, "clean": {"soa": {"psnr": math.nan}},
         "iterates": [{"index": np.int64(1), "objective": None, "relative_norm": 0.0}], "details": []}
    )  # fmt: skip
    json.dumps(result, allow_nan=False)
    assert result["image"] == {"shape": [2, 3], "norm": 0.5}
    assert "clean" not in result
    assert result["iterates"] == [{"index": 1, "relative_norm": 0.0}]
    assert result["version"] == 1 and result["stabview"] and result["provenance"]["started"].endswith("+00:00")


def test_the_tables_have_the_numbers_of_the_json_file(folder):
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((folder / "iterates.csv").open(encoding="utf-8")))
    assert len(rows) == len(result["iterates"])
    for row, iterate in zip(rows, result["iterates"], strict=True):
        assert float(row["relative_norm"]) == iterate["relative_norm"]
        for method in ("network", "soa"):
            for name in ("psnr", "change", "amplification"):
                cell, value = row[f"{method}_{name}"], iterate[method].get(name)
                assert (cell == "") if value is None else (float(cell) == value)
    rows = list(csv.DictReader((folder / "sweep.csv").open(encoding="utf-8")))
    assert [float(row["rate"]) for row in rows] == [point["rate"] for point in result["sweep"]]
    assert [row["psnr_soa"] for row in rows][-1] == ""
    assert float(rows[0]["psnr_network"]) == result["sweep"][0]["psnr"]["network"]
    (detail,) = csv.DictReader((folder / "details.csv").open(encoding="utf-8"))
    assert detail == {
        "detail": "0", "kind": "lesion", "exposure": "0.6543", "captured_network": "0.1234", "captured_soa": "0.8765",
    }  # fmt: skip


def test_arrays_are_kept_without_pickle(outcome, folder):
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["x"], outcome.scene.x) and np.array_equal(arrays["mask"], outcome.scene.mask)
        for name, array in outcome.arrays.items():
            assert np.array_equal(arrays[name], array)
    with pytest.raises(TypeError, match="objects"):
        write_outcome({}, [], outcome.scene, outcome.study, folder, arrays={"r": np.array([None])})


def test_the_study_beside_the_result_is_the_one_that_ran(outcome, folder):
    import tomllib

    assert tomllib.loads((folder / "study.toml").read_text(encoding="utf-8")) == study_to_dict(outcome.study)


def test_shown_are_the_clean_data_the_first_loss_of_5_db_and_the_last(outcome):
    clean = outcome.result["clean"]["network"]["psnr"]
    losses = [clean - iterate["network"]["psnr"] for iterate in outcome.result["iterates"]]
    first = next(index for index, loss in enumerate(losses) if loss >= 5)
    assert [frame.index for frame in frames_to_show(outcome.result, outcome.frames)] == [0, first, 5]
    for iterate in outcome.result["iterates"]:
        iterate["network"]["psnr"] = clean - 4.9
    assert [frame.index for frame in frames_to_show(outcome.result, outcome.frames)] == [0, 5]


def test_every_file_is_whole_and_listed_with_its_hash(outcome, tmp_path):
    written = write(outcome, tmp_path)
    assert written[-1] == tmp_path / "report.html"
    there = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(there) == sorted(written), "nothing temporary is left"
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    for path in written[:-1]:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in report


def test_an_outcome_replaces_the_figures_of_the_one_before(outcome, tmp_path):
    (tmp_path / "mine.txt").write_text("not part of it")
    write(outcome, tmp_path)
    del outcome.result["sweep"]
    outcome.frames = outcome.frames[:1]
    write(outcome, tmp_path)
    assert not (tmp_path / "sweep.csv").exists() and not (tmp_path / "figures" / "sampling.svg").exists()
    assert {path.name[:11] for path in (tmp_path / "figures").glob("*.png")} == {"iterate-000"}
    assert (tmp_path / "mine.txt").exists()


def test_a_place_that_cannot_be_written_is_told(outcome, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="another folder"):
        write(outcome, tmp_path / "file")


def test_an_empty_result_can_be_written_too(outcome, tmp_path):
    outcome.result, outcome.frames, outcome.arrays = {}, [], {}
    write(outcome, tmp_path)
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["version"] == 1


def test_the_report_does_not_give_away_folders(outcome, tmp_path):
    outcome.study = outcome.study.having(image=ImageChoice(path="/home/somebody/clinic/slice.dcm"))
    write(outcome, tmp_path)
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    for text in (report, (tmp_path / "result.json").read_text(encoding="utf-8")):
        assert "somebody" not in text and "slice.dcm" not in text and "image.dcm" in text


def test_the_hash_of_the_manifest_is_printed_and_a_report_says_which_one_it_replaces(outcome, tmp_path):
    write(outcome, tmp_path)
    first = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["provenance"]
    write(outcome, tmp_path)
    second = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["provenance"]
    assert "supersedes" not in first and second["supersedes"] == first["report"] != second["report"]
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    digest = hashlib.sha256((tmp_path / "manifest.json").read_bytes()).hexdigest()
    assert report.partition("<h2>")[0].count(digest) == 1 and first["report"] in report


def test_a_search_that_was_stopped_is_a_deviation(outcome, tmp_path):
    outcome.result["iterates"] = outcome.result["iterates"][:3]
    for iterate in outcome.result["iterates"]:
        iterate["network"]["psnr"] = outcome.result["clean"]["network"]["psnr"] - 1
    write(outcome, tmp_path)
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The search made 2 of at most 5 iterates and was stopped" in report
    assert "INCONCLUSIVE" in report.partition("<h2>2.")[0]


def test_provenance_names_the_software_and_nobody():
    facts = versions()
    assert {"python", "numpy", "platform"} <= set(facts)
    assert not {"user", "host", "node", "home"} & set(facts)
