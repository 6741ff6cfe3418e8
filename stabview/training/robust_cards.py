"""The cards of the robust family: what every member has in common, and the figures each is measured by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from stabview import resources
from stabview.methods.method import Method
from stabview.methods.networks.cards import Card
from stabview.methods.networks.loading import load_shipped
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.robustness import monotone, worst_errors
from stabview.sampling.operator import SamplingOperator
from stabview.training.evaluate import compare
from stabview.training.robust_tasks import Task

TESTED, ATTACKED = 24, 24
STEPS, RESTARTS = 30, 2


FOUND = {
    "robust-cs-weight-decay": "Hardly different from plain training, at this weight of the penalty.",
    "robust-cs-parseval": "Lowers rho at the larger norms by some per cent, for 0.4 dB of clean PSNR.",
    "robust-cs-jittering": "Lowers rho at the larger norms by a few per cent, for 0.2 dB of clean PSNR.",
    "robust-cs-min-max": (
        "Unlike in the paper it does not lower rho (figures above), at 0.9 dB less clean PSNR. A likely cause is G:"
        " on 16 validation images G's own perturbations of the full norm raise the error from 0.0188 to 0.0210 of"
        " ||x||^2, while ascent finds 0.0645. G sees the data only, the ascent the image too; and the matrix is well"
        " conditioned (singular values 0.41 to 2.4). Fully connected G with a hinge or on the ball, and convolutions"
        " before A or its pseudo-inverse, did no better in short trainings."
    ),
    "robust-ct-parseval": "Worse than plain training here: 1.0 dB less clean PSNR and a larger rho at every norm.",
    "robust-ct-weight-decay": "Lowers rho at the larger norms by some per cent, at no price.",
    "robust-ct-jittering": "Lowers rho at the larger norms, by a fifth at the largest, for 0.3 dB of clean PSNR.",
    "robust-ct-min-max": (
        "Halves rho at the norm it was trained against and beyond, as the paper says, for 1.5 dB of clean PSNR."
    ),
}
"""What the figures say of single members, for their cards."""


def family_card(name: str, task: Task, title: str, words: str) -> Card:
    """A card without figures."""
    operator = task.operator()
    kind = "CS" if task.key == "cs" else "CT"
    size = f"{task.size} x {task.size}"
    return Card(
        name=name, title=f"Robust {kind}: {title}",
        summary=f"One of five after Raj et al., {task.words}; trained {words}.",
        operator=operator.name, architecture=task.architecture, parameters=task.parameters,
        trained_rate=task.trained_rate, size=task.size, operator_spec=operator.spec,
        sampling={"seed": 0} if task.key == "cs" else {},
        differences=(
            ("The paper (Raj, Bresler and Li, ICML 2020) has MNIST, CelebA and clinical CT from 143 views; here"
             f" {task.words}, so that all ten networks train in an hour on a CPU."),
            ("Widths, lambda_1, lambda_2, eps and the penalties' weights are ours: the paper's slides do not give them."
             " In the min-max loss G is scaled back onto the ball ||G||^2 <= eps instead of penalised beyond it."),
        ),
        limits=(
            *((FOUND[name],) if name in FOUND else ()),
            f"It takes {size} images and the one operator of its training only.",
            *(("Batch normalisation rescales what a kernel gives, so penalties on kernels bound less than elsewhere.",)
              if task.key == "ct" else ()),
            "What rho says is a lower bound: the search may have missed worse perturbations.",
        ),
    )  # fmt: skip


def family_figures(network: nn.Module, task: Task, folder: Path | None) -> dict[str, object]:
    """Clean PSNR and SSIM beside TV and the quick inverse, and rho(eps), beside that of the shipped plain network."""
    operator = task.operator()
    frozen = network.eval().requires_grad_(False)
    images = task.few(folder, "test", TESTED)
    quick = "pseudo-inverse" if task.key == "cs" else "FBP"
    methods = {"network": frozen, quick: _quick(task), "TV": sparse_method("tv", operator)}
    title = f"{TESTED} test images, clean data"
    figures = compare(methods, [(operator, x) for x in images], title)
    few = images[:: max(1, TESTED // ATTACKED)][:ATTACKED]
    curves = {"network": rho_curve(frozen, operator, few, task.levels)}
    plain = f"robust-{task.key}-plain"
    if resources.path("weights", f"{plain}.safetensors").is_file():
        curves["plain network"] = rho_curve(load_shipped(plain), operator, few, task.levels)
    figures["rho"] = (
        f"mean of ||x - f(Ax + delta)||^2 / ||x||^2 over {len(few)} of them, worst delta of projected gradient ascent"
        f" with {RESTARTS} starts of {STEPS} steps; a lower bound"
    )
    for level in task.levels:
        where = f"rho at ||delta|| = {100 * level:g} % of ||Ax||"
        figures[where] = ", ".join(f"{name} {curve[level]:.5f}" for name, curve in curves.items())
    return figures


def rho_curve(
    method: Method, operator: SamplingOperator, x: torch.Tensor, levels: tuple[float, ...], *, steps: int = STEPS,
    restarts: int = RESTARTS,
) -> dict[float, float]:  # fmt: skip
    """level -> rho, over ||x||^2 of each image."""
    energies = x.square().sum(dim=(-2, -1))
    found = worst_errors(method, operator, x, levels, steps=steps, restarts=restarts)
    return monotone([replace(one, errors=one.errors / energies) for one in found])


def _quick(task: Task):
    if task.key == "cs":
        return lambda y, operator: operator.minimum_norm(y)
    return lambda y, operator: operator.quick_inverse(y)
