"""A search in the measurements, and a heart that fades (AUTOMAP; Antun et al., PNAS 2020, Fig. 3).

The perturbation e is added to the samples; shown is |x + r_j| with the smallest r_j that has the same data. A heart is
painted into x. Kept of it is the contrast between the reconstructions of the data with it and without it, both with
the same e; seen of it is the contrast against the clean reconstruction without it, which artefacts spoil as well. The
claim, that it fades for the network and stays for the reference method, counts as reproduced when of the contrast seen
at first the network ends with less than half and the reference method does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch

from stabview.experiments.accuracy_rule import kinds
from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, plain, setting, short
from stabview.measures.details import contrast_kept
from stabview.measures.errors import psnr
from stabview.perturbation.continuation import continuation

COLUMNS = (
    "iterate", "||e||/||y|| in %", "PSNR network", "PSNR reference", "heart kept, network", "heart kept, reference",
    "heart seen, network", "heart seen, reference",
)  # fmt: skip
METHODS = ("network", "soa")


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Each iterate as it is found."""
    bare, steps = setting(values, device=device), int(values["steps"])
    heart = bare.painted(kinds(bare, float(values["contrast"]), float(values["detail_size"]))["heart"])
    case = replace(bare, x=bare.x + heart)
    hidden = case.operator(heart)
    with torch.no_grad():
        without = {name: case.methods[name](case.y - hidden, case.operator) for name in METHODS}
    shown = {0, *(round(steps * k / int(values["shown"])) for k in range(1, int(values["shown"]) + 1))}
    rows: list[tuple[object, ...]] = []
    pictures: list[Picture] = []
    search = continuation(
        case.objective(domain="samples"), steps=steps, budget=float(values["budget"]), seed=case.seed
    )
    for iterate in search:
        with torch.no_grad():
            pairs = {name: (case.methods[name](iterate.y, case.operator),
                            case.methods[name](iterate.y - hidden, case.operator)) for name in METHODS}  # fmt: skip
        scores = {name: psnr(one, case.x) for name, (one, _) in pairs.items()}
        kept = {name: contrast_kept(one, other, heart) for name, (one, other) in pairs.items()}
        seen = {name: contrast_kept(one, without[name], heart) for name, (one, _) in pairs.items()}
        rows.append((iterate.index, 100 * iterate.relative_norm, *scores.values(), *kept.values(), *seen.values()))
        if iterate.index in shown:
            k = iterate.index
            pictures.append(Picture(f"|x + r{k}|" if k else "|x|", plain(case.x + iterate.r),
                                    f"||e||/||y|| {iterate.relative_norm:.2%}"))  # fmt: skip
            pictures += [
                Picture(f"{short(case.methods[name])}, {k}", plain(pairs[name][0]),
                        f"{scores[name]:.1f} dB, heart kept {kept[name]:.2f}, seen {seen[name]:.2f}")
                for name in METHODS
            ]  # fmt: skip
        yield _finding(case, steps, rows, pictures, finished=False)
    yield _finding(case, steps, rows, pictures, finished=True)


def _finding(case: Setting, steps: int, rows: list, pictures: list[Picture], *, finished: bool) -> Finding:
    first, last = rows[0], rows[-1]
    fades = {name: last[k] < first[k] / 2 for name, k in zip(METHODS, (6, 7), strict=True)}
    agrees = fades["network"] and not fades["soa"] if finished else None
    verdict = (
        f"With ||e||/||y|| = {last[1]:.2g} % {last[6]:.2f} of the heart's contrast is seen in the image of"
        f" {short(case.network)} ({first[6]:.2f} before), {last[7]:.2f} in that of {short(case.soa)} ({first[7]:.2f});"
        f" PSNR {last[2]:.1f} against {last[3]:.1f} dB. What the heart itself adds to the reconstruction is kept to"
        f" {last[4]:.2f} and {last[5]:.2f}; the rest is the change of the image around it."
    )
    if finished:
        verdict += " As published: the heart fades for the network alone." if agrees else (
            " In the paper it fades for the network and stays for the reference method."
        )  # fmt: skip
    norms = tuple(row[1] for row in rows)
    titles = [short(case.methods[name]) for name in METHODS]

    def chart(title: str, label: str, first_column: int) -> Chart:
        lines = tuple(
            Line(name, norms, tuple(row[first_column + k] for row in rows)) for k, name in enumerate(titles)
        )
        return Chart(title, "||e|| / ||y|| in %", label, lines)

    return Finding(
        steps if finished else min(rows[-1][0], steps - 1), steps, verdict, agrees,
        {"heart seen, network, before": first[6], "heart seen, network": last[6], "heart kept, network": last[4],
         "heart seen, reference, before": first[7], "heart seen, reference": last[7], "heart kept, reference": last[5],
         "PSNR of the network": last[2], "PSNR of the reference": last[3], "relative norm in %": last[1]},
        (Table("Iterates", COLUMNS, tuple(rows)),),
        (chart("What is seen of the heart", "contrast", 6), chart("What is kept of the heart", "contrast", 4),
         chart("PSNR", "PSNR in dB", 2)), tuple(pictures),
    )  # fmt: skip
