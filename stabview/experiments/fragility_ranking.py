"""Which images are the most fragile? A short worst-case search on every image of a folder, and their ranking.

The loss is that of PSNR at the last iterate, of one norm relative to each image; the reference method sees the same
data. Means come with bootstrap intervals, and so does the paired difference of the two methods.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, on, plain, setting, short
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.images.readers import looks_like_image, open_image
from stabview.images.subjects import read_subject
from stabview.measures.errors import psnr
from stabview.measures.statistics import bootstrap_interval
from stabview.perturbation.continuation import continuation

SHOWN = 3


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A row for every image, then the ranking."""
    base, folder = setting(values, device=device), str(values["folder"]).strip()
    size, most = base.x.shape[0], int(values["images"])
    images = folder_images(Path(folder), size, most) if folder else drawn_images(base, most)
    rows: list[tuple[object, ...]] = []
    pictures: dict[str, list[Picture]] = {}
    for title, pixels in images:
        case = replace(base, x=on(base.operator, pixels), title=title)
        row, shown = _row(case, int(values["steps"]), float(values["budget"]))
        rows.append(row)
        pictures[title] = shown
        ranked = sorted(rows, key=lambda one: -one[3])
        yield _finding(case, ranked, pictures, len(rows), len(images))


def folder_images(path: Path, size: int, most: int) -> list[tuple[str, np.ndarray]]:
    """Images of a folder (or of the one an image is in) and slices of .npz subjects (or of one), spread over them."""
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise InputError(f"There is no folder '{path}': check the name.")
    found: list[tuple[str, np.ndarray]] = []
    files = sorted(one for one in folder.iterdir() if one.suffix == ".npz" or (one.is_file() and looks_like_image(one)))
    if path.suffix == ".npz" and path.is_file():
        files = [path]
    share = max(1, -(-most // max(1, len(files))))
    for file in files:
        if file.suffix == ".npz":
            subject = read_subject(file)
            chosen = np.unique(np.linspace(0, len(subject.images) - 1, share).round().astype(int))
            found += [(f"{file.stem}, slice {subject.numbers[k]}", subject.images[k]) for k in chosen]
        else:
            try:
                found.append((file.stem, prepare(open_image(file), size=size).x))
            except InputError:
                continue  # a folder may hold files that are no images to reconstruct
    fitting = [one for one in found if one[1].shape == (size, size)]
    if not fitting:
        raise InputError(f"'{folder.name}' holds no image that opens at {size} x {size}; choose another folder.")
    chosen = np.unique(np.linspace(0, len(fitting) - 1, min(most, len(fitting))).round().astype(int))
    return [fitting[k] for k in chosen]


def drawn_images(base: Setting, count: int) -> list[tuple[str, np.ndarray]]:
    """Drawn heads in three contrasts for MRI, ellipses and bodies for CT."""
    names = ("head-flair", "head-t1", "head-t2") if base.operator.is_complex else ("ellipses", "body")
    size = base.x.shape[0]
    drawn = (phantom(names[k % len(names)], size, seed=k) for k in range(count))
    return [(image.title, prepare(image, size=size).x) for image in drawn]


def _row(case: Setting, steps: int, budget: float) -> tuple[tuple[object, ...], list[Picture]]:
    objective = case.objective()
    search = continuation(objective, steps=steps, budget=budget, start=budget / 10, seed=case.seed)
    iterate = deque(search, maxlen=1)[0]
    with torch.no_grad():
        soa, clean = (case.soa(y, case.operator) for y in (iterate.y, case.y))
    before, own = psnr(objective.clean, case.x), psnr(clean, case.x)
    after, other = psnr(iterate.reconstruction, case.x), psnr(soa, case.x)
    pictures = [
        Picture(case.title, plain(case.x)),
        Picture(short(case.network), plain(iterate.reconstruction), f"{before:.1f} to {after:.1f} dB"),
        Picture(short(case.soa), plain(soa), f"{own:.1f} to {other:.1f} dB"),
    ]
    return (case.title, before, own, before - after, own - other), pictures


def _finding(case: Setting, ranked: list, pictures: Mapping[str, list[Picture]], done: int, total: int) -> Finding:
    network, soa = (np.array([row[k] for row in ranked]) for k in (3, 4))
    intervals = {name: bootstrap_interval(found) for name, found in (
        ("network", network), ("reference", soa), ("difference", network - soa))}  # fmt: skip
    low, high = intervals["difference"]
    verdict = (
        f"{done} images: {short(case.network)} loses {network.mean():.1f} dB on the mean (95 %"
        f" {intervals['network'][0]:.1f} to {intervals['network'][1]:.1f}), {short(case.soa)} {soa.mean():.1f} dB"
        f" ({intervals['reference'][0]:.1f} to {intervals['reference'][1]:.1f}); the difference is"
        f" {(network - soa).mean():.1f} dB ({low:.1f} to {high:.1f}). Most fragile: {ranked[0][0]}."
    )
    order = tuple(float(k) for k in range(1, done + 1))
    lines = (Line(short(case.network), order, tuple(map(float, network))), Line(short(case.soa), order,
             tuple(map(float, soa))))  # fmt: skip
    figures = {"images": done}
    for name, found in (("network", network), ("reference", soa), ("difference", network - soa)):
        figures |= {f"{name}, mean loss in dB": float(found.mean()), f"{name}, from": intervals[name][0],
                    f"{name}, to": intervals[name][1]}  # fmt: skip
    return Finding(
        done, total, verdict, None, figures,
        (Table("The most fragile first", ("image", "PSNR network", "PSNR reference", "loss of the network in dB",
                                          "loss of the reference in dB"), tuple(ranked)),),
        (Chart("Loss by rank", "rank of the image", "loss in dB", lines),),
        tuple(picture for row in ranked[:SHOWN] for picture in pictures[row[0]]),
    )  # fmt: skip
