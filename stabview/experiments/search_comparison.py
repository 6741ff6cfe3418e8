"""Every search on every network: the loss it finds at given norms, and the seconds it takes.

The best of a search's iterates counts, by the loss of PSNR. Ascent and Adam are the searches of the papers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial

from stabview.experiments.finding import Finding, Table
from stabview.experiments.setting import compared_cards, setting
from stabview.perturbation.harm import Loss
from stabview.perturbation.named import SEARCHES

BUDGETS = (0.01, 0.02)
STARTS = 4
COMPARED = {**SEARCHES, f"continuation, {STARTS} starts": partial(SEARCHES["continuation"], restarts=STARTS)}


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for each network and search."""
    cards, rows = compared_cards(str(values["networks"])), []
    total = len(cards) * len(COMPARED)
    for card in cards:
        case = setting({**values, "network": card.name, "network_file": "", "amount": 0.0}, device=device)
        objective = case.objective()
        for name, search in COMPARED.items():
            row: list[object] = [card.title, name]
            for budget in BUDGETS:
                began = time.perf_counter()
                found = search(objective, steps=int(values["steps"]), budget=budget, seed=case.seed)
                losses = (float(Loss(1.0).amount(one.reconstruction[None], objective)[0]) for one in found)
                row += [max(losses), time.perf_counter() - began]
            rows.append(tuple(row))
            yield _finding(rows, total)


def _finding(rows: list[tuple], total: int) -> Finding:
    best: dict[str, tuple] = {}
    for row in rows:
        if row[0] not in best or row[4] > best[row[0]][4]:
            best[row[0]] = row
    words = [f"{title} {row[4]:.1f} dB by {row[1]}" for title, row in best.items()]
    columns = ["network", "search"]
    for budget in BUDGETS:
        columns += [f"loss at {100 * budget:g} % in dB", f"seconds at {100 * budget:g} %"]
    figures = {f"{row[0]}, {row[1]}: loss at 2 % in dB": row[4] for row in rows}
    return Finding(
        len(rows), total, f"Most was lost at {100 * BUDGETS[1]:g} %: {'; '.join(words)}.", None, figures,
        (Table("Loss of PSNR that each search finds", tuple(columns), tuple(rows)),),
    )  # fmt: skip
