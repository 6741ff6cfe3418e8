"""Stored results of slow experiments: what `stabview run` wrote is read back, and the window says that it is stored."""

import pytest

from stabview import resources
from stabview.experiments.catalogue import EXPERIMENTS
from stabview.experiments.finding import Chart, Line
from stabview.methods.networks.cards import shipped_cards
from stabview.report.findings import write_findings
from stabview.study.experiments import experiment_runs
from stabview.study.stored import stored, stored_names
from stabview.study.study import ExperimentChoice, Study


def test_what_a_run_wrote_is_read_back(tmp_path, monkeypatch):
    choice = ExperimentChoice("hallucination-maps", {"size": 48})
    *_, run = experiment_runs(choice)
    write_findings([run], Study(experiments=(choice,)), tmp_path / "stored" / choice.name, provenance={})
    monkeypatch.setattr(resources, "path", lambda *parts: tmp_path.joinpath(*parts))
    again = stored(choice.name)
    assert again.run.finding.verdict == run.finding.verdict and again.run.finding.charts == run.finding.charts
    assert again.run.finding.figures == pytest.approx(run.finding.figures)
    assert [p.title for p in again.run.finding.pictures] == [p.title for p in run.finding.pictures if not p.signed]
    first = run.finding.pictures[0].pixels
    peak = max(p.pixels.max() for p in run.finding.pictures if not p.signed)
    assert abs(again.run.finding.pictures[0].pixels * peak - first).max() < 0.5 * peak / 255 + 1e-6
    assert "size 48" in again.words and again.words.startswith("Stored result of 20")
    assert run.networks["deep-mri"] and stored("transfer") is None


def test_points_that_are_not_finite_are_left_out():
    chart = Chart("t", "x", "y", (Line("a", (1.0, 2.0, 3.0), (1.0, float("nan"), 2.0)),))
    assert chart.finite.lines[0].x == (1.0, 3.0) and chart.finite.lines[0].y == (1.0, 2.0)


def test_shipped_results_belong_to_the_shipped_weights():
    """A stored result is made again when a network of it is trained again."""
    hashes = {card.name: card.weights_sha256 for card in shipped_cards()}
    for name in stored_names():
        found = stored(name)
        assert name in EXPERIMENTS and found.run.finding.verdict
        assert found.networks == {network: hashes[network] for network in found.networks}
