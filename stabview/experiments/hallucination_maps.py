"""Where is an image made up? Maps of the error's two parts, and a scanning Fourier ring correlation.

The error f(y) - x splits into A^+ A (f - x), which contradicts the data, and (I - A^+ A)(f - x), which the data cannot
contradict: the hallucination maps of Bhadra et al. (IEEE TMI 2021). The scanning Fourier ring correlation (after the
FDA's sFRC, Kc et al. 2025) compares patches of reconstruction and truth: those that agree up to a low frequency only
are candidates. A reconstruction made elsewhere can be given as a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.experiments.setting import Setting, on, plain, setting, short, signed
from stabview.images.errors import InputError
from stabview.images.readers import open_image
from stabview.measures.details import seen_part
from stabview.measures.errors import psnr
from stabview.measures.fourier_ring import ring_correlation, scanned

LOW = 0.5
"""A patch is a candidate when it agrees up to less than this share of what patches with structure do on the median."""
FAINT = 0.02
"""Patches whose deviation is below this share of the largest modulus hold nothing to compare."""


def run(values: Mapping[str, object], *, device: str = "cpu") -> Iterator[Finding]:
    """The maps of one method after another."""
    case, patch = setting(values, device=device), int(values["patch"])
    patch = max(8, patch * case.x.shape[0] // 256)
    estimates = {}
    rows: list[tuple[object, ...]] = []
    pictures = [Picture("image", plain(case.x), case.title)]
    lines: list[Line] = []
    path = str(values["reconstruction"]).strip()
    names = [*case.methods] + (["elsewhere"] if path else [])
    for done, name in enumerate(names, 1):
        with torch.no_grad():
            estimates[name] = _elsewhere(case, Path(path)) if name == "elsewhere" else (
                case.methods[name](case.y, case.operator)
            )  # fmt: skip
        title = Path(path).stem if name == "elsewhere" else short(case.methods[name])
        rows.append(_row(case, title, estimates[name], patch, pictures, lines))
        yield _finding(rows, pictures, lines, done, len(names))


@torch.no_grad()
def error_parts(case: Setting, estimate: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(A^+ A e, e - A^+ A e) of the error e = f - x."""
    error = estimate.to(case.x.dtype) - case.x
    measured = seen_part(case.operator, error)
    return measured, error - measured


def _elsewhere(case: Setting, path: Path) -> torch.Tensor:
    """A reconstruction from a file, on the scale at which it is nearest to the image."""
    image = on(case.operator, open_image(path).pixels)
    if image.shape != case.x.shape:
        raise InputError(
            f"'{path.name}' is {image.shape[0]} x {image.shape[1]}, the image {case.x.shape[0]} x {case.x.shape[1]};"
            " give a reconstruction of the same size."
        )
    scale = (image.conj() * case.x).sum() / image.abs().square().sum().clamp_min(1e-30)
    return image * scale


def agreement(estimate: np.ndarray, x: np.ndarray, patch: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """(H, W) the q up to which the patches about a pixel agree, on the mean; and the corners of the candidates."""
    total, count = np.zeros(x.shape), np.zeros(x.shape)
    found: dict[tuple[int, int], float] = {}
    for corner, curve in scanned(estimate, x, patch=patch, stride=patch // 2):
        box = slice(corner[0], corner[0] + patch), slice(corner[1], corner[1] + patch)
        if np.abs(x[box]).std() < FAINT * np.abs(x).max():
            continue
        found[corner] = curve.agrees_up_to()
        total[box] += found[corner]
        count[box] += 1
    mean = np.where(count > 0, total / np.maximum(count, 1), 1.0)
    usual = float(np.median(list(found.values()))) if found else 1.0
    return mean.astype(np.float32), [corner for corner, q in found.items() if q < LOW * usual]


def _row(
    case: Setting, title: str, estimate: torch.Tensor, patch: int, pictures: list[Picture], lines: list[Line]
) -> tuple[object, ...]:
    measured, unseen = error_parts(case, estimate)
    norm = torch.linalg.vector_norm
    size = float(norm(case.x))
    a, b = (np.abs(z.detach().cpu().numpy()) for z in (estimate, case.x))
    curve = ring_correlation(a, b)
    agrees, candidates = agreement(a, b, patch)
    words = f"{psnr(estimate, case.x):.1f} dB; boxes: candidates"
    pictures += [
        Picture(title, _boxed(plain(estimate), candidates, patch), words),
        Picture(f"{title}: agreement", agrees, "share of the Nyquist frequency, white 1"),
        Picture(f"{title}: against the data", signed(measured), "A^+ A (f - x)", signed=True),
        Picture(f"{title}: beyond the data", signed(unseen), "(I - A^+ A)(f - x)", signed=True),
    ]
    lines.append(Line(title, tuple(map(float, curve.q)), tuple(map(float, curve.correlation))))
    return (title, psnr(estimate, case.x), float(norm(measured)) / size, float(norm(unseen)) / size,
            curve.agrees_up_to(), len(candidates))  # fmt: skip


def _boxed(image: np.ndarray, corners: list[tuple[int, int]], patch: int) -> np.ndarray:
    shown, bright = image.copy(), 1.0
    for row, column in corners:
        last = row + patch - 1, column + patch - 1
        shown[row : last[0] + 1, [column, last[1]]] = bright
        shown[[row, last[0]], column : last[1] + 1] = bright
    return shown


def _finding(rows: list, pictures: list[Picture], lines: list[Line], done: int, total: int) -> Finding:
    told = ", ".join(f"{row[0]} {row[3] ** 2 / (row[2] ** 2 + row[3] ** 2):.0%}" for row in rows)
    verdict = (
        f"Share of the squared error that the data cannot contradict: {told}; candidates for hallucinations by the"
        f" scanning correlation: {', '.join(f'{row[0]} {row[5]}' for row in rows)}."
    )
    figures = {f"{row[0]}, error against the data": row[2] for row in rows}
    figures |= {f"{row[0]}, error beyond the data": row[3] for row in rows}
    figures |= {f"{row[0]}, agrees up to (share of Nyquist)": row[4] for row in rows}
    return Finding(
        done, total, verdict, None, figures,
        (Table("Errors over ||x||, and correlation",
               ("method", "PSNR", "against the data", "beyond the data", "agrees up to", "candidate patches"),
               tuple(rows)),),
        (Chart("Fourier ring correlation with the image", "share of the Nyquist frequency", "correlation",
               tuple(lines)),),
        tuple(pictures),
    )  # fmt: skip
