"""The PDF of a report: notices and number on every page, pictures in their own pixels, nothing parted that belongs."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPainter, QPdfWriter, QTextTable
from PySide6.QtSvg import QSvgGenerator

from stabview.gui.export import pdf
from stabview.gui.export.pages import laid_out, pieces_of
from stabview.gui.export.pdf import write_pdf
from stabview.images.errors import InputError
from stabview.report.html import page
from stabview.report.markup import figure, table
from stabview.report.pictures import png
from stabview.report.plots import Line, line_plot
from stabview.report.wording import FOOT

PAGE = QSizeF(680.0, 900.0)


def plot() -> bytes:
    return line_plot("Growth", "norm", "change", [Line("network", "network", (0.0, 1.0), (0.0, 2.0))]).encode()


def paragraphs(count: int) -> str:
    return "".join(f"<p>Sentence {k} of a long report.</p>" for k in range(count))


def rows(count: int) -> str:
    return table(["<th>iterate</th><th>PSNR</th>"], [f"<td>{k}</td><td>{30 - k}</td>" for k in range(count)])


def place_of(words: str, pieces: list) -> int:
    return next(k for k, piece in enumerate(pieces) if not isinstance(piece, QTextTable) and piece.text() == words)


def lay_out(text: str, tmp_path):
    writer = QPdfWriter(str(tmp_path / "unused.pdf"))
    writer.setResolution(96)
    return laid_out(page("A report", [text]), PAGE, writer)


def test_a_long_report_has_several_pages_with_its_pictures(qapp, tmp_path):
    grey = np.tile(np.arange(200, dtype=np.uint8), (100, 1))
    pictures = figure("A ramp.", "image/png", png(grey)) + figure("A plot.", "image/svg+xml", plot())
    text = page("Stability report", [("Results", pictures + paragraphs(150))])
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    data = write_pdf(tmp_path / "report.html", tmp_path / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF-1.") and data.rstrip().endswith(b"%%EOF")
    pages = int(re.search(rb"/Type\s*/Pages.*?/Count\s+(\d+)", data, re.DOTALL)[1])
    assert pages == len(re.findall(rb"/Type\s*/Page\b", data)) >= 3
    sizes = [(int(w), int(h)) for w, h in re.findall(rb"/Width (\d+)\s*/Height (\d+)", data)]
    assert sizes == [(200, 100)], "the picture keeps its pixels, and the plot is lines and letters"


def test_every_page_has_its_number_the_report_and_all_notices(qapp, tmp_path, monkeypatch):
    told = []
    paint = pdf._paint_margins
    monkeypatch.setattr(pdf, "_paint_margins", lambda painter, *words: (told.append(words), paint(painter, *words)))
    text = page("A &amp; B", [("Results", paragraphs(150))], reference="1234-5678")
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    write_pdf(tmp_path / "report.html", tmp_path / "report.pdf")
    assert [words[3] for words in told] == [f"page {k} of {len(told)}" for k in range(1, len(told) + 1)]
    assert len(told) >= 3 and {words[2] for words in told} == {"1234-5678"}
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "margins.svg"))
    generator.setSize(told[-1][0].toSize())
    painter = QPainter(generator)
    paint(painter, *told[-1])
    painter.end()
    written = " ".join(" ".join(ET.parse(tmp_path / "margins.svg").getroot().itertext()).split())
    for words in ("Not a medical device.", "Not for diagnosis or patient management.", "report 1234-5678", told[-1][3]):
        assert words in written
    assert set(FOOT.split()) <= set(written.split())


@pytest.mark.parametrize("line", ["", '<p class="caption">What the table shows.</p>'], ids=["bare", "with a line"])
@pytest.mark.parametrize("before", range(36, 60, 2))
def test_headings_stay_with_what_they_are_of(qapp, tmp_path, before, line):
    text = f"{paragraphs(before)}<h2>A heading</h2><h3>Another</h3>{line}{rows(8)}{paragraphs(3)}"
    document = lay_out(text, tmp_path)
    pieces = pieces_of(document)
    heading = place_of("A heading", pieces)
    layout = document.documentLayout()
    found = next(piece for piece in pieces[heading:] if isinstance(piece, QTextTable))
    top, box = layout.blockBoundingRect(pieces[heading]).top(), layout.frameBoundingRect(found)
    assert int((top + 1) // PAGE.height()) == int((box.bottom() - 1) // PAGE.height()), "a short table is not divided"


def test_a_long_table_is_divided_and_begins_on_the_page_of_its_heading(qapp, tmp_path):
    document = lay_out(f"<h2>Long</h2>{rows(120)}", tmp_path)
    (found,) = (piece for piece in pieces_of(document) if isinstance(piece, QTextTable))
    box = document.documentLayout().frameBoundingRect(found)
    assert box.top() < 200 and document.pageCount() >= 2 and found.format().headerRowCount() == 1
    assert box.width() <= PAGE.width() + 1


@pytest.mark.parametrize("before", range(30, 50, 3))
def test_a_caption_is_on_the_page_of_its_picture(qapp, tmp_path, before):
    document = lay_out(paragraphs(before) + figure("The caption.", "image/svg+xml", plot()), tmp_path)
    pieces, layout = pieces_of(document), document.documentLayout()
    at = place_of("The caption.", pieces)
    places = [layout.blockBoundingRect(pieces[k]) for k in (at - 1, at)]
    assert len({int((box.center().y()) // PAGE.height()) for box in places}) == 1


def test_a_report_that_is_not_there_is_told(qapp, tmp_path):
    with pytest.raises(InputError, match="write the report first"):
        write_pdf(tmp_path / "none.html", tmp_path / "a.pdf")
