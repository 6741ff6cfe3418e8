"""The accuracy rule (Antun and Colbrook, Geilo lectures 2021): a detail just large enough for the standard method.

Contrast (or size) of a detail is bisected until the reference method just captures it, C >= 0.5; then the network is
given exactly that detail. A network that is at least as accurate as the standard method captures it as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch

from stabview.experiments.finding import Finding, Picture, Table
from stabview.experiments.setting import Setting, places, plain, setting, short
from stabview.images.details import PaintedDetail
from stabview.measures.details import contrast_kept, exposure, smallest_captured

CAPTURED, TOLERANCE, LOOKS = 0.5, 0.01, 14
SMALLEST = 5.0
RANGES = {"contrast": (0.003, 1.0), "size": (1.0, 48.0)}
"""Contrasts as a share of the largest modulus, sizes in pixels of a 256 x 256 image."""


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """One detail after another."""
    case, vary = setting(values, device=device), str(values["vary"])
    details = kinds(case, float(values["contrast"]), float(values["detail_size"]))
    clean = {name: _of(case, name, case.x) for name in ("network", "soa")}
    rows: list[tuple[object, ...]] = []
    pictures = [Picture("image", plain(case.x), case.title)]
    for number, (name, detail) in enumerate(details.items(), 1):
        low, high = RANGES[vary] if vary == "contrast" else (RANGES[vary][0], RANGES[vary][1] * case.x.shape[0] / 256)

        def captured(amount: float, detail: PaintedDetail = detail) -> float:
            return _captured(case, "soa", replace(detail, **{vary: amount}), clean)

        amount, kept = smallest_captured(captured, low, high, threshold=CAPTURED, tolerance=TOLERANCE, looks=LOOKS)
        chosen = replace(detail, **{vary: amount})
        painted = case.painted(chosen)
        own = _captured(case, "network", chosen, clean)
        rows.append((name, amount, _words(amount, kept, low), kept, own, exposure(case.operator, painted)))
        box = around(painted)
        pictures.append(Picture(f"{name}: image", plain(case.x + painted)[box], f"{vary} {amount:.3g}"))
        for key, found in (("soa", kept), ("network", own)):
            shown = plain(_of(case, key, case.x + painted))[box]
            pictures.append(Picture(f"{name}: {short(case.methods[key])}", shown, f"C {found:.2f}"))
        yield _finding(case, vary, rows, pictures, number, len(details))


def kinds(case: Setting, contrast: float, size: float) -> dict[str, PaintedDetail]:
    """The details of the papers, inside the object: a heart, a spade, text and a soft lesion.

    size : in pixels of a 256 x 256 image; never smaller than `SMALLEST` pixels of this one.
    """
    size = max(size * case.x.shape[0] / 256, SMALLEST)
    spots = places(case.x, 4, margin=2 * size, seed=case.seed)
    middle = (case.x.shape[1] / 2, spots[2][1])
    return {
        "heart": PaintedDetail("symbol", spots[0], size, contrast, "♥"),
        "spade": PaintedDetail("symbol", spots[1], size, contrast, "♠"),
        "text": PaintedDetail("text", middle, size, contrast, "CAN U SEE IT"),
        "lesion": PaintedDetail("lesion", spots[3], size, contrast),
    }


def around(painted: torch.Tensor) -> tuple[slice, slice]:
    """The detail with as much around it again, at least a sixteenth of the image on each side."""
    least = max(painted.shape) // 16
    box = []
    for axis, length in enumerate(painted.shape):
        where = torch.nonzero(painted.abs().amax(dim=1 - axis) > 0.05 * painted.abs().max())[:, 0]
        first, last = int(where[0]), int(where[-1]) + 1
        reach = max(least, last - first)
        box.append(slice(max(first - reach, 0), min(last + reach, length)))
    return box[0], box[1]


@torch.no_grad()
def _of(case: Setting, name: str, image: torch.Tensor) -> torch.Tensor:
    return case.methods[name](case.data(image), case.operator)


def _captured(case: Setting, name: str, detail: PaintedDetail, clean: Mapping[str, torch.Tensor]) -> float:
    painted = case.painted(detail)
    return contrast_kept(_of(case, name, case.x + painted), clean[name], painted)


def _words(amount: float, kept: float, low: float) -> str:
    if kept < CAPTURED - TOLERANCE:
        return "not captured at all"
    return "captured even there" if amount <= low else "just captured"


def _finding(case: Setting, vary: str, rows: list, pictures: list[Picture], done: int, total: int) -> Finding:
    finished = done == total
    fair = [row for row in rows if row[2] == "just captured"]
    missed = [row[0] for row in fair if row[4] < CAPTURED]
    verdict = (
        f"Of {len(fair)} details that {short(case.soa)} just captures, {short(case.network)} captures"
        f" {len(fair) - len(missed)}" + (f" and misses: {', '.join(missed)}." if missed else ".")
    )
    if finished:
        verdict += " The rule asks that it captures them all."
        verdict += "".join(f" Not used: {row[0]}, {row[2]}." for row in rows if row not in fair)
    return Finding(
        done, total, verdict, None,
        {f"{row[0]}, {vary}": row[1] for row in rows} | {f"{row[0]}, C of the reference": row[3] for row in rows}
        | {f"{row[0]}, C of the network": row[4] for row in rows},
        (Table(f"The {vary} at which the reference method just captures a detail",
               ("detail", vary, "reference", "C reference", "C network", "share that is measured"), tuple(rows)),),
        pictures=tuple(pictures),
    )  # fmt: skip


