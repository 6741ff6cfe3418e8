"""Axial CT slices of a drawn body in Hounsfield units: an abdomen with its organs, or a chest with lungs and heart."""

from __future__ import annotations

import numpy as np

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.images.phantoms.abdomen import draw_abdomen
from stabview.images.phantoms.body_parts import HOUNSFIELD, Canvas, Organ
from stabview.images.phantoms.fields import average_blocks, coverage, smooth_noise
from stabview.images.phantoms.thorax import draw_thorax

FIELD_OF_VIEW = 380.0  # mm
SUPERSAMPLING = 2
REGIONS = ("abdomen", "thorax")


def body(
    size: int = 256, *, seed: int = 0, lesions: int | None = None, region: str = "abdomen", noise: float = 9.0
) -> Image:
    """An axial CT slice, `size` pixels a side over 380 mm, in HU as after contrast medium (portal venous phase).

    Parameters
    ----------
    lesions : how many dark lesions the liver (or dense ones the lungs) hold; None lets the seed decide (0 to 4).
    region : "abdomen" or "thorax".
    noise : standard deviation in HU of the (slightly smooth) noise.

    The image's facts hold "lesions", a list of {"position": (column, row), "size": pixels across}.
    """
    from scipy.ndimage import gaussian_filter  # takes longer to load than the window to open

    if noise < 0:
        raise InputError(f"The noise of the body must not be negative, but is {noise}.")
    canvas, found = _draw(size, seed, lesions, region)
    rng = np.random.default_rng((seed, 1))
    values = canvas.hounsfield
    tissue = (values > -300) & (values < 300)
    values = values + tissue * 4 * smooth_noise(rng, canvas.axis, canvas.axis, 3.5)
    pixels = gaussian_filter(average_blocks(values, SUPERSAMPLING), 0.45 * size / 256)
    grain = gaussian_filter(rng.standard_normal((size, size), dtype=np.float32), 0.6)
    pixels = np.clip(pixels + grain * (noise / grain.std()), -1024, 3071)
    spacing = FIELD_OF_VIEW / size
    return Image(
        pixels,
        title=f"Body phantom, {region}, seed {seed}",
        spacing=(spacing, spacing),
        orientation=("R", "L", "A", "P"),
        units="HU",
        modality="CT",
        steps=(f"Drawn: axial {region}, seed {seed}, noise {noise:g} HU.",),
        facts={"lesions": found, "region": region, "seed": seed},
    )


def body_organs(size: int = 256, *, seed: int = 0, lesions: int | None = None, region: str = "abdomen") -> np.ndarray:
    """The organ of every pixel of `body` with the same arguments: (size, size) uint8 values of `Organ`."""
    canvas, _ = _draw(size, seed, lesions, region)
    return canvas.labels[SUPERSAMPLING // 2 :: SUPERSAMPLING, SUPERSAMPLING // 2 :: SUPERSAMPLING].copy()


def _draw(size: int, seed: int, lesions: int | None, region: str) -> tuple[Canvas, list[dict[str, object]]]:
    if size < 32:
        raise InputError(f"A body needs at least 32 pixels a side, not {size}.")
    if region not in REGIONS:
        raise InputError(f"There is no body region {region!r}; choose {' or '.join(REGIONS)}.")
    if lesions is not None and lesions < 0:
        raise InputError(f"The number of lesions must not be negative, but is {lesions}.")
    count = SUPERSAMPLING * size
    axis = ((np.arange(count) + 0.5) * FIELD_OF_VIEW / count - FIELD_OF_VIEW / 2).astype(np.float32)
    canvas = Canvas(np.random.default_rng(seed), axis)
    (draw_abdomen if region == "abdomen" else draw_thorax)(canvas)
    found = _lesions(canvas, np.random.default_rng((seed, 0)), lesions, region)
    return canvas, found


def _lesions(canvas: Canvas, rng: np.random.Generator, count: int | None, region: str) -> list[dict[str, object]]:
    if count is None:
        count = int(rng.integers(0, 5))
    organ, dark = (Organ.LIVER, HOUNSFIELD[Organ.LESION]) if region == "abdomen" else (Organ.LUNG, 40)
    step = 4
    rows, columns = np.nonzero(canvas.labels[::step, ::step] == organ)
    found = []
    for index in rng.permutation(len(rows))[:count]:
        row, column = rows[index] * step, columns[index] * step
        radius = float(np.clip(rng.lognormal(np.log(5), 0.4), 2.5, 12))
        reach = int(1.8 * radius / canvas.spacing) + 2
        window = (slice(max(row - reach, 0), row + reach + 1), slice(max(column - reach, 0), column + reach + 1))
        y, x = canvas.axis[window[0]] - canvas.axis[row], canvas.axis[window[1]] - canvas.axis[column]
        inside = radius - np.hypot(x[None], y[:, None]) + 0.12 * radius * smooth_noise(rng, y, x, 0.7 * radius)
        alpha = coverage(inside, 1.6) * (canvas.labels[window] == organ)
        canvas.hounsfield[window] += alpha * (dark + rng.normal(0, 10) - canvas.hounsfield[window])
        canvas.labels[window][alpha > 0.5] = Organ.LESION
        found.append(
            {
                "position": (float((column + 0.5) / SUPERSAMPLING - 0.5), float((row + 0.5) / SUPERSAMPLING - 0.5)),
                "size": 2 * radius / (canvas.spacing * SUPERSAMPLING),
            }
        )
    return found
