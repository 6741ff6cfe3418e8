"""What the gallery offers, from the shipped examples and the catalogue of experiments; nothing is listed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stabview import resources
from stabview.experiments.catalogue import EXPERIMENTS
from stabview.study.examples import EXAMPLES

EXAMPLE, EXPERIMENT = "example", "experiment"
ENDING = ".jpg"


@dataclass(frozen=True)
class Entry:
    """One picture of the gallery.

    Attributes
    ----------
    kind : EXAMPLE opens in the window with its search running, EXPERIMENT in a window of its own.
    seconds : about how long it takes; None for examples, whose first picture is there at once.
    topic : what an experiment is about, one of `stabview.experiments.entry.TOPICS`; "" for examples.
    """

    kind: str
    name: str
    title: str
    sentence: str
    source: str
    seconds: float | None = None
    topic: str = ""

    @property
    def picture(self) -> Path:
        """The shipped picture of a real run (`packaging/gallery.py` makes it); it may not be there."""
        return resources.path("gallery", f"{self.name}{ENDING}")

    @property
    def words(self) -> str:
        """All its words, for a search."""
        return " ".join((self.name, self.title, self.sentence, self.source)).lower()


def entries() -> tuple[Entry, ...]:
    """Examples first, then experiments, in the order of their tables."""
    examples = (Entry(EXAMPLE, e.name, e.title, e.sentence, e.source) for e in EXAMPLES.values())
    experiments = (
        Entry(EXPERIMENT, e.name, e.title, e.sentence, e.source, e.seconds, e.topic) for e in EXPERIMENTS.values()
    )
    return (*examples, *experiments)


def found(words: str) -> tuple[Entry, ...]:
    """The entries in which every one of these words occurs."""
    wanted = words.lower().split()
    return tuple(entry for entry in entries() if all(word in entry.words for word in wanted))
