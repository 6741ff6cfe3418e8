"""Structural details through several networks."""

from stabview.experiments import catalogue
from stabview.experiments.details_of_networks import word


def test_each_network_is_judged_on_its_own_samples():
    found = list(catalogue.run("structural-details", {"size": 48, "networks": "deep-mri"}))[-1]
    (row,), each = (table.rows for table in found.tables)
    assert len(each) == 4 and abs(sum(one[2] for one in each) / 4 - row[2]) < 1e-6
    assert row[1] == "25%" and row[6] == "kept"
    assert -0.5 < row[4] < row[2] < 1.5  # the network keeps more than zero-filling
    assert found.agrees == (row[5] == "kept") and len(found.pictures) == 4


def test_words_for_the_contrast_kept():
    assert [word(kept) for kept in (0.95, 0.5, 0.1, -0.2)] == ["kept", "blurred", "erased", "erased"]
