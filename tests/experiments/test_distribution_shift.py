"""Scores within and beyond the distribution."""

from stabview.experiments import catalogue


def test_methods_are_compared_on_both_kinds_of_images():
    result = list(catalogue.run("distribution-shift", {"size": 48, "images": 2}))[-1]
    rows = {row[0]: row for row in result.tables[0].rows}
    assert {"Deep MRI (D5-C5)", "TV", "FIRENET", "Zero-filled"} <= set(rows)
    assert result.figures["images within"] == result.figures["images beyond"] == 2
    assert rows["TV"][1] > rows["Zero-filled"][1] and rows["TV"][2] > rows["Zero-filled"][2]
    for name in rows:  # the hard half is chosen by another method, and is harder for the good ones too
        assert rows[name][3] <= rows[name][2] <= rows[name][4]
    assert result.agrees is not None
