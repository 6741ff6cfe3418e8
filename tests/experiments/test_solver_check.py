"""The algorithms find the same minima."""

from stabview.experiments import catalogue, solver_check
from stabview.experiments.solver_check import AGREE, Case


def test_two_algorithms_agree_on_each_kind_of_data(monkeypatch):
    cases = (
        Case("single-coil", "tv", "p2", ("admm", "primal-dual")),
        Case("single-coil", "wavelet", "p3", ("douglas-rachford", "firenet")),
        Case("multi-coil", "wavelet", "p2", ("fista", "admm")),
        Case("CT", "tv", "p2", ("admm", "primal-dual")),
    )
    monkeypatch.setattr(solver_check, "CASES", cases)
    monkeypatch.setattr(solver_check, "EXACT", 1e-5)
    result = list(catalogue.run("solver-check", {"size": 32, "steps": 4000}))[-1]
    assert result.figures["largest relative difference of the minima"] < AGREE, result.tables[0].rows
    assert result.figures["runs that stopped too early"] == 0, result.tables[0].rows
    assert result.agrees
