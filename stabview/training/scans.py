"""Simulated MRI scans to learn from: strips of slices, drawn coils, drawn lines, noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.sensitivities import birdcage
from stabview.training.brains import WIDTH, strip
from stabview.training.data import Drawn, ImageFolder, Mixture

Source = ImageFolder | Drawn | Mixture
Lines = Callable[[np.random.Generator], np.ndarray]
"""Draws which of the `WIDTH` lines are measured, (WIDTH,) booleans, centred."""
COIL_SETS = 24


def with_noise(generator: np.random.Generator, clean: torch.Tensor, operator: SamplingOperator, most: float):
    """clean + e with ||e|| / ||clean|| drawn from [0, most], for each image of a batch by itself."""
    drawn = torch.from_numpy(generator.standard_normal((*clean.shape, 2), dtype=np.float32))
    drawn = operator.restrict(torch.view_as_complex(drawn))
    axes = tuple(range(1, clean.ndim))
    level = torch.from_numpy(generator.uniform(0, most, clean.shape[0]).astype(np.float32))
    ratio = torch.linalg.vector_norm(clean, dim=axes) / torch.linalg.vector_norm(drawn, dim=axes)
    return clean + drawn * (level * ratio).reshape(-1, *[1] * len(axes))


def single_coil_scan(
    generator: np.random.Generator, data: Source, lines: Lines, *, rows: int, batch: int, noise: float
) -> tuple[torch.Tensor, FourierOperator, torch.Tensor]:
    """(y, operator, x) of `batch` strips, each with lines of its own."""
    x = torch.from_numpy(np.stack([strip(generator, data.draw(generator), rows) for _ in range(batch)]))
    masks = np.stack([lines(generator) for _ in range(batch)])
    operator = FourierOperator(np.broadcast_to(masks[:, None, :], (batch, rows, WIDTH)))
    return with_noise(generator, operator(x), operator, noise), operator, x


def parallel_scan(
    generator: np.random.Generator, data: Source, lines: Lines, coils: list[np.ndarray], *,
    rows: int, batch: int, noise: float,
) -> tuple[torch.Tensor, MultiCoilOperator, torch.Tensor]:  # fmt: skip
    """(y, operator, x) of `batch` strips, all with the same lines and the same rows of one of the sets of coils."""
    x = torch.from_numpy(np.stack([strip(generator, data.draw(generator), rows) for _ in range(batch)]))
    maps = coils[generator.integers(len(coils))]
    start = generator.integers(0, maps.shape[1] - rows + 1)
    operator = MultiCoilOperator(np.broadcast_to(lines(generator), (rows, WIDTH)), maps[:, start : start + rows])
    return with_noise(generator, operator(x), operator, noise), operator, x


def coil_sets(coils: int, *, count: int = COIL_SETS, seed: int = 0) -> list[np.ndarray]:
    """Birdcages whose coils stand somewhat elsewhere each time: (coils, WIDTH, WIDTH) complex64.

    Turned as a whole, each coil moved by up to a quarter of the distance to the next, radius in [1.45, 1.9].
    """
    generator = np.random.default_rng([coils, seed])
    spacing, found = 2 * np.pi / coils, []
    for _ in range(count):
        moved = np.arange(coils) + generator.uniform(0, 1) + generator.uniform(-0.25, 0.25, coils)
        maps = birdcage((WIDTH, WIDTH), coils, radius=generator.uniform(1.45, 1.9, coils), angles=spacing * moved)
        found.append(maps.astype(np.complex64))
    return found


def parallel_operator(rate: float, seed: int, *, pattern: str, coils: int) -> MultiCoilOperator:
    """The operator of a study with a birdcage, lines by the seed."""
    shape = (WIDTH, WIDTH)
    return MultiCoilOperator(sampling_mask(pattern, shape, rate, seed=seed), birdcage(shape, coils))
