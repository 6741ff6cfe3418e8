"""Does a network gain from more samples? PSNR against the amount of data (Antun et al., PNAS 2020, Fig. 5, last row).

The weights stay; the reference method follows its rule. A curve rises when the most data give at least 1 dB more than
the amount of the training, falls when they give at least 1 dB less, and stagnates otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.details_of_networks import case_of
from stabview.experiments.finding import Chart, Finding, Line, Table
from stabview.experiments.sampling_sweep import outside_in
from stabview.experiments.setting import Setting, compared_cards, reference
from stabview.images.errors import InputError
from stabview.measures.errors import psnr
from stabview.methods.method import QuickInverse
from stabview.methods.networks.cards import Card

RATES, VIEWS = (0.1, 0.2, 0.33, 0.5, 0.7), (20, 35, 50, 100, 200)
SLACK = 1.0
PUBLISHED = {
    "deep-mri": "rises", "ell-50": "falls", "med-50": "falls", "dagan": "falls", "mri-vn": "stagnates",
}  # fmt: skip
NAMES = ("network", "soa", "quick")
Curve = dict[float, dict[str, float]]


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """One network after another, the ends of each curve first."""
    cards, images = compared_cards(str(values["networks"])), int(values["images"])
    total = sum(len(amounts_of(card)) for card in cards)
    curves: dict[str, Curve] = {}
    left: dict[str, str] = {}
    done = 0
    for card in cards:
        amounts = amounts_of(card)
        if card.fixed:
            left[card.name] = f"takes one set of samples only: {card.only_operator}"
            done += len(amounts)
            continue
        cases = [case_of(card, {**values, "image_seed": k}, device, amount=0.0) for k in range(images)]
        for amount in outside_in(amounts):
            done += 1
            try:
                point = _point(cases, amount)
            except InputError as error:
                left[card.name] = str(error)
                continue
            curves.setdefault(card.name, {})[amount] = point
            yield _finding(cards, curves, left, done, total)
    yield _finding(cards, curves, left, total, total)


def amounts_of(card: Card) -> tuple[float, ...]:
    """Rates, or numbers of views; that of the training among them."""
    usual = VIEWS if card.operator == "radon" else RATES
    trained = card.trained_rate
    near = trained is None or any(abs(one - trained) < 0.02 * one for one in usual)
    return tuple(sorted({*map(float, usual), *(() if near else (float(trained),))}))


@torch.no_grad()
def _point(cases: list[Setting], amount: float) -> dict[str, float]:
    """The mean PSNR of every method over the images."""
    operator = cases[0].at(amount).operator
    scores: dict[str, list[float]] = {}
    for case in cases:
        methods = {"network": case.network, "soa": reference(case.soa_name, operator), "quick": QuickInverse(operator)}
        for name, method in methods.items():
            scores.setdefault(name, []).append(psnr(method(operator(case.x), operator), case.x))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def trend(curve: Curve, trained: float | None) -> str:
    """Whether the network gains, loses or neither, from the amount of its training to the most data."""
    points = sorted(curve)
    begin = points[0] if trained is None else min(points, key=lambda one: abs(one - trained))
    change = curve[points[-1]].get("network", np.inf) - curve[begin]["network"]
    return "rises" if change >= SLACK else "falls" if change <= -SLACK else "stagnates"


def _finding(cards: list[Card], curves: Mapping[str, Curve], left: Mapping[str, str], done: int, total: int) -> Finding:
    finished = done == total
    rows, charts, words, met, others = [], [], [], [], []
    for card in cards:
        if card.name in left:
            rows.append((card.title, left[card.name], None, None, None))
        curve = curves.get(card.name)
        if not curve:
            continue
        points = sorted(curve)
        rows += [(card.title, one, *(curve[one].get(name) for name in NAMES)) for one in points]
        label = "number of views" if card.operator == "radon" else "sampling rate"
        lines = tuple(
            Line(name, tuple(points), tuple(curve[one].get(name, np.nan) for one in points)) for name in NAMES
        )
        trained = "" if card.trained_rate is None else f", trained at {card.trained_rate:g}"
        charts.append(Chart(f"{card.title}{trained}", label, "PSNR in dB", lines))
        if len(points) == len(amounts_of(card)):
            found, published = trend(curve, card.trained_rate), PUBLISHED.get(card.name)
            words.append(f"{card.title} {found}")
            if published:
                (met if found == published else others).append(f"{card.title} ({found}, published: {published})")
    verdict = f"With more samples: {', '.join(words)}." if words else ""
    if met or others:
        verdict += f" As published for {len(met)} of {len(met) + len(others)} networks of the paper"
        verdict += f"; not for {', '.join(others)}." if others else "."
    figures = {f"{row[0]} at {row[1]:g}, PSNR": row[2] for row in rows if row[2] is not None}
    return Finding(
        done, total, verdict, (not others if met or others else None) if finished else None, figures,
        (Table("PSNR in dB", ("network", "rate or views", *NAMES), tuple(rows)),), tuple(charts),
    )  # fmt: skip
