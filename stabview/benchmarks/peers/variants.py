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


def dot_error(forward: np.ndarray, y: np.ndarray, x: np.ndarray, adjoint: np.ndarray) -> float:
    """|<Ax, y> - <x, A*y>| / |<Ax, y>|."""
    left = float(np.vdot(forward.astype(np.float64), y.astype(np.float64)))
    right = float(np.vdot(x.astype(np.float64), adjoint.astype(np.float64)))
    return abs(left - right) / abs(left)
