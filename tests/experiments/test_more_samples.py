"""PSNR against the amount of data."""

from stabview.experiments import catalogue
from stabview.experiments.more_samples import trend


def test_more_samples_help_the_reference_method():
    found = list(catalogue.run("more-samples", {"size": 48, "networks": "deep-mri"}))
    result = found[-1]
    rows = result.tables[0].rows
    rates, reference = [row[1] for row in rows], [row[3] for row in rows]
    assert (rates == sorted(rates) and 0.332 in [round(rate, 3) for rate in rates]) or 0.33 in rates
    assert reference[-1] > reference[0] + 5
    assert len(found) == len(rows) + 1


def test_trends_are_told_from_the_amount_of_the_training():
    curve = {20.0: {"network": 20.0}, 50.0: {"network": 30.0}, 200.0: {"network": 28.0}}
    assert trend(curve, 50) == "falls" and trend(curve, 20) == "rises"
    assert trend({50.0: {"network": 30.0}, 200.0: {"network": 30.5}}, 50) == "stagnates"
