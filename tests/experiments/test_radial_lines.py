"""Exact recovery of the phantom from 22 radial lines."""

import numpy as np

from stabview.experiments import catalogue
from stabview.experiments.radial_lines import radial_mask


def test_total_variation_recovers_the_phantom_from_22_lines():
    result = list(catalogue.run("radial-lines", {}))[-1]
    assert result.agrees
    assert result.figures["PSNR of total variation"] > 60
    assert result.figures["PSNR of zero-filling"] < 25
    phantom, _, recovered, _ = (picture.pixels for picture in result.pictures)
    assert np.abs(recovered - phantom).max() < 0.02


def test_too_few_lines_are_reported_as_such():
    for found in catalogue.run("radial-lines", {"size": 64, "lines": 5}):
        if found.done >= 20:
            break
    assert found.agrees is None
    assert found.figures["PSNR of total variation"] < 40


def test_lines_go_through_the_centre_and_are_as_many_as_asked_for():
    mask = radial_mask(257, 11)
    assert mask[128, 128]
    rows, columns = np.nonzero(mask)
    radius = np.hypot(rows - 128, columns - 128)
    degrees = np.rad2deg(np.arctan2(128 - rows, columns - 128))[(radius > 118) & (radius < 128)] % 180
    spacing = 180 / 11
    assert len(np.unique(np.round(degrees / spacing) % 11)) == 11
    assert np.abs(degrees / spacing - np.round(degrees / spacing)).max() * spacing < 0.5
