"""Parts shared by drawn abdomens and chests: the canvas in Hounsfield units, body wall, spine, ribs and vessel trees.

Lengths are millimetres: x to the right of the picture (the patient's left), y anterior, origin in the body's middle.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from stabview.images.phantoms.fields import ellipse_level, periodic_noise, smooth_noise, stroke_level


class Organ(IntEnum):
    """Labels of the organ map."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    BONE = 4
    MARROW = 5
    LIVER = 6
    SPLEEN = 7
    KIDNEY = 8
    BLOOD = 9
    BOWEL = 10
    GAS = 11
    LUNG = 12
    FLUID = 13
    GLAND = 14
    LESION = 15
    NERVE = 16


# mean CT numbers in the portal venous phase
HOUNSFIELD = {
    Organ.AIR: -1000, Organ.SKIN: 10, Organ.FAT: -102, Organ.MUSCLE: 58, Organ.BONE: 780, Organ.MARROW: 210,
    Organ.LIVER: 108, Organ.SPLEEN: 118, Organ.KIDNEY: 175, Organ.BLOOD: 150, Organ.BOWEL: 45, Organ.GAS: -960,
    Organ.LUNG: -855, Organ.FLUID: 12, Organ.GLAND: 88, Organ.LESION: 45, Organ.NERVE: 35,
}  # fmt: skip


class Canvas:
    """Organ labels and CT numbers on a grid of points `x`, `y` that may be warped; later paint covers earlier paint."""

    def __init__(self, rng: np.random.Generator, axis: np.ndarray) -> None:
        self.rng, self.axis = rng, axis
        self.spacing = float(axis[1] - axis[0])
        self.x = np.broadcast_to(axis[None, :], (len(axis), len(axis)))
        self.y = np.broadcast_to(-axis[:, None], (len(axis), len(axis)))
        self.labels = np.zeros(self.x.shape, np.uint8)
        self.wall = np.full(self.x.shape, np.inf, np.float32)  # depth below the subcutaneous fat, once it is drawn
        self.hounsfield = np.full(self.x.shape, HOUNSFIELD[Organ.AIR], np.float32)

    def noise(self, scale: float) -> np.ndarray:
        return smooth_noise(self.rng, self.axis, self.axis, scale)

    def warp(self, amplitude: float, scale: float) -> None:
        """Bend the coordinates for what is painted from now on."""
        self.x = self.x + np.float32(amplitude) * self.noise(scale)
        self.y = self.y + np.float32(amplitude) * self.noise(scale)

    def paint(self, inside: np.ndarray, organ: Organ, hounsfield: float | None = None) -> None:
        self.labels[inside] = organ
        self.hounsfield[inside] = HOUNSFIELD[organ] if hounsfield is None else hounsfield

    def stroke(
        self,
        points: list[tuple[float, float]] | np.ndarray,
        radii: list[float] | np.ndarray,
        organ: Organ,
        hounsfield: float | None = None,
        within: Organ | tuple[Organ, ...] | None = None,
    ) -> None:
        """Paint a polyline of changing radius, touching only the pixels near it."""
        points, radii = np.asarray(points, float), np.asarray(radii, float)
        margin = radii.max() + 12
        rows = slice(*np.searchsorted(self.axis, (-points[:, 1].max() - margin, -points[:, 1].min() + margin)))
        columns = slice(*np.searchsorted(self.axis, (points[:, 0].min() - margin, points[:, 0].max() + margin)))
        inside = stroke_level(self.x[rows, columns], self.y[rows, columns], points, radii) > 0
        if within is not None:
            inside &= np.isin(self.labels[rows, columns], within)
        self.labels[rows, columns][inside] = organ
        self.hounsfield[rows, columns][inside] = HOUNSFIELD[organ] if hounsfield is None else hounsfield

    def ellipse(self, centre: tuple[float, float], axes: tuple[float, float], degrees: float = 0.0) -> np.ndarray:
        """Signed distance to an ellipse in the (warped) coordinates, positive inside."""
        return ellipse_level(self.x, self.y, centre, axes, degrees)


def draw_wall(
    canvas: Canvas,
    half_width: float,
    half_depth: float,
    fat: float,
    muscle: tuple[float, float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Paint skin, fat and the muscular wall; return the depth below the wall (mm, positive inside) and its radius.

    `muscle` is the thickness in front, at the sides and behind; the radius is given for 720 angles.
    """
    rng = canvas.rng
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    cos, sin = np.cos(angles), np.sin(angles)
    power = rng.uniform(2.25, 2.6)
    outline = ((np.abs(cos) / half_width) ** power + (np.abs(sin) / half_depth) ** power) ** (-1 / power)
    outline = outline * (1 + 0.012 * periodic_noise(rng, angles, range(1, 7), 1.0))
    outline -= 7 * np.exp(-(((angles - 1.5 * np.pi) / 0.16) ** 2)) * rng.uniform(0.4, 1)  # furrow over the spine
    back, front = np.clip(-sin, 0, 1), np.clip(sin, 0, 1)
    layer = fat * (0.8 + 0.5 * front + 0.15 * periodic_noise(rng, angles, range(1, 6), 0.5) - 0.2 * back)
    layer = np.clip(layer, 4, None)
    wall = muscle[1] + (muscle[0] - muscle[1]) * front**3 + (muscle[2] - muscle[1]) * back**4
    wall = wall * (1 + 0.12 * periodic_noise(rng, angles, range(2, 9), 0.5))
    inner = outline - 2 - layer - wall
    bins = (np.arctan2(canvas.y, canvas.x) * np.float32(720 / (2 * np.pi))).astype(np.int32) % 720
    radius = np.hypot(canvas.x, canvas.y)
    slope = np.gradient(outline, angles) / outline
    upright = (1 / np.sqrt(1 + slope**2)).astype(np.float32)[bins]

    def depth(edge: np.ndarray) -> np.ndarray:
        return (edge.astype(np.float32)[bins] - radius) * upright

    skin = depth(outline)
    canvas.paint(skin > 0, Organ.SKIN)
    canvas.paint(skin > 2, Organ.FAT)
    outer = canvas.wall = depth(outline - 2 - layer)
    canvas.paint(outer > 0, Organ.MUSCLE)
    share = outer / np.maximum(wall.astype(np.float32)[bins], 1)
    layers = np.abs(np.mod(3 * share + 0.25 * canvas.noise(30), 1) - 0.5)  # fat between the layers of the wall
    streaks = (layers > 0.46) & (share > 0.2) & (share < 0.85) & (canvas.noise(12) > -0.4)
    canvas.paint((outer > 0) & streaks, Organ.FAT, -65)
    canvas.paint((outer > 1) & (canvas.noise(5) > 2.0), Organ.FAT, -60)
    cavity = depth(inner)
    canvas.paint(cavity > 0, Organ.FAT)
    return cavity, inner


def draw_bone(canvas: Canvas, level: np.ndarray, shell: float, marrow: float = HOUNSFIELD[Organ.MARROW]) -> None:
    """Cortical bone of thickness `shell` around spongy bone whose density varies on a small scale."""
    canvas.paint(level > 0, Organ.BONE)
    inside = level > shell
    canvas.paint(inside, Organ.MARROW)
    texture = marrow + 38 * smooth_noise(canvas.rng, canvas.axis, canvas.axis, 2.2)
    canvas.hounsfield[inside] = texture[inside]


def draw_spine(canvas: Canvas, centre: float, size: float) -> None:
    """A vertebra seen along the spine: body, pedicles, transverse and spinous processes, canal with its contents.

    The muscles beside it stay within the body wall.
    """
    rng = canvas.rng
    behind = centre - 1.05 * size
    muscle = np.maximum(
        canvas.ellipse((-26, behind - 18), (23, 17), -12), canvas.ellipse((26, behind - 18), (23, 17), 12)
    )
    muscle = np.minimum(muscle + 1.5 * canvas.noise(14), canvas.wall - 1)
    canvas.paint((muscle > -2) & (canvas.wall > 0), Organ.FAT)
    canvas.paint(muscle > 0, Organ.MUSCLE)
    canvas.paint((muscle > 2) & (canvas.noise(5) > 1.7), Organ.FAT, -40)
    arch = [
        ((-0.5 * size, behind + 6), (-0.65 * size, behind - 6)),
        ((0.5 * size, behind + 6), (0.65 * size, behind - 6)),
        ((-0.65 * size, behind - 6), (0, behind - 17)),
        ((0.65 * size, behind - 6), (0, behind - 17)),
        ((0, behind - 16), (rng.normal(0, 1.5), behind - 16 - rng.uniform(14, 24))),
    ]
    reach = rng.uniform(1.3, 1.75) * size
    arch += [((side * 0.65 * size, behind - 5), (side * reach, behind - rng.uniform(6, 14))) for side in (-1, 1)]
    processes = np.maximum.reduce(
        [stroke_level(canvas.x, canvas.y, np.array(pair), np.array([4.2, 3.4]) * size / 21) for pair in arch]
    )
    draw_bone(canvas, processes + 0.5 * canvas.noise(7), 1.6)
    body = canvas.ellipse((0, centre), (1.1 * size, 0.86 * size))
    body = np.minimum(body, -canvas.ellipse((0, behind - 0.1 * size), (0.72 * size, 0.42 * size)) + 2)
    draw_bone(canvas, body + 0.5 * canvas.noise(9), 1.5)
    canal = canvas.ellipse((0, behind - 2), (0.52 * size, 0.4 * size))
    canvas.paint(canal > 0, Organ.FLUID)
    canvas.paint(canvas.ellipse((0, behind - 2), (0.26 * size, 0.2 * size)) > 0, Organ.NERVE)


def draw_ribs(
    canvas: Canvas, inner: np.ndarray, angles: np.ndarray, thickness: float, outward: float, longest: float
) -> None:
    """Ribs cut obliquely at `angles` (radians), lying `outward` mm outside the cavity of radius `inner`."""
    rng = canvas.rng
    for angle in angles:
        at = np.interp(np.mod(angle, 2 * np.pi), np.linspace(0, 2 * np.pi, 720, endpoint=False), inner) + outward
        point = np.array([np.cos(angle), np.sin(angle)]) * at
        ahead = angle + 0.1
        other = np.array([np.cos(ahead), np.sin(ahead)]) * (
            np.interp(np.mod(ahead, 2 * np.pi), np.linspace(0, 2 * np.pi, 720, endpoint=False), inner) + outward
        )
        along = (other - point) / np.hypot(*(other - point))
        half = rng.uniform(4, longest)
        ends = np.array([point - along * half, point, point + along * half])
        ends[1] += point / at * 0.06 * half
        radii = thickness * np.array([0.75, 1, 0.75]) * rng.uniform(0.85, 1.15)
        canvas.stroke(ends, radii, Organ.BONE, within=(Organ.MUSCLE, Organ.FAT))
        canvas.stroke(ends, radii - 1.4, Organ.MARROW, within=Organ.BONE)


def vessel_tree(
    rng: np.random.Generator,
    root: tuple[float, float],
    heading: float,
    radius: float,
    length: float,
    generations: int,
    spread: float = 0.6,
    slab: float = 6.0,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The parts of a branching vessel that lie within `slab` mm of the slice, as strokes (points, radii).

    The tree grows in space: each vessel bends and ends in two thinner, shorter ones, some of which leave the slice.
    """
    strokes = []
    open_ends = [(np.array([*root, rng.normal(0, 1)], float), heading, rng.normal(0, 0.15), radius, length, 0)]
    while open_ends:
        start, angle, rise, r, reach, depth = open_ends.pop()
        bend = angle + rng.normal(0, 0.22)
        middle = start + 0.5 * reach * np.array([np.cos(angle), np.sin(angle), np.tan(rise)])
        end = middle + 0.5 * reach * np.array([np.cos(bend), np.sin(bend), np.tan(rise)])
        path = np.linspace(0, 1, 7)[:, None]
        points = np.where(path < 0.5, start + 2 * path * (middle - start), middle + (2 * path - 1) * (end - middle))
        thickness = r * (1 - 0.15 * path[:, 0])
        # a vessel that leaves the slice shows a narrower chord
        chord = thickness**2 - np.clip(np.abs(points[:, 2]) - slab, 0, None) ** 2
        visible = chord > 0.1
        if visible.sum() > 1:
            first, last = np.flatnonzero(visible)[[0, -1]]
            part = slice(first, last + 1)
            strokes.append((points[part, :2], np.sqrt(np.clip(chord[part], 0, None))))
        if depth < generations:
            share = rng.uniform(0.6, 0.85)
            for sign, part in ((1, share), (-1, 1.45 - share)):
                turn = bend + sign * rng.uniform(0.8, 2.6) * spread * (1.25 - part)
                tilt = np.clip(rise + rng.normal(0, 0.3), -1.1, 1.1)
                open_ends.append((end, turn, tilt, r * part**0.7 * 0.88, reach * rng.uniform(0.65, 0.95), depth + 1))
    return strokes
