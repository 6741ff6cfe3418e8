"""What the window looks at: finished pictures and numbers, read-only and free of torch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

IMAGE_PANELS = ("input", "network", "soa", "quick")
SIGNED_PANELS = (
    "perturbation", "networkDifference", "soaDifference", "quickDifference", "networkError", "soaError", "quickError",
)  # fmt: skip
COMPONENTS = {"magnitude": "Magnitude", "phase": "Phase", "real": "Real part", "imaginary": "Imaginary part"}
"""What a picture shows of a complex image. Differences show real parts, with "imaginary" imaginary ones."""


@dataclass(frozen=True, eq=False)
class Scene:
    """The problem as it stands before any reconstruction.

    Attributes
    ----------
    x : (H, W) float32, modulus of the image with details, maximum about 1.
    mask : (H, W) bool, centred k-space mask, or None (Radon).
    angles : view angles in degrees, or None (Fourier).
    rate : realised sampling rate (Fourier) or None; samples : number of measured scalars.
    trained_rate : where the network was trained (rate, or views for Radon), or None when unknown.
    steps : sentences telling what was done to the image.
    scale, offset : original value = value * scale + offset, in `units`.
    network_title, soa_title, quick_title : names for panel captions ("Deep MRI", "TV, lambda 0.002", "zero-filled").
    network_card : its model card as Markdown, also of a network from a file (`network_path`).
    trust : one line on the network's file ("shipped weights (safetensors)").
    """

    x: np.ndarray
    title: str
    steps: tuple[str, ...]
    units: str
    scale: float
    offset: float
    spacing: tuple[float, float] | None
    orientation: tuple[str, str, str, str] | None
    mask: np.ndarray | None
    angles: np.ndarray | None
    rate: float | None
    samples: int
    trained_rate: float | None
    network_title: str
    soa_title: str
    quick_title: str
    trust: str
    slice_index: int = 0
    slice_count: int = 1
    network_card: str = ""
    network_path: str | None = None


@dataclass(frozen=True, eq=False)
class Frame:
    """All that is known of one iterate, r_0 = 0 being the clean data.

    Attributes
    ----------
    panels : name -> (H, W) float32. "input" |x + r_j|, "network" |f(A(x + r_j))|, "soa", "quick", "perturbation"
        Re r_j, "networkDifference" Re(f(A(x+r_j)) - f(Ax)), "soaDifference", "quickDifference",
        "networkError" Re(f - x), "soaError", "quickError"; other `COMPONENTS` in place of these where asked for.
        A panel that is not there yet is named in `pending`, one that stands in for the final one in `provisional`.
    measures : method ("network", "soa", "quick") -> measure -> value; names as in result.json: psnr, ssim,
        relative_error, change, amplification, lipschitz, data_misfit. Absent where not computed or meaningless.
    """

    index: int
    relative_norm: float
    objective: float | None
    panels: dict[str, np.ndarray] = field(default_factory=dict)
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    provisional: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class FramePart:
    """The share of one method in a frame."""

    panels: dict[str, np.ndarray]
    measures: dict[str, dict[str, float]]

    @property
    def size(self) -> int:
        """Bytes of its pictures."""
        return sum(panel.nbytes for panel in self.panels.values())


@dataclass(frozen=True)
class DetailReport:
    """What became of one painted detail at one iterate. captured: method -> contrast ratio C; exposure in [0, 1]."""

    detail: int
    index: int
    captured: dict[str, float]
    exposure: float


@dataclass(frozen=True)
class Progress:
    """What the workers do now. `done` of `total` steps; `seconds_left` None while unknown; quiet when not `busy`."""

    text: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    busy: bool = False
    searching: bool = False
