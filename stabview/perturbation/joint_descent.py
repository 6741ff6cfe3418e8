"""The search against untrained networks: descent on weights and perturbation together (Darestani et al., ICML 2021).

    ||A G(theta) - y'(v)||^2 / ||y||^2  -  pull ||G(theta) - x||^2 / ||x||^2,    v projected to the budget,

lowered in theta and v at once: the data follow a generator that fits them while it is pushed away from the truth. What
is found is judged by a fresh fit of y'(v) from new weights, which is the reconstruction of an iterate. Code form of the
paper: Adam, 100 steps on theta alone, pull 0.05, 400 steps in all.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from stabview.images.errors import InputError
from stabview.methods.waiting import report
from stabview.perturbation.iterate import Iterate, clean_iterate
from stabview.perturbation.objective import Objective

DESCENT, WARM_UP, PULL = 400, 100, 0.05
RATE = 0.1
"""Adam's rate for v, in entries of a perturbation of the largest size that is spread evenly."""


def joint_descent(
    objective: Objective, *, steps: int = 1, budget: float = 0.08, seed: int = 0, descent: int = DESCENT,
    warm_up: int = WARM_UP, pull: float = PULL,
) -> Iterator[Iterate]:  # fmt: skip
    """Iterates 0, 1, ..., `steps`; iterate k has relative norm budget k / steps at most and goes on from the last one.

    Each takes `descent` steps of the descent and a whole fit, so it is slow, and reports where it is. An iterate whose
    objective is not larger than that of the one before says nothing about stability: the search is not concave.

    Parameters
    ----------
    objective : its method has to be untrained, its goal may be any. warm_up : first steps, theta alone.
    pull : weight of the error to the truth.
    """
    network = getattr(objective.method, "module", objective.method)
    if not getattr(network, "untrained", False):
        raise InputError(
            f"{objective.method.spec.title} is no untrained network; joint descent is the search for those alone."
        )
    yield clean_iterate(objective)
    fit, space = network.start_fit(objective.y, objective.operator), objective.space
    generator = torch.Generator().manual_seed(seed)
    v = space.random(1, generator)[0] * (1e-4 * budget * space.reference)
    truth = fit.scale * objective.x
    total = steps * descent
    for k in range(1, steps + 1):
        radius = budget * k / steps
        rate = RATE * radius * space.reference * space.ball.typical(space.shape)
        v = v.detach().requires_grad_(True)
        mover = torch.optim.Adam([v], lr=rate)
        for step in range(descent):
            warming = k == 1 and step < warm_up
            _descend(fit, mover, space, v, truth, 0.0 if warming else pull, moving=not warming)
            with torch.no_grad():
                v.copy_(space.project(v[None], radius)[0])
            report(f"joint descent against {network.title}", (k - 1) * descent + step + 1, total)
        found = v.detach().clone()
        with torch.no_grad():
            y = space.data(found[None])[0]
            reconstruction = objective.method(y, objective.operator)
            value = objective.value(reconstruction)
        yield Iterate(
            k, lambda found=found: space.image(found), y, reconstruction, value, space.relative_norm(found), found
        )


def _descend(fit, mover, space, v: torch.Tensor, truth: torch.Tensor, pull: float, *, moving: bool) -> None:
    """One step on the weights and, where it is `moving`, on v."""
    with torch.enable_grad():
        fit.optimiser.zero_grad(set_to_none=True)
        mover.zero_grad(set_to_none=True)
        picture = fit.picture_of(fit.network)
        loss = fit.misfit(picture, fit.scale * space.data(v[None])[0])
        if pull:
            loss = loss - pull * (picture - truth).abs().square().sum() / truth.abs().square().sum()
        loss.backward()
    fit.optimiser.step()
    if moving:
        v.grad = space.allowed(v.grad)
        mover.step()
