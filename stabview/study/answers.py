"""The answers a study can give, each a plain function of the problem; window and command line call the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch

from stabview.experiments.sampling_sweep import outside_in, sampling_sweep
from stabview.experiments.structural_details import detail_survival
from stabview.images.errors import InputError
from stabview.measures.stability import all_measures
from stabview.methods.method import Method
from stabview.methods.sparse.method import Solution
from stabview.methods.sparse.solvers.iterate import WarmStart
from stabview.perturbation.ascent import MOMENTUM as ASCENT_MOMENTUM
from stabview.perturbation.ascent import momentum_ascent
from stabview.perturbation.continuation import MOMENTUM as CONTINUATION_MOMENTUM
from stabview.perturbation.continuation import continuation
from stabview.perturbation.iterate import Iterate, SearchState
from stabview.perturbation.joint_descent import joint_descent
from stabview.perturbation.objective import without_gradient
from stabview.sampling.operator import SamplingOperator
from stabview.study.frames import DetailReport, FramePart, SweepPoint
from stabview.study.operators import sampling_operator
from stabview.study.problem import Problem, plain, soa_method, study_noise
from stabview.study.study import sweep_rates


def search(problem: Problem, state: SearchState | None = None) -> Iterator[Iterate]:
    """The iterates of the study's worst-case search, those after `state` when resuming."""
    choice = problem.study.perturbation
    if choice.search == "joint-descent":
        return joint_descent(
            problem.objective, steps=choice.steps, budget=choice.max_relative_norm, seed=choice.seed
        )  # fmt: skip
    if problem.network.untrained:
        raise InputError(without_gradient(problem.network.spec.title))
    common = {"steps": choice.steps, "budget": choice.max_relative_norm, "seed": choice.seed, "state": state}
    if choice.search == "ascent":
        return momentum_ascent(
            problem.objective, lambda_=choice.lambda_, step_size=choice.step, init=choice.init,
            momentum=ASCENT_MOMENTUM if choice.momentum is None else choice.momentum, **common,
        )  # fmt: skip
    return continuation(
        problem.objective, start=choice.start,
        momentum=CONTINUATION_MOMENTUM if choice.momentum is None else choice.momentum, **common,
    )  # fmt: skip


def network_part(problem: Problem, iterate: Iterate) -> FramePart:
    """Pictures and measures of the network (and of the quick inverse) at one iterate."""
    estimate, clean = iterate.reconstruction, problem.objective.clean
    with torch.no_grad():
        quick, quick_clean = (problem.quick(y, problem.operator) for y in (iterate.y, problem.y))
    return FramePart(
        panels={
            "input": plain((problem.x + iterate.r).abs()),
            "perturbation": plain(_signed(iterate.r)),
            "network": plain(estimate.abs()),
            "networkDifference": plain(_signed(estimate - clean)),
            "networkError": plain(_signed(estimate - problem.x)),
        },
        measures={
            "network": _measures(problem, estimate, clean, iterate),
            "quick": _measures(problem, quick, quick_clean, iterate),
        },
    )


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
    return FramePart(_soa_panels(problem, estimate, reference), measures), solution


def soa_stand_in(
    problem: Problem, iterate: Iterate, clean: torch.Tensor, start: WarmStart, *, stopped: Callable[[], bool]
) -> FramePart | None:
    """Its pictures from the state of a neighbouring solve, for a slider that moves; never a number."""
    solution = problem.soa.solve(iterate.y, problem.operator, start=start, stopped=stopped)
    return FramePart(_soa_panels(problem, solution.x, clean), {}) if solution.converged else None


def _soa_panels(problem: Problem, estimate: torch.Tensor, reference: torch.Tensor) -> dict[str, np.ndarray]:
    return {
        "soa": plain(estimate.abs()),
        "soaDifference": plain(_signed(estimate - reference)),
        "soaError": plain(_signed(estimate - problem.x)),
    }


def detail_reports(problem: Problem, iterate: Iterate, estimates: dict[str, torch.Tensor]) -> Iterator[DetailReport]:
    """What each method keeps of each painted detail at this iterate; `estimates` are its reconstructions f(y)."""
    survivals = detail_survival(problem.operator, iterate.y, problem.details, problem.methods, estimates)
    for number, captured, exposed in survivals:
        yield DetailReport(number, iterate.index, captured, exposed)


def sweep(problem: Problem, iterate: Iterate) -> Iterator[SweepPoint]:
    """PSNR of every method over the sampling rate at the image x + r_j; the ends first, then ever finer between."""
    study = problem.study
    shape = tuple(problem.x.shape)
    points = sampling_sweep(
        problem.x + iterate.r, problem.x, outside_in(sweep_rates(study)),
        lambda rate: sampling_operator(study.sampling, shape, device=problem.device, rate=rate),
        lambda operator, image: operator(image) + study_noise(study, problem.source, operator, problem.bare),
        lambda operator: _methods_at(problem, operator),
    )  # fmt: skip
    for rate, operator, scores in points:
        yield SweepPoint(rate if operator.rate is None else operator.rate, scores)


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


def _signed(tensor: torch.Tensor) -> torch.Tensor:
    """The real part, which is what signed panels show."""
    return tensor.real if tensor.is_complex() else tensor
