"""What one step of the worst-case search costs: one forward and one backward pass at 256 x 256."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from itertools import pairwise

from stabview.engine.device import choose_device, device_label
from stabview.study.answers import search
from stabview.study.examples import example
from stabview.study.problem import Parts, build_problem

STEPS = 6


def run(*, threads: int | None = None) -> dict[str, object]:
    """Median step time of the shipped networks on their own example."""
    device = choose_device("cpu", threads)
    figures: dict[str, object] = {"device": device_label(device)}
    for name in ("hallucination", "ell50-text"):
        study = example(name).study()
        study = study.having(perturbation=replace(study.perturbation, steps=STEPS))
        problem = build_problem(study, Parts(), device=device)
        times = [time.perf_counter() for _ in search(problem)]
        steps = [1e3 * (after - before) for before, after in pairwise(times[1:])]
        figures[problem.network.spec.title] = f"median {statistics.median(steps):.0f} a step"
    return figures
