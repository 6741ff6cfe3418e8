"""The style sheet of the window: what Fusion and the palette do not say, in the colours of a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stabview import resources

if TYPE_CHECKING:
    from stabview.gui.theme import Theme


def rules(theme: Theme) -> str:
    """The rules for a theme; widgets are dressed by what they are and by properties such as `primary`."""
    return "".join(part(theme) for part in (_surfaces, _buttons, _fields, _tables))


def _surfaces(theme: Theme) -> str:
    return f"""
    QToolTip {{ color: {theme.text}; background: {theme.raised}; border: 1px solid {theme.line}; padding: 4px; }}
    QFrame[card="true"] {{ background: {theme.card}; border: 1px solid {theme.line}; border-radius: 6px; }}
    QLabel[heading="true"] {{ color: {theme.muted}; font-weight: bold; }}
    QLabel[muted="true"] {{ color: {theme.muted}; }}
    QLabel[chip="true"] {{ background: {theme.card}; border: 1px solid {theme.line}; border-radius: 5px;
        padding: 4px 10px; color: {theme.text}; }}
    QToolBar {{ background: {theme.ground}; border: 0; border-bottom: 1px solid {theme.line}; spacing: 6px;
        padding: 5px 8px; }}
    QToolBar#toolStrip {{ border: 0; padding: 0; spacing: 2px; }}
    QStatusBar {{ background: {theme.ground}; border-top: 1px solid {theme.line}; }}
    QStatusBar::item {{ border: 0; }}
    QMenuBar {{ background: {theme.ground}; }}
    QScrollArea {{ border: 0; background: transparent; }}
    QScrollArea > QWidget > QWidget[column="true"] {{ background: transparent; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover, QSplitter::handle:focus {{ background: {theme.line}; }}
    QTabBar#inspectorTabs::tab {{ background: transparent; border: 0; border-bottom: 2px solid {theme.line};
        padding: 3px 4px; color: {theme.muted}; }}
    QTabBar#inspectorTabs::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; }}
    QTabBar#inspectorTabs::tab:hover {{ color: {theme.text}; }}
    QTabBar#inspectorTabs:focus::tab:selected {{ background: {theme.raised}; }}
    """


def _buttons(theme: Theme) -> str:
    """One look for all; those in bars, dialogs and pages have more room than those in cards."""
    return f"""
    QPushButton, QToolButton {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 4px;
        padding: 2px 8px; }}
    QToolButton {{ padding: 1px 6px; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {theme.muted}; }}
    QPushButton:focus, QToolButton:focus {{ border-color: {theme.accent}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {theme.card}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {_faint(theme)}; background: transparent; }}
    QToolBar QPushButton, QToolBar QToolButton {{ border-radius: 5px; padding: 4px 10px; }}
    QDialog QPushButton, #gallery QPushButton, #tour QPushButton {{ border-radius: 5px; padding: 5px 14px; }}
    #gallery QPushButton:flat {{ background: transparent; color: {theme.accent}; border-color: transparent;
        padding: 5px 4px; }}
    #gallery QPushButton:flat:hover, #gallery QPushButton:flat:focus {{ border-color: {theme.accent}; }}
    QPushButton[primary="true"]:enabled {{ background: {theme.accent}; color: {theme.on_accent};
        border-color: {theme.accent}; font-weight: bold; }}
    QPushButton[primary="true"]:enabled:focus {{ border-color: {theme.text}; }}
    QToolButton[segment="true"] {{ padding: 3px 9px; }}
    QToolButton[segment="true"]:checked {{ background: {theme.accent}; color: {theme.on_accent};
        border-color: {theme.accent}; }}
    QToolButton[segment="true"]:focus {{ border-color: {theme.text}; }}
    QToolBar#toolStrip QToolButton {{ padding: 4px; background: transparent; border-color: transparent; }}
    QToolBar#toolStrip QToolButton:hover {{ background: {theme.raised}; }}
    QToolBar#toolStrip QToolButton:checked {{ background: {theme.raised}; border-color: {theme.accent}; }}
    QToolBar#toolStrip QToolButton:focus {{ border-color: {theme.accent}; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    """


def _fields(theme: Theme) -> str:
    arrow = resources.path("icons", f"down-{theme.name}.svg").as_posix()
    return f"""
    QComboBox {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 4px;
        padding: 1px 2px 1px 7px; min-height: 1.3em; }}
    QComboBox:hover {{ border-color: {theme.muted}; }}
    QComboBox:focus {{ border-color: {theme.accent}; }}
    QComboBox:disabled {{ color: {_faint(theme)}; background: transparent; }}
    QComboBox::drop-down {{ border: 0; width: 18px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 8px; height: 5px; }}
    QComboBox QAbstractItemView {{ background: {theme.card}; border: 1px solid {theme.line};
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; outline: 0; }}
    QProgressBar {{ border: 1px solid {theme.line}; border-radius: 4px; background: {theme.card}; text-align: center; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    """


def _tables(theme: Theme) -> str:
    return f"""
    QTableView {{ background: {theme.card}; border: 0; gridline-color: {theme.line}; }}
    QHeaderView::section {{ background: {theme.card}; color: {theme.muted}; border: 0; padding: 2px 4px 2px 2px; }}
    QHeaderView {{ background: {theme.card}; border: 0; }}
    QTableCornerButton::section {{ background: {theme.card}; border: 0; }}
    """


def _faint(theme: Theme) -> str:
    """The text of what cannot be used now."""
    red, green, blue = (int(theme.muted[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 60%)"
