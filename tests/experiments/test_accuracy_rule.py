"""The accuracy rule: details that the reference method just captures."""

import math

from stabview.experiments import catalogue
from stabview.measures.details import smallest_captured


def test_bisection_finds_where_the_contrast_is_just_kept():
    amount, kept = smallest_captured(lambda c: 1 / (1 + 0.04 / c), 0.001, 1.0)
    assert 0.5 <= kept <= 0.51 and math.isclose(amount, 0.04, rel_tol=0.05)
    assert smallest_captured(lambda c: 0.9, 0.001, 1.0) == (0.001, 0.9)
    assert smallest_captured(lambda c: 0.2, 0.001, 1.0) == (1.0, 0.2)


def test_the_reference_method_captures_the_detail_just_so():
    given = {"size": 64, "noise": 0.03, "vary": "size", "contrast": 0.1}
    result = list(catalogue.run("accuracy-rule", given))[-1]
    just = [row for row in result.tables[0].rows if row[2] == "just captured"]
    assert just and all(0.5 <= row[3] <= 0.52 for row in just)
    assert len(result.pictures) == 1 + 3 * 4
