"""Is the search strong enough for its results to mean anything? The proof of `perturbation.validity`, for a network.

Agrees means that every check speaks for the search; it says nothing about the network. On small images one start often
ends in a local maximum; as many are followed there as cost about as much as one does on a large image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.experiments.setting import Setting, setting, short
from stabview.perturbation.named import SEARCHES
from stabview.perturbation.validity import DECIBEL, SOLVED, Validity, validity

LARGE, MOST = 256 * 256, 8
"""Pixels of a large image; starts at most."""


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Each part of the proof as it is done."""
    case, name = setting(values, device=device), str(values["search"])
    starts = int(values["restarts"]) or min(max(LARGE // case.x.numel(), 1), MOST)
    search, done = partial(SEARCHES[name], restarts=starts), -1
    for proof in validity(
        case.objective(), search, steps=int(values["steps"]), budget=float(values["budget"]), seed=case.seed
    ):
        if proof.done > done:
            done = proof.done
            yield _finding(case, name, starts, proof)


def _finding(case: Setting, search: str, starts: int, proof: Validity) -> Finding:
    verdict = f"{search.capitalize()} against {short(case.network)}: {proof.strength}."
    if proof.complete:
        verdict += f" A loss of {DECIBEL:g} dB: {proof.outcome} ({proof.loss:.1f} dB were lost)."
    failed = [check.name for check in proof.checks if not check.passed]
    rows = tuple((check.name, "yes" if check.passed else "no", check.sentence) for check in proof.checks)
    charts = ()
    if proof.planted:
        difficulties, shares = zip(*proof.planted, strict=True)
        lines = (
            Line(search, difficulties, tuple(100 * share for share in shares)),
            Line("solved from here on", difficulties, (100 * SOLVED,) * len(difficulties)),
        )
        charts = (Chart("Planted instabilities", "difficulty", "found, % of the planted effect", lines),)
    figures = {"strength": proof.strength, "outcome": proof.outcome, "loss of the network in dB": proof.loss}
    figures["starts"] = starts
    if proof.grade is not None:
        figures["attack grade"] = proof.grade
    figures |= {check.name: check.value for check in proof.checks}
    return Finding(
        proof.done, proof.total, verdict, not failed if proof.complete else None, figures,
        (Table("Checks", ("check", "passed", "what was found"), rows),), charts,
    )  # fmt: skip
