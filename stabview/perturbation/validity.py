"""Is a search strong enough for its result to mean anything? The proof that goes with every result.

After Zimmermann et al. (NeurIPS 2022: attacks are tried where the answer is known) and the checklist of Carlini et al.
(2019). Everything is done with the search as it was run: same space, budget and number of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from stabview.perturbation.goal import Change
from stabview.perturbation.harm import Loss
from stabview.perturbation.iterate import Iterate
from stabview.perturbation.known import LinearTwin, largest_gain, planted
from stabview.perturbation.objective import Objective

T = TypeVar("T")
Part = Generator[None, None, "Validity"]
Run = Callable[..., Iterator[Iterate]]
"""run(objective, steps=, budget=, seed=) -> iterates: the search that is examined."""

DIFFICULTIES = (1.0, 1.25, 1.5, 2.0)
SOLVED = 0.95
"""Share of a known answer that counts as found."""
PLANTED = 3.0
"""A planted effect over what the search found without it."""
NOISES = 20
UNPROVEN = "strength not established"
AGREE = 0.1
"""Relative differences of the objective that count as the same."""
GRADIENT = 0.05
DECIBEL = 5.0
"""Loss of PSNR that counts as an instability, as in the reports."""


@dataclass(frozen=True)
class Check:
    """One proof: `passed` says whether it speaks for the search; the value is in `sentence`, too."""

    name: str
    passed: bool
    value: float
    sentence: str


@dataclass(frozen=True)
class Validity:
    """What is known of a search's strength so far.

    Attributes
    ----------
    grade : largest difficulty of a planted instability that was solved; 0 if not even the easiest, None if not tried.
    planted : (difficulty, share of the planted effect that was found) of those that were tried.
    loss : PSNR in dB that the network lost in the search; DECIBEL is what counts as an instability.
    done, total : parts of the proof.
    """

    checks: tuple[Check, ...] = ()
    grade: float | None = None
    planted: tuple[tuple[float, float], ...] = ()
    loss: float = 0.0
    done: int = 0
    total: int = 0

    @property
    def complete(self) -> bool:
        return self.done == self.total > 0

    @property
    def strength(self) -> str:
        """In words."""
        if not self.complete:
            return UNPROVEN
        failed = [check.name for check in self.checks if not check.passed]
        words = f"attack grade {self.grade:g}" if self.grade else "fails the easiest planted instability"
        return words + (f"; not passed: {', '.join(failed)}" if failed else "; every check passed")

    @property
    def outcome(self) -> str:
        """"observed", "not found within the budget" or "inconclusive"; never that a network is safe."""
        if self.loss >= DECIBEL:
            return "observed"
        if self.complete and self.grade and all(check.passed for check in self.checks):
            return "not found within the budget"
        return "inconclusive"

    def facts(self) -> dict[str, object]:
        """For result.json."""
        facts: dict[str, object] = {
            "strength": self.strength, "outcome": self.outcome, "loss_db": self.loss,
            "checks": [vars(check) for check in self.checks],
        }  # fmt: skip
        if self.grade is not None:
            facts |= {"grade": self.grade, "planted": [list(pair) for pair in self.planted]}
        return facts


def validity(
    objective: Objective, run: Run, *, steps: int, budget: float, seed: int = 0, found: Iterate | None = None
) -> Iterator[Validity]:  # fmt: skip
    """The proof of a search on one image, each yield all that is known so far; the last one is complete.

    It yields after every step of every search, so that it can be stopped and other work can be let through.

    Parameters
    ----------
    run : the search. found : its best iterate, where it was run already.
    """
    parts = [_gradient, _linear_twin, *[_planting(p) for p in DIFFICULTIES], _restarts, _plateau, _monotone, _noises]
    state = Validity(total=len(parts) + 1)
    case = Case(objective, run, steps, budget, seed, found)
    best = found
    if best is None:
        best = yield from _each(state, case.searched())
    loss = float(Loss(1.0).amount(best.reconstruction[None], objective)[0])
    state = replace(state, loss=loss, done=1)
    yield state
    case = replace(case, best=best)
    for part in parts:
        after = yield from _each(state, part(case, state))
        state = replace(after, done=state.done + 1)
        yield state


def _each(state: Validity, steps: Generator[None, None, T]) -> Generator[Validity, None, T]:
    """`state` again for every step of a part; returns what the part returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        yield state


@dataclass(frozen=True, eq=False)
class Case:
    """What every part of the proof needs."""

    objective: Objective
    run: Run
    steps: int
    budget: float
    seed: int
    best: Iterate | None

    def searched(self, objective: Objective | None = None, **changes: object) -> Generator[None, None, Iterate]:
        """The best iterate of the same search with something else."""
        options = {"steps": self.steps, "budget": self.budget, "seed": self.seed, **changes}
        best = None
        for iterate in self.run(objective or self.objective, **options):
            if best is None or iterate.objective > best.objective:
                best = iterate
            yield
        return best


def _with(state: Validity, name: str, passed: bool, value: float, sentence: str) -> Validity:
    return replace(state, checks=(*state.checks, Check(name, bool(passed), float(value), sentence)))


def _gradient(case: Case, state: Validity) -> Part:
    """Along the gradient and along a random direction, the best of several step lengths (float32 leaves no one)."""
    objective = case.objective
    generator = torch.Generator().manual_seed(case.seed)
    scale = case.budget * objective.space.reference
    point = 0.3 * scale * objective.random_direction(generator)
    gradient = objective(point).gradient
    length = torch.linalg.vector_norm(gradient)
    worst = 0.0
    for towards in (gradient / length, objective.random_direction(generator) + 0.3 * gradient / length):
        slope = float((gradient.conj() * towards).real.sum())
        errors = []
        for step in (0.1, 0.03, 0.01):
            ahead, behind = (
                float(objective.exact(objective(point + sign * step * scale * towards)).value) for sign in (1, -1)
            )
            yield
            errors.append(abs((ahead - behind) / (2 * step * scale) - slope) / abs(slope))
        worst = max(worst, min(errors))
    sentence = f"The gradient differs from finite differences by {100 * worst:.2g} %."
    return _with(state, "gradient", worst <= GRADIENT, worst, sentence)


def _linear_twin(case: Case, state: Validity) -> Part:
    """Not for spaces in which the data are no linear function of v: there the answer is not known."""
    objective = case.objective
    if objective.space.name == "physical" or objective.x.ndim == 3:
        return state
    twin = Objective(LinearTwin(), objective.operator, objective.x, objective.y, space=objective.space)
    best = yield from case.searched(twin)
    gain = float(torch.linalg.vector_norm(best.reconstruction - twin.clean) / torch.linalg.vector_norm(best.v))
    share = gain / largest_gain(twin)
    sentence = f"Of the largest singular value of a linear method it finds {100 * share:.1f} %."
    return _with(state, "linear twin", share >= SOLVED, share, sentence)


def _planting(difficulty: float) -> Callable[[Case, Validity], Part]:
    def part(case: Case, state: Validity) -> Part:
        """Harder ones are not tried where an easier one was not solved."""
        objective = case.objective
        if objective.x.ndim == 3 or (state.grade is not None and state.grade < _easier(difficulty)):
            return state
        change = torch.linalg.vector_norm(case.best.reconstruction - objective.clean)
        effect = PLANTED * max(float(change), 1e-3 * float(torch.linalg.vector_norm(objective.clean)))
        method = planted(
            objective.method, objective.space, budget=case.budget, effect=effect, difficulty=difficulty,
            seed=case.seed + 1,
        )  # fmt: skip
        unsafe = Objective(method, objective.operator, objective.x, objective.y, space=objective.space,
                           goal=Change(), precision=objective.precision)  # fmt: skip
        best = yield from case.searched(unsafe)
        share = method.found(best.reconstruction, unsafe.clean)
        solved = share >= SOLVED
        grade = difficulty if solved else (state.grade or 0.0)
        state = replace(state, grade=grade, planted=(*state.planted, (difficulty, share)))
        sentence = f"A planted instability of difficulty {difficulty:g}: {100 * share:.0f} % of its effect is found."
        if difficulty > DIFFICULTIES[0]:  # harder ones make the grade, only the easiest one is a must
            return state
        return _with(state, "planted instability", solved, share, sentence)

    return part


def _easier(difficulty: float) -> float:
    index = DIFFICULTIES.index(difficulty)
    return DIFFICULTIES[index - 1] if index else 0.0


def _restarts(case: Case, state: Validity) -> Part:
    values = [case.best.objective]
    for k in (1, 2):
        other = yield from case.searched(seed=case.seed + k)
        values.append(other.objective)
    spread = (max(values) - min(values)) / max(max(values), 1e-30)
    sentence = f"Three random starts end within {100 * spread:.2g} % of each other."
    return _with(state, "restarts agree", spread <= AGREE, spread, sentence)


def _plateau(case: Case, state: Validity) -> Part:
    longer = yield from case.searched(steps=2 * case.steps)
    gain = longer.objective / max(case.best.objective, 1e-30) - 1
    sentence = f"Twice as many steps raise the objective by {100 * gain:.2g} %."
    return _with(state, "plateau", gain <= AGREE, gain, sentence)


def _monotone(case: Case, state: Validity) -> Part:
    smaller = yield from case.searched(budget=case.budget / 2)
    share = smaller.objective / max(case.best.objective, 1e-30)
    sentence = f"Half the budget finds {100 * share:.0f} % of the objective."
    return _with(state, "monotone in the budget", share <= 1 + 1e-6, share, sentence)


def _noises(case: Case, state: Validity) -> Part:
    """The goal at random perturbations of the norm that was found."""
    objective, generator = case.objective, torch.Generator().manual_seed(case.seed + 2)
    size = case.best.relative_norm * objective.space.reference
    values = []
    for _ in range(NOISES):
        with torch.no_grad():
            y = objective.space.data(size * objective.space.random(1, generator))[0]
        f = objective.reconstruct(y)
        values.append(objective.value(f))
        yield
    share = max(values) / max(case.best.objective, 1e-30)
    sentence = f"The worst of {NOISES} random perturbations of the same norm does {100 * share:.2g} % of it."
    return _with(state, "worse than noise", share < 1, share, sentence)
