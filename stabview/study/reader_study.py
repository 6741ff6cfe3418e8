"""A reader study: trials in a random order, what was answered and how fast, and d' with its interval.

Two questions. PERTURBED: two pictures side by side, one of clean and one of perturbed data; which is it? LESION: one
picture about a marked place; is there a lesion? Truth, place, side and mirror image are drawn for every trial.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from stabview.images.errors import InputError
from stabview.measures.detection import Sensitivity, two_alternatives, yes_or_no
from stabview.study.frames import Frame
from stabview.study.study import Detail, Study

if TYPE_CHECKING:
    from stabview.study.problem import Parts

PERTURBED, LESION = "perturbed", "lesion"
QUESTIONS = {
    PERTURBED: "Which picture is perturbed?",
    LESION: "Is there a lesion in the middle?",
}
SHOWN = {"input": "the image itself", "network": "the network's image", "soa": "the reference method's image"}
_BODY = 0.15  # of max|x|: what is darker is air
_CROP = {PERTURBED: 0.6, LESION: 0.4}  # of the image's side


@dataclass(frozen=True)
class Plan:
    """What is asked, of which pictures, how often.

    Attributes
    ----------
    question : PERTURBED or LESION. shown : a key of SHOWN.
    iterate : of the search, for PERTURBED. size, contrast : of the lesion (pixels; share of max|x|).
    seed : draws the trials; the same seed draws the same ones.
    """

    question: str = PERTURBED
    shown: str = "network"
    trials: int = 40
    iterate: int = 1
    size: float = 5.0
    contrast: float = 0.15
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Trial:
    """One question. pictures : two for PERTURBED, one for LESION, (h, w) on the scale of x.

    truth : PERTURBED: 0 left or 1 right; LESION: 1 there or 0 not. facts : what was drawn, for the table.
    """

    number: int
    pictures: tuple[np.ndarray, ...]
    truth: int
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the observer said of a trial, and how long it took. late : after the time for an answer was over."""

    number: int
    truth: int
    said: int
    seconds: float
    late: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        return self.said == self.truth


def perturbed_trials(plan: Plan, clean: Frame, perturbed: Frame) -> Iterator[Trial]:
    """Trials from two iterates of a search; each shows the same part of both, mirrored at random."""
    generator = np.random.default_rng(plan.seed)
    pictures = [frame.panels[plan.shown] for frame in (clean, perturbed)]
    body = np.argwhere(clean.panels["input"] > _BODY)
    sides = _balanced(generator, plan.trials)
    for number in range(plan.trials):
        row, column = body[generator.integers(len(body))]
        mirrored, truth = bool(generator.integers(2)), int(sides[number])
        parts = [_part(picture, int(row), int(column), _CROP[PERTURBED], mirrored) for picture in pictures]
        shown = (parts[1], parts[0]) if truth == 0 else (parts[0], parts[1])
        facts = {
            "shown": plan.shown, "iterate": perturbed.index, "relative_norm": perturbed.relative_norm,
            "row": int(row), "column": int(column), "mirrored": mirrored,
        }  # fmt: skip
        yield Trial(number, shown, truth, facts)


def lesion_trials(plan: Plan, study: Study, *, device: str = "cpu") -> Iterator[Trial]:
    """Trials in which the image is measured and reconstructed anew, half of them with a lesion; phantoms vary too."""
    from stabview.study.problem import Parts

    generator, parts = np.random.default_rng(plan.seed), Parts()
    present = _balanced(generator, plan.trials)
    for number in range(plan.trials):
        truth, mirrored = int(present[number]), bool(generator.integers(2))
        image = study.image
        if image.phantom is not None:
            image = replace(image, seed=int(generator.integers(10_000)))
        one = study.having(image=image, details=(), experiments=())
        position = _place(one, parts, device, generator)
        if truth:
            one = one.having(details=(Detail("lesion", position, plan.size, plan.contrast),))
        picture = _reconstructed(one, parts, device, plan.shown)
        row, column = round(position[1]), round(position[0])
        facts = {
            "shown": plan.shown, "size": plan.size, "contrast": plan.contrast, "row": row, "column": column,
            "image_seed": image.seed, "mirrored": mirrored,
        }  # fmt: skip
        yield Trial(number, (_part(picture, row, column, _CROP[LESION], mirrored),), truth, facts)


def sensitivity(question: str, answers: list[Answer]) -> Sensitivity:
    """d' of the answers. Raises InputError where there are too few."""
    if question == PERTURBED:
        if not answers:
            raise InputError("There are no answers yet.")
        return two_alternatives(sum(answer.right for answer in answers), len(answers))
    there = [answer for answer in answers if answer.truth == 1]
    absent = [answer for answer in answers if answer.truth == 0]
    if not there or not absent:
        raise InputError("Too few answers: pictures with and without a lesion are needed.")
    return yes_or_no(sum(a.said for a in there), len(there), sum(a.said for a in absent), len(absent))


def answers_csv(plan: Plan, answers: list[Answer]) -> str:
    """A row for each trial, in the order shown."""
    names = list(dict.fromkeys(name for answer in answers for name in answer.facts))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["trial", "question", "seed", "truth", "answer", "right", "seconds", "late", *names])
    for one in answers:
        facts = [one.facts.get(name, "") for name in names]
        row = [one.number + 1, plan.question, plan.seed, one.truth, one.said, int(one.right), round(one.seconds, 3)]
        writer.writerow([*row, int(one.late), *facts])
    return stream.getvalue()


def summary_csv(plan: Plan, answers: list[Answer]) -> str:
    """d' and its interval, one row."""
    found = sensitivity(plan.question, answers)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["question", "shown", "trials", "right", "d_prime", "low", "high", "level", "criterion"])
    criterion = "" if found.criterion is None else found.criterion
    right = sum(answer.right for answer in answers)
    numbers = [found.trials, right, found.d_prime, found.low, found.high, found.level, criterion]
    writer.writerow([plan.question, plan.shown, *numbers])
    return stream.getvalue()


def _balanced(generator: np.random.Generator, count: int) -> np.ndarray:
    """Zeros and ones, as many of each (one more at random where the count is odd), shuffled."""
    values = np.arange(count) % 2
    if count % 2 and generator.integers(2):
        values = 1 - values
    return generator.permutation(values)


def _part(picture: np.ndarray, row: int, column: int, share: float, mirrored: bool) -> np.ndarray:
    """A square about a pixel; beyond the edge of the picture is air."""
    half = max(round(min(picture.shape) * share / 2), 8)
    padded = np.pad(picture, half)
    part = padded[row : row + 2 * half + 1, column : column + 2 * half + 1]
    part = np.ascontiguousarray(part[:, ::-1] if mirrored else part)
    part.flags.writeable = False
    return part


def _place(study: Study, parts: Parts, device: str, generator: np.random.Generator) -> tuple[float, float]:
    """A place (column, row) well within the body of the image."""
    from scipy.ndimage import binary_erosion

    from stabview.study.source import source_image

    source = parts.get("image", (study.image, 1), lambda: source_image(study.image))
    body = np.abs(source.prepared.x) > _BODY
    inner = binary_erosion(body, iterations=max(3, min(body.shape) // 20))
    places = np.argwhere(inner if inner.any() else body)
    row, column = places[generator.integers(len(places))]
    return float(column), float(row)


def _reconstructed(study: Study, parts: Parts, device: str, shown: str) -> np.ndarray:
    import torch

    from stabview.study.problem import build_problem, plain

    problem = build_problem(study, parts, device=device)
    if shown == "input":
        return plain(problem.x.abs())
    with torch.no_grad():
        return plain(problem.methods[shown](problem.y, problem.operator).abs())


