"""The organs of a drawn abdomen at the height of liver, spleen and kidneys."""

from __future__ import annotations

import numpy as np

from stabview.images.phantoms.body_parts import (
    HOUNSFIELD,
    Canvas,
    Organ,
    draw_ribs,
    draw_spine,
    draw_wall,
    vessel_tree,
)
from stabview.images.phantoms.fields import smooth_minimum, stroke_level


def draw_abdomen(canvas: Canvas) -> None:
    """Paint a whole abdominal slice."""
    rng = canvas.rng
    half_depth, fat = rng.uniform(98, 116), rng.uniform(9, 22)
    cavity, inner = draw_wall(canvas, rng.uniform(148, 168), half_depth, fat, (9, 12, 40))
    right = np.array([-0.85, -0.5, -0.1, 0.3]) + rng.normal(0, 0.1, 4)
    ribs = np.concatenate([right, np.pi - np.array([-0.85, -0.5, -0.1, 0.3]) + rng.normal(0, 0.1, 4)])
    canvas.warp(3.0, 55)
    canvas.warp(0.9, 16)
    spine = 61 + 0.5 * fat - half_depth + rng.normal(0, 2)
    liver = _liver(canvas, cavity)
    _spleen(canvas, cavity)
    _stomach(canvas, cavity)
    _bowel(canvas, cavity)
    _pancreas(canvas)
    for side in (-1, 1):
        _kidney(canvas, side, spine)
        psoas = canvas.ellipse((side * 34, spine - 6), (10, 15), side * 25)
        canvas.paint((psoas > 0) & (cavity > -30), Organ.MUSCLE)
        canvas.stroke(
            [(side * 13, spine + 22), (side * 24, spine + 8), (side * 27, spine - 12)], [3, 4, 2], Organ.MUSCLE
        )
    _great_vessels(canvas, spine)
    draw_spine(canvas, spine, rng.uniform(20, 23))
    draw_ribs(canvas, inner, ribs, 3.8, 4.5, 11)
    _liver_vessels(canvas, liver)


def _liver(canvas: Canvas, cavity: np.ndarray) -> np.ndarray:
    rng = canvas.rng
    right = canvas.ellipse((-62 + rng.normal(0, 4), 2 + rng.normal(0, 4)), (72, 82), 12)
    left = stroke_level(
        canvas.x,
        canvas.y,
        np.array([(-45, 38), (0, 52), (42 + rng.normal(0, 14), 58)]),
        np.array([34, 26, 7]) * rng.uniform(0.9, 1.1),
    )
    hollow = np.maximum(canvas.ellipse((8, -12), (46, 44)), canvas.ellipse((-58, -62), (32, 42), -20))
    level = np.maximum(right, left) + 1.2 * canvas.noise(18)
    level = smooth_minimum(smooth_minimum(level, -hollow, 14), cavity - 2.0, 12)
    fissure = stroke_level(canvas.x, canvas.y, np.array([(-16, 74), (-20, 52), (-24, 28)]), np.array([5, 2.2, 1.2]))
    level = np.minimum(level, -fissure)
    canvas.paint(level > 0, Organ.LIVER)
    if rng.random() < 0.6:
        bladder = canvas.ellipse(
            (-38 + rng.normal(0, 6), 30 + rng.normal(0, 6)), (rng.uniform(9, 14), rng.uniform(15, 24)), -20
        )
        canvas.paint(bladder > -1.6, Organ.BOWEL, 60)
        canvas.paint(bladder > 0, Organ.FLUID)
    return level


def _liver_vessels(canvas: Canvas, liver: np.ndarray) -> None:
    rng = canvas.rng
    hilum = (-24 + rng.normal(0, 4), 4 + rng.normal(0, 4))
    bright = HOUNSFIELD[Organ.LIVER] + rng.uniform(35, 60)
    strokes = vessel_tree(rng, hilum, np.pi - 0.1 + rng.normal(0, 0.2), 5.2, 34, 4)
    for heading in (np.pi - 0.9, np.pi + 0.7, np.pi / 2 + 0.2):
        strokes += vessel_tree(rng, (-34 + rng.normal(0, 8), -2 + rng.normal(0, 8)), heading, 3.2, 26, 4)
    for points, radii in strokes:
        canvas.stroke(points, radii, Organ.BLOOD, bright, within=Organ.LIVER)


def _spleen(canvas: Canvas, cavity: np.ndarray) -> None:
    rng = canvas.rng
    outer = canvas.ellipse((98, -14 + rng.normal(0, 5)), (44, 58 + rng.normal(0, 5)), -18)
    hollow = canvas.ellipse((62 + rng.normal(0, 3), -4), (42, 56), -18)
    level = smooth_minimum(smooth_minimum(outer, -hollow + 1.5 * canvas.noise(16), 10), cavity - 2.5, 8)
    canvas.paint(level > 0, Organ.SPLEEN)


def _stomach(canvas: Canvas, cavity: np.ndarray) -> None:
    rng = canvas.rng
    points = np.array([(72, 8), (70, 34), (44, 52), (14, 46)]) + rng.normal(0, 5, (4, 2))
    level = stroke_level(canvas.x, canvas.y, points, np.array([20, 24, 18, 9]) * rng.uniform(0.75, 1.05))
    level = smooth_minimum(level + 1.5 * canvas.noise(12), cavity - 3, 8)
    level = np.where(canvas.labels == Organ.LIVER, -1, level)
    canvas.paint(level > 0, Organ.BOWEL, 70)
    inside = level > 3.5
    canvas.paint(inside, Organ.BOWEL, rng.uniform(5, 35))
    surface = rng.uniform(42, 62)  # gas rises to the front of a patient lying on the back
    canvas.paint(inside & (canvas.y > surface), Organ.GAS)


def _bowel(canvas: Canvas, cavity: np.ndarray) -> None:
    """Loops of bowel in the fat left over: a wall, and in it fluid, stool with bubbles, or gas in front."""
    rng = canvas.rng
    coarse = 8
    for _ in range(90):
        x, y = rng.uniform(-110, 125), rng.uniform(-25, 75)
        half = rng.uniform(8, 17)
        axes = (half, half * rng.uniform(0.65, 1.0))
        level = ellipse_window = canvas.ellipse((x, y), (axes[0] + 3, axes[1] + 3), rng.uniform(0, 180))
        touched = canvas.labels[::coarse, ::coarse][ellipse_window[::coarse, ::coarse] > -2]
        room = cavity[::coarse, ::coarse][ellipse_window[::coarse, ::coarse] > 0]
        if len(touched) and len(room) and (touched == Organ.FAT).all() and room.min() > 2:
            level = level + 0.8 * canvas.noise(9)
            canvas.paint(level > 0, Organ.BOWEL, 75)
            inside = level > 2.6
            canvas.paint(inside, Organ.BOWEL, rng.uniform(0, 45))
            kind = rng.random()
            if kind < 0.4:
                canvas.paint(inside & (canvas.y > y + rng.uniform(-4, 4)), Organ.GAS)
            elif kind < 0.7:
                canvas.paint(inside & (canvas.noise(3) > 0.9), Organ.GAS, -600)


def _pancreas(canvas: Canvas) -> None:
    rng = canvas.rng
    points = np.array([(-18, 12), (6, 16), (30, 10), (56, -4)]) + rng.normal(0, 3, (4, 2))
    level = stroke_level(canvas.x, canvas.y, points, np.array([11, 7, 8, 6.5])) + 1.8 * canvas.noise(5)
    canvas.paint((level > 0) & np.isin(canvas.labels, (Organ.FAT, Organ.BOWEL)) & (level > -1), Organ.GLAND)


def _kidney(canvas: Canvas, side: int, spine: float) -> None:
    rng = canvas.rng
    x, y = side * (63 + rng.normal(0, 3)), spine + rng.normal(0, 5)
    turn = side * (38 + rng.normal(0, 8))
    long, wide = rng.uniform(29, 35), rng.uniform(22, 26)
    level = canvas.ellipse((x, y), (wide, long), turn) + 0.6 * canvas.noise(11)
    canvas.paint(level > -9, Organ.FAT)
    canvas.paint(level > -9.0, Organ.FAT, -106)
    inward = -side * np.cos(np.deg2rad(30)), np.sin(np.deg2rad(30))
    sinus = stroke_level(
        canvas.x,
        canvas.y,
        np.array([(x + inward[0] * 30, y + inward[1] * 26), (x + inward[0] * 4, y + inward[1] * 4)]),
        np.array([6, 8.5]),
    ) + 1.6 * canvas.noise(7)
    body = np.minimum(level, -sinus)
    canvas.paint(body > 0, Organ.KIDNEY, HOUNSFIELD[Organ.KIDNEY] + 12)
    angle = np.arctan2(canvas.y - y, canvas.x - x)
    pyramids = (level > 6) & (np.cos(9 * angle + rng.uniform(0, 6)) > -0.15)
    canvas.paint((body > 2) & pyramids, Organ.KIDNEY, HOUNSFIELD[Organ.KIDNEY] - 22)
    canvas.stroke(
        [(x + inward[0] * 6, y + inward[1] * 6), (x + inward[0] * 26, y + inward[1] * 20), (side * 10, spine + 26)],
        [2.2, 3.2, 3.6],
        Organ.BLOOD,
    )


def _great_vessels(canvas: Canvas, spine: float) -> None:
    rng = canvas.rng
    aorta = canvas.ellipse((9 + rng.normal(0, 3), spine + 30), (rng.uniform(8.5, 12),) * 2)
    canvas.paint(aorta > -1.5, Organ.MUSCLE)
    canvas.paint(aorta > 0, Organ.BLOOD, HOUNSFIELD[Organ.BLOOD] + 10)
    if rng.random() < 0.5:
        plaque = (np.abs(aorta) < 1) & (canvas.noise(6) > 1.2)
        canvas.paint(plaque, Organ.BONE, 520)
    cava = canvas.ellipse((-20 + rng.normal(0, 3), spine + 28), (rng.uniform(10, 14), rng.uniform(7, 11)), 10)
    canvas.paint(cava > 0, Organ.BLOOD, HOUNSFIELD[Organ.BLOOD] - 15)
    for x, y, radius in ((7, spine + 50, 3.4), (-8, spine + 52, 5.5)):
        canvas.paint(np.hypot(canvas.x - x, canvas.y - y) < radius, Organ.BLOOD)
