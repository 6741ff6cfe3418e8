"""The sparse methods by name, each set up for an operator."""

from __future__ import annotations

from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.objective import Ball, DataTerm, Norm, Objective, Squares
from stabview.methods.sparse.regularisers.combined import Combined
from stabview.methods.sparse.regularisers.generalised_variation import GeneralisedVariation
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.regularisers.shearlets import Shearlets
from stabview.methods.sparse.regularisers.total_variation import TotalVariation
from stabview.methods.sparse.regularisers.wavelets import Wavelet
from stabview.methods.sparse.rule import default_lambda
from stabview.methods.sparse.solvers.douglas_rachford import is_suited
from stabview.methods.sparse.solvers.firenet import LAMBDA as FIRENET_LAMBDA
from stabview.methods.sparse.solvers.firenet import STEPS as FIRENET_STEPS
from stabview.methods.sparse.solvers.firenet import published_wavelets
from stabview.methods.sparse.solvers.image_update import is_exact
from stabview.sampling.operator import SamplingOperator

PROBLEMS = ("p1", "p2", "p3")


def sparse_method(
    name: str, operator: SamplingOperator, *, problem: str = "p2", lambda_: float | None = None, noise: float = 0.0,
    tolerance: float = 1e-3, max_steps: int = 1000, algorithm: str | None = None, **options: object,
) -> SparseMethod:  # fmt: skip
    """The method of a name, its lambda by the documented rule where left open.

    Parameters
    ----------
    problem : "p1", "p2" or "p3", see `stabview.methods.sparse.objective`; "firenet" is always P3.
    noise : ||e|| / ||Ax|| of the data, for the rule.
    algorithm : a key of `ALGORITHMS`; left out: the fastest one for this problem.
    options : of the regulariser (wavelet, levels, ...).
    """
    regulariser = _regulariser(name, operator, **options)
    if name == "firenet":
        problem, algorithm, max_steps = "p3", algorithm or "firenet", max(max_steps, FIRENET_STEPS)
        if lambda_ is None and operator.rate is not None:
            lambda_ = FIRENET_LAMBDA * operator.norm()
    if lambda_ is None:
        lambda_ = default_lambda("wavelet" if name == "firenet" else name, operator, problem=problem, noise=noise)
    objective = Objective(_data_term(problem, lambda_), regulariser, 1.0 if problem == "p1" else lambda_)
    algorithm = algorithm or _fastest(objective, operator)
    suffix = "" if problem == "p2" else f" ({problem.upper()})"
    weight = f"η {lambda_:.2g}" if problem == "p1" else f"λ {lambda_:.2g}"
    return SparseMethod(
        name, f"{regulariser.title}{suffix}, {weight}", objective, algorithm=algorithm, tolerance=tolerance,
        max_steps=max_steps,
    )  # fmt: skip


def _regulariser(name: str, operator: SamplingOperator, **options: object) -> Regulariser:
    if name in ("tv", "tv-anisotropic"):
        return TotalVariation(anisotropic=name == "tv-anisotropic")
    if name == "wavelet":
        return Wavelet(operator.image_shape, device=operator.device, **options)
    if name == "firenet":
        return published_wavelets(operator.image_shape, device=operator.device, **options)
    if name == "tgv":
        return GeneralisedVariation(**options)
    if name == "shearlet":
        return Shearlets(**options)
    if name == "shearlet-tgv":
        return _shearlets_and_tgv(**options)
    raise ValueError(f"no sparse method {name}")


def _shearlets_and_tgv(
    *, levels: tuple[int, ...] = (1, 1, 2), epsilon: float = 0.03, alpha: tuple[float, float] = (1.0, 1.0),
    share: float = 0.2,
) -> Regulariser:  # fmt: skip
    """share sum w |S x| + TGV(x), the sum that Antun et al. (2020) compare networks with."""
    tgv = GeneralisedVariation(alpha=alpha)
    return Combined(
        "shearlet-tgv", "shearlets + TGV", (Shearlets(levels=levels, epsilon=epsilon), tgv), (share, 1.0),
        scales=(1.5, 1.0), shrinkage=0.05, beginning=tgv,
    )  # fmt: skip


def _fastest(objective: Objective, operator: SamplingOperator) -> str:
    """The fastest where algorithms were compared side by side; shearlets are for the reweighted problem."""
    if objective.regulariser.name in ("shearlet", "shearlet-tgv"):
        return "reweighted"
    if is_suited(objective, operator):
        return "douglas-rachford"
    exact = is_exact(operator, objective.regulariser)
    return "admm" if exact or objective.data.name != "p1" else "primal-dual"


def _data_term(problem: str, lambda_: float) -> DataTerm:
    return {"p1": lambda: Ball(lambda_), "p2": Squares, "p3": Norm}[problem]()
