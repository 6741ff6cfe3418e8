"""One perturbation for many images: found on several drawn images together, tried on others of their kind.

Beside it stand, of the same norm, each image's own worst perturbation and the worst of several random ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch

from stabview.experiments.finding import Finding, Picture, Table
from stabview.experiments.setting import Setting, image_pixels, on, plain, setting, short, signed
from stabview.measures.errors import psnr
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import Objective

NOISES = 8
COLUMNS = ("image", "used in the search", "lost to the one for all, dB", "lost to its own, dB",
           f"lost to the worst of {NOISES} random ones, dB")  # fmt: skip


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for each image once the perturbation for all of them is found."""
    case = setting({**values, "image": ""}, device=device)
    count, others = int(values["images"]), int(values["others"])
    x = torch.stack([_image(case, values, seed) for seed in range(count + others)])
    steps, budget = int(values["steps"]), float(values["budget"])
    together = Objective(case.network, case.operator, x[:count], case.operator(x[:count]))
    total = steps + len(x)
    for iterate in continuation(together, steps=steps, budget=budget, seed=case.seed):
        yield Finding(iterate.index, total, f"Searching one perturbation for {count} images.")
    r = iterate.v
    size = float(torch.linalg.vector_norm(r))
    rows: list[tuple[object, ...]] = []
    for k, image in enumerate(x):
        rows.append((k + 1, "yes" if k < count else "no", *_losses(case, image, r, size, steps)))
        yield _finding(case, rows, steps + len(rows), total, x, r)


def _image(case: Setting, values: Mapping[str, object], seed: int) -> torch.Tensor:
    pixels, _ = image_pixels("", str(values["phantom"]), case.network.card, case.x.shape[-1], seed=seed)
    return on(case.operator, pixels)


def _losses(case: Setting, image: torch.Tensor, r: torch.Tensor, size: float, steps: int) -> tuple[float, ...]:
    """dB that the network loses to r, to the image's own worst perturbation, and to random ones."""
    alone = Objective(case.network, case.operator, image, case.operator(image))
    clean = psnr(alone.clean, image)
    *_, own = continuation(alone, steps=steps, budget=size / alone.space.reference, seed=case.seed)
    generator = torch.Generator().manual_seed(case.seed)
    noises = alone.space.random(NOISES, generator) * size
    reconstructed = alone.reconstruct(alone.space.data(torch.cat((r[None], noises))))
    universal, *random = (clean - psnr(f, image) for f in reconstructed)
    return universal, clean - psnr(own.reconstruction, image), max(random)


def _finding(
    case: Setting, rows: list[tuple], done: int, total: int, x: torch.Tensor, r: torch.Tensor
) -> Finding:
    means = {}
    for used, words in (("yes", "images of the search"), ("no", "other images")):
        chosen = [row for row in rows if row[1] == used]
        if chosen:
            means[words] = [sum(row[k] for row in chosen) / len(chosen) for k in (2, 3, 4)]
    parts = [f"on {words} {one:.1f} dB, their own {own:.1f} dB, random ones {noise:.1f} dB"
             for words, (one, own, noise) in means.items()]  # fmt: skip
    pictures = (
        Picture("r", signed(r), "the one perturbation, real part", signed=True),
        Picture("image + r", plain(x[0] + r)),
    )
    return Finding(
        done, total, f"One perturbation for all costs {short(case.network)} {'; '.join(parts)}.", None,
        {f"mean loss on {words} in dB": value[0] for words, value in means.items()},
        (Table("Loss of PSNR at the same norm", COLUMNS, tuple(rows)),), (), pictures,
    )  # fmt: skip
