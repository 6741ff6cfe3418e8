"""Where are small features lost? A heat map, coarse to fine (Darestani et al., ICML 2021, their 3 x 3 windows).

A window of 3 x 3 pixels is set to the largest value of the image at one place after another; the data of that image are
simulated and reconstructed, and the mean squared error on the window is its value. Coarse positions come first and are
filled in. The paper finds larger errors in dark areas, for a trained network and for l1 alike: counted as reproduced
when the rank correlation of error and brightness over all windows is negative for both. That over the windows outside
of air stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, plain, reconstructions, setting, short
from stabview.measures.statistics import rank_correlation

WINDOW = 3
AIR = 0.05
"""Windows whose mean is below this share of the largest value count as air."""
BATCH = 8
METHODS = ("network", "soa")


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The maps grow with every batch of windows."""
    case = setting(values, device=device)
    order = coarse_to_fine(tuple(case.x.shape), int(values["stride"]))
    errors: dict[str, list[float]] = {name: [] for name in METHODS}
    title = plain(case.x)
    for start in range(0, len(order), BATCH):
        corners = order[start : start + BATCH]
        images = [with_window(case.x, corner) for corner in corners]
        ys = [case.data(image) for image in images]
        for name in METHODS:
            for corner, estimate in zip(
                corners, reconstructions(case.methods[name], ys, case.operator, batch=BATCH), strict=True
            ):
                errors[name].append(window_error(estimate, case.x, corner))
        yield _finding(case, order, errors, title)


def coarse_to_fine(shape: tuple[int, int], stride: int) -> list[tuple[int, int]]:
    """Top left corners of windows on a grid of this stride, those of stride 4, then 2 times as wide first."""
    order: dict[tuple[int, int], None] = {}
    first = max((stride - WINDOW) // 2, 0)
    for step in (4 * stride, 2 * stride, stride):
        for row in range(first, shape[0] - WINDOW + 1, step):
            order |= {(row, column): None for column in range(first, shape[1] - WINDOW + 1, step)}
    return list(order)


def with_window(x: torch.Tensor, corner: tuple[int, int]) -> torch.Tensor:
    """The image with the window at its largest modulus."""
    changed = x.clone()
    changed[_window(corner)] = float(x.abs().max())
    return changed


def window_error(estimate: torch.Tensor, x: torch.Tensor, corner: tuple[int, int]) -> float:
    """Mean squared error on the window, of which the truth is the image's largest modulus."""
    return float((estimate[_window(corner)] - float(x.abs().max())).abs().square().mean())


def heat_map(shape: tuple[int, int], corners: list[tuple[int, int]], values: list[float]) -> np.ndarray:
    """(H, W): every pixel takes the value of the nearest window so far, scaled to a largest value of 1."""
    from scipy.spatial import cKDTree

    tree = cKDTree(np.asarray(corners[: len(values)], float) + (WINDOW - 1) / 2)
    rows, columns = np.indices(shape)
    _, nearest = tree.query(np.stack((rows.ravel(), columns.ravel()), axis=1))
    found = np.asarray(values)[nearest].reshape(shape)
    return (found / max(float(found.max()), 1e-12)).astype(np.float32)


def _window(corner: tuple[int, int]) -> tuple[slice, slice]:
    return slice(corner[0], corner[0] + WINDOW), slice(corner[1], corner[1] + WINDOW)


def _finding(case: Setting, order: list[tuple[int, int]], errors: Mapping[str, list[float]], x: np.ndarray) -> Finding:
    done = len(errors["network"])
    finished = done == len(order)
    bright = [float(x[_window(corner)].mean()) for corner in order[:done]]
    related = {name: rank_correlation(bright, values) for name, values in errors.items()}
    tissue = [k for k, value in enumerate(bright) if value > AIR]
    beside = {name: rank_correlation([bright[k] for k in tissue], [values[k] for k in tissue])
              for name, values in errors.items()} if len(tissue) > 2 else {}  # fmt: skip
    both = all(value < 0 for value in related.values())
    rows = [
        (short(case.methods[name]), float(np.mean(values)), float(np.max(values)), str(order[int(np.argmax(values))]),
         related[name])
        for name, values in errors.items()
    ]  # fmt: skip
    agreement = rank_correlation(*errors.values())
    verdict = (
        f"{done} windows: rank correlation of error and brightness"
        f" {', '.join(f'{related[name]:.2f} for {short(case.methods[name])}' for name in METHODS)}"
    )
    if finished:
        verdict += "; as published, dark areas are worse for both." if both else (
            "; the paper found dark areas worse for both."
        )  # fmt: skip
    else:
        verdict += "."
    maps = tuple(
        Picture(short(case.methods[name]), heat_map(x.shape, order, values), "error on the window, largest 1")
        for name, values in errors.items()
    )
    lines = tuple(
        Line(short(case.methods[name]), tuple(bright), tuple(values), joined=False) for name, values in errors.items()
    )
    return Finding(
        done, len(order), verdict, both if finished else None,
        {"windows": done, "rank correlation of the two maps": agreement}
        | {f"{row[0]}, mean squared error on the window": row[1] for row in rows}
        | {f"{row[0]}, rank correlation with brightness": row[4] for row in rows}
        | {f"{short(case.methods[name])}, rank correlation outside of air": value for name, value in beside.items()},
        (Table("Errors on the windows", ("method", "mean", "largest", "largest at (row, column)",
                                         "rank correlation with brightness"), tuple(rows)),),
        (Chart("Error and brightness", "mean of the image on the window", "mean squared error", lines),),
        (Picture("image", x, case.title), *maps),
    )  # fmt: skip
