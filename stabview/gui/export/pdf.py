"""The report as PDF: the HTML of the report laid out on A4 pages, with the notice and the page number on each."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)
from PySide6.QtSvg import QSvgRenderer

from stabview.gui import theme
from stabview.images.errors import InputError

NOTICE = "Research and education only. Not for diagnosis."
_DOTS = 96  # a pixel of the style sheet is a dot of the page; pictures keep all of their own pixels
_MARGIN, _FOOT = 14.0, 22.0  # mm; dots
_SCALE = 2.5  # SVG plots are drawn at so many dots for each of the page
_SHEET = """
body, td, th, p, li { font-family: 'DejaVu Sans'; font-size: 8pt; }
h1 { font-size: 15pt; } h2 { font-size: 11pt; } h3 { font-size: 9pt; }
table { border-collapse: collapse; border: 1px solid #c3c8cf; }
th { background-color: #eef0f3; }
.scroll td, .scroll th { font-size: 6pt; }
pre, code { font-family: monospace; font-size: 7pt; white-space: pre-wrap; }
"""


def write_pdf(html: Path, path: Path) -> Path:
    """Write a report's HTML file as PDF; returns the path. Raises InputError where that is not possible."""
    _needs_application()
    try:
        text = html.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"'{html}' cannot be read ({error.strerror or error}); write the report first.") from error
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write(text, beside)
        beside.replace(path)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written ({error.strerror or error}): choose another place.") from error
    finally:
        beside.unlink(missing_ok=True)
    return path


def have_pdf_written(folder: Path) -> Path:
    """`write_pdf` of the report in a folder, by a process of its own: laying out would keep a window waiting.

    For threads beside the window. Raises InputError with what the process said.
    """
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable, *([] if frozen else ["-m", "stabview"]), "pdf", str(folder)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1].removeprefix("stabview: ")
        raise InputError(f"The report is there, but not as PDF: {said}")
    return folder / "report.pdf"


def _write(text: str, path: Path) -> None:
    writer = QPdfWriter(str(path))
    writer.setResolution(_DOTS)
    margins = QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins,
                    QPageLayout.Unit.Millimeter)
    )  # fmt: skip
    title = re.search(r"<title>(.*?)</title>", text)
    writer.setTitle(title[1] if title else "StabView report")
    writer.setCreator("StabView")
    page = writer.pageLayout().paintRectPixels(_DOTS)
    document = _document(text, QSizeF(page.width(), page.height() - _FOOT), writer)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{path.name} could not be opened")
    count = document.pageCount()
    for number in range(count):
        if number:
            writer.newPage()
        _paint_page(painter, document, number, count)
    painter.end()


def _document(text: str, size: QSizeF, writer: QPdfWriter) -> QTextDocument:
    document = _Document()
    document.documentLayout().setPaintDevice(writer)
    document.setDefaultFont(QFont(theme.FONT_FAMILY, 8))
    option = QTextOption()
    option.setUseDesignMetrics(True)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setDocumentMargin(0)
    text = re.sub(r'<div class="foot">.*?</div>', "", text)
    text = re.sub(r"(?s)<style>.*?</style>", "", text)
    document.setDefaultStyleSheet(_SHEET)
    document.column = size.width()
    document.setPageSize(size)
    text = re.sub(r'class="sheet" width="(\d+)" height="(\d+)"', lambda found: _fitting(found, size.width()), text)
    document.setHtml(text.replace("<table>", '<table border="1" cellspacing="0" cellpadding="3">'))
    return document


def _fitting(found: re.Match, column: float) -> str:
    """A sheet of panels as wide as the column."""
    width, height = int(found[1]), int(found[2])
    return f'width="{int(column)}" height="{int(height * column / width)}"'


def _paint_page(painter: QPainter, document: QTextDocument, number: int, count: int) -> None:
    size = document.pageSize()
    painter.save()
    painter.translate(0, -number * size.height())
    document.drawContents(painter, QRectF(0, number * size.height(), size.width(), size.height()))
    painter.restore()
    painter.setFont(QFont(theme.FONT_FAMILY, 7))
    painter.setPen(QColor("#4d5560"))
    foot = QRectF(0, size.height() + 4, size.width(), _FOOT - 4)
    painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, f"StabView. {NOTICE}")
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
    painter.drawText(foot, right, f"page {number + 1} of {count}")


class _Document(QTextDocument):
    """A document whose pictures are held in its text; none is fetched from anywhere."""

    column = 700.0

    def loadResource(self, kind: int, name: QUrl) -> object:
        head, _, body = name.toString().partition(",")
        if not head.startswith("data:image/"):
            return None
        data = QByteArray(base64.b64decode(body))
        if head.startswith("data:image/svg"):
            return _drawn(data, self.column)
        return QImage.fromData(data)


def _drawn(svg: QByteArray, column: float) -> QImage:
    """An SVG plot as a picture that is finer than the page and as wide as its column at most."""
    renderer = QSvgRenderer(svg)
    size = renderer.defaultSize()
    share = min(1.0, column / max(size.width(), 1))
    image = QImage(size * share * _SCALE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    image.setDevicePixelRatio(_SCALE)
    return image


def _needs_application() -> None:
    """Fonts need a QGuiApplication; the command line has none."""
    if QGuiApplication.instance() is None:
        _needs_application.kept = QGuiApplication(sys.argv[:1])
        theme.load_fonts()
