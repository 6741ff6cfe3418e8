"""Attacks crafted for each of several methods, and on whom else they work (Darestani et al., ICML 2021).

e lives in the samples, ||e|| = eps ||y_full|| with y_full all of k-space, and maximises the change of one method's
reconstruction; along the way of growing eps every method is attacked by its own e, and at the largest eps every method
sees the e of every other. Sparse methods are differentiated at their minimum. The paper finds untrained and l1 methods
as vulnerable as trained ones, and each most to the attack crafted for it: counted as reproduced when every method loses
at least 3 dB at the largest eps and the diagonal of the matrix is the largest entry of its column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, plain, setting, short
from stabview.measures.errors import psnr
from stabview.methods.method import Method
from stabview.methods.networks.loading import load_shipped
from stabview.methods.networks.network import NetworkMethod
from stabview.methods.sparse.implicit import differentiable
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.continuation import continuation
from stabview.perturbation.iterate import Iterate
from stabview.perturbation.joint_descent import joint_descent
from stabview.perturbation.objective import ChangeObjective

LOSES = 3.0


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The attacks one after another, then the matrix row by row."""
    case, steps, eps = setting(values, device=device), int(values["steps"]), float(values["eps"])
    methods = compared(case, str(values["other_network"]), str(values["untrained"]), device)
    with torch.no_grad():
        clean = {name: method(case.y, case.operator) for name, method in methods.items()}
    before = {name: psnr(image, case.x) for name, image in clean.items()}
    total = len(methods) * (steps + 1)
    full = float(torch.linalg.vector_norm(case.x))  # the unitary transform of x
    budget = eps * full / float(torch.linalg.vector_norm(case.y))
    curves: dict[str, list[tuple[float, float]]] = {name: [(0.0, 0.0)] for name in methods}
    attacks: dict[str, Iterate] = {}
    matrix: dict[str, dict[str, float]] = {}
    pictures: list[Picture] = [Picture("image", plain(case.x), case.title)]
    done = 0
    for name, method in methods.items():
        for found in _search(case, method, budget, steps):
            attacks[name] = found
            if found.index:
                done += 1
                share = found.relative_norm * budget_unit(eps, budget)
                curves[name].append((share, before[name] - psnr(found.reconstruction, case.x)))
            yield _finding(case, eps, curves, matrix, before, pictures, min(done, total - 1), total)
        pictures.append(Picture(name, plain(attacks[name].reconstruction), "attacked by its own e"))
    for crafted, attack in attacks.items():
        matrix[crafted] = {}
        for name, method in methods.items():
            with torch.no_grad():
                image = attack.reconstruction if name == crafted else method(attack.y, case.operator)
            matrix[crafted][name] = before[name] - psnr(image, case.x)
        done = len(methods) * steps + len(matrix)
        yield _finding(case, eps, curves, matrix, before, pictures, done, total)


def compared(case: Setting, other: str, untrained: str, device: str) -> dict[str, Method]:
    """The methods by title; sparse ones with a gradient."""
    methods: list[Method] = [case.network]
    if other != "none" and other != case.network.card.name:
        methods.append(load_shipped(other, device=device))
    methods += [differentiable(case.soa), differentiable(sparse_method("wavelet", case.operator, noise=case.level))]
    if untrained != "none":
        methods.append(load_shipped(untrained, device=device))
    return {short(method): method for method in methods if _takes(method, case)}


def budget_unit(eps: float, budget: float) -> float:
    """From norms relative to the measured samples to norms relative to all of k-space."""
    return eps / budget


def _takes(method: Method, case: Setting) -> bool:
    return not isinstance(method, NetworkMethod) or method.card.takes(case.operator.name)


def _search(case: Setting, method: Method, budget: float, steps: int) -> Iterator[Iterate]:
    objective = ChangeObjective(method, case.operator, case.x, case.y, domain="samples")
    if isinstance(method, NetworkMethod) and method.card.untrained:
        return joint_descent(objective, steps=2, budget=budget, seed=case.seed)
    return continuation(objective, steps=steps, budget=budget, start=budget / 20, seed=case.seed)


def _finding(
    case: Setting, eps: float, curves: Mapping[str, list], matrix: Mapping[str, Mapping[str, float]],
    before: Mapping[str, float], pictures: list[Picture], done: int, total: int,
) -> Finding:  # fmt: skip
    finished = len(matrix) == len(curves)
    lines = tuple(
        Line(name, tuple(100 * one[0] for one in curve), tuple(one[1] for one in curve))
        for name, curve in curves.items() if len(curve) > 1
    )  # fmt: skip
    own = {name: curve[-1][1] for name, curve in curves.items() if len(curve) > 1}
    verdict = (
        f"At eps = {eps:.0%} of all of k-space the attacks crafted for each cost"
        f" {', '.join(f'{name} {loss:.1f} dB' for name, loss in own.items())}."
    )
    agrees = None
    figures = {f"{name}, loss to its own attack in dB": loss for name, loss in own.items()}
    tables = []
    if matrix:
        names = list(before)
        rows = [(f"for {crafted}", *(losses.get(name) for name in names)) for crafted, losses in matrix.items()]
        tables.append(Table(f"Loss in dB: attack (row) on method (column), eps {eps:g}", ("crafted", *names),
                            tuple(rows)))  # fmt: skip
    if finished:
        names = list(matrix)
        diagonal = [max(matrix, key=lambda crafted, name=name: matrix[crafted][name]) == name for name in names]
        agrees = all(diagonal) and min(own.values()) >= LOSES
        apart = [matrix[a][b] for a in names for b in names if a != b]
        figures |= {"methods hurt most by their own attack": sum(diagonal), "methods": len(names),
                    "mean loss to attacks crafted for others in dB": float(np.mean(apart))}  # fmt: skip
        verdict += f" {sum(diagonal)} of {len(names)} methods suffer most from their own attack."
        verdict += " As published." if agrees else " In the paper all do, and all are vulnerable."
    tables.append(Table("Without an attack", ("method", "PSNR"), tuple(before.items())))
    charts = (Chart("Loss to the attack crafted for each", "||e|| / ||all of k-space|| in %", "loss in dB", lines),)
    return Finding(
        done, total, verdict, agrees, figures, tuple(tables), charts if lines else (), tuple(pictures),
    )  # fmt: skip
