"""Regions and lines in the pictures of a frame, beside those of the clean data."""

import numpy as np
import pytest

from stabview.study.frames import Frame
from stabview.study.inspection import histograms, profile_curves, region_rows


@pytest.fixture
def frames():
    draw = np.random.default_rng(0)
    clean = {name: draw.random((30, 40)).astype(np.float32) for name in ("input", "network", "soa", "quick")}
    now = {name: picture + np.float32(0.25) for name, picture in clean.items()}
    return Frame(0, 0.0, 0.0, clean), Frame(3, 0.01, 1.0, now)


CORNERS = [((5, 6), (11, 9)), ((11, 9), (5, 6)), ((35.2, 25.4), (60, 80)), ((-9, -9), (2, 2))]


@pytest.mark.parametrize("corners", CORNERS)
def test_a_region_is_measured_as_in_the_whole_picture(frames, corners):
    clean, now = frames
    (start, end) = corners
    rows, columns = np.ogrid[:30, :40]
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(start, end, strict=True))
    inside = (columns >= left) & (columns <= right) & (rows >= top) & (rows <= bottom)
    for row in region_rows(now, clean, start, end, ellipse=False):
        values = now.panels[row.name][inside]
        assert (row.now.pixels, row.now.mean) == (values.size, pytest.approx(values.mean(), rel=1e-6))
        assert row.shift == pytest.approx(0.25, abs=1e-6) and row.change == pytest.approx(0.25, abs=1e-6)


def test_a_region_beside_the_image_has_no_rows(frames):
    assert region_rows(frames[1], frames[0], (-30, -30), (-20, -20), ellipse=True) == ()


def test_without_clean_data_nothing_is_said_of_a_change(frames):
    (row, *_) = region_rows(frames[1], None, (3, 3), (9, 9), ellipse=True)
    assert row.shift is None and row.change is None
    assert profile_curves(frames[1], None, (3, 3), (9, 9))[0].largest_change is None


def test_a_profile_says_how_far_it_moved(frames):
    for curve in profile_curves(frames[1], frames[0], (2, 3), (30, 20)):
        assert curve.largest_change == pytest.approx(0.25, abs=1e-6)


def test_histograms_of_large_pictures_are_those_of_every_nth_pixel():
    ramp = np.broadcast_to(np.linspace(0, 1, 1024, dtype=np.float32), (1024, 1024))
    shares = histograms(Frame(0, 0.0, 0.0, {"input": ramp}), 0.0, 1.0)["input"]
    assert shares.sum() == pytest.approx(1) and shares.max() < 2 / shares.size
