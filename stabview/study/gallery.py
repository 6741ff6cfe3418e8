"""What the gallery offers, from the shipped examples and the catalogue of experiments; nothing is listed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stabview import resources
from stabview.experiments.catalogue import EXPERIMENTS
from stabview.experiments.entry import TOPICS
from stabview.study.examples import EXAMPLES, SEARCH

EXAMPLE, EXPERIMENT = "example", "experiment"
ENDING = ".jpg"
BEGIN, FIGURES, NETWORKS = "Begin here", "Figures of Antun et al., PNAS 2020", "Other networks"
SECTIONS = (BEGIN, FIGURES, NETWORKS, *TOPICS)
"""In the order of the page."""
_PAPER = re.compile(r"Antun et al\.(, PNAS)? 2020, (?P<figure>Fig\. \d|)")


@dataclass(frozen=True)
class Entry:
    """One picture of the gallery.

    Attributes
    ----------
    kind : EXAMPLE opens in the window, EXPERIMENT in a window of its own.
    seconds : about how long it takes; None for examples, whose first picture is there at once.
    topic : what an experiment is about, one of `stabview.experiments.entry.TOPICS`; "" for examples.
    section : one of `SECTIONS`, under which it stands.
    shows : of an example: what one opens it for, see `stabview.study.examples.Example`.
    """

    kind: str
    name: str
    title: str
    sentence: str
    source: str
    seconds: float | None = None
    topic: str = ""
    section: str = NETWORKS
    shows: str = SEARCH

    @property
    def picture(self) -> Path:
        """The shipped picture of a real run (`packaging/gallery.py` makes it); it may not be there."""
        return resources.path("gallery", f"{self.name}{ENDING}")

    @property
    def words(self) -> str:
        """All its words, for a search."""
        return " ".join((self.name, self.title, self.sentence, self.source)).lower()


def entries() -> tuple[Entry, ...]:
    """Section by section; figures in their order, everything else in that of its table."""
    return tuple(sorted(_entries(), key=lambda entry: (SECTIONS.index(entry.section), _place(entry))))


def _entries() -> Iterator[Entry]:
    for e in EXAMPLES.values():
        section = BEGIN if e.first else FIGURES if _PAPER.match(e.source) else NETWORKS
        yield Entry(EXAMPLE, e.name, e.title, e.sentence, e.source, section=section, shows=e.shows)
    shown = {"", *(_figure(e.source) for e in EXAMPLES.values())}
    for e in EXPERIMENTS.values():  # one that alone shows a figure stands among the figures
        section = e.topic if _figure(e.source) in shown else FIGURES
        yield Entry(EXPERIMENT, e.name, e.title, e.sentence, e.source, e.seconds, e.topic, section)


def _figure(source: str) -> str:
    found = _PAPER.match(source)
    return found["figure"] if found else ""


def _place(entry: Entry) -> str:
    return (_figure(entry.source) or "later") if entry.section == FIGURES else ""


def found(words: str) -> tuple[Entry, ...]:
    """The entries in which every one of these words occurs."""
    wanted = words.lower().split()
    return tuple(entry for entry in entries() if all(word in entry.words for word in wanted))
