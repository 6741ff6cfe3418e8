"""Coil sensitivities: drawn (birdcage), or estimated from the middle of measured k-space (ESPIRiT)."""

from __future__ import annotations

import numpy as np

from stabview.images.errors import InputError

ROWS_AT_ONCE = 16


def birdcage(
    shape: tuple[int, int], coils: int, *, radius: float | np.ndarray = 1.5, angles: np.ndarray | None = None
) -> np.ndarray:
    """Sensitivities (coils, H, W), complex128, of coils on a circle about the image, with sum_c |S_c|^2 = 1.

    Coil c lies at radius (cos, sin)(2 pi c / coils), in units of half the field of view. Its magnitude is one over the
    distance d, its phase atan2(d_x, -d_y) - 2 pi c / coils (the procedural maps of sigpy).

    Parameters
    ----------
    radius, angles : (coils,) for coils that stand elsewhere, angles in radians in place of 2 pi c / coils.
    """
    if coils < 1:
        raise InputError(f"The number of coils is {coils}; it has to be at least 1.")
    radius = np.broadcast_to(radius, coils)[:, None, None]
    if radius.min() <= 2**0.5:
        raise InputError(
            f"The coils' radius is {radius.min()}; beyond 1.415 half fields of view they lie outside the image."
        )
    angle = (2 * np.pi * np.arange(coils) / coils if angles is None else np.asarray(angles))[:, None, None]
    y = (np.arange(shape[0])[None, :, None] - shape[0] / 2) / (shape[0] / 2) - radius * np.sin(angle)
    x = (np.arange(shape[1])[None, None, :] - shape[1] / 2) / (shape[1] / 2) - radius * np.cos(angle)
    maps = np.exp(1j * (np.arctan2(x, -y) - angle)) / np.hypot(x, y)
    return maps / np.linalg.norm(maps, axis=0)


def calibration_region(mask: np.ndarray, *, largest: int = 24) -> tuple[slice, slice]:
    """The largest fully sampled rectangle about the centre of a centred mask, at most `largest` a side.

    Raises
    ------
    InputError : the centre itself was not measured.
    """
    height, width = mask.shape
    best = (0, 0)
    for columns in range(1, min(largest, width) + 1):
        full = mask[:, _about(width, columns)].all(axis=1)
        rows = 0
        while rows < min(largest, height) and full[_about(height, rows + 1)].all():
            rows += 1
        best = max(best, (rows, columns), key=lambda side: side[0] * side[1])
    if best[0] == 0:
        raise InputError("The centre of k-space was not measured; coil sensitivities cannot be estimated without it.")
    return _about(height, best[0]), _about(width, best[1])


def estimate_sensitivities(
    kspace: np.ndarray,
    *,
    kernel: int = 6,
    calibration: int = 24,
    threshold: float = 0.02,
    crop: float = 0.8,
) -> np.ndarray:
    """ESPIRiT maps (C, H, W), complex64, from the fully sampled middle of k-space (Uecker et al., MRM 2014).

    Patches of the middle span a space that patches of any k-space of this object and these coils lie in. Projecting on
    it leaves the coil images unchanged; in image space that is a C x C matrix at each pixel, whose eigenvector with the
    eigenvalue one is the vector of sensitivities. Maps have sum_c |S_c|^2 = 1 where the eigenvalue exceeds `crop` and
    are zero elsewhere. Their phase is such that the strongest combination of the coils in the middle of k-space is
    real and positive.

    Parameters
    ----------
    kspace : (C, H, W) complex, centred, zero where nothing was measured; the image is taken to lie in the middle.
    kernel : side of a patch.
    calibration : side of the middle that is used, at most; the largest fully sampled rectangle is found in the data.
    threshold : singular values of the patches below this part of the largest are noise.
    crop : least eigenvalue, 0 to 1.

    Raises
    ------
    InputError : the fully sampled middle is smaller than a few patches, or no pixel is left.
    """
    kspace = np.asarray(kspace)
    if kspace.ndim != 3 or not np.iscomplexobj(kspace):
        raise InputError(f"K-space of shape {kspace.shape} was given; complex (coils, rows, columns) are needed.")
    coils, height, width = kspace.shape
    rows, columns = calibration_region((kspace != 0).any(axis=0), largest=calibration)
    middle = kspace[:, rows, columns].astype(np.complex128)
    if min(middle.shape[1:]) < kernel + 2:
        raise InputError(
            f"Only {middle.shape[1]} x {middle.shape[2]} samples in the middle of k-space are complete; "
            f"{kernel + 2} x {kernel + 2} or more are needed to estimate coil sensitivities."
        )
    taps = _projection_taps(middle, kernel, threshold)
    down, along = _fourier_rows(height, kernel), _fourier_rows(width, kernel)
    side = 2 * kernel - 1
    columns_done = np.tensordot(along, taps, axes=(1, 3)).transpose(3, 0, 1, 2).reshape(side, -1)  # (side, W C C)
    reference = np.linalg.svd(middle.reshape(coils, -1), full_matrices=False)[0][:, 0]
    maps = np.zeros((coils, height, width), dtype=np.complex64)
    for first in range(0, height, ROWS_AT_ONCE):
        matrices = (down[first : first + ROWS_AT_ONCE] @ columns_done).reshape(-1, width, coils, coils)
        hopeful = np.linalg.norm(matrices, axis=(-2, -1)) > crop  # the eigenvalue is not above this norm
        values, vectors = np.linalg.eigh(matrices[hopeful].astype(np.complex64))
        strongest = vectors[..., -1]
        strongest *= np.exp(-1j * np.angle(strongest @ reference.conj()))[:, None] * (values[:, -1:] > crop)
        maps[:, first : first + ROWS_AT_ONCE][:, hopeful] = strongest.T
    if not maps.any():
        raise InputError("No coil sensitivities were found in the middle of k-space; lower the crop threshold.")
    return maps


def _projection_taps(middle: np.ndarray, kernel: int, threshold: float) -> np.ndarray:
    """The projection on the patches' space as a convolution: (C, C, 2 kernel - 1, 2 kernel - 1), averaged over taps.

    Entry [c, d, p, q] is what sample (p, q) - (kernel - 1) away in coil d adds to coil c.
    """
    coils = len(middle)
    patches = np.lib.stride_tricks.sliding_window_view(middle, (kernel, kernel), axis=(1, 2))
    patches = np.moveaxis(patches, 0, 2).reshape(-1, coils * kernel**2)
    values, vectors = np.linalg.eigh(patches.conj().T @ patches)
    space = vectors[:, values > threshold**2 * values[-1]]
    projection = (space @ space.conj().T).reshape(coils, kernel, kernel, coils, kernel, kernel) / kernel**2
    taps = np.zeros((coils, coils, 2 * kernel - 1, 2 * kernel - 1), dtype=np.complex128)
    for i in range(kernel):
        for j in range(kernel):
            # a patch is a row vector: its sample (i, j) of coil c is the sum over [d, p, q] of patch times projection
            taps[:, :, kernel - 1 - i : 2 * kernel - 1 - i, kernel - 1 - j : 2 * kernel - 1 - j] += np.moveaxis(
                projection[:, :, :, :, i, j], 3, 0
            )
    return taps


def _fourier_rows(length: int, kernel: int) -> np.ndarray:
    """exp(-2 pi i r d / length) for the centred pixels r and the shifts d = 1 - kernel .. kernel - 1."""
    pixels = np.arange(length) - length // 2
    return np.exp(-2j * np.pi * pixels[:, None] * np.arange(1 - kernel, kernel)[None, :] / length)


def _about(length: int, count: int) -> slice:
    start = length // 2 - count // 2
    return slice(start, start + count)
