"""Early-stopped iterates of a worst-case search, network and reference method (Antun et al., PNAS 2020, Figs. 1, 4).

The claim counts as reproduced when the network loses `LOST` dB within the budget and the reference method, on the same
data, less than half of what the network lost there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import LOST, Setting, plain, setting, short, signed
from stabview.measures.errors import psnr
from stabview.perturbation.continuation import continuation
from stabview.perturbation.iterate import Iterate

COLUMNS = ("iterate", "||r||/||x|| in %", "PSNR network", "PSNR reference", "PSNR direct")


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Each iterate as it is found, with what every method makes of it."""
    case, steps = setting(values, device=device), int(values["steps"])
    shown = {0, *(round(steps * k / int(values["shown"])) for k in range(1, int(values["shown"]) + 1))}
    rows: list[tuple[object, ...]] = []
    pictures: list[Picture] = []
    for iterate in continuation(case.objective(), steps=steps, budget=float(values["budget"]), seed=case.seed):
        estimates = others(case, iterate)
        scores = {name: psnr(estimate, case.x) for name, estimate in estimates.items()}
        rows.append((iterate.index, 100 * iterate.relative_norm, *scores.values()))
        if iterate.index in shown:
            pictures += _pictures(case, iterate, estimates, scores)
        yield _finding(case, steps, rows, pictures, finished=False)
    yield _finding(case, steps, rows, pictures, finished=True)


@torch.no_grad()
def others(case: Setting, iterate: Iterate) -> dict[str, torch.Tensor]:
    """Every method's reconstruction of an iterate's data."""
    return {
        "network": iterate.reconstruction, "soa": case.soa(iterate.y, case.operator),
        "quick": case.quick(iterate.y, case.operator),
    }  # fmt: skip


def _pictures(case: Setting, iterate: Iterate, estimates: Mapping[str, torch.Tensor], scores: dict) -> list[Picture]:
    k = iterate.index
    found = [Picture(f"image + r{k}" if k else "image", plain(case.x + iterate.r), f"{iterate.relative_norm:.2%}")]
    found += [
        Picture(f"{short(case.methods[name])}, {k}", plain(estimates[name]), f"{scores[name]:.1f} dB")
        for name in ("network", "soa")
    ]
    if k:
        found.append(Picture(f"r{k}", signed(iterate.r), "the perturbation, real part", signed=True))
    return found


def _finding(case: Setting, steps: int, rows: list, pictures: list[Picture], *, finished: bool) -> Finding:
    _, _, network, soa, _ = rows[0]
    lost = next((row for row in rows if network - row[2] >= LOST), None)
    last = lost or rows[-1]
    losses = network - last[2], soa - last[3]
    agrees = lost is not None and losses[1] < losses[0] / 2 if finished else None
    verdict = (
        f"With ||r||/||x|| = {last[1]:.2g} % {short(case.network)} has lost {losses[0]:.1f} dB, "
        f"{short(case.soa)} on the same data {losses[1]:.1f} dB."
    )
    if finished and lost is None:
        verdict += f" A loss of {LOST:g} dB was not found within the budget, which does not make it stable."
    elif finished:
        verdict += (
            " As published the network is the unstable one; the reference method loses less than half as much."
            if agrees else
            " Unlike in the paper the reference method suffers as well."
        )  # fmt: skip
    norms = tuple(row[1] for row in rows)
    lines = tuple(
        Line(short(method), norms, tuple(row[2 + k] for row in rows)) for k, method in enumerate(case.methods.values())
    )
    return Finding(
        steps if finished else min(rows[-1][0], steps - 1), steps, verdict, agrees,
        {
            "image": case.title, "relative norm in %": last[1], "loss of the network in dB": losses[0],
            "loss of the reference method in dB": losses[1], "PSNR of the network without r": network,
            "PSNR of the reference method without r": soa, f"lost {LOST:g} dB": lost is not None,
        },
        (Table("Iterates", COLUMNS, tuple(rows)),),
        (Chart("PSNR as the perturbation grows", "||r|| / ||x|| in %", "PSNR in dB", lines),),
        tuple(pictures),
    )  # fmt: skip
