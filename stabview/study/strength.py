"""The proof of a study's search (`perturbation.validity`), kept on disk by network, operator, search and budget."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from stabview.images.errors import InputError
from stabview.perturbation.iterate import Iterate
from stabview.perturbation.named import SEARCHES
from stabview.perturbation.validity import UNPROVEN, Validity, validity
from stabview.study.problem import Problem
from stabview.study.searching import budget_of, run_search, search_objective

WITHOUT = ("detail", "seed", "prove", "saved", "loss", "share")
"""Settings of a search that its proof is not about."""


def prove(problem: Problem, found: tuple[Iterate, ...] = ()) -> Iterator[Validity]:
    """The proof, part by part; the last one is complete and is kept. About ten times as long as the search.

    found : the iterates of the search where it was run already.
    """
    choice = problem.study.perturbation
    if choice.search not in SEARCHES:
        raise InputError(
            f"The strength of the search '{choice.search}' cannot be proven; it can for {', '.join(SEARCHES)}."
        )
    objective = search_objective(problem)
    best = max(found[1:], key=lambda iterate: iterate.objective, default=None)
    best = None if choice.against != "network" else best  # those iterates show the network, not what was searched

    def run(objective, *, steps, budget, seed):
        return run_search(objective, choice, budget=budget, steps=steps, seed=seed)

    budget = budget_of(problem, objective)
    for proof in validity(objective, run, steps=choice.steps, budget=budget, seed=choice.seed, found=best):
        yield proof
    _keep(_place(problem), proof.facts() | {"image": problem.source.prepared.title})


def known_strength(problem: Problem) -> dict[str, object]:
    """The facts of the proof, or that there is none."""
    try:
        return json.loads(_place(problem).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"strength": UNPROVEN}


def _place(problem: Problem) -> Path:
    from platformdirs import user_cache_path

    choice = {k: str(v) for k, v in vars(problem.study.perturbation).items() if k not in WITHOUT}
    method = problem.methods[problem.study.perturbation.against]
    key = json.dumps([method.spec.hash, problem.operator.spec, sorted(choice.items())])
    return user_cache_path("stabview") / "strength" / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"


def _keep(place: Path, facts: dict[str, object]) -> None:
    """Write it, whole or not at all; a disk that cannot be written to costs the proof only."""
    beside = place.with_suffix(".part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(facts), encoding="utf-8")
        beside.replace(place)
    except OSError:
        beside.unlink(missing_ok=True)
