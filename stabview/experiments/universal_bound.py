"""The universal instability bound and its witnesses (Antun and Colbrook, Geilo lectures 2021; The troublesome kernel).

x' = x + a detail of which the samples see little. A decoder that knows both images recovers them perfectly and is
therefore unstable; for every method the bound is compared with what the pair itself shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

from stabview.experiments.accuracy_rule import kinds
from stabview.experiments.finding import Finding, Picture, Table
from stabview.experiments.setting import Setting, plain, setting, short
from stabview.measures.details import kernel_awareness, seen_part
from stabview.measures.instability import InstabilityBound, instability_bound
from stabview.methods.method import Method, MethodSpec
from stabview.sampling.operator import SamplingOperator

COLUMNS = (
    "method", "||f(Ax) - x||", "||f(Ax') - x'||", "eta", "bound of L", "L by this pair", "false negative",
    "false positive", "witnesses within eta",
)  # fmt: skip


class Memory:
    """A decoder that knows two images: f(y) = x + t (x' - x), t in [0, 1] by the data along A(x' - x)."""

    def __init__(self, operator: SamplingOperator, x: torch.Tensor, other: torch.Tensor) -> None:
        self.x, self.step = x, other - x
        self.y, self.direction = operator(x), operator(other - x)
        self.spec = MethodSpec("memory", "A decoder that knows x and x'")

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        along = ((y - self.y) * self.direction.conj()).sum().real / self.direction.abs().square().sum()
        return self.x + along.clamp(0, 1) * self.step


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for each method."""
    case = setting(values, device=device)
    detail = case.painted(kinds(case, float(values["contrast"]), float(values["detail_size"]))[str(values["detail"])])
    seen = seen_part(case.operator, detail.to(case.x.dtype))
    other = case.x + detail - float(values["unseen"]) * seen
    methods = [*case.methods.values(), Memory(case.operator, case.x, other)]
    found: list[tuple[Method, InstabilityBound]] = []
    for method in methods:
        found.append((method, instability_bound(method, case.operator, case.x, other)))
        yield _finding(case, other, found, len(methods))


def _finding(case: Setting, other: torch.Tensor, found: list, total: int) -> Finding:
    finished = len(found) == total
    rows, holds = [], True
    for method, bound in found:
        holds &= bound.witnesses_hold and (bound.vacuous or bound.lipschitz <= bound.measured * (1 + 1e-4))
        rows.append((
            short(method), bound.error, bound.other_error, bound.eta, "vacuous" if bound.vacuous else bound.lipschitz,
            bound.measured, bound.false_negative, bound.false_positive, "yes" if bound.witnesses_hold else "no",
        ))  # fmt: skip
    kappa = kernel_awareness(case.operator, other - case.x)
    speaks = [f"{short(method)} L >= {bound.lipschitz:.3g}" for method, bound in found if not bound.vacuous]
    verdict = (
        f"x and x' differ by {found[0][1].distance:.3g} and their data by {found[0][1].data_distance:.3g}"
        f" (kappa {kappa:.2g}): " + (", ".join(speaks) if speaks else "no method recovers both, the bound is vacuous")
    )
    if finished:
        verdict += ". The bound and both witnesses hold." if holds else ". They do not hold: look for an error."
    else:
        verdict += "."
    figures: dict[str, float | int | str | bool] = {
        "||x - x'||": found[0][1].distance, "||Ax - Ax'||": found[0][1].data_distance, "kappa": kappa
    }
    figures |= {f"{short(method)}, bound": max(bound.lipschitz, 0.0) for method, bound in found}
    figures |= {f"{short(method)}, by the pair": bound.measured for method, bound in found}
    pictures = [Picture("x", plain(case.x), case.title), Picture("x'", plain(other), "with the hidden detail")]
    for method, _ in found:
        with torch.no_grad():
            pictures.append(Picture(f"{short(method)} of A x'", plain(method(case.operator(other), case.operator))))
    return Finding(
        len(found), total, verdict, holds if finished else None, figures,
        (Table("Who recovers both images cannot be stable", COLUMNS, tuple(rows)),), pictures=tuple(pictures),
    )  # fmt: skip
