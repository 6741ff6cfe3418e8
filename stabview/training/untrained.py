"""The cards of the untrained networks: nothing is trained, but how well they do is measured, on a handful of images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from stabview.machine import processor_name
from stabview.measures.errors import psnr, ssim
from stabview.methods.networks.architectures import build
from stabview.methods.networks.cards import Card
from stabview.methods.networks.network import NetworkMethod
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.joint_descent import joint_descent
from stabview.perturbation.objective import Objective
from stabview.perturbation.space import SampleSpace
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import gaussian_lines
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.sensitivities import birdcage
from stabview.training.brains import brain_slices
from stabview.training.data import smooth_phase
from stabview.training.robust_tasks import small_image

RATE, STEPS = 0.33, 1000
LOOKED_AT = (250, 500, 1000)
ATTACK_SIZE, BUDGET, COILS = 64, 0.08, 8
PUBLISHED = {
    "conv-decoder": "Darestani and Heckel, IEEE Transactions on Computational Imaging 2021",
    "deep-decoder": "Heckel and Hand, ICLR 2019",
    "deep-image-prior": "Ulyanov, Vedaldi and Lempitsky, CVPR 2018",
}
DRAWS = {
    "conv-decoder": "upsampling, 3 x 3 convolutions of 64 channels, batch normalisation",
    "deep-decoder": "upsampling and 1 x 1 convolutions of 64 channels only",
    "deep-image-prior": "an hourglass of 16 to 128 channels with thin skips and a jittered input",
}
TITLES = {"conv-decoder": "ConvDecoder", "deep-decoder": "Deep Decoder", "deep-image-prior": "Deep Image Prior"}
CARDS = {
    kind: Card(
        name=kind, title=TITLES[kind],
        summary=f"Untrained: fitted to the data of one image in {STEPS} steps, minutes long; {DRAWS[kind]}.",
        operator="any", architecture=kind,
        parameters={"steps": STEPS, "seed": 0, **({} if kind == "deep-image-prior" else {"channels": 64})},
        trained_rate=None, size=128,
        training={"data": "none: every set of data has a fit of its own", "published": PUBLISHED[kind]},
        differences=(
            (f"{STEPS} steps of Adam, where the papers take 10,000 and more (ConvDecoder) or stop by eye: minutes on a"
             " CPU."),
            "One image is drawn (real and imaginary part) and the coils' sensitivities are part of A, as in SENSE.",
            "Measured samples are overwritten with the data at the end, for Fourier operators only.",
        ),
        limits=(
            ("It has no gradient in the data, so searches by gradients refuse; joint descent on weights and data"
             " (Darestani et al., ICML 2021) is the search against it. It is not concave: what it does not find"
             " says nothing. On several coils, the paper's setting, it finds more than on one (figures above); a likely"
             " reason, not tested, is that with few samples the picture can leave the truth without the data."),
            "Every new datum costs a whole fit: sampling curves and painted details take a fit each.",
        ),
    )
    for kind in PUBLISHED
}  # fmt: skip


def measured_card(kind: str, folder: Path, *, counts: dict[int, int]) -> Card:
    """The card with figures on slices of the test subjects; counts : size -> number of slices."""
    figures: dict[str, object] = {}
    network = NetworkMethod(build(kind, CARDS[kind].parameters), CARDS[kind], trust="")
    for size, count in counts.items():
        figures |= _quality(network, folder, size, count)
    figures |= _under_attack(network, folder)
    return replace(CARDS[kind], figures={**figures, "hardware": f"{processor_name()}, one thread"})


def case(folder: Path, size: int, number: int, count: int) -> tuple[FourierOperator, torch.Tensor]:
    """A test slice with a random smooth phase, and lines of its own at the rate."""
    test = brain_slices(folder, "test")
    chosen = np.linspace(0, len(test.images) - 1, count + 2).astype(int)[1:-1][number]
    generator = np.random.default_rng(int(chosen))
    pixels = test.images[chosen]
    pixels = pixels if size == pixels.shape[0] else small_image(pixels, size)
    x = torch.from_numpy(pixels.astype(np.complex64) * smooth_phase(generator, pixels.shape))
    lines = gaussian_lines(size, round(RATE * size), generator)
    return FourierOperator(np.broadcast_to(lines, (size, size))), x


def _quality(network: NetworkMethod, folder: Path, size: int, count: int) -> dict[str, object]:
    scores: dict[str, list[float]] = {}
    on_the_way: dict[int, list[float]] = {}
    for number in range(count):
        operator, x = case(folder, size, number, count)
        y = operator(x)
        fit = network.module.start_fit(y, operator)
        for now in fit.run():
            if now.step in LOOKED_AT:
                on_the_way.setdefault(now.step, []).append(psnr(now.result(), x))
        found = {"network": fit.result(), "TV": sparse_method("tv", operator)(y, operator),
                 "zero-filled": operator.quick_inverse(y)}  # fmt: skip
        for name, estimate in found.items():
            scores.setdefault(f"PSNR {name} (dB)", []).append(psnr(estimate, x))
            scores.setdefault(f"SSIM {name}", []).append(ssim(estimate, x))
    where = f"{size} x {size}"
    figures: dict[str, object] = {
        f"{where}": f"{count} slice{'s' if count > 1 else ''} of the test subjects (brain MR), random smooth phase,"
        f" {RATE:.0%} Gaussian lines, no noise"
    }
    for name, values in scores.items():
        digits = 3 if name.startswith("SSIM") else 2
        spread = f" ± {np.std(values):.{digits}f}" if count > 1 else ""
        figures[f"{where}, {name}"] = f"{np.mean(values):.{digits}f}{spread}"
    figures[f"{where}, PSNR after steps (dB)"] = ", ".join(
        f"{step}: {np.mean(values):.2f}" for step, values in on_the_way.items()
    )
    return figures


def _under_attack(network: NetworkMethod, folder: Path) -> dict[str, object]:
    """PSNR after a fresh fit of what joint descent found, and of random noise of that norm; one coil and several."""
    single, x = case(folder, ATTACK_SIZE, 0, 1)
    several = MultiCoilOperator(single.mask, birdcage(single.mask.shape, COILS))
    return {
        f"joint descent, {words}": _attacked(network, operator, x)
        for words, operator in (("one coil", single), (f"{COILS} coils", several))
    }


def _attacked(network: NetworkMethod, operator: SamplingOperator, x: torch.Tensor) -> str:
    y = operator(x)
    objective = Objective(network, operator, x, y, space=SampleSpace(operator, x, y))
    *_, last = joint_descent(objective, budget=BUDGET)
    noise = objective.random_direction(torch.Generator().manual_seed(1)) * float(torch.linalg.vector_norm(last.v))
    return (
        f"one slice at {ATTACK_SIZE} x {ATTACK_SIZE}, ||e|| = {last.relative_norm:.2f} ||y||: PSNR"
        f" {psnr(objective.clean, x):.2f} dB falls to {psnr(last.reconstruction, x):.2f} after a fresh fit, to"
        f" {psnr(network(y + noise, operator), x):.2f} with random noise of that norm"
    )


def main(arguments: list[str]) -> None:
    """`python -m stabview.training.untrained FOLDER OUT KIND SIZE:COUNT ...` measures and writes one card."""
    from stabview.methods.networks.cards import write_card

    folder, out, kind, *wanted = arguments
    counts = {int(size): int(count) for size, _, count in (one.partition(":") for one in wanted)}
    write_card(measured_card(kind, Path(folder), counts=counts), Path(out) / f"{kind}.json")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
