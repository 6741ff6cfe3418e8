"""Are real lesions reconstructed as well as the image is? Error in the lesion's box against SSIM.

After Darestani et al. (ICML 2021): they take boxes that radiologists drew and find the error in them linear in the SSIM
of the whole image, so that the ranking of methods is the same by both. Lesions here are those of a subject's file with
masks, each connected region a box, or the lesions of drawn heads. Counted as reproduced when the rank correlation of
the methods' mean SSIM and mean box error is -1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, on, plain, setting, short
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.images.subjects import read_subject
from stabview.measures.errors import ssim
from stabview.measures.statistics import linear_fit, rank_correlation
from stabview.methods.sparse.names import sparse_method

MARGIN = 2
SMALLEST = 4
"""Pixels of the smallest lesion that counts."""
Box = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class Slice:
    """An image of largest value 1 and the boxes of its lesions."""

    title: str
    pixels: np.ndarray
    boxes: tuple[Box, ...]


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """A slice after another through every method."""
    case, count = setting(values, device=device), int(values["slices"])
    path = str(values["subject"]).strip()
    slices = marked_slices(path, count) if path else drawn_slices(count, case.x.shape[0])
    operator = case.operator
    if slices[0].pixels.shape != tuple(case.x.shape):
        raise InputError(f"The slices are {slices[0].pixels.shape}; set the size to {max(slices[0].pixels.shape)}.")
    methods = {**case.methods, "wavelet": sparse_method("wavelet", operator, noise=case.level)}
    methods = {short(method): method for method in methods.values()}
    points: dict[str, list[tuple[float, float, float]]] = {name: [] for name in methods}
    pictures: list[Picture] = []
    for done, one in enumerate(slices, 1):
        x = on(operator, one.pixels)
        y = case.data(x)
        for name, method in methods.items():
            with torch.no_grad():
                estimate = method(y, operator)
            whole = ssim(estimate, x)
            points[name] += [(box_error(estimate, x, box), whole, _mean_square(estimate, x)) for box in one.boxes]
            if done == 1:
                pictures.append(Picture(name, plain(estimate), f"SSIM {whole:.3f}"))
        if done == 1:
            pictures.insert(0, Picture("boxes", _with_boxes(one), one.title))
        yield _finding(case, points, pictures, done, len(slices))


def box_error(estimate: torch.Tensor, x: torch.Tensor, box: Box) -> float:
    """Mean squared error of the moduli in the box, both brought to the mean and deviation of x's whole image."""
    scaled = matched(estimate.abs(), x.abs())
    return float((scaled[box] - x.abs()[box]).square().mean() / x.abs().var())


def matched(estimate: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The estimate with mean and standard deviation of x, as the paper scores images."""
    return (estimate - estimate.mean()) / estimate.std() * x.std() + x.mean()


def marked_slices(path: str, count: int) -> list[Slice]:
    """The slices with the largest lesions of a subject's file."""
    subject = read_subject(path)
    if subject.lesions is None or not subject.lesions.any():
        raise InputError(f"'{subject.title}' has no array 'lesion' that marks any; leave the file out for drawn heads.")
    order = np.argsort(-subject.lesions.reshape(len(subject.lesions), -1).sum(axis=1), kind="stable")[:count]
    found = []
    for k in order:
        boxes = boxes_of(subject.lesions[k])
        if boxes:
            found.append(Slice(f"{subject.title}, slice {subject.numbers[k]}", subject.images[k], boxes))
    return found


def drawn_slices(count: int, size: int) -> list[Slice]:
    """Drawn heads with three lesions each."""
    found = []
    for seed in range(count):
        image = phantom("head-flair", size, seed=seed, lesions=3)
        boxes = []
        for lesion in image.facts["lesions"]:
            column, row = lesion["position"]
            reach = lesion["size"] / 2 + MARGIN
            boxes.append((_span(row, reach, size), _span(column, reach, size)))
        found.append(Slice(image.title, prepare(image, size=size).x, tuple(boxes)))
    return found


def boxes_of(mask: np.ndarray) -> tuple[Box, ...]:
    """The boxes around the connected regions of a mask, with a margin."""
    from scipy.ndimage import find_objects, label

    regions, _ = label(mask)
    boxes = []
    for number, box in enumerate(find_objects(regions), 1):
        if (regions[box] == number).sum() >= SMALLEST:
            sides = zip(box, mask.shape, strict=True)
            boxes.append(tuple(slice(max(s.start - MARGIN, 0), min(s.stop + MARGIN, n)) for s, n in sides))
    return tuple(boxes)


def _span(middle: float, reach: float, size: int) -> slice:
    return slice(max(int(np.floor(middle - reach)), 0), min(int(np.ceil(middle + reach)) + 1, size))


def _mean_square(estimate: torch.Tensor, x: torch.Tensor) -> float:
    return float((matched(estimate.abs(), x.abs()) - x.abs()).square().mean() / x.abs().var())


def _with_boxes(one: Slice) -> np.ndarray:
    shown = np.array(np.abs(one.pixels), np.float32)
    for rows, columns in one.boxes:
        shown[rows, [columns.start, columns.stop - 1]] = 1
        shown[[rows.start, rows.stop - 1], columns] = 1
    return shown


def _finding(case: Setting, points: Mapping[str, list], pictures: list[Picture], done: int, total: int) -> Finding:
    finished = done == total
    rows = []
    for name, found in points.items():
        error, whole, elsewhere = (float(np.mean([one[k] for one in found])) for k in range(3))
        rows.append((name, whole, error, elsewhere, error / elsewhere))
    rows.sort(key=lambda row: -row[1])
    order = rank_correlation([row[1] for row in rows], [row[2] for row in rows])
    fit = linear_fit([row[1] for row in rows], [row[2] for row in rows])
    lesions = len(next(iter(points.values())))
    verdict = (
        f"{lesions} lesions: by SSIM {' > '.join(row[0] for row in rows)}; by the error in the boxes"
        f" {' > '.join(row[0] for row in sorted(rows, key=lambda row: row[2]))}."
    )
    agrees = order < -0.999 if finished else None
    if finished:
        verdict += " As published, both rank alike." if agrees else " The paper found the same ranking by both."
    lines = tuple(
        Line(name, tuple(one[1] for one in found), tuple(one[0] for one in found), joined=False)
        for name, found in points.items()
    )
    return Finding(
        done, total, verdict, agrees,
        {"lesions": lesions, "rank correlation of SSIM and box error": order, "R^2 of the line through the methods":
         fit.r_squared} | {f"{row[0]}, error in the boxes": row[2] for row in rows},
        (Table("Means", ("method", "SSIM", "error in the boxes", "error everywhere", "boxes over everywhere"),
               tuple(rows)),),
        (Chart("Error in each lesion's box", "SSIM of the slice", "error in the box", lines, log_y=True),),
        tuple(pictures),
    )  # fmt: skip
