"""The menus of the view: grey windows, colour maps, range of the signed panels. For the view bar and the panels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from stabview.gui import colour_maps
from stabview.gui.bridge import Bridge
from stabview.gui.view_hub import AMPLIFICATIONS, SIGNED_FRACTIONS
from stabview.study import reading

PERCENTILES = ((0.1, 99.9), (1.0, 99.0), (2.0, 98.0), (5.0, 95.0))


def fill_window_menu(menu: QMenu, bridge: Bridge) -> None:
    """Windows to choose from: the whole range, percentiles of the image, and those of CT where values are HU."""
    hub, scene = bridge.hub, bridge.workbench.scene
    menu.setToolTipsVisible(True)
    _add(menu, "Whole range: 0 to max|x|", "As at the start", hub.reset_window)
    if scene is None:
        return
    menu.addSection("Percentiles of the image without air")
    for low, high in PERCENTILES:
        _add(
            menu,
            f"{low:g} % to {high:g} %",
            "Window from percentiles of |x|",
            lambda low=low, high=high: hub.set_window(*reading.percentile_window(scene.x, low, high)),
        )
    if scene.units == "HU":
        menu.addSection("CT windows")
        for name, (low, high) in reading.HU_WINDOWS.items():
            _add(
                menu,
                name,
                "Window in Hounsfield units",
                lambda low=low, high=high: hub.set_window(*reading.window_from_units(scene, low, high)),
            )
    menu.addSection("Yours, as shares of max|x|")
    for low, high in hub.own_windows:
        _add(
            menu,
            f"{low:.2f} – {high:.2f}",
            "A window that you kept",
            lambda low=low, high=high: hub.set_window(low * hub.peak, high * hub.peak),
        )
    _add(menu, "Keep this window", "It stays in this list, also for the next run", hub.keep_window)
    if hub.own_windows:
        _add(menu, "Forget yours", "Empty the list of windows that you kept", hub.forget_windows)


def fill_colour_menu(menu: QMenu, bridge: Bridge, *, signed: bool) -> None:
    """Colour maps of the image panels or of the signed ones."""
    hub = bridge.hub
    chosen = hub.signed_map if signed else hub.grey_map
    group = QActionGroup(menu)
    for name, title in (colour_maps.SIGNED_MAPS if signed else colour_maps.GREY_MAPS).items():
        change = {"signed_map": name} if signed else {"grey_map": name}
        action = _add(menu, title, "Colour map", lambda change=change: hub.set_colours(**change))
        action.setCheckable(True)
        action.setChecked(name == chosen)
        group.addAction(action)


def fill_range_menu(menu: QMenu, bridge: Bridge) -> None:
    """How much of max|x| the ends of the signed colours stand for."""
    hub = bridge.hub
    for fraction in SIGNED_FRACTIONS:
        action = _add(menu, range_text(fraction), "Range of the signed panels", lambda f=fraction: hub.set_fraction(f))
        action.setCheckable(True)
        action.setChecked(fraction == hub.fraction)


def fill_amplification_menu(menu: QMenu, bridge: Bridge) -> None:
    """What r is multiplied by in its panel."""
    hub = bridge.hub
    for factor in AMPLIFICATIONS:
        action = _add(menu, f"r × {factor}", "Amplification of r", lambda f=factor: hub.set_amplification(float(f)))
        action.setCheckable(True)
        action.setChecked(factor == hub.amplification)


def range_text(fraction: float) -> str:
    """ "± 20 % of max|x|"."""
    return f"± {100 * fraction:g} % of max|x|"


def _add(menu: QMenu, text: str, tooltip: str, does: Callable[[], None]) -> object:
    action = menu.addAction(text)
    action.setToolTip(tooltip)
    action.triggered.connect(lambda _checked=False: does())
    return action
