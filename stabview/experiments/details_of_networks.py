"""Structural details through every shipped network (Antun et al., PNAS 2020, Fig. 5).

The paper describes what becomes of card suits and text; here it is the contrast kept, on the mean over the details:
kept from 0.8, blurred from 0.3, erased below. The samples are those of the figure: Deep MRI at 25 %, though it was
trained at 33 %, every other network as it was trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.accuracy_rule import kinds
from stabview.experiments.finding import Finding, Picture, Table
from stabview.experiments.setting import Setting, compared_cards, plain, setting, short
from stabview.experiments.structural_details import detail_survival
from stabview.images.errors import InputError
from stabview.methods.networks.cards import Card

WORDS = ((0.8, "kept"), (0.3, "blurred"), (-np.inf, "erased"))
PUBLISHED = {
    "deep-mri": "kept", "automap": "kept", "dagan": "blurred", "mri-vn": "blurred", "ell-50": "erased",
}  # fmt: skip
"""In these words; the paper calls the variational network's change moderate and DAGAN's strong."""
AMOUNTS = {"deep-mri": 0.25}


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row and four pictures for each network."""
    cards = compared_cards(str(values["networks"]))
    rows: list[tuple[object, ...]] = []
    each: list[tuple[object, ...]] = []
    pictures: list[Picture] = []
    for done, card in enumerate(cards, 1):
        try:
            case = case_of(card, values, device)
            rows.append(_row(case, card, values, each, pictures))
        except InputError as error:
            rows.append((card.title, "", None, None, None, f"left out: {error}", ""))
        yield _finding(rows, each, pictures, done, len(cards))


def case_of(card: Card, values: Mapping[str, object], device: str, *, amount: float | None = None) -> Setting:
    """A network at its own size and on its own samples."""
    chosen = AMOUNTS.get(card.name, 0.0) if amount is None else amount
    own = {"network": card.name, "network_file": "", "amount": chosen}
    return setting({**values, **own, **({"size": 0} if card.fixed else {})}, device=device)


@torch.no_grad()
def _row(
    case: Setting, card: Card, values: Mapping[str, object], each: list[tuple[object, ...]], pictures: list[Picture]
) -> tuple[object, ...]:
    details = kinds(case, float(values["contrast"]), float(values["detail_size"]))
    painted = [case.painted(one) for one in details.values()]
    image = case.x + sum(painted)
    y = case.data(image)
    estimates = {name: method(y, case.operator) for name, method in case.methods.items()}
    survivals = list(detail_survival(case.operator, y, painted, case.methods, estimates))
    kept = [found for _, found, _ in survivals]
    names = list(details)
    each += [(card.title, names[k], *found.values(), seen) for k, found, seen in survivals]
    means = {name: float(np.mean([one[name] for one in kept])) for name in estimates}
    pictures.append(Picture(f"{card.title}: image", plain(image), case.title))
    for name, estimate in estimates.items():
        pictures.append(Picture(f"{card.title}: {short(case.methods[name])}", plain(estimate), f"C {means[name]:.2f}"))
    amount = f"{len(case.operator.angles)} views" if case.operator.rate is None else f"{case.operator.rate:.0%}"
    return (card.title, amount, means["network"], means["soa"], means["quick"], word(means["network"]),
            PUBLISHED.get(card.name, ""))  # fmt: skip


def word(kept: float) -> str:
    return next(name for least, name in WORDS if kept >= least)


def _finding(rows: list, each: list, pictures: list[Picture], done: int, total: int) -> Finding:
    finished = done == total
    claimed = [row for row in rows if row[6]]
    met = [row[0] for row in claimed if row[5] == row[6]]
    others = [f"{row[0]} ({row[5]}, published {row[6]})" for row in claimed if row[5] != row[6]]
    verdict = f"Details are {', '.join(f'{row[5]} by {row[0]}' for row in rows if row[2] is not None)}."
    if each:
        worst = min(each, key=lambda row: row[2])
        verdict += f" The least is kept of the {worst[1]} by {worst[0]}, {worst[2]:.2f} (reference {worst[3]:.2f})."
    if claimed:
        verdict += f" As published for {len(met)} of {len(claimed)} networks of the paper"
        verdict += f"; not for {', '.join(others)}." if others else "."
    figures = {f"{row[0]}, mean contrast kept": row[2] for row in rows if row[2] is not None}
    figures |= {f"{row[0]}, mean contrast kept by the reference": row[3] for row in rows if row[2] is not None}
    return Finding(
        done, total, verdict, (not others if claimed else None) if finished else None, figures,
        (Table("Mean contrast kept of a heart, a spade, text and a lesion",
               ("network", "samples", "network keeps", "reference keeps", "direct keeps", "details are", "published"),
               tuple(rows)),
         Table("Contrast kept of each", ("network", "detail", "network keeps", "reference keeps", "direct keeps",
                                         "share that is measured"), tuple(each))),
        pictures=tuple(pictures),
    )  # fmt: skip
