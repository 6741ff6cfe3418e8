"""SVG plots: valid XML with the points where the numbers say."""

from xml.etree import ElementTree as ET

import pytest

from stabview.report.axes import Axis, nice_ticks
from stabview.report.line_plot import Line, LinePlot, Look, NothingToDraw
from stabview.report.plots import CEILING, growth_plot, line_plot, sampling_plot
from stabview.report.write import complete

SVG = "{http://www.w3.org/2000/svg}"


def test_the_sampling_plot_draws_every_method_and_where_the_network_was_trained(outcome):
    text = sampling_plot(complete(outcome.result), trained=0.33, titles={"soa": "TV & <more>"})
    words = [element.text for element in ET.fromstring(text).iter(f"{SVG}text")]
    assert {"network", "TV & <more>", "quick inverse", "trained here", "PSNR in dB"} <= set(words)
    assert f"↑ above {CEILING:g}" in words, "a PSNR of 131 dB is an arrow, not the scale of all the others"
    strokes = {(e.get("stroke"), e.get("stroke-dasharray")) for e in ET.fromstring(text).iter(f"{SVG}path")}
    assert {("#D55E00", None), ("#0072B2", "8 4"), ("#4D4D4D", "2 4")} <= strokes


def test_points_stand_where_the_numbers_say():
    result = {
        "iterates": [{"index": j, "relative_norm": 0.01 * j, "network": {"change": 0.1 * j}} for j in (0, 1, 2)],
    }
    root = ET.fromstring(growth_plot(result))
    points = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle")][:3]
    (x0, y0), (x1, y1), (x2, y2) = points
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11) and x0 < x1
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.11) and y1 < y0, "upwards is more"


def test_bars_reach_from_the_lowest_to_the_highest_of_the_masks():
    sweep = [{"rate": rate, "psnr": {"soa": 30.0}} for rate in (0.2, 0.4, 0.6)]
    sweep[1] |= {"masks": 3, "psnr_low": {"soa": 26.0}, "psnr_high": {"soa": 32.0}}
    paths = [e.get("d") for e in ET.fromstring(sampling_plot({"sweep": sweep})).iter(f"{SVG}path")]
    (bar,) = [path for path in paths if path.count("M") == 3]
    bottom, top = (float(word) for word in bar.split("M")[1].split(" ")[1].split("V"))
    line = next(path for path in paths if path.count("L") == 2)
    _, middle, _ = (float(word.split(" ")[1]) for word in line.removeprefix("M").split("L"))
    assert (middle - top) / (bottom - middle) == pytest.approx(2 / 4, abs=0.01) and top < middle < bottom


def test_without_points_there_is_no_plot():
    assert sampling_plot({}) == "" and growth_plot({"iterates": [{"index": 0, "relative_norm": 0.0}]}) == ""


@pytest.mark.parametrize("values", [[0.0], [3.0, 3.0], [-2.0, 7.5], [1e-9, 2e-9], [0.05, 1.0]])
def test_ticks_enclose_the_values(values):
    ticks = nice_ticks(values)
    slack = 1e-9 * (ticks[-1] - ticks[0])
    assert ticks[0] - slack <= min(values) and max(values) <= ticks[-1] + slack
    assert 2 <= len(ticks) <= 12


def drawn(look: Look, *lines: Line, **options) -> LinePlot:
    return LinePlot("A title", "across", "down", lines, look=look, **options)


CURVES = tuple(Line(name, name, (1.0, 2.0, 3.0), (float(k), 2.0, 3.0)) for k, name in enumerate(("one", "two", "soa")))


def test_a_plot_wears_the_colours_it_is_given_and_no_other():
    look = Look(ground="#010203", ink="#040506", faint="#070809", grid="#0a0b0c", soa="#0d0e0f", series=("#101112",))
    root = ET.fromstring(drawn(look, *CURVES).svg)
    used = {element.get(kind) for element in root.iter() for kind in ("fill", "stroke")} - {None, "none"}
    assert used == {"#010203", "#040506", "#070809", "#0a0b0c", "#0d0e0f", "#101112"}


@pytest.mark.parametrize(("width", "height", "letters"), [(260, 190, 11), (720, 400, 13), (1400, 800, 24)])
def test_a_plot_fills_its_size_and_nothing_lies_outside(width, height, letters):
    plot = drawn(Look(width=width, height=height, letters=letters), *CURVES)
    root = ET.fromstring(plot.svg)
    assert (root.get("width"), root.get("height")) == (str(width), str(height))
    for point in plot.points:
        assert 0 < point.across < width and 0 < point.down < height
    for element in root.iter(f"{SVG}text"):
        if element.get("x") is not None:
            assert 0 <= float(element.get("x")) <= width and 0 < float(element.get("y")) < height
    assert {(p.title, p.x, p.y) for p in plot.points if p.title == "two"} == {
        ("two", 1, 1),
        ("two", 2, 2),
        ("two", 3, 3),
    }


def test_long_names_stay_whole_in_a_legend_that_takes_more_rows():
    names = [f"a reference method with a long name, {k}" for k in range(4)]
    svg = line_plot("t", "x", "y", [Line(name, name, (0.0, 1.0), (0.0, 1.0)) for name in names])
    words = {element.text: element for element in ET.fromstring(svg).iter(f"{SVG}text")}
    rows = {words[name].get("y") for name in names}
    assert len(rows) > 1


def test_a_curve_of_many_points_is_not_a_string_of_beads_but_every_point_of_a_cloud_is_drawn():
    many = tuple(float(k) for k in range(300))
    beads = drawn(Look(), Line("a", "a", many, many)).svg.count("<path transform")
    assert 5 < beads < 40
    assert drawn(Look(), Line("a", "a", many, many, joined=False)).svg.count("<path transform") > 300


def test_logarithmic_axes_leave_out_what_is_not_positive_and_say_powers():
    plot = drawn(Look(), Line("a", "a", (0.0, 1.0, 2.0), (1.0, 1e-6, 1e6)), log_y=True, log_x=True)
    assert [(point.x, point.y) for point in plot.points] == [(1.0, 1e-6), (2.0, 1e6)]
    assert "10⁻⁶" in plot.svg and Axis([1.0, 100.0], logarithmic=True).words(10.0) == "10"
    with pytest.raises(NothingToDraw):
        drawn(Look(), Line("a", "a", (0.0,), (1.0,)), log_x=True)
