"""Training images: folders of real images split by subject, and phantoms drawn without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stabview.images.errors import InputError

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """Real images of one split, each scaled to maximum 1.

    Attributes
    ----------
    images : list of (H, W) float32 arrays.
    subjects : where each image came from (file name without ending).
    source : what the model card says of the data.
    """

    images: list[np.ndarray]
    subjects: list[str]
    source: str

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self.images[generator.integers(len(self.images))]


def read_folder(folder: Path, subjects: tuple[str, ...] | None, *, size: int = 256, source: str = "") -> ImageFolder:
    """Read the images of the named subjects (all when None) below `folder`.

    An `.npz` file is a subject and holds `images` (n, H, W); any other image file that StabView opens (NIfTI, DICOM,
    PNG, ...) is a subject of its own with all its slices. Slices with less than 4 % of their pixels above a tenth of
    the maximum are left out.
    """
    if not folder.is_dir():
        raise InputError(f"The data folder {folder} does not exist; give the folder that holds the training images.")
    images, names = [], []
    for path in sorted(folder.rglob("*")):
        name = path.name.split(".")[0]
        if subjects is not None and name not in subjects:
            continue
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                if "images" not in archive:
                    raise InputError(f"{path.name} has no array 'images'; training files hold one of shape (n, H, W).")
                slices = [scaled(piece) for piece in archive["images"]]
        elif path.is_file():
            slices = _image_slices(path, size)
        else:
            continue
        slices = [piece for piece in slices if (piece > 0.1).mean() >= 0.04]
        images += slices
        names += [name] * len(slices)
    if not images:
        wanted = "" if subjects is None else f" of the subjects {', '.join(subjects)}"
        raise InputError(f"No training images{wanted} were found in {folder}; it should hold npz, NIfTI, DICOM or PNG.")
    return ImageFolder(images, names, source or f"images in {folder.name}")


def subjects_in(folder: Path) -> list[str]:
    """The subjects (file names without ending) below a folder."""
    if not folder.is_dir():
        raise InputError(f"The data folder {folder} does not exist; give the folder that holds the training images.")
    return list(dict.fromkeys(path.name.split(".")[0] for path in sorted(folder.rglob("*")) if path.is_file()))


def _image_slices(path: Path, size: int) -> list[np.ndarray]:
    from stabview.images.prepare import prepare
    from stabview.images.readers import count_slices, looks_like_image, open_image

    if not looks_like_image(path):
        return []
    return [np.abs(prepare(open_image(path, slice=k), size=size).x) for k in range(count_slices(path))]


def scaled(pixels: np.ndarray) -> np.ndarray:
    pixels = pixels.astype(np.float32)
    return pixels / max(float(pixels.max()), 1e-6)


@dataclass(frozen=True)
class Drawn:
    """Phantoms drawn anew for every sample: `draw(generator)` returns (H, W) float32 with maximum about 1."""

    draw_one: Callable[[np.random.Generator], np.ndarray]
    source: str

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        return self.draw_one(generator)


@dataclass(eq=False)
class Reused:
    """Phantoms that take long to draw: one of the last `kept` is given again, or by the chance `fresh` a new one.

    `draw_one(generator)` returns (H, W) float32 with maximum about 1.
    """

    draw_one: Callable[[np.random.Generator], np.ndarray]
    source: str
    kept: int = 200
    fresh: float = 0.1

    def __post_init__(self) -> None:
        self._pool: list[np.ndarray] = []

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        if len(self._pool) == self.kept and generator.random() >= self.fresh:
            return self._pool[generator.integers(self.kept)]
        image = self.draw_one(generator)
        if len(self._pool) == self.kept:
            self._pool[generator.integers(self.kept)] = image
        else:
            self._pool.append(image)
        return image


@dataclass(frozen=True)
class Mixture:
    """Several sources, drawn from with given probabilities."""

    parts: tuple[tuple[float, ImageFolder | Drawn | Reused], ...] = field(default_factory=tuple)

    @property
    def source(self) -> str:
        if len(self.parts) == 1:
            return self.parts[0][1].source
        return "; ".join(f"{share:.0%} {part.source}" for share, part in self.parts)

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        shares = np.array([share for share, _ in self.parts])
        chosen = generator.choice(len(self.parts), p=shares / shares.sum())
        return self.parts[chosen][1].draw(generator)


def smooth_phase(generator: np.random.Generator, shape: tuple[int, int], *, order: int = 3) -> np.ndarray:
    """exp(i phi) with phi a random low-order cosine series of up to about +-pi, (H, W) complex64."""
    rows, columns = (np.arange(n, dtype=np.float32) / n for n in shape)
    phase = np.full(shape, generator.uniform(-np.pi, np.pi), np.float32)
    strength = generator.uniform(0, 1.5)
    for i in range(order):
        for j in range(order):
            wave = np.outer(
                np.cos(np.pi * i * rows + generator.uniform(0, np.pi)),
                np.cos(np.pi * j * columns + generator.uniform(0, np.pi)),
            )
            phase += np.float32(strength * generator.standard_normal() / (1 + i + j)) * wave.astype(np.float32)
    return np.exp(1j * phase).astype(np.complex64)


def augmented(generator: np.random.Generator, image: np.ndarray, *, shift: int = 16) -> np.ndarray:
    """Random flips, shifts of up to `shift` pixels and a random intensity factor in [0.5, 1.1]."""
    if generator.random() < 0.5:
        image = image[:, ::-1]
    if generator.random() < 0.25:
        image = image[::-1]
    image = np.roll(image, tuple(generator.integers(-shift, shift + 1, 2)), axis=(0, 1))
    return np.ascontiguousarray(image) * np.float32(generator.uniform(0.5, 1.1))
