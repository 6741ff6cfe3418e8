"""A ball around a bad perturbation (Antun et al., PNAS 2020, Fig. 2): how rare are the perturbations that do harm?

v = A* e with Gaussian e, ||v|| = share ||r_1||, is added to r_1. Its artefact a = f(A(x + r_1)) - f(Ax) counts
as kept by the share <f(A(x + r_1 + v)) - f(A(x + v)), a> / ||a||^2; the claim, that it stays visible all over the ball,
counts as reproduced when every draw keeps at least half of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import LOST, Setting, plain, reconstructions, setting, short
from stabview.measures.details import contrast_kept
from stabview.measures.errors import psnr
from stabview.perturbation.continuation import continuation
from stabview.perturbation.iterate import Iterate

KEPT = 0.5
BATCH = 4


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """First r_1, the first iterate that costs 5 dB, then the draws."""
    case, draws, steps = setting(values, device=device), int(values["draws"]), int(values["steps"])
    total = steps + draws
    objective = case.objective()
    clean = psnr(objective.clean, case.x)
    for bad in continuation(objective, steps=steps, budget=float(values["budget"]), seed=case.seed):
        yield Finding(bad.index, total)
        if clean - psnr(bad.reconstruction, case.x) >= LOST:
            break
    length = float(values["share"]) * float(torch.linalg.vector_norm(bad.r))
    generator = torch.Generator().manual_seed(case.seed)
    artefact = bad.reconstruction - objective.clean
    rows: list[tuple[object, ...]] = []
    first: list[Picture] = []
    while len(rows) < draws:
        vs = [ball_draw(case, length, generator) for _ in range(min(BATCH, draws - len(rows)))]
        ys = [case.y + case.operator(v) for v in vs] + [bad.y + case.operator(v) for v in vs]
        estimates = list(reconstructions(case.network, ys, case.operator, batch=2 * BATCH))
        for alone, both in zip(estimates[: len(vs)], estimates[len(vs) :], strict=True):
            moved = float(torch.linalg.vector_norm(both - bad.reconstruction))
            rows.append((len(rows) + 1, contrast_kept(both, alone, artefact), moved, psnr(both, case.x),
                         psnr(alone, case.x)))  # fmt: skip
        first = first or _pictures(case, bad, vs[0], estimates[0], estimates[len(vs)])
        yield _finding(case, bad, clean, steps, draws, rows, first)


def ball_draw(case: Setting, length: float, generator: torch.Generator) -> torch.Tensor:
    """v = A* e with independent Gaussian e, ||v|| = length. (H, W)."""
    e = torch.randn(case.y.shape, generator=generator, dtype=torch.complex64 if case.y.is_complex() else torch.float32)
    v = case.operator.adjoint(case.operator.restrict(e.to(case.y.device, case.y.dtype)))
    return v * (length / torch.linalg.vector_norm(v))


def _pictures(
    case: Setting, bad: Iterate, v: torch.Tensor, alone: torch.Tensor, both: torch.Tensor
) -> list[Picture]:
    title = short(case.network)
    return [
        Picture("image + r1", plain(case.x + bad.r), f"{bad.relative_norm:.2%}"),
        Picture(f"{title}, r1", plain(bad.reconstruction), f"{psnr(bad.reconstruction, case.x):.1f} dB"),
        Picture("image + r1 + v", plain(case.x + bad.r + v), "the first draw"),
        Picture(f"{title}, r1 + v", plain(both), f"{psnr(both, case.x):.1f} dB"),
        Picture(f"{title}, v alone", plain(alone), f"{psnr(alone, case.x):.1f} dB"),
    ]


def _finding(
    case: Setting, bad: Iterate, clean: float, steps: int, draws: int, rows: list, pictures: list[Picture]
) -> Finding:
    finished = len(rows) == draws
    kept, moved = (np.array([row[k] for row in rows]) for k in (1, 2))
    lost = clean - psnr(bad.reconstruction, case.x)
    agrees = bool(kept.min() >= KEPT and lost >= LOST) if finished else None
    artefact = float(torch.linalg.vector_norm(bad.reconstruction - case.objective().clean)) if finished else np.nan
    verdict = (
        f"r1 costs {lost:.1f} dB; with noise around it, {len(rows)} draws, between {kept.min():.0%} and"
        f" {kept.max():.0%} of its artefact stay."
    )
    if finished:
        said = "As published: bad perturbations fill a ball." if agrees else (
            "The paper's observation, an artefact that stays all over the ball, is not met."
        )  # fmt: skip
        verdict += f" {said}"
    figures = {
        "norm of r1 over that of the image in %": 100 * bad.relative_norm, "loss at r1 in dB": lost, "draws": len(rows),
        "least share of the artefact kept": float(kept.min()), "mean share kept": float(kept.mean()),
        "largest ||f(A(x+r1+v)) - f(A(x+r1))||": float(moved.max()),
        "largest loss of v alone in dB": clean - min(row[4] for row in rows),
    }  # fmt: skip
    if finished:
        figures["||f(A(x+r1)) - f(Ax)||"] = artefact
    return Finding(
        steps + len(rows), steps + draws, verdict, agrees, figures,
        (Table("Draws", ("draw", "artefact kept", "moved from f(A(x+r1))", "PSNR r1 + v", "PSNR v alone"),
               tuple(rows)),),
        (histogram("How far the draws move the reconstruction", "||f(A(x+r1+v)) - f(A(x+r1))||", {"draws": moved}),
         histogram("How much of the artefact stays", "share kept", {"draws": kept})),
        tuple(pictures),
    )  # fmt: skip


def histogram(title: str, label: str, samples: Mapping[str, np.ndarray], bins: int = 12) -> Chart:
    """Counts in equal bins over the range of all samples, drawn as steps."""
    everything = np.concatenate([np.asarray(values, float) for values in samples.values()])
    low, high = float(everything.min()), float(everything.max())
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    lines = []
    for name, values in samples.items():
        counts, _ = np.histogram(values, edges)
        x = (edges[0], *np.repeat(edges[1:-1], 2), edges[-1])
        lines.append(Line(name, tuple(map(float, x)), tuple(map(float, np.repeat(counts, 2)))))
    return Chart(title, label, "draws", tuple(lines))
