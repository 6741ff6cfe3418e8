"""The left column: all cards in the order of the data path, scrolling when the window is low."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from stabview.gui.bridge import Bridge
from stabview.gui.cards.card import Card
from stabview.gui.cards.details_card import DetailsCard
from stabview.gui.cards.image_card import ImageCard
from stabview.gui.cards.network_card import NetworkCard
from stabview.gui.cards.sampling_card import SamplingCard
from stabview.gui.cards.search_card import SearchCard
from stabview.gui.cards.seen_card import SeenCard
from stabview.gui.cards.soa_card import SoaCard

CARDS: tuple[type[Card], ...] = (
    ImageCard,
    DetailsCard,
    SamplingCard,
    NetworkCard,
    SoaCard,
    SearchCard,
    SeenCard,
)
WIDTH = 236


class CardColumn(QScrollArea):
    """`cards` by their name: image, details, sampling, network, soa, search, seen."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cardColumn")
        self.setAccessibleName("What is examined")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        inner = QWidget()
        inner.setProperty("column", True)
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.setSpacing(6)
        self.cards: dict[str, Card] = {}
        for kind in CARDS:
            card = kind(bridge)
            self.cards[card.name] = card
            rows.addWidget(card)
        rows.addStretch(1)
        self.setWidget(inner)
        self.setMinimumWidth(WIDTH)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH + 14, 600)

    def state(self) -> dict[str, object]:
        """What a session keeps: which cards are folded."""
        return {"folded": [name for name, card in self.cards.items() if card.folded]}

    def restore(self, state: dict[str, object]) -> None:
        """Take up what `state` gave."""
        folded = state.get("folded", ())
        for name, card in self.cards.items():
            card.set_folded(name in folded)
