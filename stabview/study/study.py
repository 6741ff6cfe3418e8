"""The study: everything the user chose, as one immutable value. The window and the command line both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from stabview.experiments.catalogue import experiment

DEFAULT_RATES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.33, 0.4, 0.5, 0.65, 0.8, 1.0)
DEFAULT_VIEWS = (20, 35, 50, 75, 100, 150, 200)
COMPLEX = ("fourier", "multicoil", "radial-fourier")
"""Operators of complex images; the others measure real ones."""
COUNTING_VIEWS = ("radon", "radial-fourier")
"""Operators whose amount of data is a number of views or spokes; that of the others is a rate."""


@dataclass(frozen=True)
class ImageChoice:
    """Which image: a file (`path`, and `slice` of it) or a phantom by name; and the size it is reconstructed at.

    stored : what the numbers of the file are where they are no pixels: measured data, "kspace" or "sinogram".
    """

    path: str | None = None
    phantom: str | None = None
    slice: int | None = None
    size: int = 256
    fit: str = "auto"
    seed: int = 0
    stored: str | None = None


@dataclass(frozen=True)
class SamplingChoice:
    """Operator and samples: `pattern` and `rate`, or `views` where views or spokes are counted.

    noise : ||e|| / ||A x||.
    coils : of the birdcage, unless `maps` names a file of sensitivities or `calibration` one of raw k-space from which
        they are estimated.
    mask : a file in place of `pattern` and `rate`; angles : a file of view angles in place of `views`.
    geometry, filter : of the Radon transform and its back-projection.
    finer : the data come from an image so many times finer than the one that is reconstructed.
    """

    operator: str = "fourier"
    pattern: str = "cartesian-gaussian"
    rate: float = 0.33
    views: int = 50
    seed: int = 0
    noise: float = 0.0
    coils: int = 8
    maps: str | None = None
    calibration: str | None = None
    geometry: str = "parallel"
    filter: str = "ram-lak"
    finer: int = 1
    mask: str | None = None
    angles: str | None = None

    @property
    def counts_views(self) -> bool:
        """Whether the amount of data is a number of views or spokes, not a rate."""
        return self.operator in COUNTING_VIEWS


@dataclass(frozen=True)
class NetworkChoice:
    """A shipped network by `name`, or one from a file (`path`); `trained_rate` marks the rate or views it learnt at."""

    name: str | None = None
    path: str | None = None
    trained_rate: float | None = None


@dataclass(frozen=True)
class SoaChoice:
    """The reference method. None means: by the documented rule, or what suits the method best.

    problem : "p1", "p2" or "p3"; `lambda_` is the radius eta for P1. wavelet, levels : of method "wavelet".
    """

    method: str = "tv"
    problem: str = "p2"
    lambda_: float | None = None
    tolerance: float | None = None
    algorithm: str | None = None
    wavelet: str | None = None
    levels: int | None = None


@dataclass(frozen=True)
class Detail:
    """A painted detail, in pixels of x. `contrast` is a fraction of max|x|, negative for dark details.

    kind : symbol, text, lesion or stroke.
    text : the glyphs of a symbol or text.
    position : centre (column, row).
    size : height of the glyphs, diameter of a lesion (full width at half maximum), width of a stroke.
    points : the path of a stroke, ((column, row), ...).
    erase : for strokes only: removes what earlier strokes painted.
    edge, texture, aspect : of a lesion: how soft its edge is, how uneven it is within, its height over its width.
    hidden : it stays in the study, but is not painted.
    """

    kind: str
    position: tuple[float, float] = (0.0, 0.0)
    size: float = 12.0
    contrast: float = 0.2
    text: str = ""
    angle: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    erase: bool = False
    edge: float = 1.0
    texture: float = 0.0
    aspect: float = 1.0
    hidden: bool = False

    def scaled(self, factor: float) -> Detail:
        """The same detail on an image of `factor` times as many pixels along each side."""

        def moved(point: tuple[float, float]) -> tuple[float, float]:
            return (point[0] + 0.5) * factor - 0.5, (point[1] + 0.5) * factor - 0.5

        points = tuple(moved(point) for point in self.points)
        return replace(self, position=moved(self.position), size=self.size * factor, points=points)


@dataclass(frozen=True)
class PerturbationChoice:
    """The worst-case search. None means: chosen from the problem itself (science: scale-free, or from the Jacobian).

    goal : "change", ..., or "hide" or "draw" the painted detail of number `detail`, counted from 0; see `GOALS`.
    max_noise_ratio : the same bound in norms of the scan's noise; the tighter one holds.
    prove : whether the search is tried where the answer is known, which takes ten times as long as the search.
    restarts : random starts, followed together. against : the method whose weakness is looked for.
    loss, share : what the minimal-norm search has to do: dB of PSNR; for the goals region, hide and draw the share
        of the region that changes, or of the way to the target. saved : file of the search "saved".
    box, knobs : of the physical domain: share of the box, and name -> limit of those that are turned (none: all).
    """

    search: str = "continuation"
    domain: str = "image"
    steps: int = 20
    max_relative_norm: float = 0.05
    seed: int = 0
    real_only: bool = False
    start: float = 0.001
    momentum: float | None = None
    step: float | None = None
    lambda_: float | None = None
    init: float | None = None
    goal: str = "change"
    detail: int = 0
    restarts: int = 1
    against: str = "network"
    loss: float = 3.0
    max_noise_ratio: float | None = None
    box: float = 1.0
    knobs: Mapping[str, float] = field(default_factory=dict)
    precision: str = "float32"
    saved: str | None = None
    prove: bool = False
    share: float = 0.5


@dataclass(frozen=True)
class SweepChoice:
    """The rates (Fourier) or numbers of views (Radon) of the PSNR curve; empty means the default ones.

    masks : how many masks are drawn at each of them, for the error bars.
    """

    rates: tuple[float, ...] = ()
    views: tuple[int, ...] = ()
    masks: int = 3


@dataclass(frozen=True)
class ExperimentChoice:
    """One experiment of the catalogue (`stabview.experiments.catalogue`); parameters left out take their defaults."""

    name: str
    parameters: Mapping[str, bool | int | float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """One study; see the classes of its parts. With `experiments` these are run, in place of search and curve."""

    image: ImageChoice = field(default_factory=lambda: ImageChoice(phantom="head-flair"))
    sampling: SamplingChoice = field(default_factory=SamplingChoice)
    network: NetworkChoice = field(default_factory=lambda: NetworkChoice(name="deep-mri"))
    soa: SoaChoice = field(default_factory=SoaChoice)
    details: tuple[Detail, ...] = ()
    perturbation: PerturbationChoice = field(default_factory=PerturbationChoice)
    sweep: SweepChoice = field(default_factory=SweepChoice)
    experiments: tuple[ExperimentChoice, ...] = ()

    def having(self, **parts: object) -> Study:
        """A copy with some parts replaced: `study.having(sampling=replace(study.sampling, rate=0.25))`.

        With another size of the image, painted details keep their place and size in it.
        """
        image = parts.get("image", self.image)
        if image.size != self.image.size and "details" not in parts:
            parts["details"] = tuple(detail.scaled(image.size / self.image.size) for detail in self.details)
        return replace(self, **parts)


FILES = (
    ("image", "path"), ("network", "path"), ("sampling", "mask"), ("sampling", "angles"), ("sampling", "maps"),
    ("sampling", "calibration"), ("perturbation", "saved"),
)  # fmt: skip
"""Where a study names files: part and attribute."""


def with_files(study: Study, change: Callable[[str, str], str]) -> Study:
    """The study with `change(section, path)` for every file it names; the section of experiments is "experiments"."""
    for section, name in FILES:
        part = getattr(study, section)
        if getattr(part, name) is not None:
            study = replace(study, **{section: replace(part, **{name: change(section, getattr(part, name))})})
    chosen = []
    for one in study.experiments:
        parameters = experiment(one.name).with_files(one.parameters, lambda path: change("experiments", path))
        chosen.append(replace(one, parameters=parameters))
    return replace(study, experiments=tuple(chosen))


def sweep_rates(study: Study) -> tuple[float, ...]:
    """The rates, or numbers of views or spokes, of the study's PSNR curve, ascending."""
    if study.sampling.counts_views:
        return tuple(sorted(float(views) for views in study.sweep.views or DEFAULT_VIEWS))
    return tuple(sorted(study.sweep.rates or DEFAULT_RATES))
