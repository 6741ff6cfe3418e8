"""SVG plots: valid XML with the points where the numbers say."""

from xml.etree import ElementTree as ET

import pytest

from stabview.report.plots import CEILING, growth_plot, nice_ticks, sampling_plot
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


def test_without_points_there_is_no_plot():
    assert sampling_plot({}) == "" and growth_plot({"iterates": [{"index": 0, "relative_norm": 0.0}]}) == ""


@pytest.mark.parametrize("values", [[0.0], [3.0, 3.0], [-2.0, 7.5], [1e-9, 2e-9], [0.05, 1.0]])
def test_ticks_enclose_the_values(values):
    ticks = nice_ticks(values)
    slack = 1e-9 * (ticks[-1] - ticks[0])
    assert ticks[0] - slack <= min(values) and max(values) <= ticks[-1] + slack
    assert 2 <= len(ticks) <= 12
