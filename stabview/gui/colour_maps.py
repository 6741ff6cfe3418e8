"""Colour maps as tables of 256 colours: grey and perceptually uniform ones, and zero-centred ones for differences."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyqtgraph as pg

GREY_MAPS = {
    "grey": "Grey",
    "inverse": "Grey, inverted",
    "viridis": "Viridis",
    "cividis": "Cividis (colour-blind safe)",
    "magma": "Magma",
}
SIGNED_MAPS = {
    "blue-orange": "Blue - black - orange",
    "CET-CBD1": "Blue - white - yellow (light ground)",
    "CET-D1A": "Blue - white - red (light ground)",
}
PHASE_MAP = "CET-CBC1"
"""Cyclic, perceptually uniform and colour-blind safe: -pi and pi have one colour."""
# Blue and orange stay apart for every common kind of colour blindness; lightness grows evenly to both ends.
_BLUE_ORANGE = (
    (-1.0, (190, 228, 255)),
    (-0.55, (58, 136, 224)),
    (0.0, (12, 13, 15)),
    (0.55, (219, 107, 28)),
    (1.0, (255, 222, 160)),
)


@cache
def table(name: str) -> np.ndarray:
    """(256, 3) uint8, read-only."""
    if name == "blue-orange":
        places, colours = zip(*_BLUE_ORANGE, strict=True)
        colours = np.array(colours, dtype=float)
        at = np.linspace(-1.0, 1.0, 256)
        values = np.stack([np.interp(at, places, colours[:, channel]) for channel in range(3)], axis=1)
    elif name in ("grey", "inverse"):
        ramp = np.arange(256) if name == "grey" else np.arange(255, -1, -1)
        values = np.repeat(ramp[:, None], 3, axis=1)
    else:
        values = pg.colormap.get(name).getLookupTable(nPts=256, alpha=False)
    result = np.ascontiguousarray(np.round(values), dtype=np.uint8)
    result.flags.writeable = False
    return result
