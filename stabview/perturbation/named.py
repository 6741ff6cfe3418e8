"""The searches that need nothing but a length, a budget and a seed, by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stabview.perturbation.ascent import momentum_ascent
from stabview.perturbation.continuation import continuation
from stabview.perturbation.iterate import Iterate
from stabview.perturbation.projected import adam_ascent, projected_ascent

SEARCHES: dict[str, Callable[..., Iterator[Iterate]]] = {
    "continuation": continuation, "ascent": momentum_ascent, "projected": projected_ascent, "adam": adam_ascent,
}  # fmt: skip
