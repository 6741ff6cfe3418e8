"""Procedural CT slices for training: chests, abdomens and heads, drawn anew."""

from __future__ import annotations

import numpy as np

from stabview.images.image import Image
from stabview.images.phantoms import body, head_tissues
from stabview.images.phantoms.fields import average_blocks
from stabview.images.phantoms.head import LESION
from stabview.images.phantoms.tissues import Tissue
from stabview.images.prepare import prepare

SHARES = {"abdomen": 0.4, "thorax": 0.4, "head": 0.2}
HEAD_NOISE = 5.0  # HU

_HEAD_HU = {
    Tissue.AIR: -1000, Tissue.SKIN: 60, Tissue.FAT: -95, Tissue.MUSCLE: 55, Tissue.BONE: 1100, Tissue.MARROW: 350,
    Tissue.DURA: 60, Tissue.CSF: 8, Tissue.GREY: 40, Tissue.WHITE: 29, Tissue.VENTRICLE: 6, Tissue.CAUDATE: 40,
    Tissue.PUTAMEN: 40, Tissue.PALLIDUM: 42, Tissue.THALAMUS: 37, Tissue.CALLOSUM: 29, Tissue.CHOROID: 45,
    Tissue.VESSEL: 60, Tissue.VITREOUS: 8, Tissue.LENS: 75, Tissue.MUCOSA: 40, LESION: 22,
}  # fmt: skip
"""Usual attenuation of each tissue in HU, to a few HU."""


def ct_slice(generator: np.random.Generator, size: int = 256) -> np.ndarray:
    """A chest, abdomen or head as a study prepares it, (size, size) float32: 0 in air, largest value 1."""
    region = str(generator.choice(list(SHARES), p=list(SHARES.values())))
    seed = int(generator.integers(2**31))
    if region == "head":
        return prepare(_head(size, seed, float(generator.uniform(0.05, 0.95))), size=size).x
    return prepare(body(size, seed=seed, region=region), size=size).x


def _head(size: int, seed: int, level: float) -> Image:
    """A head in HU: the tissues of the MR phantom at twice the size, averaged."""
    table = np.array([_HEAD_HU[k] for k in range(len(_HEAD_HU))], np.float32)
    pixels = average_blocks(table[head_tissues(2 * size, seed=seed, level=level)], 2)
    grain = np.random.default_rng((seed, 2)).standard_normal(pixels.shape, dtype=np.float32)
    return Image(pixels + HEAD_NOISE * grain, title=f"Head, seed {seed}", units="HU", modality="CT")
