"""The window and the command line give the same numbers for the same study: they take the same path."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stabview.report.write import write_outcome
from stabview.study.runner import run_study
from stabview.study.study import (
    ImageChoice,
    NetworkChoice,
    PerturbationChoice,
    SamplingChoice,
    SoaChoice,
    Study,
    SweepChoice,
)

CT = Study(
    image=ImageChoice(phantom="ellipses", size=40),
    sampling=SamplingChoice("radon", views=15, noise=0.005),
    network=NetworkChoice(name="ell-50"),
    perturbation=PerturbationChoice(steps=4),
    sweep=SweepChoice(views=(6, 15)),
)
SHIPPED = Study(
    image=ImageChoice(phantom="head-t2", size=64),
    sampling=SamplingChoice(pattern="radial", rate=0.3),
    perturbation=PerturbationChoice(steps=3, real_only=True),
    soa=SoaChoice(lambda_=2e-3, tolerance=1e-4),
    sweep=SweepChoice(rates=(0.3,)),
)


def study_named(name: str, painted: Study) -> Study:
    if name == "painted, noisy":
        return painted
    if name == "ascent in the samples":
        search = PerturbationChoice(search="ascent", domain="samples", steps=12, seed=2)
        return painted.having(perturbation=search, sampling=replace(painted.sampling, pattern="multilevel", noise=0.0))
    return {"CT": CT.having(details=painted.details), "Deep MRI": SHIPPED}[name]


def largest_difference(first, second, where: str = "") -> tuple[float, str]:
    """The largest relative difference of two nested results, and where; anything else has to be equal."""
    if isinstance(first, dict):
        assert set(first) == set(second), where
        pairs = [(f"{where}.{key}", first[key], second[key]) for key in first]
    elif isinstance(first, list):
        assert len(first) == len(second), where
        pairs = [(f"{where}[{k}]", *pair) for k, pair in enumerate(zip(first, second, strict=True))]
    elif isinstance(first, float):
        return abs(first - second) / max(abs(first), 1e-6), where
    else:
        assert first == second, where
        return 0.0, where
    return max((largest_difference(one, other, place) for place, one, other in pairs), default=(0.0, where))


@pytest.mark.parametrize("name", ["painted, noisy", "ascent in the samples", "CT", "Deep MRI"])
def test_window_and_command_line_agree(name, painted, bench_of, tmp_path):
    study = study_named(name, painted)
    run_study(study, tmp_path / "line", write_outcome, device="cpu", threads=1)
    bench = bench_of(study, write=write_outcome).quiet()
    bench.run_search()
    bench.quiet().run_sweep()
    bench.quiet().report_to(tmp_path / "window")
    bench.quiet()
    assert bench.last_error is None
    results = [json.loads((tmp_path / folder / "result.json").read_text()) for folder in ("line", "window")]
    for result in results:
        del result["provenance"]
        assert len(result["iterates"]) > 3 and result["sweep"]
        for iterate in result["iterates"][1:]:
            assert {"change", "amplification", "lipschitz", "psnr"} <= set(iterate["soa"]) & set(iterate["network"])
    assert len(results[0].get("details", ())) == len(study.details)
    difference, where = largest_difference(*results)
    assert difference < 1e-5, where
    with np.load(tmp_path / "line/arrays.npz") as line, np.load(tmp_path / "window/arrays.npz") as window:
        assert set(line.files) == set(window.files) >= {"x", "r", "network"}
        for array in line.files:
            np.testing.assert_allclose(line[array], window[array], rtol=1e-5, atol=1e-6, err_msg=array)


def test_moving_about_in_the_window_changes_no_number(painted, bench_of, tmp_path):
    """Cold solves: what the slider looked at first makes no difference to what is reported."""
    run_study(painted, tmp_path / "line", write_outcome, device="cpu", threads=1)
    bench = bench_of(painted, write=write_outcome).quiet()
    bench.change(painted.having(soa=SoaChoice(lambda_=0.05)), "Weight")
    bench.stop_at(3)
    bench.run_search()
    bench.quiet()
    for index in (2, 0, 1):
        bench.move_to(index)
    bench.undo()
    bench.quiet().run_search()
    bench.quiet().move_to(5)
    bench.quiet().move_to(0)
    bench.quiet().report_to(tmp_path / "window")
    bench.quiet()
    line, window = (json.loads((tmp_path / folder / "result.json").read_text()) for folder in ("line", "window"))
    assert "sweep" in line and "sweep" not in window, "what was not computed is absent"
    for result in (line, window):
        for key in ("provenance", "sweep", "sweep_index"):
            result.pop(key, None)
    difference, where = largest_difference(line, window)
    assert difference < 1e-5, where


def test_an_interrupted_run_keeps_what_was_finished(study, tmp_path):
    def tell(what, done, total, seconds_left):
        assert total == 7
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "out", write_outcome, device="cpu", threads=1, tell=tell)
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert [iterate["index"] for iterate in result["iterates"]] == [0, 1, 2]
    assert "sweep" not in result and (tmp_path / "out" / "report.html").is_file()
