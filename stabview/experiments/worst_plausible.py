"""The worst plausible case beside the worst case: what scanners do wrong, each within its limits, against anything.

For every knob, and for all together, the harm that a search in its box finds; beside it the harm of the worst change of
the samples that is as large. Small limits do little harm because they change little, or because networks bear them: the
last column, the harm over that of an arbitrary change of the same size, tells these apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, plain, setting, short
from stabview.measures.errors import psnr
from stabview.perturbation.goal import Error
from stabview.perturbation.iterate import Iterate
from stabview.perturbation.knobs import KNOBS
from stabview.perturbation.named import SEARCHES
from stabview.perturbation.objective import Objective
from stabview.perturbation.physical import PhysicalSpace, knobs_of
from stabview.perturbation.search import best_of
from stabview.perturbation.space import SampleSpace

COLUMNS = ("what goes wrong", "limit", "||y' - y||/||y|| in %", "network lost, dB", "reference lost, dB",
           "network lost at an arbitrary change of that size, dB", "share")  # fmt: skip


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for each knob, the last one for all of them."""
    case = setting(values, device=device)
    names = knobs_of(case.operator.name)
    sets = [*([name] for name in names), names]
    rows: list[tuple[object, ...]] = []
    clean = plain(case.objective().clean)
    pictures = [Picture("Image", plain(case.x)), Picture(f"{short(case.network)}, clean", clean)]
    for chosen in sets:
        row, worst = _worst(case, chosen, values)
        rows.append(row)
        pictures.append(Picture(f"{short(case.network)}, {row[0]}", plain(worst.reconstruction), f"-{row[3]:.1f} dB"))
        yield _finding(case, rows, len(sets), pictures)


def _worst(case: Setting, chosen: list[str], values: Mapping[str, object]) -> tuple[tuple[object, ...], Iterate]:
    search, share = SEARCHES[str(values["search"])], float(values["box"])
    options = {"steps": int(values["steps"]), "seed": case.seed}
    space = PhysicalSpace(case.operator, case.x, case.y, knobs={knob: KNOBS[knob].limit for knob in chosen})
    objective = Objective(case.network, case.operator, case.x, case.y, space=space, goal=Error())
    worst = best_of(search(objective, budget=share, **options))
    change = float(torch.linalg.vector_norm(worst.y - case.y) / torch.linalg.vector_norm(case.y))
    anything = objective.having(space=SampleSpace(case.operator, case.x, case.y))
    free = best_of(search(anything, budget=change, **options)) if change > 0 else worst
    clean = psnr(objective.clean, case.x)
    with torch.no_grad():
        soa = psnr(case.soa(case.y, case.operator), case.x) - psnr(case.soa(worst.y, case.operator), case.x)
    losses = [clean - psnr(one.reconstruction, case.x) for one in (worst, free)]
    limits = ", ".join(f"{share * knob.limit:g} {knob.unit}" for knob in space.knobs) if len(chosen) == 1 else ""
    title = chosen[0] if len(chosen) == 1 else "all together"
    return (title, limits, 100 * change, losses[0], soa, losses[1], losses[0] / max(losses[1], 1e-6)), worst


def _finding(case: Setting, rows: list[tuple], total: int, pictures: list[Picture]) -> Finding:
    worst = max(rows, key=lambda row: row[3])
    verdict = (
        f"Of what goes wrong in scanners, {worst[0]} costs {short(case.network)} most, {worst[3]:.1f} dB, and the"
        f" reference method {worst[4]:.1f} dB; an arbitrary change of the samples of that size costs the network"
        f" {worst[5]:.1f} dB."
    )
    places = tuple(float(k) for k in range(len(rows)))
    lines = (
        Line("plausible", places, tuple(row[3] for row in rows)), Line("arbitrary", places, tuple(r[5] for r in rows)),
    )  # fmt: skip
    return Finding(
        len(rows), total, verdict, None,
        {f"{row[0]}: loss of the network in dB": row[3] for row in rows}
        | {f"{row[0]}: share of the arbitrary loss": row[6] for row in rows},
        (Table("The worst within limits", COLUMNS, tuple(rows)),),
        (Chart("Loss of the network, rows of the table", "row", "dB", lines),), tuple(pictures),
    )  # fmt: skip
