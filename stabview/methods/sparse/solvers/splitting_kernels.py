"""The element-wise passes of Douglas-Rachford splitting, each in one pass over memory, compiled with numba.

The references are the torch branches of `douglas_rachford`. Sums run in the arrays' precision along a row and in
float64 over the rows.
"""

from __future__ import annotations

import numpy as np

from stabview.kernels import compiled


@compiled
def measure(spectrum, y, weights):
    """||v||^2 and -Re<v, y> for v = weights (spectrum - y); spectrum, y : (H, 2 W), weights : (H, W)."""
    squares, product = 0.0, 0.0
    for i in range(weights.shape[0]):
        a, b, w = spectrum[i], y[i], weights[i]
        row, other = a.dtype.type(0), a.dtype.type(0)
        for j in range(w.size):
            real, imaginary = w[j] * (a[2 * j] - b[2 * j]), w[j] * (a[2 * j + 1] - b[2 * j + 1])
            row += real * real + imaginary * imaginary
            other -= real * b[2 * j] + imaginary * b[2 * j + 1]
        squares += row
        product += other
    return squares, product


@compiled
def pull(spectrum, y, weights, change):
    """spectrum += change weights (spectrum - y), in place."""
    kind = spectrum.dtype.type
    for i in range(weights.shape[0]):
        a, b, w = spectrum[i], y[i], weights[i]
        for j in range(w.size):
            share = kind(change) * w[j]
            a[2 * j] += share * (a[2 * j] - b[2 * j])
            a[2 * j + 1] += share * (a[2 * j + 1] - b[2 * j + 1])


@compiled
def _factor(s, weight, threshold, parts, out):
    """min(1, threshold w / |s|)."""
    kind = s.dtype.type
    one, tiny = kind(1), kind(1e-30)
    if parts == 2:
        for j in range(weight.size):
            size = np.sqrt(s[2 * j] * s[2 * j] + s[2 * j + 1] * s[2 * j + 1] + tiny)
            out[j] = min(one, kind(threshold) * weight[j] / size)
    else:
        for j in range(weight.size):
            out[j] = min(one, kind(threshold) * weight[j] / np.sqrt(s[j] * s[j] + tiny))


@compiled
def advance(s, fresh, turned, weight, threshold, relaxation, parts, look):
    """s <- a fresh + (1 - a) s + a clip(s), turned <- s - 2 clip(s); (H, W * parts) each, weight (H, W).

    Returns sum w |fresh| and max |turned - fresh| / w before the change, zeros unless `look`.
    """
    kind = s.dtype.type
    a, rest, one = kind(relaxation), kind(1 - relaxation), kind(1)
    factor = np.empty(weight.shape[1], s.dtype)
    l1, largest = 0.0, 0.0
    for i in range(weight.shape[0]):
        si, fi, ti, w = s[i], fresh[i], turned[i], weight[i]
        if look:
            row, peak = kind(0), kind(0)
            if parts == 2:
                for j in range(w.size):
                    row += w[j] * np.sqrt(fi[2 * j] * fi[2 * j] + fi[2 * j + 1] * fi[2 * j + 1])
                for j in range(w.size):
                    real, imaginary = ti[2 * j] - fi[2 * j], ti[2 * j + 1] - fi[2 * j + 1]
                    square = real * real + imaginary * imaginary
                    peak = max(peak, square / (w[j] * w[j]) if square > 0 else kind(0))
            else:
                for j in range(w.size):
                    row += w[j] * abs(fi[j])
                for j in range(w.size):
                    square = (ti[j] - fi[j]) * (ti[j] - fi[j])
                    peak = max(peak, square / (w[j] * w[j]) if square > 0 else kind(0))
            l1 += row
            largest = max(largest, np.sqrt(np.float64(peak)))
        _factor(si, w, threshold, parts, factor)
        if parts == 2:
            for j in range(w.size):
                keep = rest + a * factor[j]
                si[2 * j] = a * fi[2 * j] + keep * si[2 * j]
                si[2 * j + 1] = a * fi[2 * j + 1] + keep * si[2 * j + 1]
        else:
            for j in range(w.size):
                si[j] = a * fi[j] + (rest + a * factor[j]) * si[j]
        _factor(si, w, threshold, parts, factor)
        if parts == 2:
            for j in range(w.size):
                keep = one - factor[j] - factor[j]
                ti[2 * j], ti[2 * j + 1] = keep * si[2 * j], keep * si[2 * j + 1]
        else:
            for j in range(w.size):
                ti[j] = (one - factor[j] - factor[j]) * si[j]
    return l1, largest
