"""The brain MR slices that the MRI networks learn from, divided by subject, and strips of them as samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stabview.images.errors import InputError
from stabview.training.data import Drawn, ImageFolder, augmented, read_folder, smooth_phase, subjects_in

WIDTH = 256
SUBJECTS = {
    "train": ("cross07", "long01", "long03", "long04", "long19"),
    "validation": ("long12",),
    "test": ("long20", "cross26"),
}
BRAIN_SOURCE = (
    "brain MR slices of five subjects (Lesjak et al., Neuroinformatics 2017, doi:10.1007/s12021-017-9348-7, CC BY 4.0,"
    " as published in muschellij2/open_ms_data)"
)


def brain_slices(folder: Path | None, split: str) -> ImageFolder:
    """The images of one split: by the names in `SUBJECTS`, or of every five subjects in any other folder 3, 1 and 1."""
    if folder is None:
        raise InputError("This recipe needs images: give their folder with --data DIR.")
    names = subjects_in(folder)
    if set(SUBJECTS[split]) <= set(names):
        return read_folder(folder, SUBJECTS[split], source=BRAIN_SOURCE)
    if len(names) < 3:
        raise InputError(f"{folder} holds {len(names)} subjects; training, choosing and testing need at least 3.")
    places = {"train": (0, 3, 4), "validation": (1,), "test": (2,)}[split]
    return read_folder(folder, tuple(name for k, name in enumerate(names) if k % 5 in places))


def by_subject(slices: ImageFolder) -> Drawn:
    """The same slices, those of every subject drawn equally often."""
    names = list(dict.fromkeys(slices.subjects))
    pairs = list(zip(slices.images, slices.subjects, strict=True))
    groups = [[image for image, name in pairs if name == one] for one in names]

    def draw(generator: np.random.Generator) -> np.ndarray:
        group = groups[generator.integers(len(groups))]
        return group[generator.integers(len(group))]

    return Drawn(draw, f"{slices.source}, every subject equally often")


def strip(generator: np.random.Generator, image: np.ndarray, rows: int, *, phase: float = 0.6) -> np.ndarray:
    """`rows` neighbouring rows of an augmented image, (rows, W) complex64, with a smooth phase in a share of cases.

    Where lines are sampled along the columns and every row is measured fully, the operator acts on each row by itself
    and a strip is an exact smaller problem.
    """
    image = augmented(generator, image)
    for _ in range(20):  # a strip of background alone teaches nothing
        start = generator.integers(0, image.shape[0] - rows + 1)
        piece = image[start : start + rows].astype(np.complex64)
        if np.abs(piece).mean() > 0.02:
            break
    if generator.random() < phase:
        piece = piece * smooth_phase(generator, image.shape)[start : start + rows]
    return piece
