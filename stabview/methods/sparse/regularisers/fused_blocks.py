"""What an ADMM step does to a block of coefficients, in one compiled pass; the reference is `Regulariser._advance`."""

from __future__ import annotations

import numpy as np

from stabview.kernels import compiled

CHUNK = 1024
"""Coefficients treated together, in short loops that the compiler can vectorise while they stay in the cache."""


@compiled
def single(s, fresh, turned, weight, stride, threshold, following, relaxation, parts, look):
    """One coefficient after another: s changes in place, `turned` is written; returns sum w |Kz| and the slack.

    s, fresh, turned : (n, m * parts), complex numbers seen as reals. weight : (1 or n, 1 or m); stride : 0 where a row
    of it is one number, else 1.
    """
    kind = s.dtype.type
    one, share, ratio = kind(1), kind(relaxation), kind(following / threshold)
    limits, f = np.empty(CHUNK, s.dtype), np.empty(CHUNK, s.dtype)
    value, slack = 0.0, 0.0
    for i in range(s.shape[0]):
        w = weight[i % weight.shape[0]]
        count = s.shape[1] // parts
        for start in range(0, count, CHUNK):
            end = min(count, start + CHUNK)
            a, b = s[i, start * parts : end * parts], fresh[i, start * parts : end * parts]
            t, limit, factor = turned[i, start * parts : end * parts], limits[: end - start], f[: end - start]
            if stride:
                for j in range(limit.size):
                    limit[j] = kind(threshold) * w[start + j]
            else:
                limit[:] = kind(threshold) * w[0]
            _factors(a, limit, parts, factor)
            if look:
                size, bound = _measure(a, b, limit, factor, parts)
                value += size / threshold
                slack += bound
            _blend(a, b, factor, share, parts)
            _factors(a, limit, parts, factor)
            _turn(a, t, factor, one + ratio, parts)
            _turn(a, a, factor, one - ratio, parts)
    return value, slack


@compiled
def _factors(a, limit, parts, out):
    """min(1, limit / |a|)."""
    one, tiny = a.dtype.type(1), a.dtype.type(1e-30)
    if parts == 2:
        for j in range(out.size):
            out[j] = min(one, limit[j] / np.sqrt(a[2 * j] * a[2 * j] + a[2 * j + 1] * a[2 * j + 1] + tiny))
    else:
        for j in range(out.size):
            out[j] = min(one, limit[j] / np.sqrt(a[j] * a[j] + tiny))


@compiled
def _measure(a, b, limit, f, parts):
    """Sums of limit |b| and of max(limit, |p|) |b| - Re<p, b>, p = b + (2 f - 1) a."""
    kind = a.dtype.type
    one, size, bound = kind(1), kind(0), kind(0)
    if parts == 2:
        for j in range(f.size):
            real, imaginary, turn = b[2 * j], b[2 * j + 1], f[j] + f[j] - one
            p, q = real + turn * a[2 * j], imaginary + turn * a[2 * j + 1]
            modulus = np.sqrt(real * real + imaginary * imaginary)
            size += limit[j] * modulus
            bound += max(limit[j], np.sqrt(p * p + q * q)) * modulus - p * real - q * imaginary
    else:
        for j in range(f.size):
            p = b[j] + (f[j] + f[j] - one) * a[j]
            size += limit[j] * abs(b[j])
            bound += max(limit[j], abs(p)) * abs(b[j]) - p * b[j]
    return size, bound


@compiled
def _blend(a, b, f, share, parts):
    """a <- (1 - share + share f) a + share b."""
    rest = a.dtype.type(1) - share
    if parts == 2:
        for j in range(f.size):
            factor = rest + share * f[j]
            a[2 * j], a[2 * j + 1] = factor * a[2 * j] + share * b[2 * j], factor * a[2 * j + 1] + share * b[2 * j + 1]
    else:
        for j in range(f.size):
            a[j] = (rest + share * f[j]) * a[j] + share * b[j]


@compiled
def _turn(a, out, f, times, parts):
    """out <- (1 - times f) a."""
    one = a.dtype.type(1)
    if parts == 2:
        for j in range(f.size):
            factor = one - times * f[j]
            out[2 * j], out[2 * j + 1] = factor * a[2 * j], factor * a[2 * j + 1]
    else:
        for j in range(f.size):
            out[j] = (one - times * f[j]) * a[j]


@compiled
def grouped(s, fresh, turned, weight, threshold, following, relaxation, parts, look):
    """`single` with one modulus over the first axis and one weight."""
    kind = s.dtype.type
    one, tiny, limit, share = kind(1), kind(1e-30), kind(threshold * weight), kind(relaxation)
    ratio = kind(following / threshold)
    planes, count = s.shape[0], s.shape[1] // parts
    scratch = np.empty((3, CHUNK), s.dtype)
    value, slack = 0.0, 0.0
    for start in range(0, count, CHUNK):
        end = min(count, start + CHUNK)
        a, b = s[:, start * parts : end * parts], fresh[:, start * parts : end * parts]
        t = turned[:, start * parts : end * parts]
        f, size, dual = scratch[0, : end - start], scratch[1, : end - start], scratch[2, : end - start]
        _shared_factors(a, limit, parts, f)
        if look:
            size[:] = kind(0)
            dual[:] = kind(0)
            product, total, bound = kind(0), kind(0), kind(0)
            for i in range(planes):
                product += _add_products(a[i], b[i], f, parts, size, dual)
            for j in range(f.size):
                modulus = np.sqrt(size[j] + tiny)
                total += modulus
                bound += max(limit, np.sqrt(dual[j] + tiny)) * modulus
            value += weight * total
            slack += bound - product
        for i in range(planes):
            _blend(a[i], b[i], f, share, parts)
        _shared_factors(a, limit, parts, f)
        for i in range(planes):
            _turn(a[i], t[i], f, one + ratio, parts)
            _turn(a[i], a[i], f, one - ratio, parts)
    return value, slack


@compiled
def _shared_factors(a, limit, parts, out):
    """min(1, limit / |a|), |a| over the first axis."""
    one = a.dtype.type(1)
    out[:] = a.dtype.type(1e-30)
    for i in range(a.shape[0]):
        row = a[i]
        if parts == 2:
            for j in range(out.size):
                out[j] += row[2 * j] * row[2 * j] + row[2 * j + 1] * row[2 * j + 1]
        else:
            for j in range(out.size):
                out[j] += row[j] * row[j]
    for j in range(out.size):
        out[j] = min(one, limit / np.sqrt(out[j]))


@compiled
def _add_products(a, b, f, parts, size, dual):
    """Adds |b|^2 and |p|^2 for p = b + (2 f - 1) a; returns the sum of Re<p, b>."""
    one, product = a.dtype.type(1), a.dtype.type(0)
    if parts == 2:
        for j in range(f.size):
            turn = f[j] + f[j] - one
            p, q = b[2 * j] + turn * a[2 * j], b[2 * j + 1] + turn * a[2 * j + 1]
            size[j] += b[2 * j] * b[2 * j] + b[2 * j + 1] * b[2 * j + 1]
            dual[j] += p * p + q * q
            product += p * b[2 * j] + q * b[2 * j + 1]
    else:
        for j in range(f.size):
            p = b[j] + (f[j] + f[j] - one) * a[j]
            size[j] += b[j] * b[j]
            dual[j] += p * p
            product += p * b[j]
    return product
