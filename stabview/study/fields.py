"""What every key of a study means and may be: the one table behind the checks, the TOML reader and the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.images.phantoms import PHANTOMS
from stabview.study import choices
from stabview.study.study import (
    COUNTING_VIEWS,
    Detail,
    ExperimentChoice,
    ImageChoice,
    NetworkChoice,
    PerturbationChoice,
    SamplingChoice,
    SoaChoice,
    Study,
    SweepChoice,
)

LARGEST_SEED = 2**32 - 1
WITH_PATTERN = ("fourier", "multicoil")
"""Operators that take the samples of a mask."""
FINER = ("fourier", "multicoil", "radial-fourier", "radon", "dct")
"""Operators whose data can be simulated on a finer grid."""
SPARSE = ("tv", "tv-anisotropic", "tgv", "wavelet", "shearlet", "shearlet-tgv")
"""Methods that are an objective to be minimised by a choice of algorithms."""
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Field:
    """One key: what it means, the values it may have, and for which studies it matters.

    Attributes
    ----------
    names : gives the allowed names with a sentence each.
    at_least, at_most, above, below : the range of a number, or of every number in a list.
    longest : the largest number of characters of a text.
    only_for : (another key of the same part, its values): the key is without effect otherwise.
    """

    sentence: str
    names: Callable[[], Mapping[str, str]] | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    longest: int | None = None
    only_for: tuple[str, tuple[str, ...]] | None = None

    def refuses(self, number: float) -> bool:
        """Whether a number lies outside the range."""
        return (
            (self.at_least is not None and not number >= self.at_least)
            or (self.at_most is not None and not number <= self.at_most)
            or (self.above is not None and not number > self.above)
            or (self.below is not None and not number < self.below)
        )

    @property
    def range(self) -> str:
        """The range in words, "above 0 and at most 1"; empty where any number is allowed."""
        words = (("at least", self.at_least), ("above", self.above), ("below", self.below), ("at most", self.at_most))
        return " and ".join(f"{word} {limit:.10g}" for word, limit in words if limit is not None)


def shipped_networks() -> Mapping[str, str]:
    """The shipped networks: name -> one line of their model card."""
    from stabview.methods.networks.cards import shipped_cards

    return {card.name: card.summary for card in shipped_cards()}


def _phantoms() -> Mapping[str, str]:
    return {name: entry.description for name, entry in PHANTOMS.items()}


def _experiments() -> Mapping[str, str]:
    return {name: entry.sentence for name, entry in EXPERIMENTS.items()}


def _seed(sentence: str, **more: object) -> Field:
    return Field(sentence, at_least=0, at_most=LARGEST_SEED, **more)


FIELDS: dict[type, dict[str, Field]] = {
    Study: {
        "image": Field("Which image: a file (path) or a drawn one (phantom), and the size it is reconstructed at."),
        "sampling": Field("What the scanner measures of it."),
        "network": Field("The learned method: a shipped one (name) or one of yours (path)."),
        "soa": Field("The reference method that the network is compared with."),
        "details": Field("What is painted on the image, one table for each detail; they are part of x."),
        "perturbation": Field("The search for a small perturbation that changes the network's image most."),
        "sweep": Field("Where the curve of PSNR against sampling is computed; left out: at the usual places."),
        "experiments": Field(
            "Experiments of the papers, one table for each; they are run in place of search and curve."
        ),
    },
    ImageChoice: {
        "path": Field(
            "File of the image (DICOM, NIfTI, PNG, TIFF, JPEG, .npy); from the folder of the study.", longest=4096
        ),
        "phantom": Field("A drawn image.", names=_phantoms),
        "stored": Field("What the numbers of the file are; left out: pixels.", names=lambda: choices.STORED),
        "slice": Field("Slice of the file, counted from 0; left out: the middle one.", at_least=0),
        "size": Field("Side of the reconstructed image in pixels.", at_least=16, at_most=1024),
        "fit": Field("How the pixels of a file come to that size.", names=lambda: choices.FITS),
        "seed": _seed("Another number draws another phantom."),
    },
    SamplingChoice: {
        "operator": Field("The forward operator A.", names=lambda: choices.OPERATORS),
        "pattern": Field(
            "Which samples are taken.", names=lambda: choices.PATTERNS, only_for=("operator", WITH_PATTERN)
        ),
        "rate": Field(
            "Share of the samples that is taken.",
            above=0,
            at_most=1,
            only_for=("operator", (*WITH_PATTERN, "gaussian", "dct")),
        ),
        "mask": Field(
            "File of a centred mask (.npy, picture, or list of columns), in place of pattern and rate; the curve over"
            " the rate still draws from the pattern.",
            longest=4096,
            only_for=("operator", WITH_PATTERN),
        ),
        "angles": Field(
            "File of view angles in degrees (.npy, .txt, .csv), in place of views.",
            longest=4096,
            only_for=("operator", COUNTING_VIEWS),
        ),
        "views": Field("Number of views or spokes.", at_least=1, at_most=10000, only_for=("operator", COUNTING_VIEWS)),
        "seed": _seed("Another number draws other samples, and other noise."),
        "noise": Field("Gaussian noise on the data, relative: ||e|| / ||A x||.", at_least=0, at_most=1),
        "coils": Field(
            "Number of coils of a simulated birdcage.", at_least=1, at_most=64, only_for=("operator", ("multicoil",))
        ),
        "maps": Field(
            "File of coil sensitivities, .npy, complex, (coils, rows, columns).",
            longest=4096,
            only_for=("operator", ("multicoil",)),
        ),
        "calibration": Field(
            "File of raw k-space, .npy, complex, (coils, rows, columns), centred; sensitivities are estimated from it.",
            longest=4096,
            only_for=("operator", ("multicoil",)),
        ),
        "geometry": Field("How the rays run.", names=lambda: choices.GEOMETRIES, only_for=("operator", ("radon",))),
        "filter": Field(
            "Filter of the back-projection.", names=lambda: choices.FILTERS, only_for=("operator", ("radon",))
        ),
        "finer": Field(
            "The data are simulated on a grid so many times finer, which avoids the inverse crime.",
            at_least=1,
            at_most=4,
            only_for=("operator", FINER),
        ),
    },
    NetworkChoice: {
        "name": Field("A shipped network.", names=shipped_networks),
        "path": Field(
            "File of a network, from the folder of the study; or Python code, package.module:factory.", longest=4096
        ),
        "trained_rate": Field("Rate, or number of views, the network was trained at; marked in the curve.", above=0),
    },
    SoaChoice: {
        "method": Field("The reference method.", names=lambda: choices.SOA_METHODS),
        "problem": Field(
            "Which of the three problems of compressed sensing is solved.",
            names=lambda: choices.PROBLEMS,
            only_for=("method", SPARSE),
        ),
        "lambda_": Field("Weight of the regulariser, eta for p1; left out: by the documented rule.", above=0),
        "tolerance": Field(
            "Relative gap (F - F*) / F* at which the iteration stops; left out: 1e-3.", above=0, below=1
        ),
        "algorithm": Field(
            "How it is solved; left out: the fastest that is known for the problem.",
            names=lambda: choices.ALGORITHMS,
            only_for=("method", SPARSE),
        ),
        "wavelet": Field(
            "An orthogonal family of PyWavelets: haar, db2, db4, sym8, coif2, ...; left out: what suits the method.",
            longest=20,
            only_for=("method", ("wavelet", "firenet")),
        ),
        "levels": Field(
            "Levels of the wavelet transform; left out: as many as the size allows, at most six.",
            at_least=1,
            at_most=12,
            only_for=("method", ("wavelet", "firenet")),
        ),
    },
    Detail: {
        "kind": Field("What is painted.", names=lambda: choices.DETAIL_KINDS),
        "position": Field("Centre in pixels of the image.", only_for=("kind", ("symbol", "text", "lesion"))),
        "size": Field(
            "In pixels: height of glyphs, full width at half maximum of a lesion, width of a stroke.",
            above=0,
            at_most=4096,
        ),
        "contrast": Field("Share of max|x| that is added; negative for dark details.", at_least=-1, at_most=1),
        "text": Field("The glyphs.", longest=LONGEST_TEXT, only_for=("kind", ("symbol", "text"))),
        "angle": Field("Degrees clockwise.", only_for=("kind", ("symbol", "text", "lesion"))),
        "points": Field("The path of a stroke.", only_for=("kind", ("stroke",))),
        "erase": Field("Take away what earlier strokes painted.", only_for=("kind", ("stroke",))),
        "edge": Field(
            "How soft a lesion's edge is: 1 is a Gaussian, near 0 a disk; its size at half maximum stays.",
            above=0, at_most=1, only_for=("kind", ("lesion",)),
        ),
        "texture": Field(
            "How uneven a lesion is within, relative to its contrast.", at_least=0, at_most=1,
            only_for=("kind", ("lesion",)),
        ),
        "aspect": Field(
            "Height over width of a lesion; its size is its width.", at_least=0.2, at_most=5,
            only_for=("kind", ("lesion",)),
        ),
        "hidden": Field("It is kept, but not painted."),
    },
    PerturbationChoice: {
        "search": Field("How the perturbation is looked for.", names=lambda: choices.SEARCHES),
        "domain": Field("Where the perturbation lives.", names=lambda: choices.DOMAINS),
        "goal": Field("What the perturbation is to do to the network's image.", names=lambda: choices.GOALS),
        "detail": Field(
            "Which painted detail it is about, counted from 0.", at_least=0,
            only_for=("goal", ("hide", "draw", "region")),
        ),
        "steps": Field("Number of iterates.", at_least=1, at_most=10000),
        "max_relative_norm": Field(
            "Largest perturbation, ||r|| / ||x||; the search ends there.", above=0, at_most=1,
            only_for=("domain", ("image", "samples", "operator")),
        ),
        "max_noise_ratio": Field(
            "The same in norms of the scan's noise, [sampling] noise; the tighter of the two holds.", above=0,
            only_for=("domain", ("image", "samples", "operator")),
        ),
        "box": Field("Share of the physical limits.", above=0, at_most=1, only_for=("domain", ("physical",))),
        "knobs": Field(
            "What goes wrong and how far, { motion = 1.0 }; left out: everything there is, with usual limits.",
            names=lambda: choices.KNOBS, above=0, only_for=("domain", ("physical",)),
        ),
        "prove": Field(
            "Prove the strength of the search: linear twin, planted instabilities and other checks; ten times as long."
        ),
        "restarts": Field("Random starts that are followed together; the best is shown.", at_least=1, at_most=100),
        "against": Field("Which method's weakness is looked for.", names=lambda: choices.AGAINST),
        "precision": Field("Of the network inside the search.", names=lambda: choices.PRECISIONS),
        "loss": Field(
            "dB of PSNR that the perturbation has to cost.", above=0, at_most=100,
            only_for=("search", ("minimal-norm",)),
        ),
        "share": Field(
            "For the goals region, hide and draw: the share of the region that has to change, or of the detail that has"
            " to vanish or appear.", above=0, at_most=1, only_for=("search", ("minimal-norm",)),
        ),
        "saved": Field(
            "File of perturbations, arrays.npz of a run (its array r), or .npy.", longest=4096,
            only_for=("search", ("saved",)),
        ),
        "seed": _seed("Another number starts the search elsewhere."),
        "real_only": Field("Search among real perturbations only; they are complex for MRI otherwise."),
        "start": Field("First radius, ||r|| / ||x||.", above=0, at_most=1,
                       only_for=("search", ("continuation", "minimal-norm"))),
        "momentum": Field(
            "Share of the last step that is kept.", at_least=0, below=1, only_for=("search", ("continuation", "ascent"))
        ),
        "step": Field("Step size eta; left out: from the Jacobian.", above=0, only_for=("search", ("ascent",))),
        "lambda_": Field(
            "Weight of ||r||^2 / 2 in Q(r); left out: from the Jacobian.", at_least=0, only_for=("search", ("ascent",))
        ),
        "init": Field("Size tau of the random start; left out: 1e-4.", above=0, only_for=("search", ("ascent",))),
    },
    ExperimentChoice: {
        "name": Field("The experiment.", names=_experiments),
        "parameters": Field("Its parameters, a table; those left out take their defaults."),
    },
    SweepChoice: {
        "rates": Field("Sampling rates, for Fourier.", above=0, at_most=1),
        "views": Field("Numbers of views, for Radon.", at_least=1, at_most=10000),
        "masks": Field("Masks drawn at each rate, the seeds following each other.", at_least=1, at_most=100),
    },
}


def key_of(name: str) -> str:
    """The TOML key of an attribute: `lambda` for `lambda_`, a reserved word of Python."""
    return name.rstrip("_")


def matters(part: object, name: str) -> bool:
    """Whether an attribute has an effect, given the others of its part."""
    only_for = FIELDS[type(part)][name].only_for
    return only_for is None or getattr(part, only_for[0]) in only_for[1]
