"""Methods beside the network and the reference method, to be looked at and compared; no search or report has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stabview.study import choices
from stabview.study.study import SoaChoice, Study

if TYPE_CHECKING:
    from stabview.methods.method import Method
    from stabview.study.problem import Problem

MOST = 3
"""As many of them are kept up to date at once."""
_TITLES = {"tv": "TV", "tv-anisotropic": "TV, anisotropic", "tgv": "TGV", "firenet": "FIRENET", "cg": "Least squares"}


def other_methods(study: Study) -> dict[str, str]:
    """name -> title of every method that could be shown beside those of a study: reference methods and networks."""
    from stabview.methods.networks.cards import shipped_cards

    operator = study.sampling.operator
    found = {name: _TITLES.get(name, name) for name in choices.SOA_METHODS if name != study.soa.method}
    for card in shipped_cards():
        if card.name != study.network.name and card.takes(operator) and not card.operator_spec and not card.untrained:
            found[card.name] = card.title
    return found


def is_other(part: str) -> bool:
    """Whether a part of a frame, or a picture, belongs to another method."""
    return part.startswith("other:")


def build_other(problem: Problem, part: str) -> Method:
    """The method of a part "other:NAME"."""
    from stabview.methods.networks.loading import load_shipped
    from stabview.study.problem import soa_method

    name = part.removeprefix("other:")
    if name in choices.SOA_METHODS:
        return soa_method(problem.study.having(soa=SoaChoice(method=name)), problem.operator)
    return load_shipped(name, device=problem.device)
