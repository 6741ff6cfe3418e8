"""What did not go as usual is found in the result and told; and the word for the outcome follows from it."""

from dataclasses import replace

import pytest

from stabview.report.anomalies import anomalies, unknown_numbers
from stabview.report.outcome import INCONCLUSIVE, NOT_FOUND, OBSERVED
from stabview.report.outcome import outcome as outcome_of
from stabview.report.write import complete
from stabview.study.toml_file import study_to_dict


@pytest.fixture(name="result")
def made_up_result(outcome):
    """The result as written, and its scene."""
    return complete({**outcome.result, "study": study_to_dict(outcome.study)}), outcome.scene


def harmless(result):
    for iterate in result["iterates"]:
        iterate["network"]["psnr"] = result["clean"]["network"]["psnr"] - 1
    return result


def test_solves_that_did_not_converge_are_counted_and_named(result):
    result, scene = result
    for iterate in result["iterates"]:
        iterate["soa"] |= {"converged": iterate["index"] not in (2, 4), "gap": 0.002 * iterate["index"]}
    told = " ".join(anomalies(result, scene))
    assert "did not reach its tolerance at 2 of 6 iterates (2, 4)" in told and "0.008" in told
    for iterate in result["iterates"]:
        iterate["soa"]["converged"] = True
    assert "tolerance" not in " ".join(anomalies(result, scene))


def test_clamped_values_and_sampling_that_the_network_was_not_trained_for_are_told(result):
    result, scene = result
    clean = anomalies(result, replace(scene, steps=("Resampled from 9 x 9 to 8 x 8 pixels.",)))
    assert not any(line.startswith("Image:") or "trained" in line for line in clean)
    steps = ("12 pixels below -1024 HU set to -1024 HU (air).", "JPEG: details may be altered by lossy compression.")
    told = anomalies(result, replace(scene, steps=steps, rate=0.2))
    assert [f"Image: {step}" for step in steps] == [line for line in told if line.startswith("Image:")]
    assert any("used at 20\u00a0% and trained at 33\u00a0%" in line for line in told)


def test_numbers_that_are_not_finite_are_told_by_their_place(result):
    raw = {"clean": {"soa": {"psnr": float("inf"), "ssim": 1.0}}, "sweep": [{"rate": float("nan")}]}
    assert unknown_numbers(raw) == ["clean.soa.psnr", "sweep[0].rate"]
    result, scene = result
    assert "clean.soa.psnr" in " ".join(anomalies({**result, "left_out": ["clean.soa.psnr"]}, scene))


def test_not_found_is_said_of_a_search_that_came_to_its_end_only(result):
    result, _ = result
    assert outcome_of(result)[0] == OBSERVED
    assert outcome_of(harmless(result))[0] == NOT_FOUND
    proven = {**result, "validity": {"outcome": "inconclusive"}}
    assert outcome_of(proven)[0] == INCONCLUSIVE, "the search failed its own proof"
    stopped = {**result, "iterates": result["iterates"][:3]}
    assert outcome_of(stopped)[0] == INCONCLUSIVE and "stopped before its budget" in outcome_of(stopped)[1]
    ended = {**stopped, "iterates": [dict(entry) for entry in stopped["iterates"]]}
    ended["iterates"][-1]["relative_norm"] = 0.05
    assert outcome_of(ended)[0] == NOT_FOUND, "fewer steps, but all of the budget"
    assert outcome_of({**result, "iterates": result["iterates"][:1]}) is None


def test_a_counterexample_is_one_however_the_search_ended(result):
    result, _ = result
    stopped = {**result, "validity": {"outcome": "inconclusive"}, "iterates": result["iterates"][:5]}
    assert outcome_of(stopped)[0] == OBSERVED
