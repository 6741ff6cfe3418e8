"""The report as PDF: the HTML of the report laid out on A4 pages, with title, notices and page number on each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from stabview.gui import theme
from stabview.gui.export.pages import laid_out
from stabview.images.errors import InputError
from stabview.report.wording import FOOT

_DOTS = 96  # a pixel of the style sheet is a dot of the page; pictures keep all of their own pixels
_MARGIN = 14.0  # mm
_HEAD, _FOOT = 26.0, 32.0  # dots
_LONGEST = 84  # letters of a title at the head of a page


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
    title = _found(r"<title>(.*?)</title>", text) or "StabView report"
    reference = _found(r'<meta name="report" content="(.*?)">', text)
    writer.setTitle(title)
    writer.setCreator("StabView")
    page = writer.pageLayout().paintRectPixels(_DOTS)
    body = QSizeF(page.width(), page.height() - _HEAD - _FOOT)
    document = laid_out(text, body, writer)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{path.name} could not be opened")
    count = document.pageCount()
    for number in range(count):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(0, _HEAD - number * body.height())
        document.drawContents(painter, QRectF(0, number * body.height(), body.width(), body.height()))
        painter.restore()
        counted = f"page {number + 1} of {count}"
        _paint_margins(painter, QSizeF(page.size()), title if number else "", reference, counted)
    painter.end()


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return unescape(found[1]) if found else ""


def _paint_margins(painter: QPainter, page: QSizeF, title: str, reference: str, number: str) -> None:
    """Title and report above the text, notices and page number below it; the first page has its title in the text."""
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    painter.setFont(QFont(theme.FONT_FAMILY, 6))
    painter.setPen(QColor(theme.LIGHT.muted))
    head = QRectF(0, 0, page.width(), _HEAD - 12)
    short = title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"
    if title:
        painter.drawText(head, left | Qt.AlignmentFlag.AlignBottom, short)
        painter.drawText(head, right | Qt.AlignmentFlag.AlignBottom, f"report {reference}" if reference else "StabView")
    foot = QRectF(0, page.height() - _FOOT + 10, page.width(), _FOOT - 10)
    painter.drawText(foot, right | Qt.AlignmentFlag.AlignTop, number)
    notice = foot.adjusted(0, 0, -90, 0)
    painter.drawText(notice, left | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, f"StabView. {FOOT}")
    painter.setPen(QPen(QColor(theme.LIGHT.line), 0.5))
    painter.drawLine(foot.topLeft() - QPointF(0, 4), foot.topRight() - QPointF(0, 4))
    if title:
        painter.drawLine(head.bottomLeft() + QPointF(0, 3), head.bottomRight() + QPointF(0, 3))


def _needs_application() -> None:
    """Fonts need a QGuiApplication; the command line has none."""
    if QGuiApplication.instance() is None:
        _needs_application.kept = QGuiApplication(sys.argv[:1])
        theme.load_fonts()
