"""Axial MR slices of a drawn head in T1, T2 or FLAIR contrast, with white-matter lesions whose place is known.

The anatomy (`anatomy.draw_anatomy`) depends on the seed and the level only, so the three contrasts of one seed show
the same head; the sequence turns tissues into signal, then come bias field, blur and Rician noise.
"""

from __future__ import annotations

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.phantoms.anatomy import FIELD_OF_VIEW, SUPERSAMPLING, Anatomy, draw_anatomy
from stabview.images.phantoms.fields import average_blocks, coverage, smooth_noise
from stabview.images.phantoms.tissues import Tissue

CONTRASTS = ("T1", "T2", "FLAIR")
LESION = len(Tissue)

# relative signal in T1 (gradient echo), T2 (turbo spin echo) and FLAIR (fat saturated)
_SIGNAL = {
    Tissue.AIR: (0.00, 0.00, 0.00),
    Tissue.SKIN: (0.42, 0.30, 0.24),
    Tissue.FAT: (1.00, 0.72, 0.16),
    Tissue.MUSCLE: (0.36, 0.15, 0.26),
    Tissue.BONE: (0.05, 0.04, 0.04),
    Tissue.MARROW: (0.55, 0.34, 0.13),
    Tissue.DURA: (0.26, 0.16, 0.22),
    Tissue.CSF: (0.12, 1.00, 0.09),
    Tissue.GREY: (0.42, 0.50, 0.76),
    Tissue.WHITE: (0.66, 0.34, 0.60),
    Tissue.VENTRICLE: (0.11, 1.00, 0.07),
    Tissue.CAUDATE: (0.47, 0.45, 0.70),
    Tissue.PUTAMEN: (0.50, 0.40, 0.66),
    Tissue.PALLIDUM: (0.58, 0.27, 0.55),
    Tissue.THALAMUS: (0.55, 0.40, 0.66),
    Tissue.CALLOSUM: (0.70, 0.30, 0.54),
    Tissue.CHOROID: (0.40, 0.72, 0.62),
    Tissue.VESSEL: (0.10, 0.05, 0.06),
    Tissue.VITREOUS: (0.17, 0.97, 0.12),
    Tissue.LENS: (0.40, 0.18, 0.30),
    Tissue.MUCOSA: (0.38, 0.62, 0.45),
}
_LESION_SIGNAL = (0.44, 0.72, 1.00)


def head(
    size: int = 256,
    *,
    contrast: str = "T1",
    seed: int = 0,
    lesions: int | None = None,
    level: float = 0.45,
    noise: float = 0.01,
) -> Image:
    """An axial head, `size` pixels a side over 230.4 mm, signal about 0 to 1.

    Parameters
    ----------
    contrast : "T1", "T2" or "FLAIR".
    seed : the head; the same seed and level give the same anatomy in every contrast.
    lesions : how many white-matter lesions are drawn; None lets the seed decide (0 to 8).
    level : height of the slice, 0 (orbits, pons) over 0.2 (midbrain), 0.45 (basal ganglia)
        and 0.65 (bodies of the ventricles) to 1.
    noise : standard deviation of the Gaussian noise in either channel before the magnitude is taken.

    The image's facts hold "lesions", a list of {"position": (column, row), "size": pixels across}.
    """
    from scipy.ndimage import gaussian_filter  # takes longer to load than the window to open

    name = str(contrast).upper()
    if name not in CONTRASTS:
        raise InputError(f"There is no contrast {contrast!r} for the head; choose one of {', '.join(CONTRASTS)}.")
    if noise < 0:
        raise InputError(f"The noise of the head must not be negative, but is {noise}.")
    anatomy, alpha, found = _draw(size, seed, level, lesions)
    which = CONTRASTS.index(name)
    rng = np.random.default_rng((seed, which + 1))
    table = np.array([_SIGNAL[tissue][which] for tissue in Tissue], np.float32)
    table *= 1 + 0.025 * np.clip(rng.standard_normal(len(table)), -2, 2).astype(np.float32)
    # protocols differ in how far grey stands out from white matter
    share = np.float32(rng.uniform(0.55, 1.1))
    mixed_tissues = [Tissue.GREY, Tissue.CAUDATE, Tissue.PUTAMEN, Tissue.PALLIDUM, Tissue.THALAMUS]
    table[mixed_tissues] = table[Tissue.WHITE] + share * (table[mixed_tissues] - table[Tissue.WHITE])
    signal = table[anatomy.labels]
    parenchyma = (anatomy.labels == Tissue.GREY) | (anatomy.labels == Tissue.WHITE)
    mixed = table[Tissue.WHITE] + (table[Tissue.GREY] - table[Tissue.WHITE]) * anatomy.grey
    nuclei = (anatomy.labels >= Tissue.CAUDATE) & (anatomy.labels <= Tissue.THALAMUS)
    signal = np.where(parenchyma, mixed, signal)
    signal += nuclei * (1 - anatomy.opacity) * (table[Tissue.WHITE] - signal)
    signal += alpha * (np.float32(_LESION_SIGNAL[which]) - signal)

    axis = np.arange(SUPERSAMPLING * size, dtype=np.float32) * np.float32(anatomy.spacing)
    signal *= 1 + sum(0.016 * smooth_noise(rng, axis, axis, scale) for scale in (1.4, 3.2, 8))
    bias = rng.uniform(0.03, 0.09) * smooth_noise(rng, axis, axis, 110)
    signal *= np.exp(bias - bias.mean())
    pixels = gaussian_filter(average_blocks(signal, SUPERSAMPLING), 0.45 * size / 256)
    channels = rng.standard_normal((2, size, size), dtype=np.float32) * np.float32(noise)
    pixels = np.hypot(pixels + channels[0], channels[1])
    spacing = FIELD_OF_VIEW / size
    return Image(
        pixels,
        title=f"Head phantom, {name}, seed {seed}",
        spacing=(spacing, spacing),
        orientation=("R", "L", "A", "P"),
        units="a.u.",
        modality="MR",
        steps=(f"Drawn: axial head in {name} contrast, level {level:g}, seed {seed}, noise {noise:g}.",),
        facts={"lesions": found, "contrast": name, "seed": seed, "level": level},
    )


def head_tissues(size: int = 256, *, seed: int = 0, lesions: int | None = None, level: float = 0.45) -> np.ndarray:
    """The tissue of every pixel of `head` with the same arguments: (size, size) uint8 values of `Tissue`, or LESION."""
    anatomy, alpha, _ = _draw(size, seed, level, lesions)
    labels = np.where(alpha > 0.5, np.uint8(LESION), anatomy.labels)
    return labels[SUPERSAMPLING // 2 :: SUPERSAMPLING, SUPERSAMPLING // 2 :: SUPERSAMPLING].copy()


def _draw(
    size: int, seed: int, level: float, lesions: int | None
) -> tuple[Anatomy, np.ndarray, list[dict[str, object]]]:
    if size < 32:
        raise InputError(f"A head needs at least 32 pixels a side, not {size}.")
    if not 0 <= level <= 1:
        raise InputError(f"The level of the head must lie between 0 and 1, but is {level}.")
    if lesions is not None and lesions < 0:
        raise InputError(f"The number of lesions must not be negative, but is {lesions}.")
    rng = np.random.default_rng(seed)
    anatomy = draw_anatomy(rng, size, float(level))
    alpha, found = _lesions(np.random.default_rng((seed, 0)), anatomy, lesions)
    return anatomy, alpha, found


def _lesions(
    rng: np.random.Generator, anatomy: Anatomy, count: int | None
) -> tuple[np.ndarray, list[dict[str, object]]]:
    """Soft irregular blobs in white matter, the likelier the nearer to the ventricles: opacity, and where they are."""
    alpha = np.zeros(anatomy.labels.shape, np.float32)
    if count is None:
        count = int(rng.integers(0, 9))
    step = 4
    rows, columns = np.nonzero((anatomy.labels[::step, ::step] == Tissue.WHITE) & (anatomy.grey[::step, ::step] < 0.1))
    if not count or not len(rows):
        return alpha, []
    nearness = np.exp(np.clip(anatomy.ventricle[::step, ::step][rows, columns], -40, 0) / 8) + 0.02
    chosen = rng.choice(len(rows), min(count, len(rows)), replace=False, p=nearness / nearness.sum())
    found = []
    for row, column in zip(rows[chosen] * step, columns[chosen] * step, strict=True):
        radius = float(np.clip(rng.lognormal(np.log(2.4), 0.4), 1.3, 6.0))
        reach = int(2.6 * radius / anatomy.spacing) + 2
        window = (slice(max(row - reach, 0), row + reach + 1), slice(max(column - reach, 0), column + reach + 1))
        y = (np.arange(*window[0].indices(alpha.shape[0])) - row).astype(np.float32) * np.float32(anatomy.spacing)
        x = (np.arange(*window[1].indices(alpha.shape[1])) - column).astype(np.float32) * np.float32(anatomy.spacing)
        turn, stretch = rng.uniform(0, np.pi), rng.uniform(1, 1.6)
        p = x[None] * np.cos(turn) + y[:, None] * np.sin(turn)
        q = y[:, None] * np.cos(turn) - x[None] * np.sin(turn)
        inside = radius - np.hypot(p / np.sqrt(stretch), q * np.sqrt(stretch))
        inside = inside + 0.28 * radius * smooth_noise(rng, y, x, max(0.8 * radius, 1.5))
        brain = np.isin(anatomy.labels[window], (Tissue.WHITE, Tissue.GREY, Tissue.CALLOSUM))
        blob = coverage(inside, 2.2) * rng.uniform(0.75, 1.0) * brain
        alpha[window] = np.maximum(alpha[window], blob)
        factor = SUPERSAMPLING
        found.append(
            {
                "position": (float((column + 0.5) / factor - 0.5), float((row + 0.5) / factor - 0.5)),
                "size": 2 * radius / (anatomy.spacing * factor),
            }
        )
    return alpha, found
