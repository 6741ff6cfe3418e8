"""Colours and fonts: a dark theme first, a light one that is as readable, and the colours of the methods in plots.

Plot colours are those of Okabe and Ito (colour-blind safe), lightened or darkened to stand off the ground; every method
also has its own marker and dash, so that colour never is the only difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QFile, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from stabview import resources
from stabview.gui import style_sheet

FOLLOW, DARK_NAME, LIGHT_NAME = "system", "dark", "light"
FONT_FAMILY = "DejaVu Sans"
FONT_SIZE, FONT_SIZES = 9.0, (8.0, 16.0)


@dataclass(frozen=True)
class Theme:
    """Named colours. `ground` is behind the cards, `stage` behind pictures: dark in both themes, as at a light box.

    `line` parts what belongs together; `edge`, three times as bright or dark as the ground, says: here one can type.
    `series` are the curves of a plot that are none of the methods, in the order of `stabview.report.plots`.
    """

    name: str
    ground: str
    card: str
    raised: str
    line: str
    edge: str
    text: str
    muted: str
    accent: str
    on_accent: str
    warning: str
    danger: str
    good: str
    stage: str
    on_stage: str
    muted_on_stage: str
    network: str
    soa: str
    quick: str
    series: tuple[str, ...]


DARK = Theme(
    name=DARK_NAME,
    ground="#17191d",
    card="#212429",
    raised="#2e3239",
    line="#3a3f47",
    edge="#6d747e",
    text="#e7e9ec",
    muted="#a4abb5",
    accent="#5aa9f0",
    on_accent="#0b1420",
    warning="#f0c04a",
    danger="#ff7b6b",
    good="#4fc08d",
    stage="#0b0c0e",
    on_stage="#e7e9ec",
    muted_on_stage="#a4abb5",
    network="#f0803c",
    soa="#56b4e9",
    quick="#b3b8bf",
    series=("#2fc49b", "#e79ccb", "#8ea2ff", "#e9b44c", "#e7e9ec", "#56b4e9", "#f0803c"),
)
LIGHT = Theme(
    name=LIGHT_NAME,
    ground="#eceef1",
    card="#ffffff",
    raised="#e3e6ea",
    line="#c3c8cf",
    edge="#868d96",
    text="#1b1e23",
    muted="#565d67",
    accent="#1f6fc4",
    on_accent="#ffffff",
    warning="#8a6100",
    danger="#b3261e",
    good="#00714f",
    stage="#0b0c0e",
    on_stage="#e7e9ec",
    muted_on_stage="#a4abb5",
    network="#c24e00",
    soa="#0069a6",
    quick="#5f666f",
    series=("#00805c", "#ad4d87", "#4a62d8", "#946300", "#1b1e23", "#0069a6", "#c24e00"),
)
_FIELDS, _DARKER = ("QCheckBox", "QAbstractSpinBox", "QLineEdit", "QPlainTextEdit"), 140
"""Fusion draws the edge of these in the colour of the window, darker by so many per cent: not to be seen on dark."""
METHOD_DASHES = {
    "network": Qt.PenStyle.SolidLine,
    "soa": Qt.PenStyle.DashLine,
    "quick": Qt.PenStyle.DotLine,
}
METHOD_MARKERS = {"network": "circle", "soa": "square", "quick": "triangle"}

_now = DARK


def current() -> Theme:
    """The theme in use."""
    return _now


def method_colour(method: str, *, on_stage: bool = False) -> QColor:
    """The colour of "network", "soa" or "quick"; `on_stage` for text beside pictures, which is always on dark."""
    return QColor(getattr(DARK if on_stage else _now, method))


def wanted(choice: str = FOLLOW) -> Theme:
    """The theme for a choice; the system's own is dark where it does not say."""
    if choice == FOLLOW:
        light = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        return LIGHT if light else DARK
    return LIGHT if choice == LIGHT_NAME else DARK


def apply(theme: Theme) -> None:
    """Dress the application: Fusion, palette and the few rules a palette cannot express."""
    global _now
    _now = theme
    app = QApplication.instance()
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(theme))
    fields = _palette(theme)
    fields.setColor(QPalette.ColorRole.Window, QColor(theme.edge).lighter(_DARKER))
    for kind in _FIELDS:
        app.setPalette(fields, kind)
    app.setStyleSheet(style_sheet.rules(theme))


@contextmanager
def worn(theme: Theme, widget: QWidget) -> Iterator[None]:
    """Have a widget and what is in it painted in another theme for a moment, as for a figure."""
    global _now
    before, _now = _now, theme
    palette, rules = widget.palette(), widget.styleSheet()
    widget.setPalette(_palette(theme))
    widget.setStyleSheet(style_sheet.rules(theme))
    try:
        yield
    finally:
        _now = before
        widget.setStyleSheet(rules)
        widget.setPalette(palette)


def load_fonts() -> bool:
    """Register the shipped DejaVu fonts; False where there are none and the system's are used."""
    try:
        folder = resources.path("fonts")
    except FileNotFoundError:
        return False
    files = sorted(folder.glob("DejaVu*.ttf"))
    loaded = [QFontDatabase.addApplicationFont(str(file)) for file in files if QFile.exists(str(file))]
    return any(number >= 0 for number in loaded)


def set_font_size(points: float) -> None:
    """One text size for the whole window."""
    font = QFont(FONT_FAMILY)
    font.setPointSizeF(min(max(points, FONT_SIZES[0]), FONT_SIZES[1]))
    QApplication.setFont(font)
    app = QApplication.instance()
    if app.styleSheet():
        app.setStyleSheet(app.styleSheet())  # widgets that a rule dresses keep their old font otherwise


def scaled(pixels: float) -> int:
    """A length that grows with the text, given at the usual text size."""
    return round(pixels * QApplication.font().pointSizeF() / FONT_SIZE)


def _palette(theme: Theme) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for target, colour in (
        (role.Window, theme.ground),
        (role.WindowText, theme.text),
        (role.Base, theme.card),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.danger),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Mid, theme.line),
        (role.Accent, theme.accent),
    ):
        palette.setColor(target, QColor(colour))
    faint = QColor(theme.muted)
    faint.setAlphaF(0.6)
    for target in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(group.Disabled, target, faint)
    palette.setColor(group.Disabled, role.Highlight, QColor(theme.line))
    return palette
