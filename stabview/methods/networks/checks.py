"""Whether a network can be examined: it runs, is finite and repeatable, and has a gradient that is the true one.

A worst-case search that follows a gradient of zero finds nothing and would call the network stable; such a network
fails here.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from stabview.images.errors import InputError
from stabview.methods.method import Method
from stabview.sampling.operator import SamplingOperator

_SCALE = 2.0
_STEPS = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4)
"""Of the differences, relative to the data: large ones meet kinks, small ones rounding; the best agreement counts."""
_FINE_STEPS = (1e-4, 1e-5, 1e-6)
"""The same in float64, where a network can be taken there: few kinks are met and rounding is not seen."""
_AGREEMENT = 0.05


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. passed : None for what is reported only."""

    name: str
    passed: bool | None
    sentence: str


@dataclass(frozen=True)
class StepCost:
    """What one step of a search takes: seconds of one value and gradient, bytes that autograd keeps for it."""

    seconds: float
    bytes: int

    @property
    def sentence(self) -> str:
        return f"one step of a search takes about {self.seconds:.2g} s and {_size(self.bytes)} of memory"


def check_network(method: Method, operator: SamplingOperator, x: torch.Tensor | None = None) -> list[Check]:
    """Every check in turn; it ends early where the next ones would have nothing to look at.

    x : (H, W) image to try it on; a phantom where it is left out.
    """
    return list(_checks(method, operator, x))


def can_be_searched(checks: list[Check]) -> bool:
    """Whether none failed."""
    return all(check.passed is not False for check in checks)


def step_cost(method: Method, operator: SamplingOperator, y: torch.Tensor) -> StepCost:
    """Of one value and gradient; measured once, on the CPU by the tensors that autograd keeps."""
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    on_gpu = y.device.type == "cuda"
    if on_gpu:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    begun = time.perf_counter()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        _gradient(method, operator, y, y.new_ones(operator.image_shape).to(operator.dtype))
    if on_gpu:
        torch.cuda.synchronize()
        return StepCost(time.perf_counter() - begun, torch.cuda.max_memory_allocated())
    return StepCost(time.perf_counter() - begun, sum(kept.values()))


def _checks(method: Method, operator: SamplingOperator, x: torch.Tensor | None) -> Iterator[Check]:
    from stabview.methods.networks.trial import trial_image

    x = trial_image(operator) if x is None else x
    y = operator(x)
    try:
        with torch.no_grad():
            estimate = method(y, operator)
    except (InputError, RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        yield Check("runs", False, f"It does not run: {reason[-1].rstrip('.')}.")
        return
    yield Check("runs", True, "It runs.")
    right = tuple(estimate.shape) == tuple(operator.image_shape)
    wanted = " x ".join(map(str, operator.image_shape))
    told = f"Its image is {' x '.join(map(str, estimate.shape))}"
    yield Check("shape", right, f"{told}, as it should be." if right else f"{told}, but {wanted} is needed.")
    if not right:
        return
    with torch.no_grad():
        finite = _finite(estimate) and _finite(method(torch.zeros_like(y), operator))
    yield Check("finite", finite, "Its values are finite." if finite else
                "It gives values that are not finite, on a phantom or on data that are zero.")  # fmt: skip
    if not _finite(estimate):
        return
    yield from _behaviour(method, operator, x, y, estimate)
    yield from _gradients(method, operator, x, y, estimate)


def _behaviour(
    method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, estimate: torch.Tensor
) -> Iterator[Check]:
    with torch.no_grad():
        again = method(y, operator)
        other = method(operator(x.flip(-1) * 0.7 + 0.1), operator)
        scaled = method(_SCALE * y, operator) / _SCALE
    size = max(_norm(estimate), 1e-30)
    change = _norm(again - estimate) / size
    same = change < 1e-6
    yield Check("deterministic", same, "The same data give the same image." if same else
                f"The same data give another image each time (relative change {change:.1g}): switch off dropout or "
                "random inputs.")  # fmt: skip
    depends = _norm(other - estimate) / size > 1e-5
    yield Check("depends on its input", depends, "Its image depends on the data." if depends else
                "Its image is the same whatever the data are.")  # fmt: skip
    change = _norm(scaled - estimate) / size
    yield Check("scale", None, f"Data {_SCALE:g} times as large change its image by {100 * change:.2g} % beyond that "
                "factor.")  # fmt: skip


def _gradients(
    method: Method, operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, estimate: torch.Tensor
) -> Iterator[Check]:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(estimate.shape, generator=generator, dtype=torch.float32).to(estimate.device)
    weights = [estimate / max(_norm(estimate), 1e-30), (noise / _norm(noise)).to(estimate.dtype)]
    try:
        gradients = [_gradient(method, operator, y, weight) for weight in weights]
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        yield Check("gradient", False, f"It has no gradient ({reason[:150]}): it cannot be searched, and nothing can be"
                    " said about its stability.")  # fmt: skip
        return
    missing = any(one is None for one in gradients)
    if missing or not all(map(_finite, gradients)) or not all(_norm(one) > 0 for one in gradients):
        kind = "missing" if missing else "zero or not finite"
        yield Check("gradient", False, f"Its gradient is {kind}: it cannot be searched, and nothing can be said about "
                    "its stability.")  # fmt: skip
        return
    yield Check("gradient", True, "It has a gradient.")
    towards = operator(x.flip(-2) - x)
    worst = 0.0
    fine_method, fine_operator = _in_float64(method, operator, y) or (method, operator)
    steps = _STEPS if fine_method is method else _FINE_STEPS
    for weight, gradient in zip(weights, gradients, strict=True):
        for direction in (gradient, towards):
            direction = direction / _norm(direction)
            worst = max(worst, _disagreement(fine_method, fine_operator, y, weight, gradient, direction, steps))
    fine = worst < _AGREEMENT
    yield Check("gradient is right", fine, f"Its gradient agrees with differences to {100 * worst:.1g} %." if fine else
                f"Its gradient is off by {100 * worst:.2g} % from differences (part of it is detached or "
                "rounded): nothing can be said about its stability.")  # fmt: skip
    yield Check("cost", None, f"At {operator.image_shape[0]} x {operator.image_shape[1]} "
                f"{step_cost(method, operator, y).sentence}.")  # fmt: skip


def _gradient(method: Method, operator: SamplingOperator, y: torch.Tensor, weight: torch.Tensor) -> torch.Tensor | None:
    """Of Re <weight, f(y)> in y; None where y does not take part."""
    y = y.detach().requires_grad_(True)
    value = _product(weight, method(y, operator))
    return torch.autograd.grad(value, y, allow_unused=True)[0]


def _in_float64(method: Method, operator: SamplingOperator, y: torch.Tensor) -> tuple[Method, SamplingOperator] | None:
    """The same network and operator in float64; None where it holds something that stays float32."""
    if not isinstance(getattr(method, "module", None), torch.nn.Module) or y.device.type == "mps":
        return None
    try:
        method = copy.deepcopy(method)
        method.module.double()
        operator = operator.to(dtype=torch.float64)
        wide = y.to(torch.complex128 if y.is_complex() else torch.float64)
        with torch.no_grad():
            estimate = method(wide, operator)
    except (RuntimeError, TypeError, ValueError, AttributeError, NotImplementedError):
        return None
    return (method, operator) if estimate.real.dtype == torch.float64 else None


def _disagreement(
    method: Method, operator: SamplingOperator, y: torch.Tensor, weight: torch.Tensor, gradient: torch.Tensor,
    direction: torch.Tensor, steps: tuple[float, ...],
) -> float:  # fmt: skip
    """Relative difference of a directional derivative and central differences, at the step where it is smallest."""
    slope = float(_product(gradient, direction))
    least = float("inf")
    kind = torch.promote_types(y.dtype, operator.dtype)
    y, direction = y.to(kind), direction.to(kind)
    with torch.no_grad():
        for step in steps:
            h = step * _norm(y)
            ahead, behind = (method(y + sign * h * direction, operator) for sign in (1, -1))
            difference = float(_product(weight, ahead - behind)) / (2 * h)
            size = max(abs(slope), abs(difference), 1e-3 * _norm(gradient))
            least = min(least, abs(slope - difference) / size)
            if least < _AGREEMENT / 10:
                break
    return least


def _product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Re <a, b>, summed in double precision."""
    product = a.conj() * b
    return (product.real if product.is_complex() else product).double().sum()


def _norm(z: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(z))


def _finite(z: torch.Tensor) -> bool:
    return bool(torch.isfinite(torch.view_as_real(z.resolve_conj()) if z.is_complex() else z).all())


def _size(number: int) -> str:
    return f"{number / 2**30:.2g} GB" if number >= 2**30 else f"{number / 2**20:.3g} MB"
