"""The objectives of the peers in float64 NumPy: total variation in their several variants, and the data term."""

from __future__ import annotations

import numpy as np


def misfit(x: np.ndarray, y: np.ndarray, mask: np.ndarray, maps: np.ndarray | None = None) -> float:
    """1/2 ||P F S x - y||^2, unitary, zero frequency first."""
    coils = x if maps is None else maps * x
    return 0.5 * float(np.linalg.norm(np.fft.fft2(coils, norm="ortho") * mask - y) ** 2)


def differences(x: np.ndarray, *, periodic: bool) -> np.ndarray:
    """Forward differences (2, H, W), at the last row and column periodic or zero (Neumann)."""
    d = np.stack([np.roll(x, -1, axis) - x for axis in (-2, -1)])
    if not periodic:
        d[0, -1, :] = 0
        d[1, :, -1] = 0
    return d


def total_variation(x: np.ndarray, *, periodic: bool, isotropic: bool) -> float:
    """Sum over pixels of the modulus of the gradient, or of the moduli of its two parts."""
    d = np.abs(differences(x, periodic=periodic))
    return float(np.sqrt((d**2).sum(axis=0)).sum() if isotropic else d.sum())


def neumann_minimum(
    y: np.ndarray, mask: np.ndarray, lambda_: float, *, joint: bool, maps: np.ndarray | None = None
) -> float:
    """min over x of `misfit` + lambda times isotropic, Neumann TV; of real and imaginary part apart unless `joint`.

    By over-relaxed ADMM in float64, whose image update takes conjugate gradients preconditioned by the periodic one;
    until the objective changes by less than 1e-7 of itself in ten steps. Several coils take more of those gradients.
    """
    steps = 2 if maps is None else 6
    maps = np.ones((1, *mask.shape)) if maps is None else maps.astype(np.complex128)
    y = y.reshape(maps.shape)
    start = (maps.conj() * np.fft.ifft2(y * mask, norm="ortho")).sum(axis=0)
    rho = lambda_ / (0.015 * np.abs(start).max())
    rows, columns = (4 * np.sin(np.pi * np.fft.fftfreq(n)) ** 2 for n in mask.shape)
    smear = np.fft.fft2((np.abs(np.fft.fft2(maps)) ** 2).sum(axis=0) / mask.size**2)
    seen = np.maximum(np.fft.ifft2(smear.conj() * np.fft.fft2(mask)).real, 0)  # the mask, where there is one coil
    inverse = 1 / np.maximum(seen + rho * (rows[:, None] + columns), 1e-6)

    def normal(x: np.ndarray) -> np.ndarray:
        data = (maps.conj() * np.fft.ifft2(np.fft.fft2(maps * x) * mask)).sum(axis=0)
        return data + rho * _adjoint(differences(x, periodic=False))

    def modulus(d: np.ndarray) -> np.ndarray:
        return np.sqrt((np.abs(d) ** 2).sum(axis=0, keepdims=True))

    def shrink(d: np.ndarray) -> np.ndarray:
        return d * np.maximum(0, 1 - lambda_ / rho / np.maximum(modulus(d), 1e-300))

    def value(x: np.ndarray) -> float:
        parts = (x,) if joint else (x.real, x.imag)
        edges = sum(total_variation(part, periodic=False, isotropic=True) for part in parts)
        return misfit(x, y, mask, maps) + lambda_ * edges

    x = np.zeros_like(start)
    split = dual = differences(x, periodic=False)
    last = value(x)
    for step in range(1, 601):
        residual = start + rho * _adjoint(split - dual) - normal(x)
        direction = energy = None
        for _ in range(steps):
            z = np.fft.ifft2(np.fft.fft2(residual) * inverse)
            previous, energy = energy, np.vdot(residual, z).real
            direction = z if direction is None else z + (energy / previous) * direction
            image = normal(direction)
            length = energy / np.vdot(direction, image).real
            x = x + length * direction
            residual = residual - length * image
        slope = 1.7 * differences(x, periodic=False) - 0.7 * split + dual
        split = shrink(slope) if joint else shrink(slope.real) + 1j * shrink(slope.imag)
        dual = slope - split
        if step % 10 == 0:
            now = value(x)
            if abs(last - now) <= 1e-7 * now:
                break
            last = now
    return min(last, value(x))


def _adjoint(d: np.ndarray) -> np.ndarray:
    """The adjoint of Neumann `differences` on arrays whose last row and column are not differences."""
    down, across = d[0].copy(), d[1].copy()
    down[-1] = 0
    across[:, -1] = 0
    return np.roll(down, 1, 0) - down + np.roll(across, 1, 1) - across


def dot_error(forward: np.ndarray, y: np.ndarray, x: np.ndarray, adjoint: np.ndarray) -> float:
    """|<Ax, y> - <x, A*y>| / |<Ax, y>|."""
    left = float(np.vdot(forward.astype(np.float64), y.astype(np.float64)))
    right = float(np.vdot(x.astype(np.float64), adjoint.astype(np.float64)))
    return abs(left - right) / abs(left)
