"""rho(eps) of the shipped robust family: live, monotone, above what noise does."""

import pytest

from stabview.experiments import catalogue
from stabview.experiments.robust_training import WAYS


@pytest.mark.parametrize("task", ["compressed sensing", "CT"])
def test_every_network_is_measured_by_the_same_search(task):
    found = list(catalogue.run("robust-training", {"task": task, "images": 2, "steps": 8, "restarts": 1}))
    assert [finding.done for finding in found] == list(range(1, len(WAYS) + 1))
    last = found[-1]
    assert last.verdict and last.agrees is not None
    assert [row[0] for row in last.tables[0].rows] == list(WAYS)
    for row, line in zip(last.tables[0].rows, last.charts[0].lines, strict=True):
        assert row[1] > 20, "dB: a good reconstruction of clean data"
        assert list(line.y) == sorted(line.y) and line.y[-1] > 1.5 * line.y[0]
        assert row[-1] < line.y[-2], "random perturbations do less harm than the worst one"
