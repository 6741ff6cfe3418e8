"""The cards of the left column: each shows a part of the study and changes it through the bridge."""

from stabview.gui.cards.card import Card
from stabview.gui.cards.column import CardColumn
from stabview.gui.cards.details_card import DetailsCard
from stabview.gui.cards.image_card import ImageCard
from stabview.gui.cards.network_card import NetworkCard
from stabview.gui.cards.sampling_card import SamplingCard
from stabview.gui.cards.search_card import SearchCard
from stabview.gui.cards.seen_card import SeenCard
from stabview.gui.cards.soa_card import SoaCard

__all__ = [
    "Card",
    "CardColumn",
    "DetailsCard",
    "ImageCard",
    "NetworkCard",
    "SamplingCard",
    "SearchCard",
    "SeenCard",
    "SoaCard",
]
