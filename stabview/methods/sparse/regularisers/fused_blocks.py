"""What an ADMM step does to a block of coefficients, in one compiled pass; the reference is `Regulariser._advance`."""

from __future__ import annotations

import numpy as np

from stabview.methods.sparse.kernels import compiled


@compiled
def single(s, fresh, turned, weight, stride, threshold, following, relaxation, parts, look):
    """One coefficient after another: s changes in place, `turned` is written; returns sum w |Kz| and the slack.

    s, fresh, turned : (n, m * parts), complex numbers seen as reals. weight : (1 or n, 1 or m); stride : 0 where a row
    of it is one number, else 1.
    """
    kind = s.dtype.type
    one, tiny, limit_, share = kind(1), kind(1e-30), kind(threshold), kind(relaxation)
    ratio = kind(following / threshold)
    value, slack = 0.0, 0.0
    for i in range(s.shape[0]):
        a, b, t, w = s[i], fresh[i], turned[i], weight[i % weight.shape[0]]
        size, bound = kind(0), kind(0)
        for j in range(a.size // parts):
            k = j * parts
            real, fresh_real = a[k], b[k]
            imaginary, fresh_imaginary = kind(0), kind(0)
            if parts == 2:
                imaginary, fresh_imaginary = a[k + 1], b[k + 1]
            limit = limit_ * w[j * stride]
            f = min(one, limit / np.sqrt(real * real + imaginary * imaginary + tiny))
            if look:
                p, q = fresh_real + (f + f - one) * real, fresh_imaginary + (f + f - one) * imaginary
                modulus = np.sqrt(fresh_real * fresh_real + fresh_imaginary * fresh_imaginary)
                size += w[j * stride] * modulus
                bound += max(limit, np.sqrt(p * p + q * q)) * modulus - p * fresh_real - q * fresh_imaginary
            f = one - share + share * f
            real, imaginary = f * real + share * fresh_real, f * imaginary + share * fresh_imaginary
            f = min(one, limit / np.sqrt(real * real + imaginary * imaginary + tiny))
            turn, rest = one - (one + ratio) * f, one - (one - ratio) * f
            t[k], a[k] = turn * real, rest * real
            if parts == 2:
                t[k + 1], a[k + 1] = turn * imaginary, rest * imaginary
        value += size
        slack += bound
    return value, slack


@compiled
def grouped(s, fresh, turned, factors, weight, threshold, following, relaxation, parts, look):
    """`single` with one modulus over the first axis and one weight. factors : (3, m) scratch."""
    kind = s.dtype.type
    one, tiny, limit, share = kind(1), kind(1e-30), kind(threshold * weight), kind(relaxation)
    ratio = kind(following / threshold)
    planes, count = s.shape[0], s.shape[1] // parts
    f, size, dual = factors[0], factors[1], factors[2]
    f[:] = tiny
    for i in range(planes):
        a = s[i]
        for j in range(count):
            for k in range(j * parts, j * parts + parts):
                f[j] += a[k] * a[k]
    for j in range(count):
        f[j] = min(one, limit / np.sqrt(f[j]))
    value, slack = 0.0, 0.0
    if look:
        size[:] = kind(0)
        dual[:] = kind(0)
        for i in range(planes):
            a, b, product = s[i], fresh[i], kind(0)
            for j in range(count):
                for k in range(j * parts, j * parts + parts):
                    p = b[k] + (f[j] + f[j] - one) * a[k]
                    size[j] += b[k] * b[k]
                    dual[j] += p * p
                    product += p * b[k]
            slack -= product
        for j in range(count):
            modulus = np.sqrt(size[j])
            value += weight * modulus
            slack += max(limit, np.sqrt(dual[j])) * modulus
    size[:] = tiny
    for i in range(planes):
        a, b = s[i], fresh[i]
        for j in range(count):
            factor = one - share + share * f[j]
            for k in range(j * parts, j * parts + parts):
                a[k] = factor * a[k] + share * b[k]
                size[j] += a[k] * a[k]
    for j in range(count):
        f[j] = min(one, limit / np.sqrt(size[j]))
    for i in range(planes):
        a, t = s[i], turned[i]
        for j in range(count):
            turn, rest = one - (one + ratio) * f[j], one - (one - ratio) * f[j]
            for k in range(j * parts, j * parts + parts):
                t[k], a[k] = turn * a[k], rest * a[k]
    return value, slack
