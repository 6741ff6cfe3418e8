"""From a study to the mathematics: the image x, the operator A, the data y and the methods, built once and kept.

This is the one path: file or phantom -> Prepared image -> details -> x -> A -> y = A x + n -> methods. Parts that did
not change since the last problem are taken over (`Parts`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from stabview.images.details import render_detail, render_each
from stabview.images.errors import InputError
from stabview.methods.linear.least_squares import LeastSquares, least_squares_method
from stabview.methods.method import Method, QuickInverse
from stabview.methods.networks.loading import files_of, load_file, load_shipped
from stabview.methods.networks.network import NetworkMethod
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.objective import Objective
from stabview.perturbation.physical import space_of
from stabview.perturbation.precision import fastest_precision
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.simulation import finer_grid_data, noise
from stabview.study.fields import matters
from stabview.study.frames import Scene
from stabview.study.operators import sampling_operator
from stabview.study.others import build_other
from stabview.study.source import SourceImage, source_image
from stabview.study.study import NetworkChoice, Study


@dataclass
class Parts:
    """The newest image, operator and network, so that a change elsewhere does not build them again."""

    _kept: dict[str, tuple[Hashable, object]] = field(default_factory=dict)

    def get(self, kind: str, key: Hashable, make):
        kept = self._kept.get(kind)
        if kept is None or kept[0] != key:
            kept = (key, make())
            self._kept[kind] = kept
        return kept[1]

    def put(self, kind: str, key: Hashable, value: object) -> None:
        self._kept[kind] = (key, value)


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything a study fixes before any reconstruction. Tensors live on `device`.

    Attributes
    ----------
    bare : (H, W) the image without details; details : one (H, W) picture for each detail.
    x : bare + details. y : A x + noise. noise : fixed by the seed; and what A misses of data from a finer grid.
    network, soa, quick : the methods.
    """

    study: Study
    source: SourceImage
    operator: SamplingOperator
    bare: torch.Tensor
    details: tuple[torch.Tensor, ...]
    noise: torch.Tensor
    network: NetworkMethod
    soa: SparseMethod | LeastSquares
    quick: QuickInverse
    device: str

    @cached_property
    def x(self) -> torch.Tensor:
        return self.bare + sum(self.details) if self.details else self.bare

    @cached_property
    def y(self) -> torch.Tensor:
        return self.operator(self.x) + self.noise

    @cached_property
    def objective(self) -> Objective:
        """The change of the network's image, in the space of the study."""
        choice = self.study.perturbation
        space = space_of(
            choice.domain, self.operator, self.x, self.y, real_only=choice.real_only, knobs=choice.knobs
        )
        precision = fastest_precision(self.device) if choice.precision == "auto" else choice.precision
        return Objective(self.network, self.operator, self.x, self.y, space=space, precision=precision)

    @cached_property
    def target(self) -> torch.Tensor:
        """(H, W) the detail that the search is to hide or to draw. Raises InputError where it cannot."""
        choice = self.study.perturbation
        fault = target_fault(self.study)
        if fault is not None:
            raise InputError(fault)
        picture = render_detail(tuple(self.x.shape), replace(self.study.details[choice.detail], hidden=False))
        return torch.from_numpy(picture).to(self.x.device) * _phase(self.bare)

    @property
    def methods(self) -> dict[str, object]:
        return {"network": self.network, "soa": self.soa, "quick": self.quick}

    def other(self, part: str) -> Method:
        """A method beside these, built once."""
        if part not in self._others:
            self._others[part] = build_other(self, part)
        return self._others[part]

    @cached_property
    def _others(self) -> dict[str, Method]:
        return {}

    def scene(self) -> Scene:
        """What the window shows of it."""
        prepared = self.source.prepared
        card = self.network.card
        return Scene(
            x=plain(self.x.abs()), title=prepared.title, steps=prepared.steps, units=prepared.units,
            scale=prepared.scale, offset=prepared.offset, spacing=prepared.spacing, orientation=prepared.orientation,
            mask=self.operator.mask, angles=self.operator.angles,
            rate=self.operator.rate, samples=self.operator.samples,
            trained_rate=self.study.network.trained_rate or card.trained_rate, network_title=self.network.spec.title,
            soa_title=self.soa.spec.title, quick_title=self.quick.spec.title, trust=self.network.trust,
            slice_index=self.source.slice_index, slice_count=self.source.slice_count, network_card=card.text,
            network_path=self.study.network.path,
        )  # fmt: skip


def build_problem(study: Study, parts: Parts, *, device: str = "cpu") -> Problem:
    """The problem of a study. Raises InputError for anything that cannot be had."""
    finer = study.sampling.finer if matters(study.sampling, "finer") else 1
    source = parts.get("image", (study.image, finer), lambda: source_image(study.image, finer=finer))
    network = parts.get("network", (_file_state(study.network), device), lambda: _network(study, device))
    shape = source.prepared.x.shape
    operator = parts.get(
        "operator", (study.sampling, shape, device), lambda: sampling_operator(study.sampling, shape, device=device)
    )
    pixels = torch.from_numpy(np.array(source.prepared.x)).to(device, operator.dtype)
    pictures = tuple(
        torch.from_numpy(np.array(picture)).to(device) * _phase(pixels) for picture in render_each(shape, study.details)
    )
    return Problem(
        study, source, operator, pixels, pictures, study_noise(study, source, operator, pixels), network,
        soa_method(study, operator), QuickInverse(operator), device,
    )  # fmt: skip


def soa_method(study: Study, operator: SamplingOperator) -> SparseMethod | LeastSquares:
    """The reference method with the study's lambda, or the rule's for this operator."""
    choice = study.soa
    common = {"lambda_": choice.lambda_, "noise": study.sampling.noise}
    if choice.tolerance is not None:
        common["tolerance"] = choice.tolerance
    if choice.method == "cg":
        return least_squares_method(operator, **common)
    if matters(choice, "problem"):
        common |= {"problem": choice.problem, "algorithm": choice.algorithm}
    if matters(choice, "wavelet"):
        common |= {"levels": choice.levels} | ({"wavelet": choice.wavelet} if choice.wavelet else {})
    return sparse_method(choice.method, operator, **common)


def study_noise(study: Study, source: SourceImage, operator: SamplingOperator, x: torch.Tensor) -> torch.Tensor:
    """What the data have beyond A x, the same for every method.

    Gaussian noise with ||n|| = noise ||A x||; and, where the data come from a finer grid, what A x is off by.
    """
    clean, sampling = operator(x), study.sampling
    extra = noise(operator, clean, sampling.noise, seed=sampling.seed)
    if source.fine is None:
        return extra
    fine = torch.from_numpy(np.ascontiguousarray(source.fine)).to(x.device, operator.dtype)
    return extra + finer_grid_data(fine, operator, sampling.finer) - clean


def target_fault(study: Study) -> str | None:
    """Why the search cannot hide or draw its detail, in a sentence; None where it can, or is to do neither."""
    choice, details = study.perturbation, study.details
    if choice.goal not in ("hide", "draw", "region"):
        return None
    if choice.detail >= len(details):
        return f"The search is to {choice.goal} a detail that is not there: paint it first, or choose another goal."
    detail = details[choice.detail]
    if detail.erase:
        return f"An eraser paints nothing that a search could {choice.goal}: choose another detail."
    if choice.goal == "hide" and detail.hidden:
        return "The detail that the search is to hide is not in the image: show it first."
    if choice.goal == "draw" and not detail.hidden:
        return "The detail that the search is to draw is in the image already: hide it first."
    return None


def plain(tensor: torch.Tensor) -> np.ndarray:
    """A read-only float32 (or complex64) NumPy copy."""
    array = tensor.detach().cpu().numpy().copy()
    array.flags.writeable = False
    return array


def _network(study: Study, device: str) -> NetworkMethod:
    choice = study.network
    if choice.path is not None:
        return load_file(choice.path, device=device, prefer=study.sampling.operator)
    return load_shipped(choice.name, device=device)


def _file_state(choice: NetworkChoice) -> tuple:
    """The choice and the times of the files it depends on, so that one that changed is read again."""
    if choice.path is None:
        return (choice,)
    return choice, *(path.stat().st_mtime_ns if path.is_file() else 0 for path in files_of(choice.path))


def _phase(pixels: torch.Tensor) -> torch.Tensor | float:
    """A detail on a complex image takes over the image's phase, so that it adds to the modulus."""
    if not pixels.is_complex() or not bool(pixels.imag.any()):
        return 1.0
    return torch.exp(1j * pixels.angle())
