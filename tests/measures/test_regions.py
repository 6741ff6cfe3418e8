"""Regions and lines: which pixels count, and values between pixels."""

import numpy as np
import pytest

from stabview.measures.regions import histogram, line_positions, line_profile, region_mask, region_statistics


def test_a_rectangle_holds_the_pixels_whose_centres_lie_in_it():
    mask = region_mask((10, 12), (2, 3), (5, 7), ellipse=False)
    assert mask[3:8, 2:6].all() and mask.sum() == 20
    assert region_mask((10, 12), (4.2, 4.2), (4.2, 4.2), ellipse=False).sum() == 1


def test_an_ellipse_has_the_area_of_one():
    mask = region_mask((200, 300), (20, 30), (240, 150), ellipse=True)
    assert mask.sum() == pytest.approx(np.pi * 110 * 60, rel=0.01)


def test_statistics_leave_out_what_is_no_number():
    picture = np.full((8, 8), 2.0, np.float32)
    picture[1, 1], picture[2, 2] = np.nan, 5.0
    found = region_statistics(picture, np.ones((8, 8), bool))
    assert (found.low, found.high, found.pixels) == (2.0, 5.0, 64)
    assert found.mean == pytest.approx((61 * 2 + 5 + 2) / 63)


def test_a_profile_is_exact_on_a_plane_and_not_a_number_outside():
    rows, columns = np.indices((20, 30)).astype(float)
    plane = 2 * columns - 3 * rows + 1
    start, end = (2.3, 4.6), (25.1, 17.2)
    positions, values = line_positions(start, end), line_profile(plane, start, end)
    share = positions / positions[-1]
    expected = 2 * (start[0] + share * 22.8) - 3 * (start[1] + share * 12.6) + 1
    np.testing.assert_allclose(values, expected, atol=1e-6)
    assert np.isnan(line_profile(plane, (25.0, 5.0), (33.0, 5.0))[-1])


def test_a_histogram_counts_every_finite_pixel_within_its_range_once():
    picture = np.array([[0.1, 0.1, 0.9], [np.nan, 2.0, 0.5]])
    shares = histogram(picture, 0.0, 1.0, bins=10)
    assert shares.sum() == pytest.approx(4 / 6) and shares[1] == pytest.approx(2 / 6)
