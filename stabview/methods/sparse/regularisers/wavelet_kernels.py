"""The periodic wavelet transform of the CPU: filters along rows and columns, compiled with numba.

Complex arrays come as real ones with `parts` = 2 numbers an element, side by side. `low` and `high` are the analysis
filters turned round, so that low[k] = sum_t low[t] x[2 k + t - L/2 + 1]. The reference is
`WaveletTransform.by_matrices`. One thread only: several solves may run at once.
"""

from __future__ import annotations

import numpy as np

from stabview.kernels import compiled


@compiled
def analyse(x, c, scratch, low, high, heights, widths, parts):
    """c = W x for planes x (n, H, W * parts); `heights` and `widths` are those of the low-pass block at each level."""
    for plane in range(x.shape[0]):
        source = x[plane]
        for level in range(len(heights)):
            height, width = heights[level], widths[level] * parts
            _rows_apart(source, scratch, low, high, height, widths[level], parts)
            _columns_apart(scratch, c[plane], low, high, height, width)
            source = c[plane]
        if len(heights) == 0:
            c[plane] = x[plane]


@compiled
def synthesise(c, x, scratch, low, high, heights, widths, parts):
    """x = W^T c, coarsest level first; c is left as it is."""
    for plane in range(c.shape[0]):
        x[plane] = c[plane]
        for level in range(len(heights) - 1, -1, -1):
            height, width = heights[level], widths[level] * parts
            _columns_together(x[plane], scratch, low, high, height, width)
            _rows_together(scratch, x[plane], low, high, height, widths[level], parts)


@compiled
def _rows_apart(x, out, low, high, height, width, parts):
    """Each row of the block: its low-pass half, then its high-pass half."""
    half, shift, taps = width // 2, len(low) // 2 - 1, len(low) // 2
    if half == 0:
        out[:height, : width * parts] = x[:height, : width * parts]
        return
    size, kept = half * parts, (width - half) * parts
    padded = half + taps - 1
    even, odd = np.empty(padded * parts, x.dtype), np.empty(padded * parts, x.dtype)
    for i in range(height):
        row, near, far = x[i], out[i, :size], out[i, kept : kept + size]
        _split(row, even, odd, padded, 2 * half, shift, parts)
        for t in range(taps):
            a, b, c, d = low[2 * t], low[2 * t + 1], high[2 * t], high[2 * t + 1]
            e, o = even[t * parts : t * parts + size], odd[t * parts : t * parts + size]
            if t == 0:
                for j in range(size):
                    near[j] = a * e[j] + b * o[j]
                    far[j] = c * e[j] + d * o[j]
            else:
                for j in range(size):
                    near[j] += a * e[j] + b * o[j]
                    far[j] += c * e[j] + d * o[j]
        for j in range((width % 2) * parts):
            out[i, size + j] = row[2 * half * parts + j]


@compiled
def _split(row, even, odd, padded, length, shift, parts):
    """even[k] = row[2 k - shift], odd[k] = row[2 k + 1 - shift], indices modulo `length`."""
    first = (shift + 1) // 2  # pairs before this one reach over the left end
    last = min(padded, (length - 2 + shift) // 2 + 1)
    for k in range(first):
        for part in range(parts):
            even[k * parts + part] = row[(2 * k - shift) % length * parts + part]
            odd[k * parts + part] = row[(2 * k + 1 - shift) % length * parts + part]
    if parts == 2:
        for k in range(first, last):
            start = 2 * (2 * k - shift)
            even[2 * k], even[2 * k + 1] = row[start], row[start + 1]
            odd[2 * k], odd[2 * k + 1] = row[start + 2], row[start + 3]
    else:
        for k in range(first, last):
            start = 2 * k - shift
            even[k], odd[k] = row[start], row[start + 1]
    for k in range(max(first, last), padded):
        for part in range(parts):
            even[k * parts + part] = row[(2 * k - shift) % length * parts + part]
            odd[k * parts + part] = row[(2 * k + 1 - shift) % length * parts + part]


@compiled
def _columns_apart(x, out, low, high, height, width):
    """Each column of the block; whole rows are combined, which is the order they lie in memory."""
    half, shift, taps = height // 2, len(low) // 2 - 1, len(low) // 2
    kept = height - half
    for k in range(half):
        near, far = out[k, :width], out[kept + k, :width]
        for t in range(taps):
            a, b, c, d = low[2 * t], low[2 * t + 1], high[2 * t], high[2 * t + 1]
            e = x[(2 * (k + t) - shift) % (2 * half), :width]
            o = x[(2 * (k + t) - shift + 1) % (2 * half), :width]
            if t == 0:
                for j in range(width):
                    near[j] = a * e[j] + b * o[j]
                    far[j] = c * e[j] + d * o[j]
            else:
                for j in range(width):
                    near[j] += a * e[j] + b * o[j]
                    far[j] += c * e[j] + d * o[j]
    if height % 2:
        out[half, :width] = x[height - 1, :width]


@compiled
def _columns_together(x, out, low, high, height, width):
    """The inverse of `_columns_apart`."""
    half, shift, taps = height // 2, len(low) // 2 - 1, len(low) // 2
    kept = height - half
    for m in range(half):
        e, o = out[(2 * m - shift) % (2 * half), :width], out[(2 * m - shift + 1) % (2 * half), :width]
        for t in range(taps):
            a, b, c, d = low[2 * t], low[2 * t + 1], high[2 * t], high[2 * t + 1]
            near, far = x[(m - t) % half, :width], x[kept + (m - t) % half, :width]
            if t == 0:
                for j in range(width):
                    e[j] = a * near[j] + c * far[j]
                    o[j] = b * near[j] + d * far[j]
            else:
                for j in range(width):
                    e[j] += a * near[j] + c * far[j]
                    o[j] += b * near[j] + d * far[j]
    if height % 2:
        out[height - 1, :width] = x[half, :width]


@compiled
def _rows_together(x, out, low, high, height, width, parts):
    """The inverse of `_rows_apart`."""
    half, shift, taps = width // 2, len(low) // 2 - 1, len(low) // 2
    if half == 0:
        out[:height, : width * parts] = x[:height, : width * parts]
        return
    size, kept, reach = half * parts, (width - half) * parts, (taps - 1) * parts
    near, far = np.empty(size + reach, x.dtype), np.empty(size + reach, x.dtype)
    even, odd = np.empty(size, x.dtype), np.empty(size, x.dtype)
    for i in range(height):
        near[reach:], far[reach:] = x[i, :size], x[i, kept : kept + size]
        for k in range(taps - 1):
            source = (k - taps + 1) % half * parts
            for part in range(parts):
                near[k * parts + part] = x[i, source + part]
                far[k * parts + part] = x[i, kept + source + part]
        for t in range(taps):
            a, b, c, d = low[2 * t], low[2 * t + 1], high[2 * t], high[2 * t + 1]
            n, f = near[reach - t * parts : reach - t * parts + size], far[reach - t * parts : reach - t * parts + size]
            if t == 0:
                for j in range(size):
                    even[j] = a * n[j] + c * f[j]
                    odd[j] = b * n[j] + d * f[j]
            else:
                for j in range(size):
                    even[j] += a * n[j] + c * f[j]
                    odd[j] += b * n[j] + d * f[j]
        row = out[i]
        _merge(even, odd, row, half, shift, parts)
        for j in range((width % 2) * parts):
            row[2 * size + j] = x[i, size + j]


@compiled
def _merge(even, odd, row, half, shift, parts):
    """row[2 m - shift] = even[m], row[2 m + 1 - shift] = odd[m], indices modulo 2 half."""
    first = min(half, (shift + 1) // 2)
    for m in range(first):
        for part in range(parts):
            row[(2 * m - shift) % (2 * half) * parts + part] = even[m * parts + part]
            row[(2 * m + 1 - shift) % (2 * half) * parts + part] = odd[m * parts + part]
    if parts == 2:
        for m in range(first, half):
            start = 2 * (2 * m - shift)
            row[start], row[start + 1] = even[2 * m], even[2 * m + 1]
            row[start + 2], row[start + 3] = odd[2 * m], odd[2 * m + 1]
    else:
        for m in range(first, half):
            start = 2 * m - shift
            row[start], row[start + 1] = even[m], odd[m]
