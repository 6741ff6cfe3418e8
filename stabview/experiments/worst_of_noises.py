"""The worst of N random noises, N = 1, 20, 100 (Antun and Colbrook, Geilo lectures 2021), the same for both methods.

Noise e_j on the samples, all of one norm; for each N the draw of the first N with the largest change of the network's
image is shown, and the reference method on that very noise. The worst of N for the reference method itself stands
beside it, and what a search finds at the same norm. The slides print pictures without numbers; the claim, that the
network suffers from noise picked out of 100 and the reference method does not, counts as reproduced when the network
loses more PSNR on it and its change is larger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Finding, Picture, Table
from stabview.experiments.perturbation_ball import histogram
from stabview.experiments.setting import Setting, plain, reconstructions, setting, short
from stabview.measures.errors import psnr
from stabview.perturbation.continuation import continuation
from stabview.sampling.simulation import noise

COUNTS = (1, 20, 100)
BATCH = 5


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """All draws, then the search."""
    case, draws, level = setting(values, device=device), int(values["draws"]), float(values["level"])
    steps = int(values["steps"])
    total = draws + steps
    both = {"network": case.network, "soa": case.soa}
    with torch.no_grad():
        clean = {name: method(case.y, case.operator) for name, method in both.items()}
    moved: dict[str, list[float]] = {name: [] for name in both}
    scores: dict[str, list[float]] = {name: [] for name in both}
    while len(moved["network"]) < draws:
        done = len(moved["network"])
        ys = [noisy(case, level, done + k) for k in range(min(BATCH, draws - done))]
        for name, method in both.items():
            for estimate in reconstructions(method, ys, case.operator, batch=BATCH):
                moved[name].append(float(torch.linalg.vector_norm(estimate - clean[name])))
                scores[name].append(psnr(estimate, case.x))
        yield _finding(case, clean, draws, total, moved, scores, [], None)
    pictures = _pictures(case, level, moved, scores)
    found = None
    objective = case.objective(domain="samples")
    for found in continuation(objective, steps=steps, budget=level, seed=case.seed):
        yield _finding(case, clean, draws, total, moved, scores, pictures, (found, steps))


def noisy(case: Setting, level: float, number: int) -> torch.Tensor:
    """The data with the noise of a number, ||e|| = level ||y||; the same for every method."""
    return case.y + noise(case.operator, case.y, level, seed=1000 + number + 100_000 * case.seed)


def worst_among(moved: list[float], count: int) -> int:
    """The draw with the largest change among the first ones."""
    return int(np.argmax(moved[:count]))


def _pictures(case: Setting, level: float, moved: Mapping, scores: Mapping) -> list[Picture]:
    found = [Picture("image", plain(case.x), case.title)]
    for count in _counts(len(moved["network"])):
        draw = worst_among(moved["network"], count)
        y = noisy(case, level, draw)
        for name in ("network", "soa"):
            method = case.methods[name]
            with torch.no_grad():
                image = method(y, case.operator)
            words = f"noise {draw + 1}, {scores[name][draw]:.1f} dB"
            found.append(Picture(f"{short(method)}, worst of {count} for the network", plain(image), words))
    return found


def _counts(draws: int) -> list[int]:
    return [count for count in COUNTS if count < draws] + [draws]


def _finding(
    case: Setting, clean: Mapping[str, torch.Tensor], draws: int, total: int, moved: Mapping, scores: Mapping,
    pictures: list[Picture], search: tuple | None,
) -> Finding:  # fmt: skip
    done = len(moved["network"])
    before = {name: psnr(image, case.x) for name, image in clean.items()}
    rows = []
    for count in _counts(done):
        own, other = worst_among(moved["network"], count), worst_among(moved["soa"], count)
        rows.append((
            f"worst of {count}", own + 1, moved["network"][own], before["network"] - scores["network"][own],
            moved["soa"][own], before["soa"] - scores["soa"][own], moved["soa"][other],
        ))  # fmt: skip
    finished = search is not None and search[0].index == search[1]
    if finished:
        iterate, lost = search[0], before["network"] - psnr(search[0].reconstruction, case.x)
        with torch.no_grad():
            other = case.soa(iterate.y, case.operator)
        change = float(torch.linalg.vector_norm(iterate.reconstruction - clean["network"]))
        rows.append(("search", "", change, lost, float(torch.linalg.vector_norm(other - clean["soa"])),
                     before["soa"] - psnr(other, case.x), ""))  # fmt: skip
    last = rows[len(_counts(done)) - 1]
    agrees = bool(last[3] > last[5] and last[2] > last[4]) if finished else None
    verdict = (
        f"On the worst of {done} noises for the network, {short(case.network)} loses {last[3]:.2f} dB and"
        f" {short(case.soa)} {last[5]:.2f} dB."
    )
    if finished:
        verdict += f" A search at the same norm costs the network {rows[-1][3]:.1f} dB."
        verdict += " As in the slides the network suffers more." if agrees else (
            " The slides show a network that suffers more; here it does not."
        )  # fmt: skip
    figures = {f"{row[0]}, loss of the network in dB": row[3] for row in rows}
    figures |= {f"{row[0]}, loss of the reference method in dB": row[5] for row in rows}
    return Finding(
        done + (search[0].index if search else 0), total, verdict, agrees, figures,
        (Table(f"The same noise for {short(case.network)} and {short(case.soa)}",
               ("noise", "draw", "change of network", "loss of network in dB", "change of reference",
                "loss of reference in dB", "reference's own worst change"), tuple(rows)),),
        (histogram("Change by random noise of one norm", "||f(y + e) - f(y)||",
                   {short(case.methods[name]): np.array(values) for name, values in moved.items()}),),
        tuple(pictures),
    )  # fmt: skip
