"""Survival of lesions over size and contrast."""

import math

import torch

from stabview.experiments import catalogue
from stabview.experiments.contrast_detail import half_contrast, survives


def test_the_contour_is_where_half_survive():
    assert math.isclose(half_contrast((0.01, 0.1, 1.0), (0.0, 0.25, 0.75)), 10**-0.5)
    assert math.isnan(half_contrast((0.1, 1.0), (0.0, 0.2))) and half_contrast((0.1, 1.0), (0.6, 1.0)) == 0.1


def test_every_lesion_is_counted_with_its_interval():
    given = {"size": 64, "positions": 2, "sizes": 2, "contrasts": 3}
    found = list(catalogue.run("contrast-detail", given))
    rows = found[-1].tables[0].rows
    assert len(found) == 2 and len(rows) == 2 * 2 * 3
    assert all(low <= share <= high for *_, share, low, high in rows)
    by_size = {size: [row[3] for row in rows if row[1] == size] for size in {row[1] for row in rows}}
    assert sum(by_size[max(by_size)]) >= sum(by_size[min(by_size)])  # larger ones survive more often


def test_a_lesion_that_drowns_in_noise_does_not_survive():
    detail = torch.zeros(8, 8)
    detail[3:5, 3:5] = 0.1
    clean = torch.rand(8, 8)
    assert survives(clean + detail, clean, detail) and not survives(clean, clean, detail)
    assert not survives(clean + 4 * detail, clean, detail)
