"""PNG files: the right pixels, one window for all, signed ranges with their ends printed."""

import io

import numpy as np
import pytest
from PIL import Image

from stabview.report.pictures import contact_sheet, diverging, grey, panel_png, png, shared_ranges
from stabview.study.frames import Frame


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_grey_clips_to_the_window_and_never_stretches():
    picture = np.array([[-1.0, 0.2, 0.35], [0.8, 3.0, np.nan]])
    expected = np.array([[0, 0, 64], [255, 255, 0]])
    assert np.array_equal(decoded(png(grey(picture, (0.2, 0.8)))), expected)


def test_signed_pictures_are_symmetric_about_a_colour_for_0():
    colours = diverging(np.array([[-9.0, -0.5, 0.0, 0.5, 9.0]]), 0.5)[0].astype(int)
    assert np.array_equal(colours[0], colours[1]) and np.array_equal(colours[3], colours[4])
    assert colours[2].min() >= 245, "0 is white"
    assert colours[0][2] > colours[0][0] and colours[4][0] > colours[4][2], "blue below, orange above"


def test_all_images_of_a_report_share_one_window(outcome):
    ranges = shared_ranges(outcome.scene, outcome.frames)
    assert ranges.window == (0.0, pytest.approx(float(outcome.scene.x.max())))
    for frame in outcome.frames:
        for name in ("input", "network", "soa"):
            shown = decoded(panel_png(frame, name, ranges))
            assert shown.shape == outcome.scene.x.shape
            expected = np.clip(frame.panels[name] / outcome.scene.x.max(), 0, 1) * 255
            assert np.abs(shown - expected).max() <= 0.51


def test_the_signed_range_holds_the_differences_and_the_amplified_perturbation(outcome):
    ranges = shared_ranges(outcome.scene, outcome.frames)
    last = outcome.frames[-1].panels
    assert np.mean(np.abs(last["networkDifference"]) <= ranges.limit) > 0.99
    assert np.mean(np.abs(ranges.factor * last["perturbation"]) <= ranges.limit) > 0.99
    assert ranges.factor > 1
    shown = decoded(panel_png(outcome.frames[-1], "perturbation", ranges))
    assert np.array_equal(shown, diverging(ranges.factor * last["perturbation"], ranges.limit))


def test_png_files_say_their_window_and_the_notice(outcome):
    ranges = shared_ranges(outcome.scene, outcome.frames)
    said = Image.open(io.BytesIO(panel_png(outcome.frames[-1], "soaDifference", ranges))).text["Description"]
    assert f"{-ranges.limit:g}" in said and "Not for diagnosis" in said


def test_a_sheet_has_every_panel_enlarged_by_whole_pixels(outcome):
    frame, ranges = outcome.frames[-1], shared_ranges(outcome.scene, outcome.frames)
    sheet = decoded(contact_sheet(frame, outcome.scene, ranges))
    zoom = 8  # 48 x 40 pixels: the smallest whole number that makes 384 of 48
    expected = np.kron(grey(frame.panels["input"], ranges.window), np.ones((zoom, zoom), np.uint8))[1:-1, 1:-1]
    windows = np.lib.stride_tricks.sliding_window_view(sheet[:, :400, 0], expected.shape)
    assert any(np.array_equal(window, expected) for window in windows[:, 17])


def test_a_sheet_can_be_made_while_panels_are_missing(outcome):
    frame = outcome.frames[1]
    partial = Frame(frame.index, frame.relative_norm, None, {"input": frame.panels["input"]}, {})
    ranges = shared_ranges(outcome.scene, [partial])
    assert decoded(contact_sheet(partial, outcome.scene, ranges)).std() > 0
