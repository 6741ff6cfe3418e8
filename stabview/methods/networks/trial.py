"""Trying a network on a phantom: which wiring lets it run and gives the best image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.networks.cards import Card
from stabview.methods.networks.formats.graph import Shape
from stabview.methods.networks.wired import WiredNetwork, start_image
from stabview.methods.networks.wiring import Wiring
from stabview.sampling.cosine import CosineOperator
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator, golden_angles
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage

SIDE, RATE, VIEWS, COILS = 128, 0.33, 50, 8
"""Of the phantom that networks are tried on, unless they take one size only or tell the rate."""


@dataclass(frozen=True)
class Attempt:
    """One wiring that was tried: PSNR of its image in dB, or why it does not run.

    quick_psnr : of the direct reconstruction; fed_psnr : of as much of that as the network is fed with (its modulus).
    """

    wiring: Wiring
    psnr: float | None = None
    quick_psnr: float | None = None
    fed_psnr: float | None = None
    trouble: str = ""

    @property
    def gain(self) -> float:
        """dB above the direct reconstruction; minus infinity where it does not run."""
        return float("-inf") if self.psnr is None else self.psnr - self.quick_psnr

    @property
    def improves(self) -> bool:
        """Whether its image is better than what it is fed with."""
        return self.psnr is not None and self.psnr > self.fed_psnr


def trial_operator(
    name: str, size: int, trained_rate: float | None = None, *, pattern: str = "cartesian-gaussian", seed: int = 0,
    coils: int = COILS, device: torch.device | str = "cpu",
) -> SamplingOperator:  # fmt: skip
    """An operator of this kind for size x size images, at the rate of the training where it is known."""
    shape, rate = (size, size), trained_rate or RATE
    views = max(1, round(trained_rate or VIEWS))
    if name == "radon":
        return RadonOperator(shape, equispaced_angles(views), device=device)
    if name == "radial-fourier":
        return RadialFourierOperator(shape, golden_angles(views), device=device)
    if name == "gaussian":
        return GaussianOperator(shape, rate=rate, seed=seed, device=device)
    if name == "dct":
        return CosineOperator(shape, rate=rate, seed=seed, device=device)
    mask = sampling_mask(pattern, shape, rate, seed=seed)
    if name == "multicoil":
        return MultiCoilOperator(mask, birdcage(shape, coils), device=device)
    return FourierOperator(mask, device=device)


def operator_for(card: Card, *, device: torch.device | str = "cpu") -> SamplingOperator:
    """An operator whose data a network takes, by its card: its only one, or one of its kind, size and rate."""
    kind = "fourier" if card.operator == "any" else card.operator
    chosen = {key: value for key, value in card.sampling.items() if key in ("pattern", "seed", "coils")}
    return trial_operator(kind, card.size, card.trained_rate, **chosen, device=device)


def trial_image(operator: SamplingOperator) -> torch.Tensor:
    """A head for MRI, ellipses for others and for very small images; largest modulus 1. (H, W) of `operator.dtype`."""
    name = "head-flair" if operator.is_complex and operator.image_shape[0] >= 32 else "ellipses"
    pixels = torch.from_numpy(_pixels(name, operator.image_shape[0]).copy())
    return pixels.to(operator.device, operator.dtype)


@lru_cache(maxsize=4)
def _pixels(name: str, size: int) -> np.ndarray:
    pixels = np.abs(phantom(name, size, seed=1).pixels)
    return pixels / pixels.max()


@lru_cache(maxsize=4)
def _problem(name: str, size: int, rate: float | None) -> tuple[SamplingOperator, torch.Tensor, torch.Tensor]:
    """Operator, image and data, kept from one guess to the next."""
    operator = trial_operator(name, size, rate)
    x = trial_image(operator)
    return operator, x, operator(x)


def attempt(module: nn.Module, wiring: Wiring) -> Attempt:
    """Reconstruct the phantom with this wiring."""
    name = "fourier" if wiring.operator == "any" else wiring.operator
    operator, x, y = _problem(name, wiring.size or SIDE, wiring.trained_rate)
    try:
        with torch.no_grad():
            estimate = WiredNetwork(module, wiring)(y, operator)
    except (InputError, RuntimeError, ValueError, TypeError, IndexError, AttributeError, KeyError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return Attempt(wiring, trouble=reason[-1].rstrip("."))
    if not bool(torch.isfinite(torch.view_as_real(estimate) if estimate.is_complex() else estimate).all()):
        return Attempt(wiring, trouble="its image has values that are not finite")
    direct = start_image(replace(wiring, input="image"), y[None], operator)[0]
    fed = {"magnitude": direct.abs(), "real": direct.real}.get(wiring.channels, direct).to(x.dtype)
    return Attempt(wiring, *(float(psnr(image, x)) for image in (estimate, direct, fed)))


def best_wiring(
    module: nn.Module, candidates: Sequence[Wiring], *, prefer: str | None = None
) -> tuple[Wiring, list[Attempt]]:
    """The wiring with the largest gain, and everything that was tried, the best first.

    Those that do not run are tried again with padding to a multiple of 16. Of two that gain the same to 0.01 dB the
    first is taken. Raises InputError when none runs.

    prefer : operator whose wirings come first where they improve the direct reconstruction, or where none does.
    """
    attempts = []
    for wiring in candidates:
        tried = attempt(module, wiring)
        if tried.psnr is None and not wiring.size and not wiring.input.startswith("data+"):
            padded = attempt(module, replace(wiring, multiple=16))
            tried = padded if padded.psnr is not None else tried
        attempts.append(tried)
    ranked = sorted(attempts, key=lambda tried: -round(tried.gain, 2) if tried.psnr is not None else float("inf"))
    if not ranked or ranked[0].psnr is None:
        troubles = "; ".join(dict.fromkeys(tried.trouble for tried in attempts))[:300]
        raise InputError(
            f"No way of feeding this network was found that it runs with ({troubles}); write its wiring by hand into "
            "NAME.stabview.toml beside it (`stabview networks wiring` shows the keys)."
        )
    preferred = [tried for tried in ranked if tried.psnr is not None and tried.wiring.operator == prefer]
    if preferred and (preferred[0].improves or not ranked[0].improves):
        ranked.remove(preferred[0])
        ranked.insert(0, preferred[0])
    return ranked[0].wiring, ranked


def guesses(
    shapes: Sequence[Shape] = (), *, channels: int | None = None, operators: Sequence[str] = ("fourier", "radon"),
    trained_rate: float | None = None,
) -> list[Wiring]:
    """Sensible wirings for a network of which only the shapes of its inputs are known, or the number of channels.

    Parameters
    ----------
    shapes : of the inputs, None for axes of any length; empty where they are not known.
    channels : of the first convolution, where it is known.
    """
    layouts = _layouts(shapes[0], channels) if shapes else [("channels-first", channels, 0)]
    found = []
    for layout, count, size in layouts:
        for operator in operators:
            for kind in _channel_kinds(operator, count):
                common = {"operator": operator, "layout": layout, "channels": kind, "size": size}
                if len(shapes) > 1:
                    found += _with_mask(common)
                    continue
                start = "image" if operator != "fourier" else "zero-filled"
                found += [
                    Wiring(input=start, scaling=scaling, output=output, trained_rate=trained_rate, **common)
                    for output in ("image", "correction", "noise")
                    for scaling in ("none", "max", "mean-std")
                ]
    return found


def _with_mask(common: dict) -> list[Wiring]:
    if common["operator"] not in ("fourier", "multicoil") or common["channels"] in ("real", "magnitude"):
        return []
    return [
        Wiring(input="kspace+mask", centring=centring, scaling=scaling, output=output, **common)
        for output in ("image", "kspace")
        for centring in ("corner", "middle", "both")
        for scaling in ("none", "max")
    ]


def _channel_kinds(operator: str, count: int | None) -> tuple[str, ...]:
    if operator == "radon":
        return ("real",) if count in (1, None) else ()
    return {1: ("magnitude", "real"), 2: ("two",), None: ("two", "magnitude")}.get(count, ())


def _layouts(shape: Shape, channels: int | None) -> list[tuple[str, int | None, int]]:
    """(layout, channels, size) that go with the shape of an input."""
    if len(shape) == 3:
        return [("no-channels", 1, _side(shape[1:]))]
    if len(shape) != 4:
        return []
    found = []
    if shape[1] in (1, 2, None):
        found.append(("channels-first", shape[1] or channels, _side(shape[2:])))
    if shape[3] in (1, 2) and shape[1] not in (1, 2):
        found.append(("channels-last", shape[3], _side(shape[1:3])))
    return found


def _side(sides: Shape) -> int:
    """Rows and columns where they are fixed and equal, otherwise 0."""
    return sides[0] if sides[0] is not None and sides[0] == sides[1] else 0
