"""The study: everything the user chose, as one immutable value. The window and the command line both run it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

DEFAULT_RATES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.33, 0.4, 0.5, 0.65, 0.8, 1.0)
DEFAULT_VIEWS = (20, 35, 50, 75, 100, 150, 200)


@dataclass(frozen=True)
class ImageChoice:
    """Which image: a file (`path`, and `slice` of it) or a phantom by name; and the size it is reconstructed at."""

    path: str | None = None
    phantom: str | None = None
    slice: int | None = None
    size: int = 256
    fit: str = "auto"
    seed: int = 0


@dataclass(frozen=True)
class SamplingChoice:
    """Operator and samples: `pattern` and `rate` for Fourier, `views` for Radon. `noise` is ||e|| / ||A x||."""

    operator: str = "fourier"
    pattern: str = "cartesian-gaussian"
    rate: float = 0.33
    views: int = 50
    seed: int = 0
    noise: float = 0.0


@dataclass(frozen=True)
class NetworkChoice:
    """A shipped network by `name`, or one from a file (`path`); `trained_rate` marks the rate or views it learnt at."""

    name: str | None = None
    path: str | None = None
    trained_rate: float | None = None


@dataclass(frozen=True)
class SoaChoice:
    """The sparse method. `lambda_` None takes the documented rule; `tolerance` is that of the stopping rule."""

    method: str = "tv"
    lambda_: float | None = None
    tolerance: float | None = None


@dataclass(frozen=True)
class Detail:
    """A painted detail, in pixels of x. `contrast` is a fraction of max|x|, negative for dark details.

    kind : symbol, text, lesion or stroke.
    text : the glyphs of a symbol or text.
    position : centre (column, row).
    size : height of the glyphs, diameter of a lesion (full width at half maximum), width of a stroke.
    points : the path of a stroke, ((column, row), ...).
    erase : for strokes only: removes what earlier strokes painted.
    """

    kind: str
    position: tuple[float, float] = (0.0, 0.0)
    size: float = 12.0
    contrast: float = 0.2
    text: str = ""
    angle: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    erase: bool = False


@dataclass(frozen=True)
class PerturbationChoice:
    """The worst-case search. None means: chosen from the problem itself (science: scale-free, or from the Jacobian)."""

    search: str = "continuation"
    domain: str = "image"
    steps: int = 30
    max_relative_norm: float = 0.05
    seed: int = 0
    real_only: bool = False
    start: float = 0.001
    momentum: float | None = None
    step: float | None = None
    lambda_: float | None = None
    init: float | None = None


@dataclass(frozen=True)
class SweepChoice:
    """The rates (Fourier) or numbers of views (Radon) of the PSNR curve; empty means the default ones."""

    rates: tuple[float, ...] = ()
    views: tuple[int, ...] = ()


@dataclass(frozen=True)
class Study:
    """One study; see the classes of its parts."""

    image: ImageChoice = field(default_factory=lambda: ImageChoice(phantom="head-flair"))
    sampling: SamplingChoice = field(default_factory=SamplingChoice)
    network: NetworkChoice = field(default_factory=lambda: NetworkChoice(name="deep-mri"))
    soa: SoaChoice = field(default_factory=SoaChoice)
    details: tuple[Detail, ...] = ()
    perturbation: PerturbationChoice = field(default_factory=PerturbationChoice)
    sweep: SweepChoice = field(default_factory=SweepChoice)

    def having(self, **parts: object) -> Study:
        """A copy with some parts replaced: `study.having(sampling=replace(study.sampling, rate=0.25))`."""
        return replace(self, **parts)


def sweep_rates(study: Study) -> tuple[float, ...]:
    """The rates (Fourier) or numbers of views (Radon) of the study's PSNR curve, ascending."""
    if study.sampling.operator == "radon":
        return tuple(sorted(float(views) for views in study.sweep.views or DEFAULT_VIEWS))
    return tuple(sorted(study.sweep.rates or DEFAULT_RATES))
