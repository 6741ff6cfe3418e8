"""The answers a study can give, each a plain function of the problem; window and command line call the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import torch

from stabview.experiments.sampling_sweep import outside_in, psnr_of_methods
from stabview.experiments.structural_details import detail_survival
from stabview.images.errors import InputError
from stabview.measures.details import contrast_kept, exposure, smallest_captured
from stabview.measures.stability import all_measures
from stabview.methods.method import Method
from stabview.methods.sparse.method import Solution
from stabview.methods.sparse.solvers.iterate import WarmStart
from stabview.perturbation.iterate import Iterate
from stabview.sampling.operator import SamplingOperator
from stabview.study.curve import Draw
from stabview.study.frames import DetailReport, FramePart
from stabview.study.operators import sampling_operator
from stabview.study.problem import Problem, plain, soa_method, study_noise, target_fault
from stabview.study.searching import search as search
from stabview.study.study import sweep_rates

CAPTURED = 0.5
"""The contrast ratio C from which on a detail counts as captured (accuracy rule, Antun and Colbrook 2021)."""
FITTED = (0.003, 1.0)
"""Contrasts, as shares of max|x|, between which that of a detail is fitted."""


def network_part(
    problem: Problem, iterate: Iterate, *, component: str = "magnitude", measured: bool = True
) -> FramePart:
    """Pictures and (where `measured`) measures of the network and of the quick inverse at one iterate."""
    estimate, clean = iterate.reconstruction, problem.objective.clean
    with torch.no_grad():
        quick, quick_clean = (problem.quick(y, problem.operator) for y in (iterate.y, problem.y))
    panels = {
        "input": plain(_shown(problem.x + iterate.r, component)),
        "perturbation": plain(_signed(iterate.r, component)),
        **_panels(problem, "network", estimate, clean, component),
        **_panels(problem, "quick", quick, quick_clean, component),
    }
    if not measured:
        return FramePart(panels, {})
    network = _measures(problem, estimate, clean, iterate)
    return FramePart(panels, {"network": network, "quick": _measures(problem, quick, quick_clean, iterate)})


def soa_part(
    problem: Problem, iterate: Iterate, clean: torch.Tensor | None, *, stopped: Callable[[], bool] = lambda: False
) -> tuple[FramePart, Solution] | None:
    """The same for the sparse method, a cold solve of the same data; None when it was `stopped`.

    clean : what it makes of y (None: this is it).
    """
    solution = problem.soa.solve(iterate.y, problem.operator, stopped=stopped)
    if stopped() and not solution.converged:
        return None
    estimate = solution.x
    reference = estimate if clean is None else clean
    solver = {"iterations": solution.steps, "gap": solution.gap, "converged": solution.converged}
    measures = {"soa": {**_measures(problem, estimate, reference, iterate), **solver}}
    return FramePart(_panels(problem, "soa", estimate, reference), measures), solution


def soa_pictures(problem: Problem, estimate: torch.Tensor, clean: torch.Tensor, component: str) -> FramePart:
    """Other pictures of an estimate that was computed before."""
    return FramePart(_panels(problem, "soa", estimate, clean, component), {})


def other_part(
    problem: Problem, iterate: Iterate, part: str, estimate: torch.Tensor, clean: torch.Tensor, component: str
) -> FramePart:
    """Pictures and measures of what a method beside the study's own makes of an iterate."""
    measures = _measures(problem, estimate, clean, iterate)
    return FramePart(_panels(problem, part, estimate, clean, component), {part: measures})


def soa_stand_in(
    problem: Problem, iterate: Iterate, clean: torch.Tensor, start: WarmStart, *, stopped: Callable[[], bool]
) -> FramePart | None:
    """Its pictures from the state of a neighbouring solve, for a slider that moves; never a number."""
    solution = problem.soa.solve(iterate.y, problem.operator, start=start, stopped=stopped)
    return FramePart(_panels(problem, "soa", solution.x, clean), {}) if solution.converged else None


def _panels(
    problem: Problem, method: str, estimate: torch.Tensor, clean: torch.Tensor, component: str = "magnitude"
) -> dict[str, np.ndarray]:
    """An estimate, what the perturbation changed of it, and its error."""
    return {
        method: plain(_shown(estimate, component)),
        f"{method}Difference": plain(_signed(estimate - clean, component)),
        f"{method}Error": plain(_signed(estimate - problem.x, component)),
    }


def detail_reports(
    problem: Problem, iterate: Iterate, estimates: dict[str, torch.Tensor], clean: dict[str, torch.Tensor]
) -> Iterator[DetailReport]:
    """What each method keeps of each painted detail at this iterate; `estimates` are its reconstructions f(y).

    Of a detail that the search is to draw, although it is not in x: C = Re <f(y) - f(Ax), d> / ||d||^2, how much of it
    the perturbation alone put into the image; `clean` are the f(Ax) known.
    """
    survivals = detail_survival(problem.operator, iterate.y, problem.details, problem.methods, estimates)
    for number, captured, exposed in survivals:
        yield DetailReport(number, iterate.index, captured, exposed)
    if problem.study.perturbation.goal == "draw" and target_fault(problem.study) is None:
        target = problem.target
        drawn = {name: contrast_kept(estimates[name], clean[name], target) for name in estimates if name in clean}
        yield DetailReport(
            problem.study.perturbation.detail, iterate.index, drawn, exposure(problem.operator, target)
        )


@torch.no_grad()
def fitted_contrast(
    problem: Problem, number: int, looks: dict[float, float], *, stopped: Callable[[], bool]
) -> float:
    """The contrast of a painted detail that the reference method just keeps, C >= 0.5, with its sign.

    looks : what was found so far, amount -> C; filled. Raises InterruptedError before a look when `stopped`, and
    InputError where the method does not keep the detail at any contrast.
    """
    contrast = problem.study.details[number].contrast
    if contrast == 0:
        raise InputError("A detail without contrast cannot be fitted: give it some, positive or negative.")
    operator, detail = problem.operator, problem.details[number].to(problem.operator.dtype) / abs(contrast)
    data, own = operator(detail), problem.y - operator(problem.details[number].to(operator.dtype))
    without: list[torch.Tensor] = []

    def captured(amount: float) -> float:
        if amount not in looks:
            if stopped():
                raise InterruptedError
            if not without:
                without.append(problem.soa(own, operator))
            looks[amount] = contrast_kept(problem.soa(own + amount * data, operator), without[0], amount * detail)
        return looks[amount]

    amount, kept = smallest_captured(captured, *FITTED, threshold=CAPTURED)
    if amount <= FITTED[0]:
        raise InputError(
            f"The reference method keeps this detail even at {100 * FITTED[0]:g} % contrast: make it smaller."
        )
    if kept < CAPTURED:
        raise InputError("The reference method does not keep this detail at any contrast: make it larger.")
    return round(amount if contrast > 0 else -amount, 4)


@torch.no_grad()
def sweep(problem: Problem, iterate: Iterate, known: Iterable[Draw] = ()) -> Iterator[Draw]:
    """PSNR of every method over the sampling rate at the image x + r_j, but for the draws that are known already.

    The masks of the study's own seed come first, then those of the next seed; of each the ends of the curve first,
    then ever finer between.
    """
    study, image, done = problem.study, problem.x + iterate.r, {(draw.planned, draw.number) for draw in known}

    def measured(rate: float, number: int) -> tuple[SamplingOperator, torch.Tensor]:
        drawn = study.having(sampling=replace(study.sampling, seed=study.sampling.seed + number))
        operator = sampling_operator(drawn.sampling, tuple(image.shape), device=problem.device, rate=rate)
        return operator, operator(image) + study_noise(drawn, problem.source, operator, problem.bare)

    for number, rate in product(range(study.sweep.masks), outside_in(sweep_rates(study))):
        if (rate, number) in done:
            continue
        operator, y = measured(rate, number)
        realised = rate if operator.rate is None else operator.rate
        same = number > 0 and torch.equal(y, measured(rate, 0)[1])
        scores = {} if same else psnr_of_methods(_methods_at(problem, operator), operator, y, problem.x)
        yield Draw(rate, number, realised, scores)


def _methods_at(problem: Problem, operator: SamplingOperator) -> dict[str, Method]:
    """The methods for the data of another rate; without a network that takes one operator only."""
    methods = {**problem.methods, "soa": soa_method(problem.study, operator)}
    if problem.network.refusal(operator):
        del methods["network"]
    return methods


def _measures(problem: Problem, estimate: torch.Tensor, clean: torch.Tensor, iterate: Iterate) -> dict[str, float]:
    return all_measures(
        estimate, clean, problem.x, iterate.r, iterate.y, problem.operator, clean_y=problem.y
    )  # fmt: skip


def _shown(tensor: torch.Tensor, component: str) -> torch.Tensor:
    """One of `COMPONENTS` of an image; the phase is in radians."""
    if component == "magnitude":
        return tensor.abs()
    if component == "phase":
        return tensor.angle()
    return _signed(tensor, component)


def _signed(tensor: torch.Tensor, component: str) -> torch.Tensor:
    """The part that signed panels show: the real one, unless the imaginary one is asked for."""
    if not tensor.is_complex():
        return torch.zeros_like(tensor) if component == "imaginary" else tensor
    return tensor.imag if component == "imaginary" else tensor.real
