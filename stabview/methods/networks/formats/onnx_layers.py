"""The layers of ONNX in PyTorch: convolution, pooling, normalisation, padding and resizing, for any number of axes."""

from __future__ import annotations

import torch
from torch.nn import functional

from stabview.images.errors import InputError
from stabview.methods.networks.formats.onnx_values import Step, Tensor, whole

_CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
_TRANSPOSED = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
_MAXIMA = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
_MEANS = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}


def convolution(step: Step, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    axes = x.ndim - 2
    stride, dilation = step.get("strides", [1] * axes), step.get("dilations", [1] * axes)
    before, after = _padding(step, x.shape[2:], list(weight.shape[2:]), stride, dilation)
    if before == after:
        return _CONVOLUTIONS[axes](x, weight, bias, stride, before, dilation, step.get("group", 1))
    x = functional.pad(x, _last_first(before, after))
    return _CONVOLUTIONS[axes](x, weight, bias, stride, 0, dilation, step.get("group", 1))


def transposed_convolution(step: Step, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """The whole result is computed and cut, which covers every way of stating the padding."""
    axes = x.ndim - 2
    stride, dilation = step.get("strides", [1] * axes), step.get("dilations", [1] * axes)
    extra = step.get("output_padding", [0] * axes)
    wanted, auto = step.get("output_shape"), step.get("auto_pad", "NOTSET")
    full = [
        (x.shape[2 + k] - 1) * stride[k] + (weight.shape[2 + k] - 1) * dilation[k] + 1 + extra[k] for k in range(axes)
    ]
    if wanted is None and auto in ("SAME_UPPER", "SAME_LOWER"):
        wanted = [x.shape[2 + k] * stride[k] for k in range(axes)]
    if wanted is not None:
        total = [max(0, full[k] - wanted[k]) for k in range(axes)]
        before = [one // 2 if auto != "SAME_LOWER" else one - one // 2 for one in total]
        sides = wanted
    else:
        pads = step.get("pads", [0] * 2 * axes)
        before = pads[:axes]
        sides = [full[k] - pads[k] - pads[axes + k] for k in range(axes)]
    if extra and any(extra):  # the rows that are added hold the bias alone where no kernel reaches
        y = _TRANSPOSED[axes](x, weight, None, stride, 0, 0, step.get("group", 1), dilation)
        y = functional.pad(y, _last_first([0] * axes, extra))
        y = y if bias is None else y + bias.reshape(-1, *[1] * axes)
    else:
        y = _TRANSPOSED[axes](x, weight, bias, stride, 0, 0, step.get("group", 1), dilation)
    for k in range(axes):
        y = y.narrow(2 + k, before[k], sides[k])
    return y


def max_pool(step: Step, x: Tensor) -> Tensor:
    if len(step.outputs) > 1 and step.outputs[1]:
        raise InputError("The ONNX network uses the places of maxima, which StabView cannot differentiate.")
    kernel, stride, dilation, before, after = _window(step, x)
    if before != after or any(2 * side > size for side, size in zip(before, kernel, strict=True)):
        x = functional.pad(x, _last_first(before, after), value=float("-inf"))
        before = [0] * len(kernel)
    return _MAXIMA[len(kernel)](x, kernel, stride, before, dilation, ceil_mode=bool(step.get("ceil_mode", 0)))


def average_pool(step: Step, x: Tensor) -> Tensor:
    kernel, stride, dilation, before, after = _window(step, x)
    if any(one != 1 for one in dilation):
        raise InputError("The ONNX network has a dilated average pooling, which StabView does not know.")
    ceil, counted = bool(step.get("ceil_mode", 0)), bool(step.get("count_include_pad", 0))
    call = _MEANS[len(kernel)]
    if before == after and all(2 * side <= size for side, size in zip(before, kernel, strict=True)):
        return call(x, kernel, stride, before, ceil, counted)
    padded = functional.pad(x, _last_first(before, after))
    mean = call(padded, kernel, stride, 0, ceil)
    if counted:
        return mean
    share = call(functional.pad(torch.ones_like(x), _last_first(before, after)), kernel, stride, 0, ceil)
    return mean / share


def global_average(step: Step, x: Tensor) -> Tensor:
    return x.mean(dim=tuple(range(2, x.ndim)), keepdim=True)


def global_max(step: Step, x: Tensor) -> Tensor:
    return x.amax(dim=tuple(range(2, x.ndim)), keepdim=True)


def batch_normalisation(step: Step, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, var: Tensor) -> Tensor:
    return functional.batch_norm(x, mean, var, scale, bias, training=False, eps=step.get("epsilon", 1e-5))


def instance_normalisation(step: Step, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    return functional.instance_norm(x, weight=scale, bias=bias, eps=step.get("epsilon", 1e-5))


def layer_normalisation(step: Step, x: Tensor, scale: Tensor, bias: Tensor | None = None) -> Tensor:
    axis = step.get("axis", -1) % x.ndim
    sides = x.shape[axis:]
    bias = None if bias is None else bias.expand(sides)
    return functional.layer_norm(x, sides, scale.expand(sides), bias, step.get("epsilon", 1e-5))


def group_normalisation(step: Step, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    groups = step.get("num_groups")
    if scale.numel() == groups != x.shape[1]:  # before version 21 there is one number for each group
        scale, bias = (one.repeat_interleave(x.shape[1] // groups) for one in (scale, bias))
    return functional.group_norm(x, groups, scale, bias, step.get("epsilon", 1e-5))


def pad(
    step: Step, x: Tensor, pads: Tensor | None = None, value: Tensor | None = None, axes: Tensor | None = None
) -> Tensor:
    sides = (step.get("pads") or step.get("paddings")) if pads is None else whole(pads)
    chosen = list(range(len(sides) // 2)) if axes is None else [axis % x.ndim for axis in whole(axes)]
    before, after = [0] * x.ndim, [0] * x.ndim
    for k, axis in enumerate(chosen):
        before[axis], after[axis] = sides[k], sides[len(chosen) + k]
    mode = step.get("mode", "constant")
    if mode == "constant":
        fill = step.get("value", 0.0) if value is None else value.item()
        return functional.pad(x, _last_first(before, after), value=fill)
    for axis in range(x.ndim):
        if before[axis] or after[axis]:
            places = _beyond(x.shape[axis], before[axis], after[axis], mode)
            x = x.index_select(axis, places.to(x.device))
    return x


def resize(
    step: Step, x: Tensor, _: Tensor | None = None, scales: Tensor | None = None, sizes: Tensor | None = None
) -> Tensor:
    """Interpolation axis by axis: nearest, linear or cubic, in every frame of coordinates but the cropping one."""
    if step.version < 11:
        return upsample(step, x, _)
    kept = step.get("keep_aspect_ratio_policy", "stretch") != "stretch"
    if kept or step.get("antialias", 0) or step.get("exclude_outside", 0):
        raise InputError("The ONNX network resizes with an option (antialias, ...) that StabView does not know.")
    axes = step.get("axes", list(range(x.ndim)))
    given = sizes is not None and sizes.numel() > 0
    sides = [x.shape[axis] for axis in axes]
    if given:
        lengths = whole(sizes)
        ratios = [length / side for length, side in zip(lengths, sides, strict=True)]
    else:
        ratios = scales.tolist()
        lengths = [int(side * ratio) for side, ratio in zip(sides, ratios, strict=True)]
    frame, mode = step.get("coordinate_transformation_mode", "half_pixel"), step.get("mode", "nearest")
    return _resized(x, axes, lengths, ratios, mode, frame, step.get("nearest_mode", "round_prefer_floor"),
                    step.get("cubic_coeff_a", -0.75))  # fmt: skip


def upsample(step: Step, x: Tensor, scales: Tensor | None = None) -> Tensor:
    """Resize before version 11: coordinates are divided by the scale, the nearest is the one below."""
    ratios = step.get("scales") if scales is None else scales.tolist()
    lengths = [int(side * ratio) for side, ratio in zip(x.shape, ratios, strict=True)]
    return _resized(x, list(range(x.ndim)), lengths, ratios, step.get("mode", "nearest"), "asymmetric", "floor", -0.75)


def _resized(
    x: Tensor, axes: list[int], lengths: list[int], ratios: list[float],
    mode: str, frame: str, rounding: str, cubic: float,
) -> Tensor:  # fmt: skip
    for axis, length, ratio in zip(axes, lengths, ratios, strict=True):
        side = x.shape[axis]
        if length == side and ratio == 1:
            continue
        places, weights = _taps(side, length, ratio, mode, frame, rounding, cubic)
        shape = [-1 if k == axis % x.ndim else 1 for k in range(x.ndim)]
        parts = [
            x.index_select(axis, place.to(x.device)) * weight.to(x.device, x.dtype).reshape(shape)
            for place, weight in zip(places, weights, strict=True)
        ]
        x = sum(parts[1:], parts[0])
    return x


def _taps(
    side: int, length: int, ratio: float, mode: str, frame: str, rounding: str, cubic: float
) -> tuple[list[Tensor], list[Tensor]]:
    """For each tap of the interpolation: where it reads, and its weight. (length,) each."""
    place = torch.arange(length, dtype=torch.float64)
    if frame in ("half_pixel", "half_pixel_symmetric"):
        at = (place + 0.5) / ratio - 0.5
        if frame == "half_pixel_symmetric":
            at = at + side / 2 * (1 - length / (ratio * side))
    elif frame == "pytorch_half_pixel":
        at = (place + 0.5) / ratio - 0.5 if length > 1 else torch.zeros_like(place)
    elif frame == "asymmetric":
        at = place / ratio
    elif frame == "align_corners":
        at = place * (side - 1) / max(length - 1, 1)
    else:
        raise InputError(f"The ONNX network resizes in the frame {frame}, which StabView does not know.")
    if mode == "nearest":
        chosen = {
            "round_prefer_floor": lambda: torch.ceil(at - 0.5), "round_prefer_ceil": lambda: torch.floor(at + 0.5),
            "floor": lambda: torch.floor(at), "ceil": lambda: torch.ceil(at),
        }[rounding]()  # fmt: skip
        return [chosen.clamp(0, side - 1).long()], [torch.ones(length)]
    below = torch.floor(at)
    t = at - below
    if mode == "linear":
        offsets, weights = (0, 1), [1 - t, t]
    elif mode == "cubic":
        offsets = (-1, 0, 1, 2)
        weights = [_far(1 + t, cubic), _near(t, cubic), _near(1 - t, cubic), _far(2 - t, cubic)]
    else:
        raise InputError(f"The ONNX network resizes by {mode} interpolation, which StabView does not know.")
    return [(below + offset).clamp(0, side - 1).long() for offset in offsets], weights


def _near(d: Tensor, a: float) -> Tensor:
    """Keys' cubic kernel within one pixel."""
    return ((a + 2) * d - (a + 3)) * d * d + 1


def _far(d: Tensor, a: float) -> Tensor:
    """The same between one and two pixels."""
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a


def _beyond(side: int, before: int, after: int, mode: str) -> Tensor:
    """Which element stands where, beyond both ends."""
    places = torch.arange(-before, side + after)
    if mode == "edge":
        return places.clamp(0, side - 1)
    if mode == "wrap":
        return places % side
    if mode != "reflect":
        raise InputError(f"The ONNX network pads in the mode {mode}, which StabView does not know.")
    period = max(2 * (side - 1), 1)
    places = places % period
    return torch.where(places >= side, period - places, places)


def _window(step: Step, x: Tensor) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
    kernel = step.get("kernel_shape")
    stride, dilation = step.get("strides", [1] * len(kernel)), step.get("dilations", [1] * len(kernel))
    return kernel, stride, dilation, *_padding(step, x.shape[2:], kernel, stride, dilation)


def _padding(
    step: Step, sides: list[int], kernel: list[int], stride: list[int], dilation: list[int]
) -> tuple[list[int], list[int]]:
    """Padding before and after each axis, from `pads` or `auto_pad`."""
    axes, auto = len(kernel), step.get("auto_pad", "NOTSET")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        before, after = [], []
        for k in range(axes):
            reach = (kernel[k] - 1) * dilation[k] + 1
            total = max(0, (-(-sides[k] // stride[k]) - 1) * stride[k] + reach - sides[k])
            less, more = total // 2, total - total // 2
            before.append(less if auto == "SAME_UPPER" else more)
            after.append(more if auto == "SAME_UPPER" else less)
        return before, after
    pads = step.get("pads", [0] * 2 * axes) if auto == "NOTSET" else [0] * 2 * axes
    return pads[:axes], pads[axes:]


def _last_first(before: list[int], after: list[int]) -> list[int]:
    """Paddings in the order of `torch.nn.functional.pad`."""
    return [side for pair in zip(reversed(before), reversed(after), strict=True) for side in pair]
