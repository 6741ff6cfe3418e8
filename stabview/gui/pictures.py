"""What a panel can show, as a table; layouts and menus follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stabview.gui.looks import Look


@dataclass(frozen=True)
class Picture:
    """One picture of a frame: its caption in one word, what a screen reader calls it, whose it is, how it looks."""

    name: str
    title: str
    accessible: str
    look: Look
    method: str | None = None


PICTURES = {
    picture.name: picture
    for picture in (
        Picture("input", "Input", "Input image with perturbation", Look.IMAGE),
        Picture("network", "Network", "Network reconstruction", Look.IMAGE, "network"),
        Picture("soa", "SoA", "SoA reconstruction", Look.IMAGE, "soa"),
        Picture("quick", "Quick inverse", "Quick reconstruction", Look.IMAGE, "quick"),
        Picture("perturbation", "Perturbation", "Real part of the perturbation", Look.AMPLIFIED),
        Picture(
            "networkDifference",
            "Network difference",
            "Difference of the network reconstruction",
            Look.SIGNED,
            "network",
        ),
        Picture("soaDifference", "SoA difference", "Difference of the SoA reconstruction", Look.SIGNED, "soa"),
        Picture("quickDifference", "Quick difference", "Difference of the quick reconstruction", Look.SIGNED, "quick"),
    )
}
MOST_PINNED = 6


@dataclass(frozen=True, eq=False)
class Pin:
    """A picture that stays as it is, with what its panel said of it."""

    picture: np.ndarray
    caption: str
    figures: str


NAMES = ("input", "network", "soa", "perturbation", "networkDifference", "soaDifference")


@dataclass(frozen=True)
class Layout:
    """So many rows and columns of panels, and what they show at first."""

    title: str
    rows: int
    columns: int
    shows: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.shows) != self.rows * self.columns:
            raise ValueError(f"the layout {self.title} has not as many pictures as places")


LAYOUTS = {
    "one": Layout("One panel", 1, 1, ("network",)),
    "two": Layout("Two panels", 1, 2, ("network", "soa")),
    "four": Layout("Four panels", 2, 2, ("network", "soa", "networkDifference", "soaDifference")),
    "six": Layout("Six panels", 2, 3, NAMES),
    "methods": Layout(
        "Three methods", 2, 3, ("network", "soa", "quick", "networkDifference", "soaDifference", "quickDifference")
    ),
}
