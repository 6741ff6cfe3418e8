"""What the exact image update does to a spectrum, in one compiled pass; the reference is in `FourierUpdate`."""

from __future__ import annotations

from stabview.kernels import compiled


@compiled
def blend(g, y, weights, symbol, t):
    """g <- (y + t g) / (weights + t symbol), in place, no g where the symbol is zero; returns sum of weights |g - y|^2.

    g, y : (H, 2 W), complex numbers seen as reals; weights, symbol : (H, W).
    """
    kind = weights.dtype.type
    t, tiny, zero, one = kind(t), kind(1e-30), kind(0), kind(1)
    total = 0.0
    for i in range(weights.shape[0]):
        a, b, w, k = g[i], y[i], weights[i], symbol[i]
        row = zero
        for j in range(w.size):
            share = one / max(w[j] + t * k[j], tiny)
            pull = t * share if k[j] > zero else zero
            share = share if w[j] > zero else zero
            real = share * b[2 * j] + pull * a[2 * j]
            imaginary = share * b[2 * j + 1] + pull * a[2 * j + 1]
            row += w[j] * ((real - b[2 * j]) ** 2 + (imaginary - b[2 * j + 1]) ** 2)
            a[2 * j] = real
            a[2 * j + 1] = imaginary
        total += row
    return total
