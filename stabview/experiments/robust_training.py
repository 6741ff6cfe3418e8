"""Does robust training help? rho(eps) of five networks of one architecture (Raj, Bresler and Li, ICML 2020).

The shipped family: plain, weight decay, Parseval, jittering and min-max, on compressed sensing and on CT. Every network
sees the same images and the same search, an ascent of its own error from its own gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.measures.errors import psnr, ssim
from stabview.methods.networks.cards import shipped_card
from stabview.methods.networks.loading import load_shipped
from stabview.methods.networks.trial import operator_for
from stabview.perturbation.robustness import monotone, worst_errors

WAYS = ("plain", "weight-decay", "parseval", "jittering", "min-max")
TASKS = {"compressed sensing": "cs", "CT": "ct"}
LEVELS = {"cs": (0.0, 0.02, 0.05, 0.1, 0.2), "ct": (0.0, 0.005, 0.01, 0.02, 0.05)}
"""||delta|| / ||A x||; each family was trained against the last but one."""
HEADS = ("head-t1", "head-t2", "head-flair")
SEED = 3 * 10**6
"""Of the drawn images; training, choosing and the cards used others."""


@dataclass(frozen=True)
class Row:
    """One network: its clean figures, rho and the same with random perturbations by level, and two reconstructions."""

    way: str
    psnr: float
    ssim: float
    rho: dict[float, float]
    noise: dict[float, float]
    clean: np.ndarray
    worst: np.ndarray


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A network at a time, live from the shipped weights."""
    key = TASKS[str(values["task"])]
    count, steps, restarts = int(values["images"]), int(values["steps"]), int(values["restarts"])
    operator = operator_for(shipped_card(f"robust-{key}-plain"), device=device)
    x = torch.from_numpy(np.stack([_image(key, k) for k in range(count)])).to(device)
    rows: list[Row] = []
    for way in WAYS:
        rows.append(_row(key, way, operator, x, steps, restarts, device))
        yield _finding(key, rows, x)


def _image(key: str, number: int) -> np.ndarray:
    """Drawn heads (MR contrasts) for compressed sensing, drawn CT slices for CT."""
    if key == "ct":
        return np.array(prepare(phantom("body", 64, seed=SEED + number), size=64).x)
    drawn = phantom(HEADS[number % len(HEADS)], 128, seed=SEED + number)
    return np.array(np.abs(prepare(drawn, size=32).x))


def _row(key: str, way: str, operator, x: torch.Tensor, steps: int, restarts: int, device: str) -> Row:
    network = load_shipped(f"robust-{key}-{way}", device=device)
    y, energies = operator(x), x.square().sum(dim=(-2, -1))
    found = list(worst_errors(network, operator, x, LEVELS[key], steps=steps, restarts=restarts))
    relative = [replace(one, errors=one.errors / energies) for one in found]
    noises = {one.level: float((one.noise / energies).mean()) for one in found}
    shown = next(one for one in found if one.level == LEVELS[key][-2])
    with torch.no_grad():
        clean, worst = network(y, operator), network(y + shown.delta, operator)
    scores = [(psnr(a, b), ssim(a, b)) for a, b in zip(clean, x, strict=True)]
    quality, likeness = np.mean(scores, axis=0)
    return Row(
        way, float(quality), float(likeness), monotone(relative), noises, clean[0].cpu().numpy(), worst[0].cpu().numpy()
    )


def _finding(key: str, rows: list[Row], x: torch.Tensor) -> Finding:
    levels = LEVELS[key]
    trained = levels[-2]
    plain, finished = rows[0], len(rows) == len(WAYS)
    verdict, agrees = "", None
    if finished:
        robust = rows[-1]
        gain, price = plain.rho[trained] / robust.rho[trained], plain.psnr - robust.psnr
        agrees = gain > 1 and price < 3
        least = min(rows, key=lambda row: row.rho[trained])
        verdict = (
            f"At ||delta|| = {100 * trained:g} % of ||Ax|| min-max training has {1 / gain:.2f} times the rho of plain"
            f" training, at {abs(price):.2f} dB {'less' if price > 0 else 'more'} clean PSNR; the lowest rho there has"
            f" {least.way}."
            + (" As Raj et al. report: less worst-case error at a small price." if agrees else
               " Raj et al. report less worst-case error at a small price.")
        )  # fmt: skip
    per_cent = [f"rho at {100 * level:g} %" for level in levels[1:]]
    table = Table(
        f"Clean quality and rho = mean of the largest ||x - f(Ax + delta)||^2 / ||x||^2 over {len(x)} images; "
        "lower bounds",
        ("training", "clean PSNR (dB)", "clean SSIM", *per_cent, f"worst random delta at {100 * trained:g} %"),
        tuple((row.way, row.psnr, row.ssim, *(row.rho[level] for level in levels[1:]), row.noise[trained])
              for row in rows),
    )  # fmt: skip
    axis = tuple(100 * level for level in levels)
    chart = Chart(
        "Worst-case error", "||delta|| in % of ||Ax||", "rho",
        tuple(Line(row.way, axis, tuple(row.rho[level] for level in levels)) for row in rows),
    )  # fmt: skip
    pictures = [Picture("image", x[0].cpu().numpy())]
    for row in rows:
        pictures.append(Picture(f"{row.way}: clean data", row.clean))
        pictures.append(Picture(f"{row.way}: worst data", row.worst, f"its own worst delta of {100 * trained:g} %"))
    figures = {f"{row.way}, clean PSNR": row.psnr for row in rows}
    figures |= {f"{row.way}, rho at {100 * trained:g} %": row.rho[trained] for row in rows}
    return Finding(len(rows), len(WAYS), verdict, agrees, figures, (table,), (chart,), tuple(pictures))
