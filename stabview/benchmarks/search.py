"""What one step of the worst-case search costs, beside the leanest loop there is for the same network.

The leanest loop has frozen weights, a clean output from before, and one forward and one backward pass per step: no
record, no check, no search. Both are measured in turns in one run, so that a busy machine slows both. With bfloat16
inside the search, what is kept is computed again in float32.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from stabview.engine.device import choose_device, device_label
from stabview.perturbation.objective import Objective
from stabview.study.examples import example
from stabview.study.problem import Parts, Problem, build_problem
from stabview.study.searching import run_search, search
from stabview.study.study import PerturbationChoice, Study

STEPS, ROUNDS = 4, 3
LOST = 5.0
"""dB of PSNR at which the time from the start of the search is told."""


def run(*, threads: int | None = None, size: int | None = None) -> dict[str, object]:
    """Medians, and the ratio of search and leanest loop, of the shipped networks on their own examples.

    size : of the images in place of the examples' own, for a quick look.
    """
    device = choose_device("auto", threads)
    figures: dict[str, object] = {"device": device_label(device)}
    for name in ("hallucination", "ell50-text"):
        study = example(name).study()
        if size is not None:
            study = study.having(image=replace(study.image, size=size), details=())
        figures |= _of(study, device)
    return figures


def _of(study: Study, device: str) -> dict[str, object]:
    problem = build_problem(study, Parts(), device=device)
    title = problem.network.spec.title
    objective = problem.objective
    half = Objective(
        problem.network, problem.operator, problem.x, problem.y, space=objective.space, precision="bfloat16"
    )
    loops = {
        "lean": lambda: _lean(objective), "search": lambda: _steps(objective, study.perturbation),
        "bfloat16": lambda: _evaluations(half),
    }  # fmt: skip
    times = {name: [] for name in loops}
    for loop in loops.values():
        loop()
    for _ in range(ROUNDS):
        for name, loop in loops.items():
            times[name].append(_seconds(loop, device) / STEPS)
    lean, searched, halved = (statistics.median(times[name]) for name in loops)
    ratios = [one / other for one, other in zip(times["search"], times["lean"], strict=True)]
    figures = {
        f"{title}: search": f"median {1e3 * searched:.0f} ms a step",
        f"{title}: leanest loop": f"median {1e3 * lean:.0f} ms a step",
        f"{title}: search over leanest loop": f"{statistics.median(ratios):.3f}",
        f"{title}: search in bfloat16": f"{halved / searched:.2f} of a step in float32",
    }
    return figures | _time_to_loss(problem, lean)


def _lean(objective: Objective) -> None:
    """The leanest loop: a normalised step along the gradient of 1/2 ||f(A(x + r)) - f(Ax)||^2."""
    operator, network, x, clean = objective.operator, objective.method, objective.x, objective.clean
    size = 1e-3 * float(torch.linalg.vector_norm(x))
    r = objective.random_direction(torch.Generator().manual_seed(0)) * size
    for _ in range(STEPS):
        r.requires_grad_(True)
        difference = network(objective.y + operator(r), operator) - clean
        if difference.is_complex():
            difference = torch.view_as_real(difference)
        (gradient,) = torch.autograd.grad(0.5 * difference.square().sum(), r)
        r = gradient * (size / torch.linalg.vector_norm(gradient))


def _steps(objective: Objective, choice: PerturbationChoice) -> None:
    """So many evaluations of the search as the program runs it: the first is of the random start, without a record."""
    for _ in run_search(objective, choice, budget=choice.max_relative_norm, steps=STEPS - 1):
        pass


def _evaluations(objective: Objective) -> None:
    v = objective.random_direction(torch.Generator().manual_seed(0))[None] * 1e-3 * objective.space.reference
    for _ in range(STEPS):
        objective.batch(v)


def _time_to_loss(problem: Problem, lean: float) -> dict[str, object]:
    """Seconds from the start to the first iterate at which the network has lost `LOST` dB, in lean steps, too."""
    from stabview.measures.errors import psnr

    title, clean = problem.network.spec.title, psnr(problem.objective.clean, problem.x)
    began = time.perf_counter()
    for iterate in search(problem):
        lost = clean - psnr(iterate.reconstruction, problem.x)
        if lost >= LOST:
            seconds = time.perf_counter() - began
            return {
                f"{title}: loss of {LOST:g} dB": f"after {seconds:.2f} s, the time of {seconds / lean:.1f} lean steps,"
                f" at ||r|| / ||x|| = {100 * iterate.relative_norm:.2g} %"
            }
    return {f"{title}: loss of {LOST:g} dB": "not found within the budget"}


def _seconds(loop: Callable[[], None], device: str) -> float:
    began = time.perf_counter()
    loop()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.perf_counter() - began
