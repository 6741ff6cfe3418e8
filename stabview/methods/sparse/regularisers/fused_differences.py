"""One pass over memory for what an ADMM step does to the differences of an image, compiled with numba.

The reference is `Regulariser.advance_and_look`: the same numbers from a dozen passes of torch. Rows are treated in
turn, in short loops over reals that the compiler can vectorise while the row stays in the nearest cache. One thread
only: several solves may run at once.
"""

from __future__ import annotations

import numpy as np

from stabview.kernels import compiled


@compiled
def _factor(squares, pixel, limit, out):
    """min(1, limit / |c|), once for each real, from the squares of the reals."""
    one, tiny = squares.dtype.type(1), squares.dtype.type(1e-30)
    if len(pixel) == 2:
        for j in range(squares.size // 2):
            value = min(one, limit / np.sqrt(squares[2 * j] + squares[2 * j + 1] + tiny))
            out[2 * j] = value
            out[2 * j + 1] = value
    else:
        for j in range(squares.size):
            out[j] = min(one, limit / np.sqrt(squares[j] + tiny))


@compiled
def _factors(s0, s1, squares, pixel, grouped, limit, f0, f1):
    for k in range(s0.size):
        squares[k] = s0[k] * s0[k]
    if grouped:
        for k in range(s0.size):
            squares[k] += s1[k] * s1[k]
    _factor(squares, pixel, limit, f0)
    if not grouped:
        for k in range(s0.size):
            squares[k] = s1[k] * s1[k]
        _factor(squares, pixel, limit, f1)


@compiled
def _copy_round(row, out, pixel):
    """A row, followed by its first pixel."""
    for k in range(row.size):
        out[k] = row[k]
    for k in range(len(pixel)):
        out[row.size + k] = row[k]


@compiled
def _sums(squares, dual, pixel, limit):
    """Sums of |c| and of max(limit, |p|) |c| from the squares of the reals."""
    size, bound = squares.dtype.type(0), squares.dtype.type(0)
    if len(pixel) == 2:
        for j in range(squares.size // 2):
            c = np.sqrt(squares[2 * j] + squares[2 * j + 1])
            size += c
            bound += max(limit, np.sqrt(dual[2 * j] + dual[2 * j + 1])) * c
    else:
        for j in range(squares.size):
            c = np.sqrt(squares[j])
            size += c
            bound += max(limit, np.sqrt(dual[j])) * c
    return size, bound


@compiled
def _product(d, s, f, squares, dual, add):
    """The sum of p d, p = d + (2 f - 1) s the multiplier; |d|^2 and |p|^2 are stored, or added."""
    product, one = d.dtype.type(0), d.dtype.type(1)
    for k in range(d.size):
        product += (d[k] + (f[k] + f[k] - one) * s[k]) * d[k]
    if add:
        for k in range(d.size):
            squares[k] += d[k] * d[k]
        for k in range(d.size):
            dual[k] += (d[k] + (f[k] + f[k] - one) * s[k]) ** 2
    else:
        for k in range(d.size):
            squares[k] = d[k] * d[k]
        for k in range(d.size):
            dual[k] = (d[k] + (f[k] + f[k] - one) * s[k]) ** 2
    return product


@compiled
def sweep(x, s, out, scratch, pixel, grouped, look, threshold, following, relaxation, sums):
    """Advance s and write K*(d - b) to out, for real or complex x seen as reals.

    pixel : (0,) for real, (0, 0) for complex x: its length is known when this is compiled, which halves the time.
    x, out : (H, W * parts). s : (2, H, W * parts), changed in place. scratch : (10, (W + 1) * parts).
    grouped : isotropic.
    sums : (2,) float64; written when `look`: the sum of |K x| and the slack of `Regulariser.look`.
    """
    height, width = x.shape
    parts = len(pixel)
    kind = scratch.dtype.type
    zero, one, limit, share = kind(0), kind(1), kind(threshold), kind(relaxation)
    rest, scale = one - share, kind(following / threshold)
    across = scratch[4]
    squares, dual, difference = scratch[5, :width], scratch[6, :width], scratch[7, :width]
    f0, f1 = scratch[8, :width], scratch[8 if grouped else 9, :width]
    total, slack = 0.0, 0.0
    _copy_round(x[0], scratch[0], pixel)
    for k in range(width):
        scratch[3, k] = zero
    for i in range(height):
        # rows 0 and 1 hold x here and below, rows 2 and 3 what this row and the one above pull downwards
        here, below = scratch[i % 2], scratch[1 - i % 2]
        pull, above = scratch[2 + i % 2], scratch[3 - i % 2]
        s0, s1, target = s[0, i], s[1, i], out[i]
        _copy_round(x[i + 1 if i + 1 < height else 0], below, pixel)
        _factors(s0, s1, squares, pixel, grouped, limit, f0, f1)
        for k in range(width):
            difference[k] = below[k] - here[k]
        if look:
            slack -= _product(difference, s0, f0, squares, dual, False)
            if not grouped:
                size, bound = _sums(squares, dual, pixel, limit)
                total += size
                slack += bound
        for k in range(width):
            s0[k] = share * difference[k] + (rest + share * f0[k]) * s0[k]
        for k in range(width):
            difference[k] = here[k + parts] - here[k]
        if look:
            slack -= _product(difference, s1, f1, squares, dual, grouped)
            size, bound = _sums(squares, dual, pixel, limit)
            total += size
            slack += bound
        for k in range(width):
            s1[k] = share * difference[k] + (rest + share * f1[k]) * s1[k]
        _factors(s0, s1, squares, pixel, grouped, limit, f0, f1)
        for k in range(width):
            across[k + parts] = (one - (one + scale) * f1[k]) * s1[k]
        for k in range(parts):
            across[k] = across[width + k]
        for k in range(width):
            pull[k] = (one - (one + scale) * f0[k]) * s0[k]
        for k in range(width):
            target[k] = above[k] - pull[k] + across[k] - across[k + parts]
        if scale != one:
            for k in range(width):
                s0[k] *= one - (one - scale) * f0[k]
            for k in range(width):
                s1[k] *= one - (one - scale) * f1[k]
    for k in range(width):
        out[0, k] += scratch[2 + (height - 1) % 2, k]
    sums[0] = total
    sums[1] = slack
