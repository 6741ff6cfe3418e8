"""What the operations of ONNX do, in PyTorch: element by element, on shapes, sums and products, Fourier transforms.

Convolution, pooling, normalisation and resizing are in `onnx_layers`. Every function takes the step (attributes and
version of the operator set) and the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.formats import onnx_layers as layers
from stabview.methods.networks.formats.onnx_values import Step, Tensor, together, whole

# The numbers of TensorProto.DataType; half precision is computed as float32.
_TYPES = {
    1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32, 7: torch.int64, 9: torch.bool,
    10: torch.float32, 11: torch.float64, 16: torch.float32,
}  # fmt: skip


def _of_two(call: Callable) -> Callable:
    return lambda step, a, b: call(*together(a, b))


def _of_one(call: Callable) -> Callable:
    return lambda step, x: call(x)


def _of_many(call: Callable) -> Callable:
    def run(step: Step, *tensors: Tensor) -> Tensor:
        first, *others = together(*tensors)
        for one in others:
            first = call(first, one)
        return first

    return run


def _divide(a: Tensor, b: Tensor) -> Tensor:
    whole_numbers = not a.is_floating_point() and not b.is_floating_point()
    return torch.div(a, b, rounding_mode="trunc") if whole_numbers else a / b


def _power(step: Step, a: Tensor, b: Tensor) -> Tensor:
    if b.numel() == 1:
        exponent = b.item()
        return a.square() if exponent == 2 else a.sqrt() if exponent == 0.5 else a**exponent
    return torch.pow(*together(a, b))


def _modulo(step: Step, a: Tensor, b: Tensor) -> Tensor:
    return (torch.fmod if step.get("fmod", 0) else torch.remainder)(*together(a, b))


def _mean_of(step: Step, *tensors: Tensor) -> Tensor:
    return sum(together(*tensors)) / len(tensors)


def _where(step: Step, condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.where(*together(condition, a, b))


def _clip(step: Step, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    least = step.get("min") if low is None else low.item()
    most = step.get("max") if high is None else high.item()
    return x if least is None and most is None else x.clamp(least, most)


def _prelu(step: Step, x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x >= 0, x, slope.to(x.device) * x)


def _gelu(step: Step, x: Tensor) -> Tensor:
    return torch.nn.functional.gelu(x, approximate=step.get("approximate", "none"))


def _softmax(step: Step, x: Tensor) -> Tensor:
    axis = step.get("axis", -1 if step.version >= 13 else 1)
    call = torch.log_softmax if step.title == "LogSoftmax" else torch.softmax
    if step.version >= 13:
        return call(x, dim=axis)
    flat = x.reshape(math.prod(x.shape[:axis]), -1)  # before version 13: over all axes from this one on
    return call(flat, dim=-1).reshape(x.shape)


# --- shapes


def _shape(step: Step, x: Tensor) -> Tensor:
    return torch.tensor(list(x.shape), dtype=torch.int64)[step.get("start", 0) : step.get("end")]


def _reshape(step: Step, x: Tensor, shape: Tensor | None = None) -> Tensor:
    sides = step.get("shape") if shape is None else whole(shape)
    if not step.get("allowzero", 0):
        sides = [x.shape[k] if side == 0 else side for k, side in enumerate(sides)]
    return x.reshape(sides)


def _flatten(step: Step, x: Tensor) -> Tensor:
    axis = step.get("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), -1)


def _transpose(step: Step, x: Tensor) -> Tensor:
    return x.permute(step.get("perm", list(range(x.ndim))[::-1]))


def _squeeze(step: Step, x: Tensor, axes: Tensor | None = None) -> Tensor:
    chosen = step.get("axes") if axes is None else whole(axes)
    if chosen is None:
        return x.squeeze()
    return x.squeeze(tuple(axis % x.ndim for axis in chosen))


def _unsqueeze(step: Step, x: Tensor, axes: Tensor | None = None) -> Tensor:
    chosen = step.get("axes") if axes is None else whole(axes)
    final = x.ndim + len(chosen)
    for axis in sorted(axis % final for axis in chosen):
        x = x.unsqueeze(axis)
    return x


def _slice(
    step: Step, x: Tensor, starts: Tensor | None = None, ends: Tensor | None = None, axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:  # fmt: skip
    first = step.get("starts") if starts is None else whole(starts)
    last = step.get("ends") if ends is None else whole(ends)
    chosen = step.get("axes", list(range(len(first)))) if axes is None else whole(axes)
    strides = [1] * len(first) if steps is None else whole(steps)
    for begin, end, axis, stride in zip(first, last, chosen, strides, strict=True):
        places = range(x.shape[axis])[begin:end:stride]
        if stride > 0:
            x = x.movedim(axis, 0)[places.start : places.stop : stride].movedim(0, axis)
        else:
            x = x.index_select(axis, torch.tensor(list(places), dtype=torch.int64, device=x.device))
    return x


def _split(step: Step, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    axis = step.get("axis", 0)
    lengths = step.get("split") if sizes is None else whole(sizes)
    if lengths is None:
        parts = len(step.outputs)
        each = -(-x.shape[axis] // parts)
        lengths = [each] * (parts - 1) + [x.shape[axis] - each * (parts - 1)]
    return torch.split(x, lengths, dim=axis)


def _concat(step: Step, *tensors: Tensor) -> Tensor:
    return torch.cat(together(*tensors), dim=step.get("axis", 0))


def _gather(step: Step, x: Tensor, places: Tensor) -> Tensor:
    axis = step.get("axis", 0) % x.ndim
    flat = places.reshape(-1).to(x.device, torch.int64)
    flat = torch.where(flat < 0, flat + x.shape[axis], flat)
    return x.index_select(axis, flat).reshape(*x.shape[:axis], *places.shape, *x.shape[axis + 1 :])


def _expand(step: Step, x: Tensor, shape: Tensor) -> Tensor:
    return x.expand(torch.broadcast_shapes(x.shape, whole(shape)))


def _tile(step: Step, x: Tensor, repeats: Tensor) -> Tensor:
    return x.repeat(whole(repeats))


def _filled(step: Step, shape: Tensor) -> Tensor:
    value = torch.from_numpy(np.asarray(step.get("value", np.zeros(1, np.float32))).reshape(-1))
    return value.new_full(whole(shape), value.item())


def _range(step: Step, start: Tensor, end: Tensor, stride: Tensor) -> Tensor:
    return torch.arange(start.item(), end.item(), stride.item(), dtype=start.dtype)


def _cast(step: Step, x: Tensor) -> Tensor:
    if step.get("to") not in _TYPES:
        raise InputError(f"The ONNX network casts to the type {step.get('to')}, which StabView does not know.")
    return x.to(_TYPES[step.get("to")])


def _depth_to_space(step: Step, x: Tensor) -> Tensor:
    batch, channels, height, width = x.shape
    block = step.get("blocksize")
    if step.get("mode", "DCR") == "CRD":
        return torch.pixel_shuffle(x, block)
    x = x.reshape(batch, block, block, channels // block**2, height, width).permute(0, 3, 4, 1, 5, 2)
    return x.reshape(batch, channels // block**2, height * block, width * block)


def _space_to_depth(step: Step, x: Tensor) -> Tensor:
    batch, channels, height, width = x.shape
    block = step.get("blocksize")
    x = x.reshape(batch, channels, height // block, block, width // block, block).permute(0, 3, 5, 1, 2, 4)
    return x.reshape(batch, channels * block**2, height // block, width // block)


# --- sums and products


def _gemm(step: Step, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    a = a.mT if step.get("transA", 0) else a
    b = b.mT if step.get("transB", 0) else b
    product = step.get("alpha", 1.0) * (a @ b)
    return product if c is None else product + step.get("beta", 1.0) * c


def _einsum(step: Step, *tensors: Tensor) -> Tensor:
    return torch.einsum(step.get("equation"), *tensors)


def _reduction(call: Callable[[Tensor, tuple[int, ...], bool], Tensor]) -> Callable:
    def run(step: Step, x: Tensor, axes: Tensor | None = None) -> Tensor:
        chosen = step.get("axes") if axes is None else whole(axes)
        if not chosen:
            if step.get("noop_with_empty_axes", 0):
                return x
            chosen = range(x.ndim)
        return call(x, tuple(axis % x.ndim for axis in chosen), bool(step.get("keepdims", 1)))

    return run


def _product(x: Tensor, axes: tuple[int, ...], keep: bool) -> Tensor:
    for axis in sorted(axes, reverse=True):
        x = x.prod(dim=axis, keepdim=keep)
    return x


def _extremum(step: Step, x: Tensor) -> Tensor:
    call = torch.argmax if step.title == "ArgMax" else torch.argmin
    return call(x, dim=step.get("axis", 0), keepdim=bool(step.get("keepdims", 1)))


def _dft(step: Step, x: Tensor, length: Tensor | None = None, axis: Tensor | None = None) -> Tensor:
    """The last axis holds real and imaginary part, or the real part alone."""
    along = step.get("axis", 1) if step.version < 20 else (-2 if axis is None else int(axis.item()))
    along = along % x.ndim  # counted from the front, where complex tensors have the same axes
    z = torch.view_as_complex(x.contiguous()) if x.shape[-1] == 2 else x[..., 0]
    points = None if length is None else int(length.item())
    if step.get("onesided", 0):
        if step.get("inverse", 0):
            return torch.fft.irfft(z, n=points, dim=along).unsqueeze(-1)
        return torch.view_as_real(torch.fft.rfft(z.real if z.is_complex() else z, n=points, dim=along))
    call = torch.fft.ifft if step.get("inverse", 0) else torch.fft.fft
    return torch.view_as_real(call(z, n=points, dim=along).resolve_conj())


OPERATIONS: dict[str, Callable] = {
    "Add": _of_two(torch.add), "Sub": _of_two(torch.sub), "Mul": _of_two(torch.mul), "Div": _of_two(_divide),
    "Pow": _power, "Mod": _modulo, "Sqrt": _of_one(torch.sqrt), "Exp": _of_one(torch.exp), "Log": _of_one(torch.log),
    "Abs": _of_one(torch.abs), "Neg": _of_one(torch.neg), "Reciprocal": _of_one(torch.reciprocal),
    "Sin": _of_one(torch.sin), "Cos": _of_one(torch.cos), "Tan": _of_one(torch.tan), "Atan": _of_one(torch.atan),
    "Floor": _of_one(torch.floor), "Ceil": _of_one(torch.ceil), "Round": _of_one(torch.round),
    "Sign": _of_one(torch.sign), "Erf": _of_one(torch.erf), "Min": _of_many(torch.minimum),
    "Max": _of_many(torch.maximum), "Sum": _of_many(torch.add), "Mean": _mean_of, "Equal": _of_two(torch.eq),
    "Greater": _of_two(torch.gt), "Less": _of_two(torch.lt), "GreaterOrEqual": _of_two(torch.ge),
    "LessOrEqual": _of_two(torch.le), "And": _of_two(torch.logical_and), "Or": _of_two(torch.logical_or),
    "Not": _of_one(torch.logical_not), "Where": _where, "Clip": _clip,
    "Relu": _of_one(torch.relu), "Sigmoid": _of_one(torch.sigmoid), "Tanh": _of_one(torch.tanh),
    "Softplus": _of_one(torch.nn.functional.softplus), "Softsign": _of_one(torch.nn.functional.softsign),
    "Mish": _of_one(torch.nn.functional.mish), "HardSwish": _of_one(torch.nn.functional.hardswish),
    "LeakyRelu": lambda step, x: torch.nn.functional.leaky_relu(x, step.get("alpha", 0.01)),
    "Elu": lambda step, x: torch.nn.functional.elu(x, step.get("alpha", 1.0)),
    "Celu": lambda step, x: torch.nn.functional.celu(x, step.get("alpha", 1.0)),
    "Selu": lambda step, x: step.get("gamma", 1.0507009873554805)
    * torch.nn.functional.elu(x, step.get("alpha", 1.6732632423543772)),
    "HardSigmoid": lambda step, x: (step.get("alpha", 0.2) * x + step.get("beta", 0.5)).clamp(0, 1),
    "ThresholdedRelu": lambda step, x: torch.where(x > step.get("alpha", 1.0), x, torch.zeros_like(x)),
    "PRelu": _prelu, "Gelu": _gelu, "Softmax": _softmax, "LogSoftmax": _softmax,
    "Identity": _of_one(lambda x: x), "Dropout": lambda step, x, *_: x, "Cast": _cast,
    "CastLike": lambda step, x, like: x.to(like.dtype),
    "Shape": _shape, "Size": lambda step, x: torch.tensor(x.numel()), "Reshape": _reshape, "Flatten": _flatten,
    "Transpose": _transpose, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "Slice": _slice, "Split": _split,
    "Concat": _concat, "Gather": _gather, "Expand": _expand, "Tile": _tile, "ConstantOfShape": _filled,
    "Range": _range, "DepthToSpace": _depth_to_space, "SpaceToDepth": _space_to_depth,
    "MatMul": _of_two(torch.matmul), "Gemm": _gemm, "Einsum": _einsum, "DFT": _dft,
    "ReduceMean": _reduction(lambda x, axes, keep: x.mean(dim=axes, keepdim=keep)),
    "ReduceSum": _reduction(lambda x, axes, keep: x.sum(dim=axes, keepdim=keep)),
    "ReduceMax": _reduction(lambda x, axes, keep: x.amax(dim=axes, keepdim=keep)),
    "ReduceMin": _reduction(lambda x, axes, keep: x.amin(dim=axes, keepdim=keep)),
    "ReduceProd": _reduction(_product),
    "ReduceL1": _reduction(lambda x, axes, keep: x.abs().sum(dim=axes, keepdim=keep)),
    "ReduceL2": _reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep)),
    "ReduceSumSquare": _reduction(lambda x, axes, keep: x.square().sum(dim=axes, keepdim=keep)),
    "ArgMax": _extremum, "ArgMin": _extremum,
    "Conv": layers.convolution, "ConvTranspose": layers.transposed_convolution, "MaxPool": layers.max_pool,
    "AveragePool": layers.average_pool, "GlobalAveragePool": layers.global_average,
    "GlobalMaxPool": layers.global_max, "BatchNormalization": layers.batch_normalisation,
    "InstanceNormalization": layers.instance_normalisation, "LayerNormalization": layers.layer_normalisation,
    "GroupNormalization": layers.group_normalisation, "Pad": layers.pad, "Resize": layers.resize,
    "Upsample": layers.upsample,
}  # fmt: skip
"""By the name of the operator; what is not here is refused when the file is read."""
