"""How the values of a picture become colours: the window, the signed range, or the circle of phases."""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from stabview.gui import colour_maps

if TYPE_CHECKING:
    from stabview.gui.view_hub import ViewHub


class Look(Enum):
    """IMAGE: the grey window, or what suits the component shown. SIGNED: zero-centred. AMPLIFIED: so is r times k."""

    IMAGE = "image"
    SIGNED = "signed"
    AMPLIFIED = "amplified"

    @property
    def signed(self) -> bool:
        """Whether zero is in the middle of the colours."""
        return self is not Look.IMAGE


def levels(look: Look, hub: ViewHub) -> tuple[float, float]:
    """The values at the two ends of the colour map, on the scale of the picture."""
    if look.signed:
        limit = hub.signed_limit / (hub.amplification if look is Look.AMPLIFIED else 1.0)
        return -limit, limit
    if hub.component == "phase":
        return -math.pi, math.pi
    if hub.component in ("real", "imaginary"):
        return -hub.window[1], hub.window[1]
    return hub.window


def colours(look: Look, hub: ViewHub) -> np.ndarray:
    """The (256, 3) table of colours."""
    if look.signed:
        return colour_maps.table(hub.signed_map)
    return colour_maps.table(colour_maps.PHASE_MAP if hub.component == "phase" else hub.grey_map)


def range_text(look: Look, hub: ViewHub) -> str:
    """The range of an image panel in its caption: "0.00 – 1.00", "phase −π – π", "real ± 1.00"."""
    low, high = hub.window
    return {
        "phase": "phase −π – π",
        "real": f"real ± {high:.2f}",
        "imaginary": f"imaginary ± {high:.2f}",
    }.get(hub.component, f"{low:.2f} – {high:.2f}")
