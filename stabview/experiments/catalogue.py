"""The experiments by name: what each shows, where it comes from, its parameters. Read without torch; run by `run`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from stabview.experiments.entry import CHECKS, MATHEMATICS, SAMPLES, TOPICS, Experiment, Parameter
from stabview.experiments.finding import Finding
from stabview.experiments.network_entries import NETWORK_EXPERIMENTS
from stabview.images.errors import InputError

SIZE, RATE, NOISE = "Size (pixels)", "Sampling rate (share of k-space)", "Noise (share of the data's norm)"
SEED, STEPS = "Random seed", "Steps at most"

EXPERIMENTS: dict[str, Experiment] = {
    entry.name: entry
    for entry in (
        Experiment(
            "radial-lines", "Exact recovery from 22 radial lines",
            "Total variation recovers the phantom exactly from 22 lines through k-space; zero-filling does not.",
            "Candès, Romberg and Tao 2006; Geilo lectures 2021", SAMPLES, "radial_lines", 10,
            (
                Parameter("size", SIZE, "Side of the phantom in pixels.", 256, at_least=64, at_most=512, step=16),
                Parameter("lines", "Radial lines", "Radial lines through the centre of k-space.", 22,
                          at_least=4, at_most=200),
                Parameter("fewest", "Find the fewest lines", "Whether to look for the fewest lines that are enough.",
                          False),
            ),
        ),
        Experiment(
            "lasso-failure", "A LASSO that fails without a warning",
            "Coordinate descent stops at the wrong one of two nearly equal columns and reports success.",
            "Geilo lectures 2021", MATHEMATICS, "lasso_failure", 3,
            (
                Parameter("lambda", "Weight λ of the ℓ1 norm", "Weight of the l1 norm.", 0.1, above=0, at_most=0.5),
                Parameter("tolerance", "Tolerance (relative change)", "Relative change at which the solver stops.",
                          1e-4, above=0, at_most=0.1),
                Parameter("sweeps", "Sweeps at most", "Sweeps after which the solver gives up, with a warning.",
                          100_000, at_least=2, step=1000),
            ),
        ),
        Experiment(
            "digits", "Digits no algorithm gets",
            "LISTA and FIRENET miss the K-th digit of a minimiser that a network could give.",
            "Colbrook, Antun and Hansen 2022; Geilo lectures 2021", MATHEMATICS, "digits", 30,
            (
                Parameter("epochs", "Passes of the training",
                          "Passes over the signals in LISTA's training; 4000 as published.", 60, at_least=1, step=20),
                Parameter("samples", "Training signals", "Signals LISTA is trained on; 8000 as published.", 1000,
                          at_least=5, step=100),
                Parameter("seed", SEED, "Seed of the signals and of LISTA's first weights.", 0, at_least=0),
            ),
        ),
        Experiment(
            "firenet-decay", "Exponential decay of FIRENET's gap",
            "The gap falls like e^-k in the restarts with 50 inner steps, and stalls with the papers' 5.",
            "Colbrook, Antun and Hansen 2022; Geilo lectures 2021", MATHEMATICS, "firenet_decay", 25,
            (
                Parameter("size", SIZE, "Side of the phantom in pixels.", 128, at_least=32, at_most=512, step=16),
                Parameter("rate", RATE, "Share of k-space that is sampled.", 0.25, above=0.02, at_most=0.9),
                Parameter("noise", NOISE, "Norm of the noise over that of the data.", 0.02, at_least=0, at_most=1),
                Parameter("lambda", "Weight λ of the wavelets", "Weight of the wavelet coefficients.", 1e-3, above=0,
                          at_most=1),
                Parameter("floor", "Smallest gap δ", "Delta: the gap below which no restart asks for less.", 1e-9,
                          above=0, at_most=1),
                Parameter("restarts", "Restarts", "Restarts of each curve.", 16, at_least=6, at_most=60),
            ),
        ),
        Experiment(
            "operator-check", "Adjoints and norms of the operators",
            "Dot tests, power iteration and singular values of every sampling operator.",
            "StabView's own check", CHECKS, "operator_check", 10,
            (Parameter("size", SIZE, "About the longer side of the images in pixels.", 128, at_least=16, at_most=512,
                       step=16),),
        ),
        Experiment(
            "solver-check", "Do the solvers find the same minimum?",
            "Several algorithms on the same problems: their minima, and the gaps they state against the true ones.",
            "StabView's own check", CHECKS, "solver_check", 120,
            (
                Parameter("size", SIZE, "Side of the images in pixels.", 64, at_least=32, at_most=256, step=16),
                Parameter("steps", STEPS, "Steps of an algorithm at most.", 4000, at_least=100, at_most=100_000,
                          step=100),
            ),
        ),
        Experiment(
            "reconstruct-kspace", "Reconstruct raw multi-coil k-space",
            "Coil sensitivities from the centre, then zero-filling, CG-SENSE, total variation and wavelets.",
            "Uecker et al. 2014; Pruessmann et al. 2001", SAMPLES, "reconstruct_kspace", 30,
            (Parameter("path", "File of k-space", "A .npy file: complex, coils x rows x columns, zero if not measured.",
                       "", file=True, words={"": "choose one"}),),
        ),
        Experiment(
            "methods-gallery", "Every method on the same data",
            "Pictures, PSNR, steps and stated gap of every sparse method, for MRI and for CT.",
            "Antun et al. 2020, supplement; Geilo lectures 2021", SAMPLES, "methods_gallery", 240,
            (
                Parameter("data", "Data", "Which data to reconstruct.", "both", names=("MRI", "CT", "both"),
                          words={"both": "MRI and CT"}),
                Parameter("size", SIZE, "Side of the images in pixels.", 256, at_least=32, at_most=512, step=16),
                Parameter("pattern", "Sampling pattern (MRI)", "Sampling pattern of k-space.", "cartesian-gaussian"),
                Parameter("rate", RATE, "Share of k-space that is sampled.", 0.33, above=0.02, at_most=1),
                Parameter("views", "Views (CT)", "Views of the tomograph.", 60, at_least=4, at_most=1000),
                Parameter("noise", NOISE, "Norm of the noise over that of the data.", 0.0, at_least=0, at_most=1),
                Parameter("mr_image", "MR image file", "MR image file; a drawn head without one.", "", file=True,
                          words={"": "a drawn head"}),
                Parameter("ct_image", "CT image file", "CT image file; a drawn abdomen without one.", "", file=True,
                          words={"": "a drawn abdomen"}),
            ),
        ),
        Experiment(
            "robust-filter", "The robust linear reconstruction",
            "Learnt against a worst perturbation, a linear method becomes a filter of singular values known exactly.",
            "Raj, Bresler and Li 2020", MATHEMATICS, "robust_filter", 10,
            (
                Parameter("size", "Rows and columns", "Rows and columns of the part of a cosine transform.", 12,
                          at_least=2, at_most=40),
                Parameter("eps", "Perturbation ε (norm)", "Norm of the perturbation; images have covariance I.", 0.1,
                          above=0, at_most=10),
                Parameter("lambda", "Weight λ of the worst case", "Weight of the worst case.", 1.0, above=0,
                          at_most=100),
                Parameter("steps", "Steps of learning", "Steps of learning.", 4000, at_least=20, at_most=100_000,
                          step=100),
                Parameter("seed", SEED, "Of the rows and columns.", 0, at_least=0),
            ),
        ),
        Experiment(
            "robust-training", "Does robust training help?",
            "Worst-case error and clean quality of one network trained in five ways.",
            "Raj, Bresler and Li 2020", MATHEMATICS, "robust_training", 60,
            (
                Parameter("task", "Family of networks", "Which family.", "compressed sensing",
                          names=("compressed sensing", "CT"), words={"compressed sensing": "Compressed sensing"}),
                Parameter("images", "Images", "Drawn images it is measured on.", 8, at_least=1, at_most=200),
                Parameter("steps", "Steps of each ascent", "Steps of each ascent.", 30, at_least=1, at_most=1000),
                Parameter("restarts", "Starts for each norm", "Starts for each norm.", 2, at_least=1, at_most=50),
            ),
        ),
        *NETWORK_EXPERIMENTS,
    )
}  # fmt: skip


def by_topic() -> dict[str, list[Experiment]]:
    """The experiments under each topic, in the order of the table."""
    return {topic: [entry for entry in EXPERIMENTS.values() if entry.topic == topic] for topic in TOPICS}


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
