"""Drawn images: phantoms by name, each the same for the same size, seed and options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.phantoms.body import body, body_organs
from stabview.images.phantoms.ellipses import ellipses
from stabview.images.phantoms.head import head, head_tissues
from stabview.images.phantoms.shepp_logan import shepp_logan

__all__ = [
    "PHANTOMS", "Phantom", "body", "body_organs", "ellipses", "head", "head_tissues", "phantom", "shepp_logan",
]  # fmt: skip


@dataclass(frozen=True)
class Phantom:
    """A drawn image one can ask for: its name, one sentence about it, its usual size, and how it is drawn."""

    name: str
    description: str
    size: int
    draw: Callable[..., Image]


def _fixed(size: int = 256, *, seed: int = 0, **options: object) -> Image:
    return shepp_logan(size, **options)  # nothing in it is random


PHANTOMS: dict[str, Phantom] = {
    entry.name: entry
    for entry in (
        Phantom(
            "shepp-logan",
            "Shepp-Logan head of ten ellipses with Toft's contrasts, the classic of tomography.",
            256,
            _fixed,
        ),
        Phantom(
            "ellipses", "Random overlapping ellipses with linear ramps, scaled to a largest value of 1.", 256, ellipses
        ),
        Phantom(
            "body",
            "Axial CT slice of a drawn abdomen (or, with region thorax, a chest) in Hounsfield units.",
            256,
            body,
        ),
        Phantom(
            "head-t1",
            "Axial MR slice of a drawn head in T1 contrast: bright fat, dark fluid.",
            256,
            partial(head, contrast="T1"),
        ),
        Phantom(
            "head-t2", "Axial MR slice of a drawn head in T2 contrast: bright fluid.", 256, partial(head, contrast="T2")
        ),
        Phantom(
            "head-flair",
            "Axial MR slice of a drawn head in FLAIR contrast: dark fluid, bright lesions.",
            256,
            partial(head, contrast="FLAIR"),
        ),
    )
}


def phantom(name: str, size: int | None = None, seed: int = 0, **options: object) -> Image:
    """The phantom called `name`; `size` None means its usual size, `options` go to the function that draws it."""
    key = str(name).strip().lower().replace("_", "-").replace(" ", "-")
    if key not in PHANTOMS:
        near = get_close_matches(key, PHANTOMS, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(PHANTOMS)}."
        raise InputError(f"There is no phantom called {name!r}; {hint}")
    entry = PHANTOMS[key]
    try:
        return entry.draw(entry.size if size is None else size, seed=seed, **options)
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        raise InputError(f"The phantom {key} does not know one of the options {', '.join(options)}.") from error
