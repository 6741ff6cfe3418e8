"""Compiled loops of the tomographs: eight symmetric rays traced at once, and back-projection along a fan.

Imported only where numba is; the same sums in torch stand in `projectors` and `backprojection`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from math import atan2, floor

import numpy as np
from numba import config, uint64
from numba import types as nb

from stabview.kernels import jit
from stabview.sampling.rays import FRACTION_BITS, LANES, PAD

MASK = 2**FRACTION_BITS - 1
UNIT = 2.0**-FRACTION_BITS


def arrange(x, stack, straight, turned):
    """stack[row, PAD + column] = x as the eight flips and turns see it; unused lanes and the padding are zero."""
    height, width = x.shape
    rows, columns = stack.shape[0], stack.shape[1] - 2 * PAD
    for r in range(rows):
        line = stack[r]
        line[:PAD] = 0
        line[columns + PAD :] = 0
        for c in range(columns):
            cell = line[c + PAD]
            if straight:
                cell[0] = x[r, c]
                cell[1] = x[r, width - 1 - c]
                cell[2] = x[height - 1 - r, c]
                cell[3] = x[height - 1 - r, width - 1 - c]
            else:
                cell[:4] = 0
            if turned:
                cell[4] = x[height - 1 - c, width - 1 - r]
                cell[5] = x[c, width - 1 - r]
                cell[6] = x[height - 1 - c, r]
                cell[7] = x[c, r]
            else:
                cell[4:] = 0


def gather(stack, x, straight, turned):
    """The transpose of `arrange`, added to x."""
    height, width = x.shape
    for r in range(height):
        q = height - 1 - r
        for c in range(width):
            d = width - 1 - c
            total = x[r, c]
            if straight:
                total += stack[r, c + PAD, 0] + stack[r, d + PAD, 1] + stack[q, c + PAD, 2] + stack[q, d + PAD, 3]
            if turned:
                total += stack[d, q + PAD, 4] + stack[d, r + PAD, 5] + stack[c, q + PAD, 6] + stack[c, r + PAD, 7]
            x[r, c] = total


def trace(stack, stride, start, step, first, count, length, out, begin, end):
    """out[bundle, lane] = the line integrals of bundles begin to end. Unsigned indices: numba checks no sign."""
    real = stack.dtype.type
    lane = uint64(1)
    for bundle in range(begin, end):
        p, slope = start[bundle], step[bundle]
        row, jump = uint64(first[bundle]) * uint64(stride) * uint64(LANES), uint64(stride) * uint64(LANES)
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = real(0)
        for _ in range(count[bundle]):
            k = row + uint64(p >> FRACTION_BITS) * uint64(LANES)
            f = real(p & MASK) * real(UNIT)
            g = real(1) - f
            n = k + uint64(LANES)
            a0 += g * stack[k] + f * stack[n]
            a1 += g * stack[k + lane] + f * stack[n + lane]
            a2 += g * stack[k + uint64(2)] + f * stack[n + uint64(2)]
            a3 += g * stack[k + uint64(3)] + f * stack[n + uint64(3)]
            a4 += g * stack[k + uint64(4)] + f * stack[n + uint64(4)]
            a5 += g * stack[k + uint64(5)] + f * stack[n + uint64(5)]
            a6 += g * stack[k + uint64(6)] + f * stack[n + uint64(6)]
            a7 += g * stack[k + uint64(7)] + f * stack[n + uint64(7)]
            p += slope
            row += jump
        w = length[bundle]
        to = out[bundle]
        to[0], to[1], to[2], to[3] = a0 * w, a1 * w, a2 * w, a3 * w
        to[4], to[5], to[6], to[7] = a4 * w, a5 * w, a6 * w, a7 * w


def spread(stack, stride, start, step, first, count, length, values, begin, end):
    """The transpose of `trace`: values[bundle, lane] is added to the stack along bundles begin to end."""
    real = stack.dtype.type
    for bundle in range(begin, end):
        p, slope = start[bundle], step[bundle]
        row, jump = uint64(first[bundle]) * uint64(stride) * uint64(LANES), uint64(stride) * uint64(LANES)
        w = length[bundle]
        at = values[bundle]
        b0, b1, b2, b3 = at[0] * w, at[1] * w, at[2] * w, at[3] * w
        b4, b5, b6, b7 = at[4] * w, at[5] * w, at[6] * w, at[7] * w
        for _ in range(count[bundle]):
            k = row + uint64(p >> FRACTION_BITS) * uint64(LANES)
            f = real(p & MASK) * real(UNIT)
            g = real(1) - f
            stack[k] += g * b0
            stack[k + uint64(1)] += g * b1
            stack[k + uint64(2)] += g * b2
            stack[k + uint64(3)] += g * b3
            stack[k + uint64(4)] += g * b4
            stack[k + uint64(5)] += g * b5
            stack[k + uint64(6)] += g * b6
            stack[k + uint64(7)] += g * b7
            stack[k + uint64(8)] += f * b0
            stack[k + uint64(9)] += f * b1
            stack[k + uint64(10)] += f * b2
            stack[k + uint64(11)] += f * b3
            stack[k + uint64(12)] += f * b4
            stack[k + uint64(13)] += f * b5
            stack[k + uint64(14)] += f * b6
            stack[k + uint64(15)] += f * b7
            p += slope
            row += jump


def interpolate(filtered, cosine, sine, radius, spacing, flat, stack, begin, end):
    """Rows begin to end of stack[row, PAD + column, lane] += the filtered views of every lane.

    filtered : (views, bins, LANES). radius : source to centre in pixels. spacing : of the bins, pixels at the centre
    (flat) or radians. Each view is taken at the pixel's place on the detector and weighted by the pixel's distance.
    """
    real = stack.dtype.type
    height, width = stack.shape[0], stack.shape[1] - 2 * PAD
    bins = filtered.shape[1]
    for r in range(begin, end):
        v = (height - 1) / 2 - r
        for view in range(len(cosine)):
            c, s = cosine[view], sine[view]
            line = filtered[view].reshape(-1)
            row = stack[r].reshape(-1)
            for i in range(width):
                u = i - (width - 1) / 2
                depth = radius + u * s - v * c
                along = u * c + v * s
                if flat:
                    place, weight = radius * along / (depth * spacing), radius * radius / (depth * depth)
                else:
                    place, weight = atan2(along, depth) / spacing, radius * radius / (depth * depth + along * along)
                place += (bins - 1) / 2
                if 0 <= place < bins - 1:
                    f = real(weight) * real(place - floor(place))
                    g = real(weight) - f
                    k = uint64(place) * uint64(LANES)
                    n = k + uint64(LANES)
                    o = uint64(i + PAD) * uint64(LANES)
                    a0 = row[o] + g * line[k] + f * line[n]
                    a1 = row[o + uint64(1)] + g * line[k + uint64(1)] + f * line[n + uint64(1)]
                    a2 = row[o + uint64(2)] + g * line[k + uint64(2)] + f * line[n + uint64(2)]
                    a3 = row[o + uint64(3)] + g * line[k + uint64(3)] + f * line[n + uint64(3)]
                    a4 = row[o + uint64(4)] + g * line[k + uint64(4)] + f * line[n + uint64(4)]
                    a5 = row[o + uint64(5)] + g * line[k + uint64(5)] + f * line[n + uint64(5)]
                    a6 = row[o + uint64(6)] + g * line[k + uint64(6)] + f * line[n + uint64(6)]
                    a7 = row[o + uint64(7)] + g * line[k + uint64(7)] + f * line[n + uint64(7)]
                    row[o] = a0
                    row[o + uint64(1)] = a1
                    row[o + uint64(2)] = a2
                    row[o + uint64(3)] = a3
                    row[o + uint64(4)] = a4
                    row[o + uint64(5)] = a5
                    row[o + uint64(6)] = a6
                    row[o + uint64(7)] = a7


def smear(stack, cosine, sine, radius, spacing, flat, views, begin, end):
    """The transpose of `interpolate`: the pixels of the stack are added to views begin to end of every lane."""
    real = stack.dtype.type
    height, width = stack.shape[0], stack.shape[1] - 2 * PAD
    bins = views.shape[1]
    for view in range(begin, end):
        c, s = cosine[view], sine[view]
        line = views[view].reshape(-1)
        for r in range(height):
            v = (height - 1) / 2 - r
            row = stack[r].reshape(-1)
            for i in range(width):
                u = i - (width - 1) / 2
                depth = radius + u * s - v * c
                along = u * c + v * s
                if flat:
                    place, weight = radius * along / (depth * spacing), radius * radius / (depth * depth)
                else:
                    place, weight = atan2(along, depth) / spacing, radius * radius / (depth * depth + along * along)
                place += (bins - 1) / 2
                if 0 <= place < bins - 1:
                    f = real(weight) * real(place - floor(place))
                    g = real(weight) - f
                    k = uint64(place) * uint64(LANES)
                    o = uint64(i + PAD) * uint64(LANES)
                    for lane in range(LANES):
                        line[k + uint64(lane)] += g * row[o + uint64(lane)]
                        line[k + uint64(LANES + lane)] += f * row[o + uint64(lane)]


@cache
def _signatures(real: nb.Float) -> dict[Callable, tuple]:
    """Types of the arguments of every loop, for images of one precision."""
    whole, places, flag = nb.int64, nb.float64[::1], nb.boolean
    bundles = (whole, nb.int64[::1], nb.int64[::1], nb.int32[::1], nb.int32[::1], real[::1], real[:, ::1], whole, whole)
    views = (places, places, nb.float64, nb.float64, flag, real[:, :, ::1], whole, whole)
    return {
        arrange: (real[:, ::1], real[:, :, ::1], flag, flag),
        gather: (real[:, :, ::1], real[:, ::1], flag, flag),
        trace: (real[::1], *bundles),
        spread: (real[::1], *bundles),
        interpolate: (real[:, :, ::1], *views),
        smear: (real[:, :, ::1], *views),
    }


_lock = threading.Lock()
_compiled: dict[tuple[Callable, str], Callable] = {}


def compiled(loop: Callable, dtype: np.dtype) -> Callable:
    """`loop` for float32 or float64, compiled or read from numba's cache at its first use; no lock is held in it.

    The eight lanes are packed into vector instructions, which numba leaves off unless asked. A program without a
    folder for numba's cache compiles anew in each process.
    """
    key = (loop, str(dtype))
    with _lock:
        if key not in _compiled:
            _compiled[key] = _compile(loop, _signatures(nb.float32 if dtype == np.float32 else nb.float64)[loop])
        return _compiled[key]


def _compile(loop: Callable, signature: tuple) -> Callable:
    made = jit(loop, fastmath={"contract"})
    before = config.SLP_VECTORIZE
    config.SLP_VECTORIZE = 1
    try:
        made.compile(signature)
    finally:
        config.SLP_VECTORIZE = before
    return made
