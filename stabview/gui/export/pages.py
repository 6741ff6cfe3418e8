"""A report's HTML as a document of pages: its style on paper, its pictures, and what stays together on a page."""

from __future__ import annotations

import base64
import re

from PySide6.QtCore import QByteArray, QRectF, QSizeF
from PySide6.QtGui import (
    QFont,
    QImage,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextOption,
    QTextTable,
)
from PySide6.QtSvg import QSvgRenderer

from stabview.gui import theme

_LIGHT = theme.LIGHT
_SHEET = f"""
body, td, th, p, li {{ font-family: '{theme.FONT_FAMILY}'; font-size: 8pt; color: {_LIGHT.text}; }}
h1 {{ font-size: 15pt; }} h2 {{ font-size: 11.5pt; margin-top: 20px; margin-bottom: 5px; }}
h3 {{ font-size: 9pt; margin-top: 12px; margin-bottom: 3px; }}
h4 {{ font-size: 8pt; margin-top: 6px; margin-bottom: 2px; }}
p {{ margin-top: 3px; margin-bottom: 5px; }} li {{ margin-bottom: 2px; }}
p.meta, p.caption {{ font-size: 7pt; color: {_LIGHT.muted}; }}
p.notice {{ background-color: #fff4ec; }}
p.outcome {{ font-size: 10pt; }}
.word-observed, .word-not, .word-inconclusive {{ color: #ffffff; font-weight: bold; }}
.word-observed {{ background-color: {_LIGHT.network}; }} .word-not {{ background-color: {_LIGHT.soa}; }}
.word-inconclusive {{ background-color: {_LIGHT.muted}; }}
table {{ border-collapse: collapse; border-style: none; margin-top: 2px; margin-bottom: 8px; }}
td, th {{ font-size: 7pt; padding: 2px 5px; border-bottom: 1px solid #dfe2e6; }}
th {{ color: {_LIGHT.muted}; }}
table.numbers td, table.numbers th {{ font-size: 6.5pt; padding: 2px 4px; text-align: right; }}
table.facts th {{ font-weight: normal; text-align: left; }} td.word, th.word {{ text-align: left; }}
table.numbers td.word, table.numbers th.word {{ text-align: left; }}
table.numbers th.network {{ color: {_LIGHT.network}; border-bottom: 2px solid {_LIGHT.network}; text-align: center; }}
table.numbers th.soa {{ color: {_LIGHT.soa}; border-bottom: 2px solid {_LIGHT.soa}; text-align: center; }}
table.files td, table.files th {{ font-size: 6pt; padding: 1px 4px; }}
tr.marked td {{ background-color: #fff4ec; font-weight: bold; }}
pre, code {{ font-family: 'DejaVu Sans Mono', monospace; font-size: 7pt; }} pre {{ white-space: pre-wrap; }}
table.files code {{ font-size: 6pt; }}
"""
_INDENT = 18  # dots
_KEPT = 5
"""Lines of a text, or rows of a table, that follow a heading on the page that it is on."""
_TABLE = 0.3
"""A table that is no higher than this share of a page is not divided."""


def laid_out(html: str, page: QSizeF, writer: QPdfWriter) -> QTextDocument:
    """The document of a report on pages of a size in dots; headings and captions stay with what they belong to."""
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.pictures = _Pictures(page.width())  # kept alive with the document
    document.documentLayout().registerHandler(QTextFormat.ObjectTypes.ImageObject.value, document.pictures)
    document.setDefaultFont(QFont(theme.FONT_FAMILY, 8))
    option = QTextOption()
    option.setUseDesignMetrics(True)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setDocumentMargin(0)
    document.setIndentWidth(_INDENT)
    document.setDefaultStyleSheet(_SHEET)
    document.setPageSize(page)
    text = re.sub(r'(?s)<style>.*?</style>|<div class="foot">.*?</div>', "", html)
    document.setHtml(re.sub(r'<table class="(\w+)">', r'<table class="\1" border="0" cellspacing="0">', text))
    _keep_together(document, page.height())
    return document


def _keep_together(document: QTextDocument, height: float) -> None:
    """Begin a page before what would otherwise be parted: heading and text, picture and caption, a short table."""
    pieces = pieces_of(document)
    for place, piece in enumerate(pieces):
        if place and not _is_heading(pieces[place - 1]) and _is_parted(document, pieces[place:], height):
            _break_before(piece)


def pieces_of(document: QTextDocument) -> list[QTextBlock | QTextTable]:
    """Paragraphs with text or pictures, and tables, in their order."""
    return [piece for piece in _pieces(document.rootFrame()) if _is_table(piece) or piece.text().strip()]


def _pieces(frame: QTextFrame) -> list[QTextBlock | QTextTable]:
    found, step = [], frame.begin()
    while not step.atEnd():
        inner = step.currentFrame()
        if inner is not None:
            found += [inner] if isinstance(inner, QTextTable) else _pieces(inner)
        elif step.currentBlock().isValid():
            found.append(step.currentBlock())
        step += 1
    return found


def _is_heading(piece: QTextBlock | QTextTable) -> bool:
    return isinstance(piece, QTextBlock) and piece.blockFormat().headingLevel() > 1


def _is_table(piece: QTextBlock | QTextTable) -> bool:
    return isinstance(piece, QTextTable)


def _is_picture(piece: QTextBlock | QTextTable) -> bool:
    return isinstance(piece, QTextBlock) and "\N{OBJECT REPLACEMENT CHARACTER}" in piece.text()


def _is_parted(document: QTextDocument, pieces: list[QTextBlock | QTextTable], height: float) -> bool:
    """Whether the first of some pieces and what has to follow it on the same page lie on two pages."""
    layout, first = document.documentLayout(), pieces[0]
    needed = 0
    while needed < len(pieces) - 1 and _is_heading(pieces[needed]):
        needed += 1
    leads = _is_picture(pieces[needed])  # to its caption; and a line below a heading leads to its table
    if needed < len(pieces) - 1:
        leads = leads or (needed > 0 and not _is_table(pieces[needed]) and _is_table(pieces[needed + 1]))
        needed += leads
    last = pieces[needed]
    if _is_table(last):
        box = layout.frameBoundingRect(last)
        bottom = box.bottom() if box.height() <= _TABLE * height else _row_bottom(document, last)
    else:
        box = layout.blockBoundingRect(last)
        line = last.layout().lineAt(min(_KEPT, last.layout().lineCount()) - 1) if last.layout().lineCount() else None
        bottom = box.top() + line.rect().bottom() if line is not None else box.bottom()
    return _page(_top(document, first), height) != _page(bottom - 1, height)


def _row_bottom(document: QTextDocument, table: QTextTable) -> float:
    row = min(_KEPT, table.rows() - 1)
    cell = table.cellAt(row, 0).lastCursorPosition().block()
    return document.documentLayout().blockBoundingRect(cell).bottom()


def _top(document: QTextDocument, piece: QTextBlock | QTextTable) -> float:
    layout = document.documentLayout()
    box = layout.frameBoundingRect(piece) if isinstance(piece, QTextTable) else layout.blockBoundingRect(piece)
    return box.top() + 1


def _page(y: float, height: float) -> int:
    return int(y // height)


def _break_before(piece: QTextBlock | QTextTable) -> None:
    policy = QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore
    if isinstance(piece, QTextTable):
        form = piece.format()
        form.setPageBreakPolicy(policy)
        piece.setFormat(form)
        return
    form = QTextBlockFormat()
    form.setPageBreakPolicy(policy)
    QTextCursor(piece).mergeBlockFormat(form)


class _Pictures(QPyTextObject):
    """Pictures that the text itself holds, as wide as the column: photographs by their pixels, plots by their lines."""

    def __init__(self, column: float) -> None:
        super().__init__()
        self._column, self._kept = column, {}

    def intrinsicSize(self, document: QTextDocument, place: int, form: QTextFormat) -> QSizeF:
        picture = self._picture(form.toImageFormat().name())
        size = QSizeF(1, 1) if picture is None else self._natural(picture, form)
        return size * min(1.0, self._column / max(size.width(), 1.0))

    def drawObject(
        self, painter: QPainter, box: QRectF, document: QTextDocument, place: int, form: QTextFormat
    ) -> None:
        picture = self._picture(form.toImageFormat().name())
        if isinstance(picture, QSvgRenderer):
            picture.render(painter, box)
        elif picture is not None:
            painter.drawImage(box, picture)

    def _natural(self, picture: QImage | QSvgRenderer, form: QTextFormat) -> QSizeF:
        if isinstance(picture, QSvgRenderer):
            return QSizeF(picture.defaultSize()) * 0.8
        sheet = form.toImageFormat().hasProperty(QTextFormat.Property.ImageWidth)
        wide = self._column if sheet else float(picture.width())
        return QSizeF(wide, picture.height() * wide / picture.width())

    def _picture(self, name: str) -> QImage | QSvgRenderer | None:
        if name not in self._kept:
            head, _, body = name.partition(",")
            known = head.startswith("data:image/")
            data = QByteArray(base64.b64decode(body)) if known else QByteArray()
            picture = QSvgRenderer(data) if head.startswith("data:image/svg") else QImage.fromData(data)
            usable = picture.isValid() if isinstance(picture, QSvgRenderer) else not picture.isNull()
            self._kept[name] = picture if known and usable else None
        return self._kept[name]
