"""The experiments by name: what each shows, where it comes from, its parameters. Read without torch; run by `run`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from stabview.experiments.entry import Experiment, Parameter
from stabview.experiments.finding import Finding
from stabview.experiments.network_entries import NETWORK_EXPERIMENTS
from stabview.images.errors import InputError

EXPERIMENTS: dict[str, Experiment] = {
    entry.name: entry
    for entry in (
        Experiment(
            "radial-lines", "Exact recovery from 22 radial lines",
            "Total variation recovers the phantom exactly from 22 lines through k-space; zero-filling does not.",
            "Candès, Romberg and Tao 2006; Geilo lectures 2021", "radial_lines", 10,
            (
                Parameter("size", "Side of the phantom in pixels.", 256, at_least=64, at_most=512),
                Parameter("lines", "Radial lines through the centre of k-space.", 22, at_least=4, at_most=200),
                Parameter("fewest", "Whether to look for the fewest lines that are enough.", False),
            ),
        ),
        Experiment(
            "lasso-failure", "A LASSO that fails without a warning",
            "Coordinate descent stops at the wrong one of two nearly equal columns and reports success.",
            "Geilo lectures 2021", "lasso_failure", 3,
            (
                Parameter("lambda", "Weight of the l1 norm.", 0.1, above=0, at_most=0.5),
                Parameter("tolerance", "Relative change at which the solver stops.", 1e-4, above=0, at_most=0.1),
                Parameter("sweeps", "Sweeps after which the solver gives up, with a warning.", 100_000, at_least=2),
            ),
        ),
        Experiment(
            "digits", "Digits no algorithm gets",
            "LISTA and FIRENET miss the K-th digit of a minimiser that a network could give.",
            "Colbrook, Antun and Hansen 2022; Geilo lectures 2021", "digits", 30,
            (
                Parameter("epochs", "Passes over the signals in LISTA's training; 4000 as published.", 60, at_least=1),
                Parameter("samples", "Signals LISTA is trained on; 8000 as published.", 1000, at_least=5),
                Parameter("seed", "Seed of the signals and of LISTA's first weights.", 0, at_least=0),
            ),
        ),
        Experiment(
            "firenet-decay", "Exponential decay of FIRENET's gap",
            "The gap falls like e^-k in the restarts with 50 inner steps, and stalls with the papers' 5.",
            "Colbrook, Antun and Hansen 2022; Geilo lectures 2021", "firenet_decay", 25,
            (
                Parameter("size", "Side of the phantom in pixels.", 128, at_least=32, at_most=512),
                Parameter("rate", "Share of k-space that is sampled.", 0.25, above=0.02, at_most=0.9),
                Parameter("noise", "Norm of the noise over that of the data.", 0.02, at_least=0, at_most=1),
                Parameter("lambda", "Weight of the wavelet coefficients.", 1e-3, above=0, at_most=1),
                Parameter("floor", "Delta: the gap below which no restart asks for less.", 1e-9, above=0, at_most=1),
                Parameter("restarts", "Restarts of each curve.", 16, at_least=6, at_most=60),
            ),
        ),
        Experiment(
            "operator-check", "Adjoints and norms of the operators",
            "Dot tests, power iteration and singular values of every sampling operator.",
            "StabView's own check", "operator_check", 10,
            (Parameter("size", "About the longer side of the images in pixels.", 128, at_least=16, at_most=512),),
        ),
        Experiment(
            "solver-check", "Do the solvers find the same minimum?",
            "Several algorithms on the same problems: their minima, and the gaps they state against the true ones.",
            "StabView's own check", "solver_check", 120,
            (
                Parameter("size", "Side of the images in pixels.", 64, at_least=32, at_most=256),
                Parameter("steps", "Steps of an algorithm at most.", 4000, at_least=100, at_most=100_000),
            ),
        ),
        Experiment(
            "reconstruct-kspace", "Reconstruct raw multi-coil k-space",
            "Coil sensitivities from the centre, then zero-filling, CG-SENSE, total variation and wavelets.",
            "Uecker et al. 2014; Pruessmann et al. 2001", "reconstruct_kspace", 30,
            (Parameter("path", "A .npy file: complex, coils x rows x columns, zero if not measured.", "", file=True),),
        ),
        Experiment(
            "methods-gallery", "Every method on the same data",
            "Pictures, PSNR, steps and stated gap of every sparse method, for MRI and for CT.",
            "Antun et al. 2020, supplement; Geilo lectures 2021", "methods_gallery", 240,
            (
                Parameter("data", "Which data to reconstruct.", "both", names=("MRI", "CT", "both")),
                Parameter("size", "Side of the images in pixels.", 256, at_least=32, at_most=512),
                Parameter("pattern", "Sampling pattern of k-space.", "cartesian-gaussian"),
                Parameter("rate", "Share of k-space that is sampled.", 0.33, above=0.02, at_most=1),
                Parameter("views", "Views of the tomograph.", 60, at_least=4, at_most=1000),
                Parameter("noise", "Norm of the noise over that of the data.", 0.0, at_least=0, at_most=1),
                Parameter("mr_image", "MR image file; a drawn head without one.", "", file=True),
                Parameter("ct_image", "CT image file; a drawn abdomen without one.", "", file=True),
            ),
        ),
        Experiment(
            "robust-filter", "The robust linear reconstruction",
            "Learnt against a worst perturbation, a linear method becomes a filter of singular values known exactly.",
            "Raj, Bresler and Li 2020", "robust_filter", 10,
            (
                Parameter("size", "Rows and columns of the part of a cosine transform.", 12, at_least=2, at_most=40),
                Parameter("eps", "Norm of the perturbation; images have covariance I.", 0.1, above=0, at_most=10),
                Parameter("lambda", "Weight of the worst case.", 1.0, above=0, at_most=100),
                Parameter("steps", "Steps of learning.", 4000, at_least=20, at_most=100_000),
                Parameter("seed", "Of the rows and columns.", 0, at_least=0),
            ),
        ),
        Experiment(
            "robust-training", "Does robust training help?",
            "Worst-case error and clean quality of one network trained in five ways.",
            "Raj, Bresler and Li 2020", "robust_training", 60,
            (
                Parameter("task", "Which family.", "compressed sensing", names=("compressed sensing", "CT")),
                Parameter("images", "Drawn images it is measured on.", 8, at_least=1, at_most=200),
                Parameter("steps", "Steps of each ascent.", 30, at_least=1, at_most=1000),
                Parameter("restarts", "Starts for each norm.", 2, at_least=1, at_most=50),
            ),
        ),
        *NETWORK_EXPERIMENTS,
    )
}  # fmt: skip


def experiment(name: str) -> Experiment:
    """The experiment of a name. Raises InputError with the names there are."""
    if name not in EXPERIMENTS:
        raise InputError(f"There is no experiment '{name}'; there are {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[name]


def run(name: str, given: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """Run an experiment; each finding is all that is known so far."""
    entry = experiment(name)
    module = importlib.import_module(f"stabview.experiments.{entry.module}")
    yield from module.run(entry.values(given), device=device)
