"""Where each tissue of a drawn axial head lies: a label for every point of a fine grid, from a seed and a slice level.

All lengths are millimetres in the head's own frame: u to the right of the picture, v anterior, origin between the
thalami. Central structures are keyed at a few slice levels and interpolated between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stabview.images.phantoms.fields import ellipse_level, periodic_noise, smooth_minimum, smooth_noise, stroke_level
from stabview.images.phantoms.folding import Sulci
from stabview.images.phantoms.skull_base import BELOW, SkullBase
from stabview.images.phantoms.tissues import Tissue

FIELD_OF_VIEW = 230.4  # mm, so that 256 pixels are 0.9 mm each
SUPERSAMPLING = 2


@dataclass(frozen=True)
class Anatomy:
    """A head on the fine grid of `spacing` mm: `labels` (uint8), `grey` (share of grey matter within cortex and white
    matter), `opacity` (how far a nucleus differs from white matter, less at its edge), `ventricle` (signed distance to
    the ventricles in mm, positive inside)."""

    labels: np.ndarray
    grey: np.ndarray
    opacity: np.ndarray
    ventricle: np.ndarray
    spacing: float


# level: horn, body/atrium strokes as ((u, v, radius), ...), third ventricle (front, back, half width)
_LEVELS = np.array([0.2, 0.4, 0.55, 0.68, 0.78])
_HORN = np.array(
    [
        [(4, 14, -1.5), (5, 19, -0.8), (7, 25, 0.0), (9, 28, -1.0)],
        [(2.6, 5, 1.2), (3.6, 15, 2.2), (7.5, 23, 2.7), (13, 29, 1.4)],
        [(3.0, 2, 2.0), (4.5, 14, 3.0), (8.5, 24, 3.3), (13, 31, 1.8)],
        [(5, -4, 3.4), (4.6, 8, 3.4), (6.5, 20, 3.5), (10.5, 30, 1.8)],
        [(15, -8, -1.2), (14, 2, -1.0), (13, 12, -1.0), (13, 22, -1.6)],
    ]
)
_ATRIUM = np.array(
    [
        [(33, -18, 1.0), (33, -26, 2.0), (30, -36, 1.4), (27, -46, 0.2)],
        [(23, -25, 2.4), (27, -32, 4.2), (27, -42, 2.6), (23, -56, 0.6)],
        [(18, -25, 3.0), (24, -33, 4.8), (26, -42, 3.0), (23, -54, 0.6)],
        [(5.5, -6, 3.4), (11, -19, 4.0), (18, -32, 4.6), (21, -41, 2.2)],
        [(16, -12, -1.2), (18, -20, -1.2), (20, -28, -1.0), (21, -34, -1.4)],
    ]
)
_THIRD = np.array([(4, -13, 1.8), (5, -19, 1.3), (3, -12, 0.6), (0, -4, -2), (0, -4, -3)])
_CAUDATE = np.array(
    [  # centre u, v, axes
        (10, 20, 3.5, 5.5),
        (11.5, 18, 4.6, 9.5),
        (13.5, 15, 4.2, 10.5),
        (16.5, 4, 2.6, 17),
        (19, 4, -2, 12),
    ]
)
_PUTAMEN = np.array([(22, 10, 5.0, 10), (25, 7, 4.8, 15), (26, 5, 3.2, 13.5), (27, 4, -3, 8), (27, 4, -6, 8)])
_PALLIDUM = np.array([(16, 6, 2.5, 5), (18.5, 3, 3.6, 8.5), (20, 2, -1, 6), (20, 2, -4, 6), (20, 2, -6, 6)])
_THALAMUS = np.array([(9, -12, 4.5, 6), (10, -8.5, 7.8, 12.5), (11, -9, 6.6, 11.5), (12, -8, -2, 8), (12, -8, -6, 8)])
_FISSURE = np.array([(18, -30), (38, -35), (41, -38), (38, -42), (0, 0)])  # where the fissure ends, front and back
_KEEP_OUT = np.array([(0, 0, 32, 30), (0, 0, 34, 38), (0, 0, 33, 40), (4, 0, 25, 42), (25, 0, 12, 34)])


def _keyed(table: np.ndarray, level: float) -> np.ndarray:
    flat = table.reshape(len(_LEVELS), -1)
    return np.array([np.interp(level, _LEVELS, column) for column in flat.T]).reshape(table.shape[1:])


def _outline(rng: np.random.Generator, angles: np.ndarray, level: float) -> tuple[np.ndarray, float]:
    """Radius (mm) of the skin for each angle, and how obliquely the slice cuts the vault (1 = at a right angle)."""
    shrink = np.sqrt(1 - (max(level - 0.3, 0) / 1.01) ** 2)
    half_width, half_length = shrink * rng.uniform(71, 78), shrink * rng.uniform(90, 99)
    cos, sin = np.cos(angles), np.sin(angles)
    half_width = half_width * (1 - rng.uniform(0.04, 0.09) * sin - 0.03 * np.clip(sin, 0, 1) ** 2)
    power = rng.uniform(2.1, 2.35)
    radius = ((np.abs(cos) / half_width) ** power + (np.abs(sin) / half_length) ** power) ** (-1 / power)
    if level < BELOW:  # narrower in front, with the root of the nose
        radius = radius * (1 - 0.10 * np.clip(sin, 0, 1) ** 2) + 9 * np.exp(-(((angles - np.pi / 2) / 0.13) ** 2))
    return radius * (1 + 0.007 * periodic_noise(rng, angles, range(1, 7), 1.0)), float(1 / max(shrink, 0.6))


def _mirror(points: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(points, float) * (side, 1)


def _sulci(
    rng: np.random.Generator,
    level: float,
    hull: np.ndarray,
    angles: np.ndarray,
    scale: float,
    midline: np.ndarray,
    atrophy: float,
) -> Sulci:
    """All clefts of the cortex: interhemispheric and Sylvian fissures, then sulci grown from every surface."""

    def radius_at(where: np.ndarray) -> np.ndarray:
        return np.interp(np.mod(where, 2 * np.pi), angles, hull, period=2 * np.pi)

    def middle(v: np.ndarray) -> np.ndarray:
        return midline[0] * np.sin(v / 45 + midline[1])

    core = _keyed(_KEEP_OUT, level) * scale
    vertex = max(level - 0.78, 0) / 0.22
    core[2:] *= 1 - 0.9 * vertex
    base = level < BELOW
    if base:
        core[2:] = 5

    def allowed(at: np.ndarray) -> np.ndarray:
        u, v = at.T
        inside = np.hypot(u, v) < radius_at(np.arctan2(v, u)) + 1
        deep = ((np.abs(u) - core[0]) / core[2]) ** 2 + ((v - core[1]) / core[3]) ** 2 < 1
        return inside & ~deep & (np.abs(u - middle(v)) > 3.2)

    sulci = Sulci()
    front, back = _keyed(_FISSURE, level) * scale
    top, bottom = radius_at(np.pi / 2) + 2, -radius_at(-np.pi / 2) - 2
    ends = [] if base else [(top, front), (bottom, back)]
    gap = rng.uniform(0.5, 1.3) + atrophy
    for outer, inner in ends:
        v = np.linspace(outer, inner, 30)
        along = np.linspace(0, 1, 30)
        sulci.add(np.stack([middle(v), v], axis=1), gap * (1 + 1.3 * np.exp(-along / 0.07) - 0.3 * along))

    strength = 0 if base else np.interp(level, [0.2, 0.3, 0.58, 0.66], [0.6, 1, 0.7, 0])
    for side in (-1, 1):
        jitter = rng.normal(0, 1.5, 6)
        opening = np.interp(level, [0.2, 0.4, 0.62], [28, 16, -8]) + jitter[0] * 2
        start = np.arctan2(opening, 58)
        reach = radius_at(start if side > 0 else np.pi - start) + 2
        entry = np.array([np.cos(start), np.sin(start)]) * reach
        if strength > 0.15:
            knee = np.array([38.5 + jitter[1], opening - 5]) * scale
            wide = strength * rng.uniform(0.8, 1.6) + atrophy
            bend = (entry + knee) / 2 + (0, jitter[2])
            sulci.add(_mirror(np.array([entry, bend, knee]), side), np.array([1.2, 0.6, 1.1]) * wide)
            top_v, low_v = (
                np.interp(level, [0.2, 0.4, 0.62], [20, 25, 12]),
                np.interp(level, [0.2, 0.4, 0.62], [2, -14, -20]),
            )
            insula = np.array(
                [(33.5, top_v), (37, top_v - 10), knee / scale, (38.5, low_v + 8), (41 + jitter[3], low_v)]
            )
            insula = insula[np.argsort(-insula[:, 1])] * scale
            sulci.add(_mirror(insula, side), np.array([0.4, 1.2, 1.3, 1.0, 0.3]) * wide)

    starts, headings, lengths, widths = [], [], [], []
    depth = np.interp(level, [0.3, 0.7, 1.0], [1.0, 1.05, 0.9])
    at = rng.uniform(0, 0.1)
    while at < 2 * np.pi - 0.08:
        radius = float(radius_at(at))
        point = np.array([np.cos(at), np.sin(at)]) * (radius + 1.5)
        if abs(point[0]) > 6:
            normal = np.arctan2(-point[1] / 1.4, -point[0])
            starts.append(point)
            headings.append(normal + rng.normal(0, 0.3))
            lengths.append(depth * (rng.uniform(15, 27) if rng.random() < 0.62 else rng.uniform(6, 13)))
            widths.append(rng.uniform(-0.3, 0.65) + atrophy + 0.35 * vertex)
        at += rng.uniform(7.0, 13.0) / radius
    for side in (-1, 1):
        for outer, inner in ends:
            v = outer - np.sign(outer) * rng.uniform(7, 11)
            while v * np.sign(outer) > abs(inner) + 3:
                starts.append(np.array([middle(v), v]))
                headings.append((0 if side > 0 else np.pi) + rng.normal(0, 0.35))
                lengths.append(rng.uniform(6, 19))
                widths.append(rng.uniform(-0.2, 0.55) + atrophy)
                v -= np.sign(outer) * rng.uniform(8, 14)

    def leaving(at: np.ndarray) -> np.ndarray:
        # a sulcus starts on the surface or in the fissure, where nothing may enter later
        return allowed(at) | (np.abs(at[:, 0] - middle(at[:, 1])) <= 3.2)

    order = rng.permutation(len(starts))
    sulci.grow(
        rng,
        np.array(starts)[order],
        np.array(headings)[order],
        np.array(lengths)[order],
        np.array(widths)[order],
        leaving,
    )
    spread = np.stack([rng.uniform(-hull.max(), hull.max(), 700), rng.uniform(-hull.max(), hull.max(), 700)], axis=1)
    within = np.hypot(*spread.T) < radius_at(np.arctan2(spread[:, 1], spread[:, 0])) - 7
    spread = spread[within & allowed(spread)]
    sulci.fill(rng, spread, rng.uniform(-np.pi, np.pi, len(spread)), 8.0, allowed, 4.5)
    return sulci


def draw_anatomy(rng: np.random.Generator, size: int, level: float) -> Anatomy:
    """Draw the tissues of one head on a grid of SUPERSAMPLING * size points a side."""
    from scipy.ndimage import distance_transform_edt  # takes longer to load than the window to open

    count = SUPERSAMPLING * size
    spacing = FIELD_OF_VIEW / count
    axis = ((np.arange(count) + 0.5) * spacing - FIELD_OF_VIEW / 2).astype(np.float32)
    turn = np.deg2rad(rng.normal(0, 3.0))
    shift = rng.uniform(-3, 3), rng.uniform(-4, 4)
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    across, up = axis[None, :] - np.float32(shift[0]), -axis[:, None] - np.float32(shift[1])
    u, v = across * cos + up * sin, up * cos - across * sin

    angles = np.linspace(0, 2 * np.pi, 1024, endpoint=False)
    skin, oblique = _outline(rng, angles, level)
    scale = float(skin.mean() / 84)

    def noise(low: float, high: float, orders: range = range(1, 12)) -> np.ndarray:
        return low + (high - low) / (1 + np.exp(-1.6 * periodic_noise(rng, angles, orders, 0.6)))

    side, behind = np.abs(np.cos(angles)), np.clip(-np.sin(angles), 0, 1)
    temple = side * np.exp(-(((np.sin(angles) - 0.3) / 0.35) ** 2))
    atrophy = rng.uniform(0, 0.7) ** 2
    layers = [
        (Tissue.SKIN, oblique * noise(1.5, 2.3)),
        (Tissue.FAT, oblique * (noise(1.8, 3.8) + 2.0 * behind * rng.random() + 1.2 * rng.random())),
        (Tissue.MUSCLE, 0.5 + temple * rng.uniform(5, 8) * np.clip((0.75 - level) / 0.45, 0, 1)),
        (Tissue.BONE, oblique * noise(1.2, 2.2)),
        (Tissue.MARROW, oblique * np.clip(noise(0.2, 4.0) - 1.5 * temple, 0, None)),
        (Tissue.BONE, oblique * noise(1.2, 2.2)),
        (Tissue.DURA, oblique * noise(0.5, 1.0)),
        (Tissue.CSF, oblique * noise(0.15, 1.5 + 2.2 * atrophy, range(2, 24))),
    ]
    radius = np.hypot(u, v)
    bins = (np.arctan2(v, u) * np.float32(1024 / (2 * np.pi))).astype(np.int32) % 1024
    slope = np.gradient(skin, angles) / skin
    upright = (1 / np.sqrt(1 + slope**2)).astype(np.float32)[bins]
    labels = np.zeros((count, count), np.uint8)
    edge = skin.copy()
    for tissue, thickness in layers:
        depth = (edge.astype(np.float32)[bins] - radius) * upright
        labels[depth > 0] = tissue
        edge = edge - thickness * np.sqrt(1 + slope**2)
    hull = edge
    depth = (hull.astype(np.float32)[bins] - radius) * upright
    cavity = labels == Tissue.CSF

    midline = np.array([rng.uniform(-1.2, 1.2), rng.uniform(-1, 1)])
    sulci = _sulci(rng, level, hull, angles, scale, midline, atrophy)
    column = (sulci.points[:, 0] * cos - sulci.points[:, 1] * sin + shift[0] + FIELD_OF_VIEW / 2) / spacing
    row = (FIELD_OF_VIEW / 2 - (sulci.points[:, 0] * sin + sulci.points[:, 1] * cos + shift[1])) / spacing
    column = np.clip(column.astype(int), 0, count - 1)
    row = np.clip(row.astype(int), 0, count - 1)
    width = np.full((count, count), -9, np.float32)
    np.maximum.at(width, (row, column), sulci.widths.astype(np.float32))
    away, (near_row, near_column) = distance_transform_edt(width < -8, return_indices=True)
    cleft = away.astype(np.float32) * np.float32(spacing) - width[near_row, near_column]
    cleft += 0.25 * smooth_noise(rng, axis, axis, 5)
    pial = smooth_minimum(depth, cleft, 3.5)
    base = None
    if level < BELOW:
        beneath = (skin.astype(np.float32)[bins] - radius) * upright
        base = SkullBase(rng, axis, u / np.float32(scale), v / np.float32(scale), beneath)
        pial = smooth_minimum(pial, -base.barrier * np.float32(scale) - np.float32(0.8), 3.0)

    ribbon = 2.9 + 0.45 * smooth_noise(rng, axis, axis, 14) + 0.25 * smooth_noise(rng, axis, axis, 4)
    labels[cavity & (pial > 0)] = Tissue.GREY
    labels[cavity & (pial > ribbon)] = Tissue.WHITE
    soft = np.clip(1.9 + 0.7 * smooth_noise(rng, axis, axis, 18), 0.6, 3).astype(np.float32)
    grey = np.clip((ribbon - pial) / soft + 0.5, 0, 1)
    middle = midline[0] * np.sin(v / 45 + midline[1])
    falx = cavity & (np.abs(u - middle) < 0.45) & (pial <= 0)
    opacity = np.ones_like(u)
    if base is not None:
        return Anatomy(labels, grey, opacity, base.draw(labels, grey, depth), spacing)
    labels[falx] = Tissue.DURA
    ventricle = _centre(
        rng, labels, grey, opacity, axis, (u - middle) / np.float32(scale), v / np.float32(scale), level
    )
    _vessels(rng, labels, u - middle, v, hull, angles, level, scale)
    return Anatomy(labels, grey, opacity, ventricle, spacing)


def _centre(
    rng: np.random.Generator,
    labels: np.ndarray,
    grey: np.ndarray,
    opacity: np.ndarray,
    axis: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    level: float,
) -> np.ndarray:
    """Draw ventricles and deep grey nuclei into `labels`, `grey` and `opacity`; return the signed distance
    to the ventricles (mm)."""
    rows = np.flatnonzero((np.abs(v) < 66).any(axis=1))
    columns = np.flatnonzero((np.abs(u) < 46).any(axis=0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    down, across = axis[window[0]], axis[window[1]]
    bend = [1.1 * smooth_noise(rng, down, across, 28) + 0.35 * smooth_noise(rng, down, across, 7) for _ in range(2)]
    u, v = u[window], v[window]
    calm = np.clip(np.abs(u) / 8, 0.15, 1)
    x, y = np.abs(u + bend[0] * calm), v + bend[1]
    part = labels[window]
    brain = (part == Tissue.WHITE) | (part == Tissue.GREY)
    swell = rng.uniform(-0.7, 1.4)

    def nucleus(table: np.ndarray, tissue: Tissue, degrees: float) -> None:
        cu, cv, a, b = _keyed(table, level)
        if min(a, b) > 0.5:
            grow = rng.uniform(0.93, 1.07)
            inside = ellipse_level(x, y, (cu + max(swell, 0) * 0.8, cv), (a * grow, b * grow), degrees)
            at = (inside > 0) & brain
            part[at] = tissue
            opacity[window][at] = np.clip(0.2 + inside[at] / 2.2, 0, 1)

    if level < 0.6:
        claustrum = stroke_level(x, y, np.array([(28, 22), (31.5, 8), (31, -8)]), np.array([0.2, 0.7, 0.2]))
        brain_only = part == Tissue.WHITE
        grey[window][brain_only] = np.maximum(grey[window], np.clip(claustrum + 0.6, 0, 0.8))[brain_only]

    nucleus(_PUTAMEN, Tissue.PUTAMEN, -10)
    nucleus(_PALLIDUM, Tissue.PALLIDUM, -22)
    nucleus(_THALAMUS, Tissue.THALAMUS, 28)
    nucleus(_CAUDATE, Tissue.CAUDATE, -14 if level < 0.6 else 8)

    front, back = _keyed(_FISSURE, level)
    if level < 0.77 and level > 0.3:
        reach = np.interp(level, [0.3, 0.55, 0.7, 0.77], [16, 18, 14, 10])
        for at, sign in ((front - 6.5, 1), (back + 6.0, -1)):
            arch = np.stack([np.array([0, reach * 0.5, reach]), at + sign * np.array([0, 1.5, 6.0])], axis=1)
            band = stroke_level(x, y, arch, np.array([4.0, 3.6, 2.0])) > 0
            part[band & (part == Tissue.WHITE)] = Tissue.CALLOSUM

    horn, atrium = _keyed(_HORN, level), _keyed(_ATRIUM, level)
    lateral = np.maximum(
        stroke_level(x, y, horn[:, :2], horn[:, 2] + swell), stroke_level(x, y, atrium[:, :2], atrium[:, 2] + swell)
    )
    lateral = np.minimum(lateral, x - 0.55)
    third_front, third_back, half = _keyed(_THIRD, level)
    third = stroke_level(
        x,
        y,
        np.array([(0, third_front), (0, (third_front + third_back) / 2), (0, third_back)]),
        np.array([half * 0.5, half + 0.3 * swell, half * 0.8]),
    )
    space = np.maximum(lateral, third)
    part[(space > 0) & brain] = Tissue.VENTRICLE
    if level < 0.75:
        plexus = stroke_level(x, y, atrium[1:3, :2] + (0.5, 3.0), np.array([1.6, 0.9]) + 0.3 * swell)
        part[(plexus > 0) & (lateral > 0.3)] = Tissue.CHOROID
    if level < 0.27:
        _midbrain(rng, part, grey[window], x, y, 1.1 * smooth_noise(rng, down, across, 9))
        space = np.minimum(space, np.where(y > -30, lateral, space))
    elif level < 0.5:
        cistern = stroke_level(x, y, np.array([(0, back + 1.0), (0, back - 7)]), np.array([3.2, 2.0])) > 0
        part[cistern] = Tissue.CSF
        part[np.hypot(x, y - back + 2.5) < 1.5] = Tissue.VESSEL
    result = np.full(labels.shape, -60, np.float32)
    result[window] = space
    return result


def _midbrain(
    rng: np.random.Generator, part: np.ndarray, grey: np.ndarray, x: np.ndarray, y: np.ndarray, uneven: np.ndarray
) -> None:
    """Draw the midbrain within its cisterns, and the star-shaped cistern before it, into the window's labels.

    `uneven` (mm) is how much wider or narrower the cisterns are from place to place.
    """
    size = rng.uniform(0.92, 1.08)
    stem = np.maximum(
        ellipse_level(x, y, (0, -15), (14 * size, 12 * size)),
        stroke_level(x, y, np.array([(6, -12), (13, -1)]) * size, np.array([6, 5]) * size),
    )
    stem = np.maximum(stem, ellipse_level(x, y, (5, -26), (5.5, 4)))
    notch = stroke_level(x, y, np.array([(0, 6), (0, -4)]), np.array([5, 1.2]))
    stem = np.minimum(stem, -notch)
    around = np.maximum(stem + rng.uniform(1.2, 2.4), ellipse_level(x, y, (0, -31), (9, 5))) + uneven
    star = np.maximum(
        ellipse_level(x, y, (0, 9), (7, 6)), stroke_level(x, y, np.array([(3, 12), (21, 16)]), np.array([2.6, 0.8]))
    )
    part[(around > 0) | (star + uneven > 0)] = Tissue.CSF
    part[stem > 0] = Tissue.WHITE
    nuclei = np.maximum(ellipse_level(x, y, (5, -11), (3, 3)), ellipse_level(x, y, (10, -5), (1.6, 5), -40))
    grey[stem > 0] = np.clip(0.35 + 0.3 * (nuclei > 0), 0, 1)[stem > 0]
    part[np.hypot(x, y + 21.5) < 1.1] = Tissue.VENTRICLE
    for u, v, radius in ((0, 2.5, 1.5), (11, 13, 1.7), (17, -12, 0.9)):
        part[(np.hypot(x - u, y - v) < radius) & (part == Tissue.CSF)] = Tissue.VESSEL


def _vessels(
    rng: np.random.Generator,
    labels: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    hull: np.ndarray,
    angles: np.ndarray,
    level: float,
    scale: float,
) -> None:
    """Sagittal sinus and the round cross-sections of arteries in the fissures and of veins in the scalp."""
    for angle, size in ((3 * np.pi / 2, rng.uniform(3.2, 5)), (np.pi / 2, rng.uniform(1.5, 3))):
        reach = np.interp(angle, angles, hull) + 2.2
        height = (np.abs(v) - (reach - 2.2 * size)) * np.sign(np.sin(angle)) * np.sign(v)
        wedge = (height > 0) & (np.abs(u) < 0.45 * height) & (np.sign(v) == np.sign(np.sin(angle)))
        labels[wedge & np.isin(labels, (Tissue.CSF, Tissue.DURA, Tissue.GREY, Tissue.WHITE))] = Tissue.VESSEL

    def dots(tissue: Tissue, count: int, low: float, high: float) -> None:
        rows, columns = np.nonzero(labels == tissue)
        for index in rng.integers(0, max(len(rows), 1), count if len(rows) else 0):
            radius = rng.uniform(low, high)
            r, c = rows[index], columns[index]
            reach = int(np.ceil(radius / abs(u[0, 1] - u[0, 0]))) + 2
            window = slice(max(r - reach, 0), r + reach), slice(max(c - reach, 0), c + reach)
            inside = np.hypot(u[window] - u[r, c], v[window] - v[r, c]) < radius
            labels[window][inside & (labels[window] == tissue)] = Tissue.VESSEL

    dots(Tissue.CSF, 14, 0.5, 1.0)
    dots(Tissue.FAT, 10, 0.5, 1.1)
