"""The command line: what it prints, what it writes, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from stabview.cli import main
from stabview.experiments.catalogue import EXPERIMENTS
from stabview.study.examples import EXAMPLES
from stabview.study.toml_file import read_study

ROOT = Path(__file__).resolve().parents[1]
STUDY = """
[image]
phantom = "head-flair"
size = 64

[network]
path = "small.safetensors"

[[details]]
kind = "lesion"
position = [30, 36]
size = 5

[perturbation]
steps = 4

[sweep]
rates = [0.33, 1.0]
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a study and its small untrained network."""
    import torch
    from safetensors.torch import save_file

    from stabview.methods.networks.architectures import build

    torch.manual_seed(0)
    parameters = {"cascades": 1, "depth": 3, "filters": 8}
    card = {
        "name": "small", "title": "Small cascade", "summary": "Untrained.", "operator": "fourier",
        "architecture": "deep-mri", "parameters": parameters, "trained_rate": 0.33, "size": 64,
    }  # fmt: skip
    weights = build("deep-mri", parameters).state_dict()
    save_file(weights, tmp_path / "small.safetensors", metadata={"stabview": json.dumps(card)})
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def refused(capsys, *arguments: object) -> str:
    """What `stabview` says on standard error when it ends with 2: one sentence of one line."""
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("stabview: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


def test_run_writes_what_is_documented(folder, capsys):
    out = folder / "out"
    assert main(["run", str(folder / "study.toml"), "--out", str(out), "--threads", "1"]) == 0
    printed, progress = capsys.readouterr()
    assert str(out) in printed and "report.html" in printed
    assert "worst-case search: 5 of 5" in progress and "sampling curve: 6 of 6" in progress
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {
        "result.json", "study.toml", "arrays.npz", "iterates.csv", "sweep.csv", "details.csv", "report.html",
        "figures/sampling.svg", "figures/growth.svg", "figures/iterate-000-sheet.png", "figures/iterate-004-sheet.png",
    } <= names  # fmt: skip

    result = json.loads((out / "result.json").read_text())
    assert result["version"] == 1
    assert result["image"]["shape"] == [64, 64] and len(result["image"]["sha256"]) == 64 and result["image"]["norm"] > 0
    assert result["sampling"]["operator"] == "fourier" and result["sampling"]["seed"] == 0
    assert result["sampling"]["rate"] == pytest.approx(0.33, abs=0.02)
    assert result["sampling"]["samples"] == round(result["sampling"]["rate"] * 64 * 64)
    assert result["methods"]["network"]["name"] == "small" and len(result["methods"]["network"]["sha256"]) == 64
    assert result["methods"]["soa"]["name"] == "tv" and result["methods"]["soa"]["lambda"] > 0
    for method in ("network", "soa"):
        assert {"psnr", "ssim", "relative_error"} <= set(result["clean"][method])
    assert [iterate["index"] for iterate in result["iterates"]] == [0, 1, 2, 3, 4]
    for iterate in result["iterates"][1:]:
        assert iterate["objective"] > 0 and 0 < iterate["relative_norm"] <= 0.05
        for method in ("network", "soa"):
            wanted = {"change", "amplification", "lipschitz", "psnr", "ssim", "data_misfit"}
            assert wanted <= set(iterate[method])
    (detail,) = result["details"]
    assert detail["kind"] == "lesion" and set(detail["captured"]) == {"network", "soa"} and 0 < detail["exposure"] <= 1
    own, bars = {"rate", "psnr"}, {"masks", "psnr_low", "psnr_high"}
    assert [set(point) for point in result["sweep"]] == [own | bars, own], "all samples are one mask only"
    assert result["sweep"][0]["masks"] == 3
    assert {"device", "torch", "seed", "started", "seconds"} <= set(result["provenance"])
    assert not re.search(r"\b(null|NaN|Infinity)\b", (out / "result.json").read_text())

    with np.load(out / "arrays.npz") as arrays:
        x, r, network, mask = (arrays[name] for name in ("x", "r", "network", "mask"))
    assert r.shape == network.shape == (5, 64, 64) and mask.mean() == pytest.approx(result["sampling"]["rate"])
    for k, iterate in enumerate(result["iterates"]):
        assert np.linalg.norm(r[k]) / np.linalg.norm(x) == pytest.approx(iterate["relative_norm"], rel=1e-4)
    error = np.mean(np.abs(network[0] - x) ** 2)
    assert 10 * np.log10(np.abs(x).max() ** 2 / error) == pytest.approx(result["clean"]["network"]["psnr"], abs=1e-3)
    assert read_study(out / "study.toml") == read_study(folder / "study.toml")


def test_run_is_quiet_when_asked_and_takes_another_seed(folder, capsys):
    for seed in (1, 2):
        options = ["--out", folder / str(seed), "--quiet", "--seed", seed, "--threads", 1]
        assert main(["run", str(folder / "study.toml"), *map(str, options)]) == 0
        assert capsys.readouterr().err == ""
    first, second = (json.loads((folder / seed / "result.json").read_text()) for seed in "12")
    assert (first["sampling"]["seed"], second["sampling"]["seed"]) == (1, 2)
    assert first["sampling"]["mask_sha256"] != second["sampling"]["mask_sha256"]


def test_an_interrupted_run_ends_with_130_and_keeps_what_was_finished(folder):
    (folder / "long.toml").write_text(STUDY.replace("steps = 4", "steps = 5000"))
    command = [sys.executable, "-m", "stabview", "run", folder / "long.toml", "--out", folder / "out", "--threads", "1"]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore Ctrl+C
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=heed
    )
    for line in process.stderr:
        if line.startswith("worst-case search: 4 of"):
            os.kill(process.pid, signal.SIGINT)
            break
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130 and "Traceback" not in said
    assert said.splitlines()[-1].startswith("stabview: interrupted")
    result = json.loads((folder / "out" / "result.json").read_text())
    assert 3 <= len(result["iterates"]) < 5000 and (folder / "out" / "report.html").is_file()


def test_bad_studies_end_with_2_and_one_sentence(folder, capsys):
    cases = {
        "[sampling]\nrate = 3\n": "rate",
        "[sampling]\nrat = 0.3\n": "'rate'",
        "[image]\nphantom = 'sheep-logan'\n": "shepp-logan",
        "[image]\npath = 'nothing.dcm'\n[network]\nname = 'deep-mri'\n": "nothing.dcm",
        "[image]\nphantom = 'ellipses'\n[network]\npath = 'nothing.safetensors'\n": "nothing.safetensors",
        "[sampling]\noperator = 'radon'\n[network]\nname = 'deep-mri'\n": "ell-50",
        "[sampling]\nrate = 0,3\n": "line 2",
    }
    for text, word in cases.items():
        (folder / "bad.toml").write_text(text)
        assert word in refused(capsys, "run", folder / "bad.toml", "--out", folder / "out"), text
    assert "missing.toml" in refused(capsys, "run", folder / "missing.toml", "--out", folder / "out")
    assert "thread" in refused(capsys, "run", folder / "study.toml", "--out", folder / "out", "--threads", "0")
    assert not (folder / "out").exists()


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_computed(folder, capsys):
    (folder / "taken").write_text("a file")
    for place in (folder / "taken", folder / "taken" / "below"):
        assert "taken" in refused(capsys, "run", folder / "study.toml", "--out", place, "--threads", "1")


def test_examples_are_listed_one_a_line(capsys):
    assert main(["examples"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*EXAMPLES, *EXPERIMENTS]
    assert all(line.endswith(")") for line in lines), "each with its source"
    assert main(["examples", "--schema"]) == 0
    schema = capsys.readouterr().out
    assert all(word in schema for word in ("multilevel", "deep-mri", "head-flair", "max_relative_norm", "tolerance"))


def test_an_experiment_runs_by_name_with_its_parameters(tmp_path, capsys):
    command = ["run", "lasso-failure", "--set", "sweeps=300", "--out", str(tmp_path), "--quiet"]
    assert main(command) == 0
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["experiments"]["lasso-failure"]["parameters"]["sweeps"] == 300
    capsys.readouterr()
    assert "no parameter 'sweep'" in refused(capsys, "run", "lasso-failure", "--set", "sweep=3", "--out", str(tmp_path))
    assert "did you mean 'lasso-failure'" in refused(capsys, "run", "lasso-failures", "--out", str(tmp_path))


def test_a_report_is_replayed_and_a_changed_number_ends_with_1(folder, capsys):
    out = folder / "out"
    settings = ["--set", "perturbation.steps=2", "--set", "sweep.rates=[1.0]", "--threads", "1", "--quiet"]
    assert main(["run", str(folder / "study.toml"), "--out", str(out), "--pdf", "--film", "gif", *settings]) == 0
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF") and (out / "iterates.gif").is_file()
    assert main(["verify", str(out), "--threads", "1", "--quiet"]) == 0
    assert "REPRODUCED" in capsys.readouterr().out
    result = json.loads((out / "result.json").read_text())
    result["clean"]["soa"]["psnr"] += 1
    (out / "result.json").write_text(json.dumps(result))
    assert main(["verify", str(out / "result.json"), "--threads", "1", "--quiet"]) == 1
    said = capsys.readouterr().out
    assert "result.json was changed" in said and "clean.soa.psnr is" in said and "NOT REPRODUCED: 2 of" in said


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_written_edited_and_read(name, tmp_path, capsys):
    path = tmp_path / "mine.toml"
    assert main(["examples", "--export", name, str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    assert read_study(path) == EXAMPLES[name].study()


def test_an_unknown_example_or_demonstration_suggests_names(tmp_path, capsys):
    assert "'lesion'" in refused(capsys, "--demo", "lesions")
    assert "'hallucination'" in refused(capsys, "examples", "--export", "halucination", tmp_path / "x.toml")
    assert "cannot be written" in refused(capsys, "examples", "--export", "lesion", tmp_path / "no" / "x.toml")


def test_an_unknown_benchmark_is_refused_with_the_known_ones(capsys):
    assert "search, slider" in refused(capsys, "bench", "speed")


def test_networks_are_listed_described_and_checked(folder, capsys):
    assert main(["networks"]) == 0
    listing = capsys.readouterr().out
    assert "deep-mri" in listing and "ell-50" in listing
    assert main(["networks", "card", "deep-mri"]) == 0
    assert "565,770" in capsys.readouterr().out
    assert main(["networks", "check", str(folder / "small.safetensors")]) == 0
    checked = capsys.readouterr().out
    assert "ok   It has a gradient." in checked and "cannot run code" in checked and "Small cascade" in checked
    (folder / "bad.pt").write_bytes(b"\x80\x04N.")
    assert "safetensors" in refused(capsys, "networks", "check", folder / "bad.pt")
    assert "does not exist" in refused(capsys, "networks", "check", folder / "none.safetensors")
    assert "deep-mri" in refused(capsys, "networks", "card", "deep-mir")
    assert "networks check FILE" in refused(capsys, "networks", "train")


def test_a_network_with_broken_weights_is_said_to_be_unfit(folder, capsys):
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    path = folder / "small.safetensors"
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file({name: value * float("nan") for name, value in load_file(path).items()}, path, metadata=metadata)
    assert main(["networks", "check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert "FAIL It gives values that are not finite" in out and err.count("\n") == 1


def test_a_network_that_can_run_code_is_run_only_after_trust(folder, capsys, monkeypatch):
    monkeypatch.setattr("stabview.methods.networks.consent.consent_path", lambda: folder / "config" / "trusted.json")
    trace, study = folder / "trace", folder / "coded.toml"
    (folder / "nets.py").write_text(
        "import pathlib, torch\npathlib.Path(__file__).with_name('trace').touch()\n"
        "class Net(torch.nn.Module):\n    def forward(self, y, operator):\n        return operator.adjoint(y)\n"
    )
    study.write_text((folder / "study.toml").read_text().replace("small.safetensors", "nets.py:Net"))
    assert "--trust" in refused(capsys, "networks", "check", f"{folder}/nets.py:Net")
    assert "--trust" in refused(capsys, "run", study, "--out", folder / "out", "--quiet")
    assert not trace.exists()
    assert main(["run", str(study), "--out", str(folder / "out"), "--quiet", "--trust"]) == 0
    assert trace.exists() and json.loads((folder / "out" / "result.json").read_text())["methods"]["network"]["sha256"]
    assert main(["networks", "check", f"{folder}/nets.py:Net"]) == 0
    assert "agreed to on" in capsys.readouterr().out


def test_training_refuses_what_it_cannot_use(tmp_path, capsys):
    assert "net.safetensors" in refused(capsys, "train", "ell-50", "--out", tmp_path / "net.pt")
    assert "--data" in refused(capsys, "train", "deep-mri", "--out", tmp_path / "net.safetensors")
    missing = tmp_path / "nothing"
    assert "nothing" in refused(capsys, "train", "deep-mri", "--data", missing, "--out", tmp_path / "net.safetensors")
    (tmp_path / "net.checkpoint").write_bytes(b"no checkpoint")
    assert "remove it" in refused(capsys, "train", "ell-50", "--quiet", "--out", tmp_path / "net.safetensors")


def test_info_can_be_copied_into_a_question(capsys):
    assert main(["info", "--threads", "1"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("torch", "numpy", "python", "device: CPU, 1 thread\n", "resources"))


@pytest.mark.parametrize("arguments", [["run"], ["run", "a.toml"], ["--demo"], ["--no-such"], ["train", "dagan"]])
def test_wrong_usage_ends_with_2_and_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2 and "usage: stabview" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["run"], ["examples"], ["networks"], ["train"], ["bench"], ["info"]])
def test_every_command_has_help_with_the_notice(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0 and "Not for diagnosis" in out
