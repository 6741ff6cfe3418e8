"""Other anatomy, other data, the hard half: methods in and out of the distribution (Darestani et al., ICML 2021).

Every method is scored on images like those of the training and on others, and on the images that a further method,
which is not compared, reconstructs worst (their fastMRI-A, selected by i-RIM). The paper finds all methods on one line,
scores out of the distribution linear in those within, the ranking kept: counted as reproduced when the rank correlation
of the two is at least 0.9 and the same method is best, for both shifts. It also suspects that hard images have more
energy in high frequencies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.fragility_ranking import folder_images
from stabview.experiments.setting import Setting, on, plain, setting, short
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.measures.errors import psnr, ssim
from stabview.measures.statistics import bootstrap_interval, linear_fit, rank_correlation
from stabview.methods.linear.least_squares import LeastSquares
from stabview.methods.method import Method
from stabview.methods.networks.loading import load_shipped
from stabview.methods.sparse.names import sparse_method

COMPARED = ("tv", "wavelet", "firenet")
SELECTOR = "tgv"
"""Only ranks the images."""
LIKE = 0.9


@dataclass(frozen=True)
class Score:
    """PSNR and SSIM of every compared method on one image, that of the selector, and the image's fine energy."""

    title: str
    out: bool
    psnr: dict[str, float]
    ssim: dict[str, float]
    selector: float
    fine: float


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """An image after another, in and out of the distribution by turns."""
    base, count = setting(values, device=device), int(values["images"])
    size = base.x.shape[0]
    sets = [_images(str(values[name]).strip(), drawn, size, count) for name, drawn in (
        ("inside", inside(base)), ("outside", outside(base)))]  # fmt: skip
    methods = compared(base)
    selector = sparse_method(SELECTOR, base.operator, noise=base.level)
    turns = [(k, one) for pair in zip(*sets, strict=False) for k, one in enumerate(pair)]
    scores: list[Score] = []
    pictures: list[Picture] = []
    for done, (out, (title, pixels)) in enumerate(turns, 1):
        case = replace(base, x=on(base.operator, pixels), title=title)
        scores.append(_score(case, methods, selector, bool(out), pictures if done <= 2 else None))
        if len(scores) >= 4:
            yield _finding(base, scores, pictures, done, len(turns))


def inside(base: Setting) -> tuple[str, ...]:
    """Drawn images like those of the training."""
    return ("head-flair", "head-t1", "head-t2") if base.operator.is_complex else ("ellipses",)


def outside(base: Setting) -> tuple[str, ...]:
    """Drawn images of another anatomy."""
    return ("body",) if base.operator.is_complex else ("body", "head-t1")


def compared(base: Setting) -> dict[str, Method]:
    """The methods in question, by title."""
    methods: list[Method] = [base.network, *(
        sparse_method(name, base.operator, noise=base.level) for name in COMPARED if name != "firenet"
    )]  # fmt: skip
    if base.network.card.name != "firenet":
        methods.append(load_shipped("firenet", device=str(base.operator.device)))
    if base.operator.name != "fourier":  # there it is zero-filling, scaled
        methods.append(LeastSquares(lambda_=1e-2))
    methods.append(base.quick)
    return {short(method): method for method in methods}


def fine_energy(x: torch.Tensor) -> float:
    """Share of the energy of the spectrum beyond a quarter of the Nyquist frequency."""
    power = torch.fft.fft2(x).abs().square()
    q = [torch.fft.fftfreq(n, device=x.device).abs() * 2 for n in x.shape]
    return float(power[torch.hypot(q[0][:, None], q[1][None]) > 0.25].sum() / power.sum())


def _images(folder: str, names: Sequence[str], size: int, count: int) -> list[tuple[str, np.ndarray]]:
    if folder:
        return folder_images(Path(folder), size, count)
    drawn = (phantom(names[k % len(names)], size, seed=100 + k) for k in range(count))
    return [(image.title, prepare(image, size=size).x) for image in drawn]


@torch.no_grad()
def _score(
    case: Setting, methods: Mapping[str, Method], selector: Method, out: bool, pictures: list[Picture] | None
) -> Score:
    estimates = {name: method(case.y, case.operator) for name, method in methods.items()}
    if pictures is not None:
        first = next(iter(estimates.values()))
        pictures += [Picture(case.title, plain(case.x)), Picture(f"{short(case.network)}", plain(first), case.title)]
    return Score(
        case.title, out, {name: psnr(one, case.x) for name, one in estimates.items()},
        {name: ssim(one, case.x) for name, one in estimates.items()},
        psnr(selector(case.y, case.operator), case.x), fine_energy(case.x),
    )  # fmt: skip


def _finding(base: Setting, scores: list[Score], pictures: list[Picture], done: int, total: int) -> Finding:
    finished = done == total
    within, beyond = ([one for one in scores if one.out == out] for out in (False, True))
    hard = sorted(within, key=lambda one: one.selector)[: max(1, len(within) // 2)]
    names = list(scores[0].psnr)
    rows, means = [], {}
    for name in names:
        means[name] = [float(np.mean([one.psnr[name] for one in group])) for group in (within, beyond, hard)]
        low, high = bootstrap_interval([one.psnr[name] for one in beyond])
        likeness = [float(np.mean([one.ssim[name] for one in group])) for group in (within, beyond)]
        rows.append((name, means[name][0], means[name][1], low, high, means[name][2], *likeness))
    rows.sort(key=lambda row: -row[1])
    ins, outs, hards = (tuple(means[name][k] for name in names) for k in range(3))
    fits = {"other anatomy": linear_fit(ins, outs), "hard half": linear_fit(ins, hards)}
    kept = {"other anatomy": rank_correlation(ins, outs), "hard half": rank_correlation(ins, hards)}
    fine = [float(np.mean([one.fine for one in group])) for group in (within, beyond, hard)]
    verdict = "; ".join(
        f"{name}: PSNR out = {fit.intercept:.1f} + {fit.slope:.2f} in, R^2 {fit.r_squared:.2f}, rank correlation"
        f" {kept[name]:.2f}" for name, fit in fits.items()
    )  # fmt: skip
    best, *others = (names[int(np.argmax(values))] for values in (ins, outs, hards))
    both = all(value >= LIKE for value in kept.values()) and {best} == set(others)
    if finished:
        verdict += ". As published, the ranking is kept." if both else (
            f". The paper found the ranking kept; here {best} is best within, {others[0]} beyond and {others[1]} on the"
            " hard half."
        )
    figures: dict[str, float | int] = {"images within": len(within), "images beyond": len(beyond)}
    for name, fit in fits.items():
        figures |= {f"{name}, slope": fit.slope, f"{name}, intercept in dB": fit.intercept,
                    f"{name}, R^2": fit.r_squared, f"{name}, rank correlation": kept[name]}  # fmt: skip
    groups = ("fine energy within", "fine energy beyond", "fine energy of the hard half")
    figures |= dict(zip(groups, fine, strict=True))
    ends = (min(ins), max(ins))
    charts = tuple(
        Chart(f"In and out of the distribution: {title}", "mean PSNR within, dB", "mean PSNR beyond, dB", (
            *(Line(name, (means[name][0],), (means[name][k],), joined=False) for name in names),
            Line("fit", ends, tuple(fits[title].intercept + fits[title].slope * end for end in ends)),
        ))
        for k, title in ((1, "other anatomy"), (2, "hard half"))
    )  # fmt: skip
    return Finding(
        done, total, verdict, both if finished else None, figures,
        (Table("Means", ("method", "PSNR within", "PSNR beyond", "from", "to", "PSNR of the hard half", "SSIM within",
                         "SSIM beyond"), tuple(rows)),),
        charts, tuple(pictures),
    )  # fmt: skip
