"""The organs of a drawn chest at the height of the heart."""

from __future__ import annotations

import numpy as np

from stabview.images.phantoms.body_parts import (
    HOUNSFIELD,
    Canvas,
    Organ,
    draw_bone,
    draw_ribs,
    draw_spine,
    draw_wall,
    vessel_tree,
)
from stabview.images.phantoms.fields import smooth_minimum, stroke_level


def draw_thorax(canvas: Canvas) -> None:
    """Paint a whole chest slice."""
    rng = canvas.rng
    half_depth, fat = rng.uniform(98, 112), rng.uniform(7, 18)
    cavity, inner = draw_wall(canvas, rng.uniform(158, 174), half_depth, fat, (16, 22, 34))
    canvas.warp(2.5, 60)
    canvas.warp(0.8, 18)
    spine = 56 + 0.5 * fat - half_depth + rng.normal(0, 2)
    heart = canvas.ellipse(
        (22 + rng.normal(0, 4), 22 + rng.normal(0, 4)), (rng.uniform(46, 56), rng.uniform(36, 44)), -32
    )
    heart = heart + 1.0 * canvas.noise(22)
    _lungs(canvas, cavity, heart, spine)
    _heart(canvas, heart)
    aorta = canvas.ellipse((21 + rng.normal(0, 2), spine + 6), (rng.uniform(10, 13),) * 2)
    canvas.paint(aorta > -1.5, Organ.MUSCLE)
    canvas.paint(aorta > 0, Organ.BLOOD)
    gullet = canvas.ellipse((6, spine + 25), (7, 5))
    canvas.paint(gullet > 0, Organ.MUSCLE)
    canvas.paint(gullet > 3.4, Organ.GAS, -500)
    canvas.paint(np.hypot(canvas.x + 8, canvas.y - spine - 20) < 3.2, Organ.BLOOD)
    draw_spine(canvas, spine, rng.uniform(17, 19.5))
    front = np.array([0.55, 0.85, 1.15])
    around = np.concatenate([np.array([-1.15, -0.72, -0.3, 0.1]), front])
    ribs = np.concatenate([around, np.pi - around])
    draw_ribs(canvas, inner, ribs + rng.normal(0, 0.07, len(ribs)), 4.0, 5.0, 15)
    top = np.interp(np.pi / 2, np.linspace(0, 2 * np.pi, 720, endpoint=False), inner)
    draw_bone(canvas, canvas.ellipse((0, top + 7), (rng.uniform(15, 20), 6)), 1.6)
    for side in (-1, 1):
        blade = stroke_level(
            canvas.x,
            canvas.y,
            np.array([(side * 78, -82), (side * 100, -74), (side * 118, -56)]),
            np.array([2.6, 3.2, 4.4]),
        )
        if rng.random() < 0.75:
            draw_bone(canvas, blade, 1.4)


def _lungs(canvas: Canvas, cavity: np.ndarray, heart: np.ndarray, spine: float) -> None:
    rng = canvas.rng
    trunk = stroke_level(canvas.x, canvas.y, np.array([(4, 75), (2, 30), (0, spine)]), np.array([7, 20, 25]))
    mediastinum = np.maximum(np.maximum(heart + 2.5, trunk), canvas.ellipse((21, spine + 6), (15, 15)))
    level = smooth_minimum(cavity - 1.5, -mediastinum + 0.8 * canvas.noise(14), 7)
    lung = level > 0
    canvas.paint(lung, Organ.LUNG)
    shade = HOUNSFIELD[Organ.LUNG] + 14 * canvas.noise(3) + 12 * canvas.noise(20) - 0.35 * (canvas.y + 20)
    canvas.hounsfield[lung] = shade[lung]
    fissures = [
        stroke_level(
            canvas.x,
            canvas.y,
            np.array([(side * 55, 10), (side * 90, -14), (side * 130, -20)]) + rng.normal(0, 7, (3, 2)),
            np.array([0.6, 0.6, 0.6]),
        )
        > 0
        for side in (-1, 1)
    ]
    canvas.paint(lung & (fissures[0] | fissures[1]), Organ.LUNG, -700)
    for side in (-1, 1):
        hilum = (side * 42 + (12 if side > 0 else 0), -6.0)
        outward = 0.0 if side > 0 else np.pi
        for heading, length in ((0.9, 24), (0.25, 30), (-0.45, 30), (-1.1, 24)):
            angle = outward + side * heading + rng.normal(0, 0.12)
            root = hilum[0] + rng.normal(0, 3), hilum[1] + rng.normal(0, 4)
            for points, radii in vessel_tree(rng, root, angle, 3.8, length, 6, slab=7.0):
                canvas.stroke(points, radii, Organ.BLOOD, 60, within=Organ.LUNG)
            bronchus = vessel_tree(rng, (root[0], root[1] + 5), angle, 2.6, length * 0.7, 1)
            for points, radii in bronchus:
                canvas.stroke(points, radii + 1.1, Organ.BOWEL, 20, within=Organ.LUNG)
            for points, radii in bronchus:
                canvas.stroke(points, radii, Organ.GAS, -990)
    # vessels that cross the slice: the farther from the hilum, the smaller
    rows, columns = np.nonzero(canvas.labels[::6, ::6] == Organ.LUNG)
    for index in rng.integers(0, len(rows), 260):
        x, y = (float(axis[6 * rows[index], 6 * columns[index]]) for axis in (canvas.x, canvas.y))
        away = np.hypot(abs(x) - 45, y)
        radius = np.clip(rng.lognormal(np.log(1.9 - 0.014 * away), 0.3), 0.5, 3)
        step = rng.normal(0, 0.9, 2) * radius * rng.uniform(0, 2)
        canvas.stroke(
            [(x, y), (x + step[0], y + step[1])],
            [radius, 0.8 * radius],
            Organ.BLOOD,
            np.clip(60 - 260 * (1.2 - radius), -500, 60),
            within=Organ.LUNG,
        )


def _heart(canvas: Canvas, level: np.ndarray) -> None:
    rng = canvas.rng
    canvas.paint(level > -2.5, Organ.FAT)
    canvas.paint(level > -1.4, Organ.MUSCLE, 35)
    canvas.paint(level > -0.6, Organ.FAT)
    canvas.paint(level > 2.2 + 1.5 * canvas.noise(14), Organ.MUSCLE, 105)
    chambers = (
        ((44, 14), (30, 17), -38, 7.0),
        ((14, 44), (27, 13), -32, 2.0),
        ((-14, 24), (15, 20), 20, 1.5),
        ((12, -6), (24, 13), -10, 1.5),
    )
    for centre, axes, degrees, gap in chambers:
        spot = centre[0] + rng.normal(0, 2), centre[1] + rng.normal(0, 2)
        room = canvas.ellipse(spot, axes, degrees) + 1.2 * canvas.noise(9)
        canvas.paint((room > 0) & (level > gap), Organ.BLOOD, HOUNSFIELD[Organ.BLOOD] + rng.normal(10, 6))
