"""The lowest slices of the drawn head: orbits, ethmoid cells, petrous ridges, temporal lobes, pons and cerebellum."""

from __future__ import annotations

import numpy as np

from stabview.images.phantoms.fields import ellipse_level, smooth_noise, stroke_level
from stabview.images.phantoms.tissues import Tissue

BELOW = 0.15  # slice levels under this one are cut through the skull base

# how far forward the brain reaches at each distance from the midline (mm): sella, sphenoid wing, temporal pole
_FRONT = np.array([(0, 4), (11, 6), (17, 22), (26, 35), (40, 41), (52, 36), (64, 22), (90, 0)], float)


class SkullBase:
    """The skull base of one head: `barrier`, the signed distance (mm) inside what is not brain, and how to draw it."""

    def __init__(
        self, rng: np.random.Generator, axis: np.ndarray, u: np.ndarray, v: np.ndarray, skin: np.ndarray
    ) -> None:
        self.rng, self.axis, self.skin = rng, axis, skin
        bend = [1.0 * smooth_noise(rng, axis, axis, 26) + 0.3 * smooth_noise(rng, axis, axis, 8) for _ in range(2)]
        self.x, self.y = u + bend[0], v + bend[1]
        self.side = np.abs(self.x)
        table = np.interp(np.arange(0, 130, 0.5), _FRONT[:, 0] + rng.normal(0, 0.8, 8).cumsum() * 0.3, _FRONT[:, 1])
        reach = table.astype(np.float32)[np.clip(self.side * 2, 0, 259).astype(int)]
        self.face = (self.y - reach) * np.float32(0.8)
        drop = rng.uniform(-4, 4)
        self.petrous = self._stroke([(13, 2), (34, -12 + drop / 2), (66, -24 + drop)], [2.0, 5.0, 8.5])
        self.tentorium = self._stroke([(17, 0), (24, -14), (40, -20), (66, -26 + drop)], [0.8, 0.6, 0.6, 0.6])
        self.cistern = np.maximum(self._ellipse((0, 4), (17, 8)), self._ellipse((19, -12), (9, 5), 50))
        self.barrier = np.maximum.reduce([self.face, self.petrous, self.cistern])

    def _stroke(self, points: list[tuple[float, float]], radii: list[float]) -> np.ndarray:
        return stroke_level(self.side, self.y, np.array(points), np.array(radii))

    def _ellipse(self, centre: tuple[float, float], axes: tuple[float, float], degrees: float = 0.0) -> np.ndarray:
        return ellipse_level(self.side, self.y, centre, axes, degrees)

    def draw(self, labels: np.ndarray, grey: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Draw over the cortex already in `labels` and `grey`; return the distance inside the fourth ventricle."""
        fourth = self._hindbrain(labels, grey, depth)
        brain = np.isin(labels, (Tissue.GREY, Tissue.WHITE, Tissue.CSF))
        horn = self._stroke([(30, 6), (33, -4)], [0.5, 1.3])
        labels[brain & (horn > 0)] = Tissue.VENTRICLE
        labels[brain & (self.petrous > -0.6)] = Tissue.BONE
        marrow = (self.petrous > 1.4) & (smooth_noise(self.rng, self.axis, self.axis, 7) > 0.9)
        labels[brain & marrow] = Tissue.MARROW
        ear = (self.petrous > 1.5) & (np.hypot(self.side - 24, self.y + 7) < 3)
        labels[brain & ear] = Tissue.CSF
        self._face(labels)
        return fourth

    def _hindbrain(self, labels: np.ndarray, grey: np.ndarray, depth: np.ndarray) -> np.ndarray:
        rng = self.rng
        edge = np.where(self.side < 66, -self.side * 0.36 - 11, -60)
        hind = np.minimum(np.minimum(edge - self.y - np.clip(9 - 0.5 * self.side, 0, 9), depth), -self.petrous - 1)
        inside = np.isin(labels, (Tissue.GREY, Tissue.WHITE, Tissue.CSF))
        room = inside & (hind > 0)
        # folia follow the surface at even distances; dark clefts between them are narrower than the leaves
        across = (
            hind + 2.4 * smooth_noise(rng, self.axis, self.axis, 18) + 0.5 * smooth_noise(rng, self.axis, self.axis, 7)
        )
        leaf = np.mod(across / 3.4, 1)
        core = self._ellipse((20, -40), (17, 9), -20) + 3 * smooth_noise(rng, self.axis, self.axis, 7)
        labels[room] = Tissue.GREY
        grey[room] = np.clip(0.75 - 0.25 * np.cos(2 * np.pi * leaf)[room] - np.clip(0.5 + core[room] / 5, 0, 1), 0, 1)
        patchy = smooth_noise(rng, self.axis, self.axis, 11)
        cleft = room & (leaf < 0.11) & (core < -3) & (patchy > 0.1)
        labels[cleft] = Tissue.CSF
        beside = self.side - 8 + 1.5 * smooth_noise(rng, self.axis, self.axis, 12)
        vermis = room & (np.abs(beside) < 0.5) & (self.y < -42) & (patchy > 0.3)
        vermis |= room & (self.side < 0.22 * (7 - hind))  # the notch behind
        labels[vermis | (room & (hind < 0.7))] = Tissue.CSF
        pons = np.maximum(self._ellipse((0, -11), (16, 12.5)), self._stroke([(8, -14), (22, -26)], [7, 6]))
        labels[inside & (pons > 0)] = Tissue.WHITE
        grey[inside & (pons > 0)] = 0.3
        fourth = np.maximum(self._ellipse((0, -28), (7.5, 4)), self._ellipse((0, -32), (3, 5)))
        labels[inside & (fourth > 0)] = Tissue.VENTRICLE
        line = inside & (np.abs(self.tentorium + 0.2) < 0.7) & (hind < 3)
        labels[line] = Tissue.DURA
        labels[inside & (np.hypot(self.x - 0.6, self.y - 4.5) < 1.8)] = Tissue.VESSEL
        return fourth

    def _face(self, labels: np.ndarray) -> None:
        rng = self.rng
        under = self.skin - 2.2
        face = (self.face > -0.5) & (under > 0)
        labels[face] = Tissue.MUSCLE
        labels[face & (smooth_noise(rng, self.axis, self.axis, 6) > 0.6)] = Tissue.FAT
        labels[face & (under < 3.5)] = Tissue.FAT
        wing = np.abs(self.face - 1.2) < 1.5
        labels[face & wing & (self.side > 10)] = Tissue.BONE
        middle = face & (self.side < 14)
        labels[middle] = Tissue.BONE
        clivus = self._ellipse((0, 12), (11, 6))
        labels[middle & (clivus > 1)] = Tissue.MARROW
        sphenoid = np.maximum(self._ellipse((6.5, 25), (6, 8.5)), -1) + 0.8 * smooth_noise(rng, self.axis, self.axis, 7)
        labels[middle & (sphenoid > 0)] = Tissue.AIR
        cells = middle & (self.y > 34) & (self.y < 84) & (self.side < 12)
        labels[cells] = Tissue.AIR
        walls = np.abs(smooth_noise(rng, self.axis, self.axis, 7)) < 0.16
        labels[cells & (walls | (self.side < 0.8) | (self.side > 11.2))] = Tissue.MUCOSA
        eye, size = (31 + rng.normal(0, 1), 70 + rng.normal(0, 1.5)), rng.uniform(11.3, 12.6)
        apex = (14.5, 30)
        cone = self._stroke([apex, (24, 48), (eye[0], eye[1] - 2)], [2.5, 11.5, 16])
        cone = np.minimum(cone, under - 1)
        labels[(cone > -1.6) & (under > 2)] = Tissue.BONE
        labels[cone > 0] = Tissue.FAT
        for tip in ((eye[0] - 12, eye[1] - 7), (eye[0] + 12, eye[1] - 7)):
            bow = ((apex[0] + tip[0]) / 2 + 0.18 * (tip[0] - eye[0]), (apex[1] + tip[1]) / 2)
            labels[(self._stroke([apex, bow, tip], [1.2, 2.3, 1.0]) > 0) & (cone > 0)] = Tissue.MUSCLE
        nerve = self._stroke([apex, (23, 46), (eye[0] - 1, eye[1] - 10)], [1.9, 2.2, 2.2])
        labels[(nerve > -1.1) & (cone > 0)] = Tissue.CSF
        labels[(nerve > 0) & (cone > 0)] = Tissue.MUSCLE
        globe = self._ellipse(eye, (size, size))
        labels[globe > -1.1] = Tissue.SKIN
        labels[globe > 0] = Tissue.VITREOUS
        labels[self._ellipse((eye[0], eye[1] + size - 3.2), (4.8, 2.2)) > 0] = Tissue.LENS
