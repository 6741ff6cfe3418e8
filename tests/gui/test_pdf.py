"""The report as PDF, read back without Qt: pages, the words on them, the pictures in it."""

import re

import numpy as np
import pytest

from stabview.gui.export.pdf import write_pdf
from stabview.images.errors import InputError
from stabview.report.html import page
from stabview.report.markup import figure
from stabview.report.pictures import png
from stabview.report.plots import Line, line_plot


def test_a_long_report_has_several_pages_with_its_pictures(qapp, tmp_path):
    grey = np.tile(np.arange(200, dtype=np.uint8), (100, 1))
    chart = line_plot("Growth", "norm", "change", [Line("network", "network", (0.0, 1.0), (0.0, 2.0))])
    text = "".join(f"<p>Sentence {k} of a long report.</p>" for k in range(150))
    pictures = figure("A ramp.", "image/png", png(grey)) + figure("A plot.", "image/svg+xml", chart.encode())
    (tmp_path / "report.html").write_text(page("Stability report", [("Results", pictures + text)]), encoding="utf-8")
    path = write_pdf(tmp_path / "report.html", tmp_path / "report.pdf")
    data = path.read_bytes()
    assert data.startswith(b"%PDF-1.") and data.rstrip().endswith(b"%%EOF")
    pages = int(re.search(rb"/Type\s*/Pages.*?/Count\s+(\d+)", data, re.DOTALL)[1])
    assert pages == len(re.findall(rb"/Type\s*/Page\b", data)) >= 3
    sizes = {(int(w), int(h)) for w, h in re.findall(rb"/Width (\d+)\s*/Height (\d+)", data)}
    assert (200, 100) in sizes and max(width for width, _ in sizes) > 1500, "pictures keep their pixels"


def test_a_report_that_is_not_there_is_told(qapp, tmp_path):
    with pytest.raises(InputError, match="write the report first"):
        write_pdf(tmp_path / "none.html", tmp_path / "a.pdf")
