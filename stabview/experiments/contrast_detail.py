"""The smallest lesion that survives: sizes x contrasts x positions through network and reference method.

The contrast seen of a soft lesion d is C = <f(A(x + d) + e) - f(Ax), d> / ||d||^2, with the noise e drawn anew for each
position and the same for both methods. The lesion survives when C is between 0.5 and 1.5: less is lost, and what is
further off is noise. Shares over the positions come with Wilson intervals; the contour is the contrast at which half of
the lesions of a size survive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, places, plain, reconstructions, setting, short
from stabview.images.details import PaintedDetail
from stabview.measures.details import contrast_kept
from stabview.measures.statistics import wilson_interval
from stabview.sampling.simulation import noise

SURVIVES = (0.5, 1.5)
METHODS = ("network", "soa")
Counts = dict[tuple[float, float], list[bool]]


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Position after position, so that shares grow surer."""
    case, positions = setting(values, device=device), int(values["positions"])
    scale = case.x.shape[0] / 256
    sizes = steps(float(values["smallest"]) * scale, float(values["largest"]) * scale, int(values["sizes"]))
    contrasts = steps(float(values["faintest"]), float(values["strongest"]), int(values["contrasts"]))
    spots = places(case.x, positions, margin=2 * max(sizes), seed=case.seed)
    kept: dict[str, Counts] = {name: {} for name in METHODS}
    with torch.no_grad():
        clean = {name: case.methods[name](case.operator(case.x), case.operator) for name in METHODS}
    example: list[Picture] = []
    for number, spot in enumerate(spots):
        level = noise(case.operator, case.operator(case.x), case.level, seed=case.seed * 1000 + number)
        details = {
            (size, contrast): case.painted(PaintedDetail("lesion", spot, size, contrast))
            for size in sizes for contrast in contrasts
        }  # fmt: skip
        ys = [case.operator(case.x + d) + level for d in details.values()]
        for name in METHODS:
            others = list(reconstructions(case.methods[name], ys, case.operator))
            for (key, detail), estimate in zip(details.items(), others, strict=True):
                kept[name].setdefault(key, []).append(survives(estimate, clean[name], detail))
            if number == 0:
                shown = plain(others[len(others) // 2])
                example.append(Picture(short(case.methods[name]), shown, "of its data"))
        if number == 0:
            middle = list(details)[len(details) // 2]
            words = f"{middle[0]:.3g} px, contrast {middle[1]:.2g}"
            example.insert(0, Picture("image with a lesion", plain(case.x + details[middle]), words))
        yield _finding(case, sizes, contrasts, kept, example, number + 1, positions)


def survives(estimate: torch.Tensor, clean: torch.Tensor, detail: torch.Tensor) -> bool:
    return SURVIVES[0] <= contrast_kept(estimate, clean, detail) <= SURVIVES[1]


def steps(low: float, high: float, count: int) -> list[float]:
    """Numbers in equal ratios."""
    return [float(one) for one in np.geomspace(low, high, count)]


def half_contrast(contrasts: Sequence[float], shares: Sequence[float]) -> float:
    """Where half survive, by interpolation in log(contrast) of shares made to rise; nan where fewer do everywhere."""
    rising = np.maximum.accumulate(np.asarray(shares, float))
    if rising[0] >= 0.5 or rising[-1] < 0.5:
        return contrasts[0] if rising[0] >= 0.5 else float("nan")
    k = int(np.argmax(rising >= 0.5))
    share = (0.5 - rising[k - 1]) / (rising[k] - rising[k - 1])
    return float(np.exp(np.log(contrasts[k - 1]) + share * np.log(contrasts[k] / contrasts[k - 1])))


def _finding(
    case: Setting, sizes: Sequence[float], contrasts: Sequence[float], kept: Mapping[str, Counts],
    pictures: list[Picture], done: int, total: int,
) -> Finding:  # fmt: skip
    rows, lines, charts, survived = [], [], [], {}
    for name in METHODS:
        title = short(case.methods[name])
        shares = {key: float(np.mean(found)) for key, found in kept[name].items()}
        survived[title] = float(np.mean(list(shares.values())))
        contour = [half_contrast(contrasts, [shares[size, one] for one in contrasts]) for size in sizes]
        lines.append(Line(title, tuple(sizes), tuple(contour)))
        charts.append(np.array([[shares[size, one] for one in contrasts] for size in sizes]))
        for (size, contrast), found in kept[name].items():
            low, high = wilson_interval(sum(found), len(found))
            rows.append((title, size, contrast, float(np.mean(found)), low, high))
    wins = [
        f"{size:.3g} px: {' against '.join(_number(line.y[k], contrasts[0]) for line in lines)}"
        for k, size in enumerate(sizes)
    ]
    verdict = (
        f"Contrast at which half of the lesions survive, {' against '.join(line.name for line in lines)}:"
        f" {', '.join(wins)}."
    )
    maps = tuple(
        Picture(f"{line.name}: survival", _enlarged(shares), "small to large downwards, faint to strong to the right")
        for line, shares in zip(lines, charts, strict=True)
    )
    return Finding(
        done, total, verdict, None, {f"{title}, share that survives": share for title, share in survived.items()},
        (Table(f"Survival at {done} positions, 95 % intervals after Wilson",
               ("method", "size in pixels", "contrast", "survive", "from", "to"), tuple(rows)),),
        (Chart("Half of the lesions survive above", "size in pixels (full width at half maximum)",
               "contrast, share of the maximum", tuple(lines), log_y=True),),
        (*pictures, *maps),
    )  # fmt: skip


def _number(value: float, faintest: float) -> str:
    if value <= faintest:
        return f"at most {value:.2g}"
    return "none" if np.isnan(value) else f"{value:.2g}"


def _enlarged(shares: np.ndarray, side: int = 32) -> np.ndarray:
    return np.kron(shares, np.ones((side, side))).astype(np.float32)
