"""Cortical folding: sulci grow inwards from the brain's surface as curves that steer clear of each other and branch.

Grey matter drawn at an even distance from these curves and the surface is then a folded ribbon of even thickness.
Positions are millimetres in the head's frame (right of the picture, anterior).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STEP = 1.2  # mm


class Sulci:
    """Curves under construction: all points so far, which curve each belongs to, and half the width of its cleft."""

    def __init__(self) -> None:
        self.points = np.empty((0, 2))
        self.owners = np.empty(0, int)
        self.widths = np.empty(0)
        self._count = 0
        self._parents = np.full(4000, -1)

    def add(self, points: np.ndarray, widths: np.ndarray | float) -> None:
        """A ready curve (n, 2), made dense."""
        points = np.asarray(points, float)
        lengths = np.hypot(*np.diff(points, axis=0).T)
        travelled = np.concatenate([[0], np.cumsum(lengths)])
        at = np.arange(0, travelled[-1], 0.4)
        widths = np.broadcast_to(np.asarray(widths, float), len(points))
        dense = np.stack([np.interp(at, travelled, points[:, 0]), np.interp(at, travelled, points[:, 1])], axis=1)
        self._append(dense, self._count, np.interp(at, travelled, widths))
        self._count += 1

    def _append(self, points: np.ndarray, owners: np.ndarray | int, widths: np.ndarray) -> None:
        self.points = np.concatenate([self.points, points])
        self.owners = np.concatenate([self.owners, np.broadcast_to(owners, len(points))])
        self.widths = np.concatenate([self.widths, widths])

    def grow(
        self,
        rng: np.random.Generator,
        starts: np.ndarray,
        headings: np.ndarray,
        lengths: np.ndarray,
        open_widths: np.ndarray,
        allowed: Callable[[np.ndarray], np.ndarray],
        *,
        clearance: float = 5.0,
        branching: float = 0.05,
    ) -> None:
        """Grow curves from `starts` (n, 2) along `headings` (radians) for up to `lengths` mm.

        `allowed` tells for positions (n, 2) whether a curve may enter; a curve also ends where it would come closer
        than `clearance` to another one. Each step it may send out a branch sideways.
        """
        count = len(starts)
        tips, turn = np.array(starts, float), rng.normal(0, 0.05, count)
        headings, left, total = np.array(headings, float), np.array(lengths, float), np.array(lengths, float)
        owners, widths = self._count + np.arange(count), np.array(open_widths, float)
        self._count += count
        while len(tips):
            known, known_owners = self.points[::3], self.owners[::3]
            ahead = tips + 2.5 * np.stack([np.cos(headings), np.sin(headings)], axis=1)
            if len(known):
                gap = known[None] - ahead[:, None]
                distance = np.hypot(gap[..., 0], gap[..., 1])
                own, other = owners[:, None], known_owners[None]
                foreign = (own != other) & (self._parents[own] != other) & (self._parents[other] != own)
                distance = np.where(foreign, distance, np.inf)
                push = np.clip(9 - distance, 0, None) / (distance + 1)
                away = -(gap * (push / (distance + 1e-6))[..., None]).sum(axis=1)
                side = np.cos(headings) * away[:, 1] - np.sin(headings) * away[:, 0]
                headings = headings + 0.10 * np.tanh(1.5 * side)
                nearest = distance.min(axis=1)
            else:
                nearest = np.full(len(tips), np.inf)
            turn = 0.88 * turn + rng.normal(0, 0.045, len(tips))
            headings = headings + turn * STEP
            moved = tips + STEP * np.stack([np.cos(headings), np.sin(headings)], axis=1)
            travelled = 1 - left / total
            keep = (left > 0) & (nearest > clearance * np.clip(0.45 + 2 * travelled, 0, 1)) & allowed(moved)
            if not keep.any():
                break
            taper = widths * (1 - 0.75 * travelled)
            for part in (1 / 3, 2 / 3, 1.0):
                self._append((tips + part * (moved - tips))[keep], owners[keep], taper[keep])
            tips, headings, turn, left, total = moved[keep], headings[keep], turn[keep], left[keep] - STEP, total[keep]
            owners, widths = owners[keep], widths[keep]
            ripe = (total - left > 5) & (left > 1) & (rng.random(len(tips)) < branching)
            new = int(ripe.sum())
            if new:
                sideways = headings[ripe] + rng.choice([-1.0, 1.0], new) * rng.uniform(0.8, 1.5, new)
                reach = rng.uniform(4, 11, new)
                tips, headings = np.concatenate([tips, tips[ripe]]), np.concatenate([headings, sideways])
                turn = np.concatenate([turn, rng.normal(0, 0.05, new)])
                left, total = np.concatenate([left, reach]), np.concatenate([total, reach])
                self._parents[self._count : self._count + new] = owners[ripe]
                widths = np.concatenate([widths, 0.5 * widths[ripe]])
                owners = np.concatenate([owners, self._count + np.arange(new)])
                self._count += new

    def fill(
        self,
        rng: np.random.Generator,
        candidates: np.ndarray,
        headings: np.ndarray,
        gap: float,
        allowed: Callable[[np.ndarray], np.ndarray],
        clearance: float,
    ) -> None:
        """Short buried sulci (cut by the slice, away from the surface) where no curve is nearer than `gap`."""
        chosen: list[int] = []
        near = np.hypot(*(candidates[:, None] - self.points[None, ::3]).transpose(2, 0, 1)).min(axis=1)
        for index in np.flatnonzero(near > gap):
            others = candidates[chosen]
            if not chosen or np.hypot(*(others - candidates[index]).T).min() > gap:
                chosen.append(index)
        if chosen:
            count = len(chosen)
            self.grow(
                rng,
                candidates[chosen],
                headings[chosen],
                rng.uniform(8, 18, count),
                rng.uniform(0.0, 0.75, count),
                allowed,
                clearance=clearance,
                branching=0.12,
            )
