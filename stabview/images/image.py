"""An image as it was read: pixels in their own units, geometry, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Image:
    """One two-dimensional image.

    Attributes
    ----------
    pixels : (H, W) float32 or complex64, read-only. Values in `units`, rescale slope and intercept applied.
        Row 0 is at the top of the picture, column 0 at the left.
    title : short name for the window, never patient data.
    spacing : (row, column) pixel spacing in mm, or None when unknown.
    orientation : letters at the (left, right, top, bottom) edges, e.g. ("R", "L", "A", "P"), or None.
    units : "HU", "a.u.", ...
    modality : "MR", "CT", ... or "".
    slice_index, slice_count : which slice of the file this is.
    steps : sentences saying what was done to the stored values, in order (shown and recorded).
    facts : further facts for phantoms or files worth keeping (no patient data).
    """

    pixels: np.ndarray
    title: str
    spacing: tuple[float, float] | None = None
    orientation: tuple[str, str, str, str] | None = None
    units: str = "a.u."
    modality: str = ""
    slice_index: int = 0
    slice_count: int = 1
    steps: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = np.complex64 if np.iscomplexobj(self.pixels) else np.float32
        pixels = np.ascontiguousarray(self.pixels, dtype=kind)
        if pixels.ndim != 2:
            raise ValueError(f"an image has two dimensions, not {pixels.ndim}")
        if pixels is self.pixels:
            pixels = pixels.copy()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @property
    def shape(self) -> tuple[int, int]:
        return self.pixels.shape

    def with_step(self, sentence: str, **changes: object) -> Image:
        """A copy with `changes` applied and `sentence` appended to `steps`."""
        return replace(self, steps=(*self.steps, sentence), **changes)
